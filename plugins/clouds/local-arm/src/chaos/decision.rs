//! Which requests a rule is about, and which of those get its fault.

use crate::guid::number;

use super::rules::Rule;

/// Whether the `n`-th request (from 1) that a rule matches gets its fault. Hangs on the seed, the rule and `n` alone.
pub fn hits(rule: &Rule, n: u64) -> bool {
    if rule.rate >= 1.0 {
        return true;
    }
    let (seed, n) = (rule.seed.to_string(), n.to_string());
    let number = number(&[&seed, rule.fault.entry().name, &rule.resource_type, &rule.method, &n]);
    // The upper 53 bits, which a floating point number holds exactly, as a part of one.
    let part = (number >> 11) as f64 / (1_u64 << 53) as f64;
    part < rule.rate
}

/// Whether a text fits a pattern, in which `*` stands for any text; case does not count.
pub fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match left.find(part).and_then(|at| left.get(at + part.len()..)) {
            Some(after) => left = after,
            None => return false,
        }
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(rate: f64, seed: u64) -> Rule {
        Rule::parse(json!({"fault": "server-error", "rate": rate, "seed": seed}).to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_same_seed_hits_the_same_requests_and_about_as_many_as_asked_for() {
        for rate in [0.0, 0.1, 0.5, 0.9, 1.0] {
            let hit = |seed: u64| (1..=10_000).filter(|n| hits(&rule(rate, seed), *n)).collect::<Vec<u64>>();
            let first = hit(1);
            assert_eq!(first, hit(1));
            let share = first.len() as f64 / 10_000.0;
            assert!((share - rate).abs() < 0.02, "{rate}: {share}");
            assert_eq!(first == hit(2), rate == 0.0 || rate == 1.0, "{rate}");
        }
    }

    #[test]
    fn patterns() {
        for (pattern, text) in [
            ("*", ""),
            ("*", "A/b"),
            ("Microsoft.Storage/*", "microsoft.storage/storageAccounts"),
            ("*/computes", "Microsoft.MachineLearningServices/workspaces/computes"),
            ("A/*/c*e", "a/b/cde"),
            ("a", "A"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*", "b"), ("*b", "bc"), ("a*b*c", "ac"), ("ab*ba", "aba"), ("", "a")] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
