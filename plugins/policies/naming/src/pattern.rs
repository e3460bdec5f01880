//! Patterns for whole names: text, `*`, `?`, classes `[a-z0-9]`, and `+` after a class for one or more.
//!
//! A regular expression engine would be most of the plugin; organisations' rules need no more than this.

use std::fmt;

/// What a pattern may hold.
pub const HELP: &str = "a pattern is text with `*`, `?`, classes like `[a-z0-9]`, and `+` after a class";

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Item>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Char(char),
    Any,
    One,
    Class(String),
    Many(String),
}

/// Why a pattern cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternError {
    /// `[` without `]`.
    Unclosed,
    /// `[]`.
    Empty,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unclosed => "`[` without `]`",
            Self::Empty => "`[]` without characters",
        })
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A class that is not closed, or empty.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut items = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            items.push(match first {
                '*' => Item::Any,
                '?' => Item::One,
                '[' => {
                    let (class, after) = rest.split_once(']').ok_or(PatternError::Unclosed)?;
                    if class.is_empty() {
                        return Err(PatternError::Empty);
                    }
                    rest = after.strip_prefix('+').unwrap_or(after);
                    let many = rest.len() < after.len();
                    if many { Item::Many(class.into()) } else { Item::Class(class.into()) }
                }
                other => Item::Char(other),
            });
        }
        Ok(Self(items))
    }

    /// Whether the whole name follows the pattern. Takes time in proportion to name times pattern, whatever the pattern.
    pub fn matches(&self, name: &str) -> bool {
        // The set of items that may come next, as in a simulation of an automaton.
        let mut reached = vec![false; self.0.len() + 1];
        self.reach(&mut reached, 0);
        for c in name.chars() {
            let mut next = vec![false; self.0.len() + 1];
            for (at, item) in self.0.iter().enumerate() {
                if reached.get(at) != Some(&true) {
                    continue;
                }
                match item {
                    Item::Any => self.reach(&mut next, at),
                    Item::One => self.reach(&mut next, at + 1),
                    Item::Char(expected) if *expected == c => self.reach(&mut next, at + 1),
                    Item::Class(class) if in_class(class, c) => self.reach(&mut next, at + 1),
                    Item::Many(class) if in_class(class, c) => {
                        // It may go on, or be over.
                        self.reach(&mut next, at);
                        self.reach(&mut next, at + 1);
                    }
                    _ => {}
                }
            }
            reached = next;
        }
        reached.last() == Some(&true)
    }

    /// Marks an item, and those behind it that need no character.
    fn reach(&self, set: &mut [bool], mut at: usize) {
        loop {
            if let Some(slot) = set.get_mut(at) {
                *slot = true;
            }
            if self.0.get(at) != Some(&Item::Any) {
                return;
            }
            at += 1;
        }
    }
}

/// Whether a character is in a class such as `a-z0-9-`: single characters and ranges; a hyphen first or last is itself.
pub fn in_class(class: &str, c: char) -> bool {
    let mut rest = class.chars();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) => {
                if (from..=to).contains(&c) {
                    return true;
                }
                rest = ahead;
            }
            _ if from == c => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_names_are_matched() {
        let cases = [
            ("mlops-*-dev", &["mlops-kv-dev", "mlops--dev"][..], &["mlops-dev", "xmlops-kv-dev", "mlops-kv-dev1"][..]),
            ("st[a-z0-9]+", &["sta", "st0b1"], &["st", "stA"]),
            ("?[0-9]", &["a1", "é9"], &["1", "a", "a12"]),
            ("*", &["", "a"], &[]),
            ("[a-]x", &["ax", "-x"], &["bx"]),
        ];
        for (text, good, bad) in cases {
            let pattern = Pattern::parse(text).unwrap();
            for name in good {
                assert!(pattern.matches(name), "{name} against {text}");
            }
            for name in bad {
                assert!(!pattern.matches(name), "{name} against {text}");
            }
        }
        assert_eq!(Pattern::parse("[a-z"), Err(PatternError::Unclosed));
        assert_eq!(Pattern::parse("a[]"), Err(PatternError::Empty));
    }

    proptest! {
        #[test]
        fn text_without_signs_matches_itself_alone(text in "[a-z-]{0,9}", other in "[a-z-]{0,9}") {
            let pattern = Pattern::parse(&text).unwrap();
            prop_assert!(pattern.matches(&text));
            prop_assert_eq!(pattern.matches(&other), text == other);
        }

        #[test]
        fn no_pattern_panics_or_hangs(text in r"[*?\[\]+a-c-]{0,30}", name in "[a-cé-]{0,60}") {
            if let Ok(pattern) = Pattern::parse(&text) {
                let _ = pattern.matches(&name);
            }
        }
    }
}
