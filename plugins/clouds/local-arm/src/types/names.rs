//! Name rules: those of Microsoft's page "Naming rules and restrictions for Azure resources" and of the API definitions.

use crate::fault::Fault;

/// Whether a name has a length within bounds (both included) and only characters of a kind.
pub fn made_of(name: &str, least: usize, most: usize, allowed: impl Fn(char) -> bool) -> bool {
    (least..=most).contains(&name.chars().count()) && name.chars().all(allowed)
}

/// Letters, digits and hyphens of ASCII.
pub fn word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-'
}

/// The refusal of a name, in the words that most providers use.
pub fn invalid(name: &str, rule: &str) -> Fault {
    Fault::service(400, "InvalidResourceName", format!("Resource name '{name}' is invalid. {rule}"))
}

/// Whether a name does for a resource of a type that is not modelled: what no type of Azure admits is refused.
pub fn plausible(name: &str) -> bool {
    made_of(name, 1, 260, |character| !matches!(character, '<' | '>' | '%' | '&' | '\\' | '?' | '/'))
        && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{authorization, container_registry, insights, key_vault, machine_learning, ml_compute};
    use crate::types::{operational_insights, resource_group, storage};

    #[test]
    fn rules_at_their_edges() {
        type Rule = fn(&str) -> Result<(), Fault>;
        let long = |count: usize| "a".repeat(count);
        let cases: Vec<(Rule, Vec<String>, Vec<String>)> = vec![
            (
                storage::ACCOUNT.valid_name,
                vec!["abc".into(), long(24), "123".into()],
                vec!["ab".into(), long(25), "aBc".into(), "a-c".into()],
            ),
            (
                key_vault::VAULT.valid_name,
                vec!["a-b".into(), "Abc".into(), long(24)],
                vec!["ab".into(), "1bc".into(), "a--b".into(), "ab-".into(), long(25), "a_b".into()],
            ),
            (
                container_registry::REGISTRY.valid_name,
                vec![long(5), long(50), "AbC12".into()],
                vec![long(4), long(51), "abc-d".into()],
            ),
            (
                insights::COMPONENT.valid_name,
                vec!["a".into(), "a b(c)".into(), long(260)],
                vec!["a.".into(), "a?b".into(), "a ".into(), long(261)],
            ),
            (
                operational_insights::WORKSPACE.valid_name,
                vec!["abcd".into(), "a--d".into(), long(63)],
                vec!["abc".into(), "-bcd".into(), "abc-".into(), long(64), "a_cd".into()],
            ),
            (
                machine_learning::WORKSPACE.valid_name,
                vec!["abc".into(), "a_c".into(), long(33)],
                vec!["ab".into(), "_bc".into(), long(34), "a.c".into()],
            ),
            (
                ml_compute::COMPUTE.valid_name,
                vec!["ab".into(), "a-b2".into(), "a2".into(), long(32)],
                vec!["a".into(), "1a".into(), "a-2".into(), "ab-c-22".into(), long(33), "a_b".into()],
            ),
            (
                resource_group::valid_name,
                vec!["a".into(), "ä(1)_.-x".into(), long(90)],
                vec!["".into(), "a.".into(), "a b".into(), long(91)],
            ),
            (
                authorization::LOCK.valid_name,
                vec!["a".into(), "a.b(c)_-".into(), long(90)],
                vec!["a.".into(), "a b".into(), long(91)],
            ),
        ];
        for (rule, good, bad) in cases {
            for name in good {
                assert!(rule(&name).is_ok(), "{name} should be taken");
            }
            for name in bad {
                assert!(rule(&name).is_err(), "{name} should be refused");
            }
        }
    }
}
