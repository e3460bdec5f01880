//! Which line of the script a property of a resource's body comes from.
//!
//! A kind is free in what it makes of the properties of a declaration, so nothing says for certain which of them gave a
//! place in the body. What can be told: the property's value stands in the script, or a property there has the same name. Where neither leads to exactly one line, the line of the declaration is the honest answer.

use serde_json::Value;

use super::definition::Declaration;
use super::source::Span;

impl Declaration {
    /// Where the script gives what stands at `pointer` of the body; `None` when that cannot be told. `value` is what stands
    /// there, where it is known and no secret.
    pub fn span_of(&self, pointer: &str, value: Option<&Value>) -> Option<Span> {
        let given = || {
            self.property_spans.iter().filter_map(|(property, span)| {
                let value = property_at(self, property)?;
                Some((property.as_str(), value, *span))
            })
        };
        let named = || given().filter(|(property, ..)| same_name(property, pointer));
        let telling = |given: &Value| matches!(given, Value::String(_) | Value::Number(_)) && Some(given) == value;
        only(named().filter(|(_, given, _)| Some(*given) == value).map(|(.., span)| span))
            .or_else(|| only(given().filter(|(_, given, _)| telling(given)).map(|(.., span)| span)))
            .or_else(|| only(named().map(|(.., span)| span)))
    }
}

fn property_at<'a>(declaration: &'a Declaration, pointer: &str) -> Option<&'a Value> {
    let (first, rest) = match pointer.strip_prefix('/')?.split_once('/') {
        Some((first, rest)) => (first, Some(rest)),
        None => (pointer.strip_prefix('/')?, None),
    };
    let value = declaration.properties.get(&first.replace("~1", "/").replace("~0", "~"))?;
    match rest {
        Some(rest) => value.pointer(&format!("/{rest}")),
        None => Some(value),
    }
}

/// `max_nodes` and `maxNodes` are the same word; so are the last keys of an array's elements.
fn same_name(one: &str, other: &str) -> bool {
    let last = |pointer: &str| -> Option<String> {
        let key = pointer.rsplit('/').find(|segment| segment.parse::<usize>().is_err())?;
        Some(key.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect())
    };
    last(one).is_some_and(|word| !word.is_empty() && Some(word) == last(other))
}

fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Mode;

    fn declaration() -> Declaration {
        let properties = json!({
            "max_nodes": 5, "min_nodes": 0, "tags": {"owner": "ml", "cost/centre": "ml"},
            "storage_account": "${storage_account.a#/id}", "admin_enabled": true,
        });
        let lines = [
            "/max_nodes",
            "/min_nodes",
            "/tags",
            "/tags/owner",
            "/tags/cost~1centre",
            "/storage_account",
            "/admin_enabled",
        ];
        let span = |index: usize| Span { source: 0, line: index as u32 + 1, column: 1, length: 1 };
        Declaration {
            address: "cluster.a".into(),
            kind: "cluster".into(),
            name: "a".into(),
            mode: Mode::Managed,
            properties: properties.as_object().cloned().unwrap(),
            span: None,
            property_spans: lines.iter().enumerate().map(|(index, line)| ((*line).to_owned(), span(index))).collect(),
            protected: false,
            expanded_from: None,
        }
    }

    fn line(pointer: &str, value: Option<Value>) -> Option<u32> {
        declaration().span_of(pointer, value.as_ref()).map(|span| span.line)
    }

    #[test]
    fn value_and_name_lead_to_the_line() {
        let cases = [
            ("by its value alone", "/properties/scale/maxNodeCount", Some(json!(5)), Some(1)),
            ("the same value twice, told apart by name", "/tags/owner", Some(json!("ml")), Some(4)),
            ("a key with a slash", "/tags/cost~1centre", Some(json!("ml")), Some(5)),
            (
                "by name where the value came from a reference",
                "/properties/storageAccount",
                Some(json!("/id")),
                Some(6),
            ),
            ("by name where the value is not known", "/properties/storageAccount", None, Some(6)),
            ("a truth value never leads by itself", "/properties/locked", Some(json!(true)), None),
            ("a truth value with its name", "/properties/adminEnabled", Some(json!(true)), Some(7)),
            ("a default of the kind", "/sku/name", Some(json!("Basic")), None),
        ];
        for (what, pointer, after, expected) in cases {
            assert_eq!(line(pointer, after), expected, "{what}");
        }
    }
}
