//! Holds the declared body of a resource against the deployed one and the one last applied.
//!
//! What counts as a difference:
//! - a declared leaf that is missing in the deployed body, or differs from it by its rule's [`Compare`];
//! - a leaf that was applied before, is declared no more and is still deployed (a removal);
//! - a secret or a write-only leaf that is not the one last applied: the control plane never shows it. Of a resource that
//!   is adopted it is taken on trust;
//! - a leaf that is known only after apply, when what it refers to is created, replaced or changed.
//!
//! All else that is deployed (defaults of the control plane, values set by peers) is no difference. A declared null is as
//! good as absent. Arrays of equal length are compared element by element, others as a whole. An empty object or array
//! declares nothing by itself: that it is missing counts only if it was not applied before.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::compare::same;
use super::rules::{Rules, Segment, pointer};
use super::text::{self, Reading};
use crate::model::kind::Compare;
use crate::model::plan::{PropertyChange, Shown};

/// The bodies of one resource. All but `live` are in token form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bodies<'a> {
    /// As declared, with all tokens resolved that can be.
    pub(super) declared: &'a Value,
    /// As last applied; `None` for a resource that is adopted.
    pub(super) last: Option<&'a Value>,
    /// What it may have instead of `last`, after changes whose end was not seen.
    pub(super) earlier: &'a [Value],
    /// As deployed.
    pub(super) live: &'a Value,
}

/// What differs, and how many declared leaves do not.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Differences {
    pub(super) changes: Vec<PropertyChange>,
    pub(super) unchanged: usize,
    /// Something is declared that was not last applied just so; else nothing was, apart from removals.
    pub(super) redeclared: bool,
}

/// Whether what a reference (address, pointer) stands for will be another value than it was.
pub(super) type Renewed<'f> = &'f dyn Fn(&str, &str) -> bool;

/// The differences of a resource, in the order of the declared body, removals last. They have no place.
pub(super) fn diff(bodies: Bodies<'_>, rules: &Rules, renewed: Renewed<'_>) -> Differences {
    let mut walk = Walk {
        rules,
        renewed,
        adopted: bodies.last.is_none(),
        path: Vec::new(),
        found: Differences::default(),
        removals: Vec::new(),
        removed: HashSet::new(),
    };
    let past = Past { last: bodies.last, earlier: bodies.earlier.iter().map(Some).collect() };
    walk.declared(bodies.declared, Some(bodies.live), &past);
    for earlier in bodies.earlier {
        walk.removals(earlier, Some(bodies.declared), Some(bodies.live));
    }
    walk.found.changes.append(&mut walk.removals);
    walk.found
}

/// The leaves of a body that is created, as property changes.
pub(super) fn leaves(body: &Value) -> Vec<PropertyChange> {
    fn collect<'a>(value: &'a Value, path: &mut Vec<Segment<'a>>, out: &mut Vec<PropertyChange>) {
        match value {
            Value::Null => {}
            Value::Object(map) if !map.is_empty() => {
                for (key, value) in map {
                    path.push(Segment::Key(key));
                    collect(value, path, out);
                    path.pop();
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (index, value) in items.iter().enumerate() {
                    path.push(Segment::Index(index));
                    collect(value, path, out);
                    path.pop();
                }
            }
            leaf => out.push(PropertyChange {
                pointer: pointer(path),
                before: None,
                after: Some(text::shown(leaf)),
                class: Default::default(),
                consequence: None,
                place: None,
            }),
        }
    }
    let mut out = Vec::new();
    collect(body, &mut Vec::new(), &mut out);
    out
}

/// Looks up the properties of an object one after the other. Bodies mostly have theirs in the same order, and then no key
/// needs to be searched for.
struct Properties<'a> {
    map: Option<&'a Map<String, Value>>,
    rest: Option<std::iter::Peekable<serde_json::map::Iter<'a>>>,
}

impl<'a> Properties<'a> {
    fn of(value: Option<&'a Value>) -> Self {
        let map = value.and_then(Value::as_object);
        Self { map, rest: map.map(|map| map.iter().peekable()) }
    }

    fn get(&mut self, key: &str) -> Option<&'a Value> {
        match self.rest.as_mut()?.next_if(|(next, _)| *next == key) {
            Some((_, value)) => Some(value).filter(|value| !value.is_null()),
            None => property(self.map?, key),
        }
    }
}

