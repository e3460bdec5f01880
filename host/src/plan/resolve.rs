//! Values of other resources, as far as they are known before anything is deployed.

use std::collections::HashMap;

use serde_json::Value;

use crate::model::Token;
use crate::model::TokenTarget;
use crate::model::plan::{Action, Change};
use crate::model::reference;

/// A resource that others may refer to.
#[derive(Debug, Clone, Copy)]
struct Known<'a> {
    id: &'a str,
    live: Option<&'a Value>,
    /// Index of its change.
    change: usize,
}

/// The resources that come before, with what is known of them.
#[derive(Debug, Default)]
pub(super) struct Resolver<'a> {
    known: HashMap<&'a str, Known<'a>>,
}

impl<'a> Resolver<'a> {
    /// Adds a resource once its change is decided.
    pub(super) fn add(&mut self, address: &'a str, id: &'a str, live: Option<&'a Value>, change: usize) {
        self.known.insert(address, Known { id, live, change });
    }

    /// Resolves the tokens of a value whose values stay what they are: those of resources that are deployed and not
    /// replaced, except for what an update changes. Secrets stay handles.
    pub(super) fn resolve(&self, value: &mut Value, changes: &[Change]) {
        reference::resolve(value, &mut |token: &Token| match &token.0 {
            TokenTarget::Secret { .. } => None,
            TokenTarget::Resource { address, pointer } => self.value(address, pointer, changes),
        });
    }

    /// Whether what a reference stands for will be another value than it was.
    pub(super) fn renewed(&self, address: &str, pointer: &str, changes: &[Change]) -> bool {
        let change = self.known.get(address).and_then(|known| changes.get(known.change));
        change.is_some_and(|change| renews(change, pointer))
    }

    fn value(&self, address: &str, pointer: &str, changes: &[Change]) -> Option<Value> {
        let known = self.known.get(address)?;
        match pointer {
            "/id" => return Some(Value::from(known.id)),
            "/name" => return known.id.rsplit('/').next().map(Value::from),
            _ => {}
        }
        if renews(changes.get(known.change)?, pointer) {
            return None;
        }
        known.live?.pointer(pointer).filter(|value| !value.is_null()).cloned()
    }
}

/// Whether a change gives the value at a pointer anew.
fn renews(change: &Change, pointer: &str) -> bool {
    match change.action {
        Action::Create | Action::Replace | Action::Delete => true,
        Action::None | Action::Read => false,
        Action::Update => change.properties.iter().any(|property| overlap(&property.pointer, pointer)),
    }
}

fn overlap(left: &str, right: &str) -> bool {
    let below = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(left, right) || below(right, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_overlap_when_one_is_in_the_other() {
        assert!(overlap("/a/b", "/a"));
        assert!(overlap("/a", "/a/b"));
        assert!(overlap("/a", "/a"));
        assert!(overlap("", "/a"));
        assert!(!overlap("/a", "/ab"));
        assert!(!overlap("/a/b", "/a/c"));
    }
}
