//! Holds what is deployed against what was sent, by the rules that a plan goes by.

use std::sync::Arc;

use serde_json::Value;

use super::diff::{Bodies, diff};
use super::rules::RuleCache;
use crate::model::environment::RuleSet;
use crate::model::plan::PropertyChange;

/// Compares bodies; compiles each rule set once.
#[derive(Debug, Default)]
pub struct Comparison {
    rules: RuleCache,
}

impl Comparison {
    /// What differs of a resource: `before` as deployed, `after` as sent (`sent` is in token form). Secrets and what can
    /// only be written are taken on trust.
    pub fn differences(&mut self, rules: &Arc<RuleSet>, sent: &Value, live: &Value) -> Vec<PropertyChange> {
        let bodies = Bodies { declared: sent, last: Some(sent), earlier: &[], live };
        diff(bodies, &self.rules.get(rules), &|_, _| false).changes
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::kind::{ChangeClass, Compare, Rule};
    use crate::model::plan::Shown;

    #[test]
    fn only_what_was_sent_and_can_be_seen_counts() {
        let rule = |path: &str, compare| Rule {
            path: path.to_owned(),
            change: ChangeClass::InPlace,
            compare: Some(compare),
            consequence: None,
        };
        let rules = vec![rule("/location", Compare::Folded), rule("/key", Compare::WriteOnly)];
        let rules = Arc::new(RuleSet { rules, compare: Compare::Exact });
        let sent = json!({"location": "West Europe", "key": "x", "password": "${secret:env:P}", "tier": "Cool"});
        let live = json!({"location": "westeurope", "tier": "Hot", "state": "Succeeded"});
        let found = Comparison::default().differences(&rules, &sent, &live);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].pointer, "/tier");
        assert_eq!(found[0].before, Some(Shown::Value(json!("Hot"))));
        assert_eq!(found[0].after, Some(Shown::Value(json!("Cool"))));
    }
}