/// A property of an object; ids as keys (`userAssignedIdentities`) are found whatever their case.
fn property<'a>(map: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let value = map.get(key).or_else(|| {
        let id = key.starts_with('/');
        id.then(|| map.iter().find(|(other, _)| other.eq_ignore_ascii_case(key)).map(|(_, value)| value))?
    });
    value.filter(|value| !value.is_null())
}

fn child<'a>(value: Option<&'a Value>, segment: Segment<'_>) -> Option<&'a Value> {
    match (value?, segment) {
        (Value::Object(map), Segment::Key(key)) => property(map, key),
        (Value::Array(items), Segment::Index(index)) => items.get(index),
        _ => None,
    }
}

fn length(value: Option<&Value>) -> Option<usize> {
    value?.as_array().map(Vec::len)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// What was applied before at a place.
struct Past<'a> {
    last: Option<&'a Value>,
    earlier: Vec<Option<&'a Value>>,
}

impl<'a> Past<'a> {
    fn child(&self, segment: Segment<'_>) -> Self {
        Self {
            last: child(self.last, segment),
            earlier: self.earlier.iter().map(|earlier| child(*earlier, segment)).collect(),
        }
    }

    /// Whether it is certain that this was applied last.
    fn is(&self, declared: &Value) -> bool {
        let is = |past: Option<&Value>| past.is_some_and(|past| same(Compare::Exact, declared, past));
        is(self.last) && self.earlier.iter().all(|earlier| is(*earlier))
    }

    fn has_secret(&self) -> bool {
        self.last.is_some_and(text::has_secret)
            || self.earlier.iter().flatten().any(|earlier| text::has_secret(earlier))
    }
}

struct Walk<'a, 'r> {
    rules: &'r Rules,
    renewed: Renewed<'r>,
    adopted: bool,
    path: Vec<Segment<'a>>,
    found: Differences,
    removals: Vec<PropertyChange>,
    removed: HashSet<String>,
}

