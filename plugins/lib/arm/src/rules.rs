//! Change rules that many types have in common.

use mlhost_plugin::{Compare, Rule};

/// Rules for location and tags: tags change in place, to move means to delete and create again.
pub fn tracked(kind_words: &str) -> Vec<Rule> {
    vec![
        Rule::in_place("/tags/**").compare(Compare::Exact),
        Rule::data_loss(
            "/location",
            &format!("{kind_words} cannot be moved: it is deleted and created again in the new region, empty."),
        )
        .compare(Compare::Folded),
    ]
}

/// Rules for network rules: their order means nothing.
pub fn network_acls() -> [Rule; 2] {
    [
        Rule::in_place("/properties/networkAcls/ipRules").compare(Compare::Set),
        Rule::in_place("/properties/networkAcls/virtualNetworkRules").compare(Compare::Set),
    ]
}
