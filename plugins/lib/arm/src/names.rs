//! Name rules of resource types, matched by hand: a regular expression engine would be most of a plugin.

/// A rule for names of a type.
#[derive(Debug, Clone, Copy)]
pub struct NameRule {
    /// The pattern, as Azure writes it down.
    pub pattern: &'static str,
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: usize,
    /// The pattern in words: "3 to 24 lower-case letters and digits".
    pub words: &'static str,
    /// Whether the name must be free in all of Azure.
    pub global: bool,
    /// Whether the characters are as the pattern says; the length is checked beside it.
    pub accepts: fn(&str) -> bool,
}

impl NameRule {
    /// What is wrong with a name, as a sentence; `None` when nothing is.
    pub fn problem(&self, name: &str) -> Option<String> {
        let length = name.chars().count();
        if length > self.max {
            return Some(format!("the name `{name}` has {length} characters, at most {} are allowed", self.max));
        }
        if length < self.min {
            return Some(format!("the name `{name}` has {length} characters, at least {} are needed", self.min));
        }
        (!(self.accepts)(name)).then(|| format!("the name `{name}` does not follow the rule: {}", self.words))
    }
}

/// Letters and digits of ASCII, and these others.
fn alphanumeric_or(name: &str, others: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn starts_with(name: &str, is: fn(&char) -> bool) -> bool {
    name.chars().next().as_ref().is_some_and(is)
}

fn ends_with(name: &str, is: fn(&char) -> bool) -> bool {
    name.chars().next_back().as_ref().is_some_and(is)
}

/// Resource groups.
pub const RESOURCE_GROUP: NameRule = NameRule {
    pattern: r"^[-\w._()]*[-\w_()]$",
    min: 1,
    max: 90,
    words: "letters, digits, `-`, `_`, `.` and parentheses, no full stop at the end",
    global: false,
    accepts: |name| name.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c)) && !name.ends_with('.'),
};

/// Storage accounts.
pub const STORAGE_ACCOUNT: NameRule = NameRule {
    pattern: r"^[a-z0-9]{3,24}$",
    min: 3,
    max: 24,
    words: "lower-case letters and digits only",
    global: true,
    accepts: |name| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()),
};

/// Key vaults.
pub const KEY_VAULT: NameRule = NameRule {
    pattern: r"^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$",
    min: 3,
    max: 24,
    words: "letters, digits and single hyphens, a letter first, no hyphen last",
    global: true,
    accepts: |name| {
        alphanumeric_or(name, "-")
            && starts_with(name, char::is_ascii_alphabetic)
            && ends_with(name, char::is_ascii_alphanumeric)
            && !name.contains("--")
    },
};

/// Log Analytics workspaces.
pub const LOG_ANALYTICS_WORKSPACE: NameRule = NameRule {
    pattern: r"^[A-Za-z0-9][A-Za-z0-9-]+[A-Za-z0-9]$",
    min: 4,
    max: 63,
    words: "letters, digits and hyphens, no hyphen first or last",
    global: false,
    accepts: |name| {
        alphanumeric_or(name, "-")
            && starts_with(name, char::is_ascii_alphanumeric)
            && ends_with(name, char::is_ascii_alphanumeric)
    },
};

/// Application Insights components.
pub const APP_INSIGHTS: NameRule = NameRule {
    pattern: r"^[^%&\\?/]{0,259}[^%&\\?/. ]$",
    min: 1,
    max: 260,
    words: "none of the characters `%`, `&`, `\\`, `?` and `/`, no full stop or space at the end",
    global: false,
    accepts: |name| !name.contains(['%', '&', '\\', '?', '/']) && !name.ends_with(['.', ' ']),
};

/// Container registries.
pub const CONTAINER_REGISTRY: NameRule = NameRule {
    pattern: r"^[a-zA-Z0-9]{5,50}$",
    min: 5,
    max: 50,
    words: "letters and digits only",
    global: true,
    accepts: |name| alphanumeric_or(name, ""),
};

/// Machine Learning workspaces. The naming page leaves out the underscore, the API's own pattern has it.
pub const ML_WORKSPACE: NameRule = NameRule {
    pattern: r"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$",
    min: 3,
    max: 33,
    words: "letters, digits, hyphens and underscores, a letter or digit first",
    global: false,
    accepts: |name| alphanumeric_or(name, "_-") && starts_with(name, char::is_ascii_alphanumeric),
};

/// Machine Learning compute clusters. The pattern covers all compute types; clusters have 3 to 32 characters.
pub const ML_COMPUTE_CLUSTER: NameRule = NameRule {
    pattern: r"^[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{1,31}$",
    min: 3,
    max: 32,
    words: "letters, digits and hyphens, a letter first, not a hyphen and digits at the end",
    global: false,
    accepts: |name| {
        let tail = name.rsplit_once('-').map_or("", |(_, tail)| tail);
        let numbered = !tail.is_empty() && tail.chars().all(|c| c.is_ascii_digit());
        alphanumeric_or(name, "-") && starts_with(name, char::is_ascii_alphabetic) && !numbered
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_accepted_and_refused() {
        let cases: [(&NameRule, &[&str], &[&str]); 8] = [
            (&RESOURCE_GROUP, &["mlops-dev", "a", "grüppe_(1).x"], &["", "a.", "a/b", "a b"]),
            (&STORAGE_ACCOUNT, &["mlopssadev", "abc"], &["ab", "Mlops", "ml-ops", "abcdefghijklmnopqrstuvwxy"]),
            (&KEY_VAULT, &["mlops-kv-dev", "abc"], &["1ab", "ab-", "a--b", "ab", "a_b"]),
            (&LOG_ANALYTICS_WORKSPACE, &["mlops-ain-dev-logs", "1234"], &["-abc", "abc-", "a_bc", "abc"]),
            (&APP_INSIGHTS, &["mlops-ain-dev", "a b"], &["a.", "a ", "a/b", "a&b", ""]),
            (&CONTAINER_REGISTRY, &["mlopscrdev"], &["abcd", "ml-ops"]),
            (&ML_WORKSPACE, &["mlops-mls-dev", "a_b"], &["_ab", "ab", "a b"]),
            (&ML_COMPUTE_CLUSTER, &["cpu-compute", "cpu-4x", "abc-"], &["cpu-4", "4cpu", "ab", "a_b"]),
        ];
        for (rule, good, bad) in cases {
            for name in good {
                assert_eq!(rule.problem(name), None, "{}", rule.pattern);
            }
            for name in bad {
                assert!(rule.problem(name).is_some(), "{name} against {}", rule.pattern);
            }
        }
    }
}
