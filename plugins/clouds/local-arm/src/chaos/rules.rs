//! The faults that there are, and the rules that ask for them.

use mlhost_plugin::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Key of the rules in the store.
const KEY: &str = "chaos";

/// Longest wait that a rule may ask for, in seconds.
const LONGEST: f64 = 3600.0;

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// 429.
    Throttled,
    /// 408.
    RequestTimeout,
    /// 409.
    Conflict,
    /// 500.
    ServerError,
    /// 503.
    Unavailable,
    /// No answer, no work.
    Reset,
    /// The answer takes its time.
    Slow,
    /// Work, but no answer.
    LostAnswer,
    /// The operation fails at its end.
    LateFailure,
    /// The operation has no end.
    Endless,
    /// Reads show what was before a write.
    StaleRead,
    /// A property is taken and not kept.
    IgnoredProperty,
}

/// A fault in words.
pub struct Entry {
    /// Its word.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Which further members its rules may have.
    takes: &'static [&'static str],
}

const fn entry(name: &'static str, takes: &'static [&'static str], summary: &'static str) -> Entry {
    Entry { name, summary, takes }
}

/// All faults in the order of [`Kind`], those that come instead of the work first.
#[rustfmt::skip]
pub static FAULTS: [Entry; 12] = [
    entry("throttled", &["seconds"], "429 with Retry-After of --seconds [default: 1]; nothing is done"),
    entry("request-timeout", &[], "408; nothing is done"),
    entry("conflict", &[], "409, another operation is in progress; nothing is done"),
    entry("server-error", &[], "500; nothing is done"),
    entry("unavailable", &["seconds"], "503, with Retry-After when there are --seconds; nothing is done"),
    entry("reset", &[], "the connection breaks before anything is done"),
    entry("slow", &["seconds"], "the answer comes --seconds later [default: 1]"),
    entry("lost-answer", &[], "the work is done, then the connection breaks"),
    entry("late-failure", &[], "an operation that was accepted fails at its end"),
    entry("endless", &[], "an operation that was accepted never ends, until the rules are cleared"),
    entry("stale-read", &["reads"], "after a write, the next --reads of the resource show what was before [default: 1]"),
    entry("ignored-property", &["pointer"], "a write is accepted, the property at --pointer stays as it was"),
];

impl Kind {
    /// The fault in words.
    pub fn entry(self) -> &'static Entry {
        // The table has them all, in the order of the enumeration.
        let [first, ..] = &FAULTS;
        FAULTS.get(self as usize).unwrap_or(first)
    }
}

/// Who gets which fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The fault.
    pub fault: Kind,
    /// Resource type, with `*` for any text. Operations have the type of the resource that they are on.
    #[serde(rename = "type", default = "any")]
    pub resource_type: String,
    /// HTTP method, or `*`.
    #[serde(default = "any")]
    pub method: String,
    /// The share of the matching requests that get it, from 0 to 1.
    #[serde(default = "all")]
    pub rate: f64,
    /// At most so many get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Decides with the rate which ones.
    #[serde(default)]
    pub seed: u64,
    /// How long to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// JSON Pointer of a property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// How many reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<u32>,
}

fn any() -> String {
    "*".to_owned()
}