impl<'a> Walk<'a, '_> {
    fn declared(&mut self, declared: &'a Value, live: Option<&'a Value>, past: &Past<'a>) {
        match declared {
            Value::Null => {}
            value if is_empty(value) => self.empty(value, live, past),
            Value::Object(map) if live.is_none_or(Value::is_object) => self.object(declared, map, live, past),
            Value::Array(items) if length(live) == Some(items.len()) && self.ordered() => {
                let past_fits = length(past.last) == Some(items.len());
                let none = Past { last: None, earlier: past.earlier.iter().map(|_| None).collect() };
                let past = if past_fits { past } else { &none };
                for (index, value) in items.iter().enumerate() {
                    let segment = Segment::Index(index);
                    self.path.push(segment);
                    self.declared(value, child(live, segment), &past.child(segment));
                    self.path.pop();
                }
            }
            leaf => self.leaf(leaf, live, past),
        }
    }

    fn object(&mut self, declared: &'a Value, map: &'a Map<String, Value>, live: Option<&'a Value>, past: &Past<'a>) {
        let mut deployed = Properties::of(live);
        let mut applied = Properties::of(past.last);
        let mut kept = 0;
        for (key, value) in map {
            let segment = Segment::Key(key);
            let last = applied.get(key);
            let earlier = past.earlier.iter().map(|earlier| child(*earlier, segment)).collect();
            if last.is_some() && !value.is_null() {
                kept += 1;
            }
            self.path.push(segment);
            self.declared(value, deployed.get(key), &Past { last, earlier });
            self.path.pop();
        }
        self.dropped(declared, live, past.last, kept);
    }

    /// The properties that were applied and are declared no more; `kept` is how many of them still are.
    fn dropped(&mut self, declared: &'a Value, live: Option<&'a Value>, last: Option<&'a Value>, kept: usize) {
        let Some(Value::Object(last)) = last else { return };
        if last.len() == kept {
            return;
        }
        self.found.redeclared = true;
        for (key, value) in last {
            let segment = Segment::Key(key);
            if child(Some(declared), segment).is_none() {
                self.path.push(segment);
                self.removals(value, None, child(live, segment));
                self.path.pop();
            }
        }
    }

    /// Whether the array at this place is compared element by element.
    fn ordered(&self) -> bool {
        !matches!(self.rules.find(&self.path).compare, Compare::Set | Compare::WriteOnly)
    }

    fn empty(&mut self, declared: &'a Value, live: Option<&'a Value>, past: &Past<'a>) {
        self.dropped(declared, live, past.last, 0);
        self.found.redeclared |= past.last != Some(declared);
        let same = match (declared, live) {
            (_, None) => past.is(declared),
            (Value::Object(_), Some(live)) => live.is_object(),
            (_, Some(live)) => live == declared,
        };
        if same || self.rules.find(&self.path).compare == Compare::WriteOnly && past.is(declared) {
            self.found.unchanged += 1;
        } else {
            self.change(live.map(|live| Shown::Value(live.clone())), Some(Shown::Value(declared.clone())));
        }
    }

    fn leaf(&mut self, declared: &'a Value, live: Option<&'a Value>, past: &Past<'a>) {
        self.found.redeclared |= past.last != Some(declared);
        // Most leaves are plain and as they should be.
        if live == Some(declared) && !text::may_hold(declared) {
            self.found.unchanged += 1;
            return;
        }
        let write_only = self.rules.find(&self.path).compare == Compare::WriteOnly;
        let (same, after) = match text::read(declared) {
            Reading::Secret => (self.adopted || past.is(declared), Shown::Secret),
            Reading::Unknown(references) => {
                let renewed = references.iter().any(|(address, pointer)| (self.renewed)(address, pointer));
                (!renewed, Shown::KnownAfterApply)
            }
            Reading::Plain(plain) if write_only => {
                (self.adopted || past.is(declared), Shown::Value(plain.into_owned()))
            }
            Reading::Plain(plain) => {
                let compare = self.rules.find(&self.path).compare;
                (live.is_some_and(|live| same(compare, &plain, live)), Shown::Value(plain.into_owned()))
            }
        };
        if same {
            self.found.unchanged += 1;
            return;
        }
        // What a control plane shows where a secret is, or was, may be the secret.
        let secret = after == Shown::Secret || past.has_secret();
        let before = if write_only { past.last.map(text::shown) } else { live.cloned().map(Shown::Value) };
        let before = before.or_else(|| past.last.filter(|_| secret).map(|_| Shown::Secret));
        self.change(before.map(|before| if secret { Shown::Secret } else { before }), Some(after));
    }

    fn removals(&mut self, last: &'a Value, declared: Option<&'a Value>, live: Option<&'a Value>) {
        match (last, declared) {
            (Value::Object(map), Some(Value::Object(_))) => {
                for (key, value) in map {
                    self.removal_step(Segment::Key(key), value, declared, live);
                }
            }
            (Value::Array(items), Some(Value::Array(_))) => {
                let lengths = [length(declared), length(live)];
                if lengths == [Some(items.len()); 2] && self.ordered() {
                    for (index, value) in items.iter().enumerate() {
                        self.removal_step(Segment::Index(index), value, declared, live);
                    }
                }
            }
            (Value::Object(map), None) if !map.is_empty() => {
                for (key, value) in map {
                    self.removal_step(Segment::Key(key), value, None, live);
                }
            }
            (Value::Null, _) | (_, Some(_)) => {}
            (leaf, None) => self.removal(leaf, live),
        }
    }

    fn removal_step(
        &mut self,
        segment: Segment<'a>,
        last: &'a Value,
        declared: Option<&'a Value>,
        live: Option<&'a Value>,
    ) {
        self.path.push(segment);
        self.removals(last, child(declared, segment), child(live, segment));
        self.path.pop();
    }

    fn removal(&mut self, last: &'a Value, live: Option<&'a Value>) {
        let secret = text::has_secret(last);
        let write_only = self.rules.find(&self.path).compare == Compare::WriteOnly;
        let id_key = matches!(self.path.last(), Some(Segment::Key(key)) if key.starts_with('/'));
        let gone = match live {
            None => !secret && !write_only,
            Some(live) => is_empty(live) && !id_key,
        };
        if gone || !self.removed.insert(pointer(&self.path)) {
            return;
        }
        let before = match live {
            _ if secret => Shown::Secret,
            Some(live) => Shown::Value(live.clone()),
            None => text::shown(last),
        };
        let change = self.property(Some(before), None);
        self.removals.push(change);
    }

    fn change(&mut self, before: Option<Shown>, after: Option<Shown>) {
        let change = self.property(before, after);
        self.found.changes.push(change);
    }

    fn property(&self, before: Option<Shown>, after: Option<Shown>) -> PropertyChange {
        let rule = self.rules.find(&self.path);
        PropertyChange {
            pointer: pointer(&self.path),
            before,
            after,
            class: rule.class,
            consequence: rule.consequence.map(str::to_owned),
            place: None,
        }
    }
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
