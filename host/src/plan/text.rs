//! What a declared value is as far as a plan can tell: plain, a secret, or known after apply.

use std::borrow::Cow;

use serde_json::Value;

use crate::model::plan::Shown;
use crate::model::reference::{self, Part, TokenTarget, may_hold_tokens, parse};

/// What a value in token form is.
#[derive(Debug, PartialEq)]
pub(super) enum Reading<'a> {
    /// It has no tokens; here it is without escapes.
    Plain(Cow<'a, Value>),
    /// It holds a secret.
    Secret,
    /// It holds references whose values are not known yet, to these addresses and pointers.
    Unknown(Vec<(String, String)>),
}

/// Reads a value in token form. A string that is not well-formed is taken as it stands.
pub(super) fn read(value: &Value) -> Reading<'_> {
    let mut tokens = Tokens::default();
    tokens.gather(value);
    if tokens.secret {
        Reading::Secret
    } else if !tokens.references.is_empty() {
        Reading::Unknown(tokens.references)
    } else if tokens.escaped {
        let mut plain = value.clone();
        reference::finish(&mut plain);
        Reading::Plain(Cow::Owned(plain))
    } else {
        Reading::Plain(Cow::Borrowed(value))
    }
}

/// A value in token form as a plan shows it.
pub(super) fn shown(value: &Value) -> Shown {
    match read(value) {
        Reading::Plain(plain) => Shown::Value(plain.into_owned()),
        Reading::Secret => Shown::Secret,
        Reading::Unknown(_) => Shown::KnownAfterApply,
    }
}

/// Whether a value in token form holds a secret.
pub(super) fn has_secret(value: &Value) -> bool {
    let mut tokens = Tokens::default();
    tokens.gather(value);
    tokens.secret
}

/// Whether a value in token form holds a reference to a resource, which only the deployment can resolve.
pub fn has_reference(value: &Value) -> bool {
    let mut tokens = Tokens::default();
    tokens.gather(value);
    !tokens.references.is_empty()
}

/// Whether any string of a value may hold tokens or escapes; most bodies have none, and this is cheap.
pub fn may_hold(value: &Value) -> bool {
    match value {
        Value::String(text) => may_hold_tokens(text),
        Value::Array(items) => items.iter().any(may_hold),
        Value::Object(map) => map.values().any(may_hold),
        _ => false,
    }
}

#[derive(Default)]
struct Tokens {
    secret: bool,
    escaped: bool,
    references: Vec<(String, String)>,
}

impl Tokens {
    fn gather(&mut self, value: &Value) {
        match value {
            Value::String(text) if may_hold_tokens(text) => self.gather_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(map) => map.values().for_each(|item| self.gather(item)),
            _ => {}
        }
    }

    fn gather_text(&mut self, text: &str) {
        for part in parse(text).unwrap_or_default() {
            match part {
                Part::Text(_) => self.escaped = true,
                Part::Token(token) => match token.0 {
                    TokenTarget::Secret { .. } => self.secret = true,
                    TokenTarget::Resource { address, pointer } => self.references.push((address, pointer)),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_value_is() {
        let unknown = |address: &str, pointer: &str| Reading::Unknown(vec![(address.into(), pointer.into())]);
        assert_eq!(read(&json!(["a", 1])), Reading::Plain(Cow::Owned(json!(["a", 1]))));
        assert_eq!(read(&json!("$${x}")), Reading::Plain(Cow::Owned(json!("${x}"))));
        assert_eq!(read(&json!("a ${x.y#/z}")), unknown("x.y", "/z"));
        assert_eq!(read(&json!({"a": ["${secret:env:P}", "${x.y#/z}"]})), Reading::Secret);
        assert_eq!(read(&json!("${broken")), Reading::Plain(Cow::Owned(json!("${broken"))));
        assert_eq!(shown(&json!("${secret:env:P}")), Shown::Secret);
        assert!(!has_reference(&json!("$${x.y#/z} ${secret:env:P}")));
    }
}