fn all() -> f64 {
    1.0
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let mut rule: Self = serde_json::from_slice(body).map_err(|error| format!("the rule is none: {error}"))?;
        let Entry { name, takes, .. } = rule.fault.entry();
        rule.method = rule.method.to_ascii_uppercase();
        let given =
            [("seconds", rule.seconds.is_some()), ("pointer", rule.pointer.is_some()), ("reads", rule.reads.is_some())];
        if let Some((member, _)) = given.iter().find(|(member, given)| *given && !takes.contains(member)) {
            return Err(format!("the fault `{name}` takes no `{member}`"));
        }
        if !(0.0..=1.0).contains(&rule.rate) {
            return Err(format!("`rate` must be from 0 to 1, not {}", rule.rate));
        }
        if rule.seconds.is_some_and(|seconds| !(0.0..=LONGEST).contains(&seconds)) {
            return Err(format!("`seconds` must be from 0 to {LONGEST}"));
        }
        if rule.method != "*" && !rule.method.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(format!("`{}` is no method", rule.method));
        }
        match rule.pointer.as_deref() {
            None if rule.fault == Kind::IgnoredProperty => {
                Err(format!("the fault `{name}` needs a `pointer`, for example `/properties/accessTier`"))
            }
            Some(pointer) if !pointer.starts_with('/') => {
                Err(format!("`pointer` must be a JSON Pointer, for example `/properties/accessTier`, not `{pointer}`"))
            }
            _ => Ok(rule),
        }
    }
}

/// A rule and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Armed {
    /// The rule.
    pub rule: Rule,
    /// Requests that it matched.
    pub seen: u64,
    /// Those that got the fault.
    pub hits: u64,
}

impl Armed {
    /// Counts a request that the rule matches, and says whether it gets the fault.
    pub fn strike(&mut self) -> bool {
        if self.rule.times.is_some_and(|times| self.hits >= times) {
            return false;
        }
        self.seen += 1;
        let hit = super::decision::hits(&self.rule, self.seen);
        self.hits += u64::from(hit);
        hit
    }
}

/// All rules, in the order in which they were added.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rules(pub Vec<Armed>);

impl Rules {
    /// Reads the rules; `None` when there are none.
    pub fn load(store: &dyn Store) -> Option<Self> {
        serde_json::from_slice(&store.get(KEY)?).ok()
    }

    /// Writes them.
    pub fn save(&self, store: &mut dyn Store) {
        if let Ok(bytes) = serde_json::to_vec(self) {
            store.set(KEY, bytes);
        }
    }

    /// Removes all.
    pub fn clear(store: &mut dyn Store) {
        store.delete(KEY);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds one.
    pub fn add(&mut self, rule: Rule) {
        self.0.push(Armed { rule, seen: 0, hits: 0 });
    }

    /// As they are shown.
    pub fn shown(&self) -> Value {
        let one = |armed: &Armed| {
            let mut rule = serde_json::to_value(&armed.rule).unwrap_or_default();
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("seen".to_owned(), json!(armed.seen));
                rule.insert("hits".to_owned(), json!(armed.hits));
            }
            rule
        };
        json!({ "rules": self.0.iter().map(one).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_words_agree() {
        for (index, entry) in FAULTS.iter().enumerate() {
            let kind: Kind = serde_json::from_value(json!(entry.name)).unwrap();
            assert_eq!(kind as usize, index);
            assert_eq!(kind.entry().name, entry.name);
        }
    }

    #[test]
    fn wrong_rules_are_refused_with_what_is_wrong() {
        for (rule, said) in [
            (json!({}), "fault"),
            (json!({"fault": "thunder"}), "throttled"),
            (json!({"fault": "reset", "rates": 1}), "rates"),
            (json!({"fault": "reset", "rate": 1.5}), "from 0 to 1"),
            (json!({"fault": "reset", "rate": -0.1}), "from 0 to 1"),
            (json!({"fault": "reset", "times": -1}), "-1"),
            (json!({"fault": "reset", "seconds": 1}), "takes no `seconds`"),
            (json!({"fault": "slow", "seconds": 1e9}), "3600"),
            (json!({"fault": "slow", "pointer": "/a"}), "takes no `pointer`"),
            (json!({"fault": "reset", "method": "P T"}), "method"),
            (json!({"fault": "ignored-property"}), "needs a `pointer`"),
            (json!({"fault": "ignored-property", "pointer": "a"}), "JSON Pointer"),
            (json!([]), "none"),
        ] {
            let message = Rule::parse(rule.to_string().as_bytes()).unwrap_err();
            assert!(message.contains(said), "{rule}: {message}");
        }
    }
}
