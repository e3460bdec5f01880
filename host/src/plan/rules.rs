//! Change rules, compiled: which one holds for a place in a body.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::environment::RuleSet;
use crate::model::kind::{ChangeClass, Compare};
use crate::model::reference::escape_segment;

/// A step from a value to one in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

/// A path as a JSON Pointer.
pub(super) fn pointer(path: &[Segment<'_>]) -> String {
    let mut text = String::with_capacity(path.len() * 12);
    for segment in path {
        text.push('/');
        match segment {
            Segment::Key(key) => text.push_str(&escape_segment(key)),
            Segment::Index(index) => text.push_str(&index.to_string()),
        }
    }
    text
}

/// What holds for a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<'r> {
    pub(super) class: ChangeClass,
    pub(super) compare: Compare,
    pub(super) consequence: Option<&'r str>,
}

#[derive(Debug)]
enum Step {
    One,
    Literal(String),
}

#[derive(Debug)]
struct Pattern {
    steps: Vec<Step>,
    /// Ends in `**`: anything may follow, nothing too.
    open: bool,
}

impl Pattern {
    /// `None` for a text that is no JSON Pointer: it matches nothing.
    fn compile(path: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(Self { steps: Vec::new(), open: false });
        }
        let mut segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let open = segments.last() == Some(&"**");
        if open {
            segments.pop();
        }
        let step = |segment: &str| match segment {
            "*" => Step::One,
            literal => Step::Literal(literal.replace("~1", "/").replace("~0", "~")),
        };
        Some(Self { steps: segments.into_iter().map(step).collect(), open })
    }

    fn matches(&self, path: &[Segment<'_>]) -> bool {
        let fits = if self.open { path.len() >= self.steps.len() } else { path.len() == self.steps.len() };
        fits && self.steps.iter().zip(path).all(|(step, segment)| match (step, segment) {
            (Step::One, _) => true,
            (Step::Literal(literal), Segment::Key(key)) => literal == key,
            (Step::Literal(literal), Segment::Index(index)) => literal.parse() == Ok(*index),
        })
    }
}

/// A rule set that places are looked up in.
#[derive(Debug)]
pub(super) struct Rules {
    set: Arc<RuleSet>,
    patterns: Vec<Option<Pattern>>,
}

impl Rules {
    pub(super) fn compile(set: &Arc<RuleSet>) -> Self {
        let patterns = set.rules.iter().map(|rule| Pattern::compile(&rule.path)).collect();
        Self { set: set.clone(), patterns }
    }

    /// The first rule that matches the path; where none does, what holds for the value it is part of.
    pub(super) fn find(&self, path: &[Segment<'_>]) -> Found<'_> {
        let mut path = path;
        loop {
            let matching = |pattern: &Option<Pattern>| pattern.as_ref().is_some_and(|pattern| pattern.matches(path));
            let rule = self.patterns.iter().position(matching).and_then(|index| self.set.rules.get(index));
            if let Some(rule) = rule {
                return Found {
                    class: rule.change,
                    compare: rule.compare.unwrap_or(self.set.compare),
                    consequence: rule.consequence.as_deref(),
                };
            }
            match path.split_last() {
                Some((_, parent)) => path = parent,
                None => {
                    return Found { class: ChangeClass::InPlace, compare: self.set.compare, consequence: None };
                }
            }
        }
    }
}

/// Rule sets compiled so far; each is shared by all resources of a kind.
#[derive(Debug, Default)]
pub(super) struct RuleCache {
    compiled: HashMap<*const RuleSet, Arc<Rules>>,
}

impl RuleCache {
    pub(super) fn get(&mut self, set: &Arc<RuleSet>) -> Arc<Rules> {
        // The compiled rules keep the set alive, so that no other set can come to have its address.
        self.compiled.entry(Arc::as_ptr(set)).or_insert_with(|| Arc::new(Rules::compile(set))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::kind::Rule;

    fn rules(paths: &[&str]) -> Rules {
        let rule = |(index, path): (usize, &&str)| Rule {
            path: (*path).to_owned(),
            change: ChangeClass::Replace,
            compare: None,
            consequence: Some(index.to_string()),
        };
        let rules = paths.iter().enumerate().map(rule).collect();
        Rules::compile(&Arc::new(RuleSet { rules, compare: Compare::Exact }))
    }

    fn which<'r>(rules: &'r Rules, path: &[Segment<'_>]) -> Option<&'r str> {
        rules.find(path).consequence
    }

    #[test]
    fn the_first_that_matches_counts() {
        use Segment::{Index, Key};
        let rules = rules(&["/a/*/c", "/a/b/c", "/a/**", "/x~1y/~0", "/l/1", "no pointer", "/d"]);
        assert_eq!(which(&rules, &[Key("a"), Key("b"), Key("c")]), Some("0"));
        assert_eq!(which(&rules, &[Key("a"), Index(3), Key("c")]), Some("0"));
        assert_eq!(which(&rules, &[Key("a"), Key("b"), Key("d")]), Some("2"));
        assert_eq!(which(&rules, &[Key("a")]), Some("2"));
        assert_eq!(which(&rules, &[Key("x/y"), Key("~")]), Some("3"));
        assert_eq!(which(&rules, &[Key("l"), Index(1)]), Some("4"));
        assert_eq!(which(&rules, &[Key("l"), Index(11)]), None);
        assert_eq!(which(&rules, &[Key("b")]), None);
        assert_eq!(which(&rules, &[Key("no pointer")]), None);
    }

    #[test]
    fn a_rule_for_a_value_holds_for_what_is_in_it() {
        use Segment::{Index, Key};
        let rules = rules(&["/d", "/d/e/f"]);
        assert_eq!(which(&rules, &[Key("d"), Key("e"), Index(0)]), Some("0"));
        assert_eq!(which(&rules, &[Key("d"), Key("e"), Key("f"), Key("g")]), Some("1"));
        assert_eq!(pointer(&[Key("a/b"), Index(0), Key("c~")]), "/a~1b/0/c~0");
    }
}
