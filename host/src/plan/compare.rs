//! Whether a declared value and a deployed one are the same.

use std::collections::BTreeSet;

use serde_json::{Number, Value};

use crate::model::kind::Compare;

/// Whether two plain values are the same. Ids (strings that start with `/`) never differ by case alone, numbers never by
/// notation alone. `WriteOnly` compares as `Exact`: what it is held against is the caller's choice.
pub(super) fn same(compare: Compare, declared: &Value, live: &Value) -> bool {
    if declared == live {
        return true;
    }
    match (declared, live) {
        (Value::String(declared), Value::String(live)) => same_text(compare, declared, live),
        (Value::Number(declared), Value::Number(live)) => same_number(declared, live),
        (Value::Array(declared), Value::Array(live)) if compare == Compare::Set => same_set(declared, live),
        (Value::Array(declared), Value::Array(live)) => {
            declared.len() == live.len() && declared.iter().zip(live).all(|(left, right)| same(compare, left, right))
        }
        (Value::Object(declared), Value::Object(live)) => {
            declared.len() == live.len()
                && declared.iter().all(|(key, left)| live.get(key).is_some_and(|right| same(compare, left, right)))
        }
        _ => false,
    }
}

fn same_text(compare: Compare, declared: &str, live: &str) -> bool {
    if declared.starts_with('/') && live.starts_with('/') && declared.eq_ignore_ascii_case(live) {
        return true;
    }
    match compare {
        Compare::Exact | Compare::WriteOnly => false,
        Compare::IgnoreCase | Compare::Set => folded(declared) == folded(live),
        Compare::Folded => without_space(declared) == without_space(live),
        Compare::Duration => match (duration(declared), duration(live)) {
            (Some(declared), Some(live)) => declared == live,
            _ => false,
        },
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn same_number(declared: &Number, live: &Number) -> bool {
    let integer = |number: &Number| number.is_i64() || number.is_u64();
    // Two integers that are not equal as they stand differ; as floating point numbers large ones might not.
    !(integer(declared) && integer(live)) && declared.as_f64() == live.as_f64()
}

/// An ISO 8601 duration as months and nanoseconds: a month has no fixed length, a day is 24 hours.
fn duration(text: &str) -> Option<(i64, i128)> {
    let span: jiff::Span = text.parse().ok()?;
    let months = i64::from(span.get_years()) * 12 + i64::from(span.get_months());
    let days = i128::from(span.get_weeks()) * 7 + i128::from(span.get_days());
    let minutes = (days * 24 + i128::from(span.get_hours())) * 60 + i128::from(span.get_minutes());
    let milliseconds = (minutes * 60 + i128::from(span.get_seconds())) * 1000 + i128::from(span.get_milliseconds());
    let microseconds = milliseconds * 1000 + i128::from(span.get_microseconds());
    Some((months, microseconds * 1000 + i128::from(span.get_nanoseconds())))
}

/// Elements without regard to order, repetition and the case of strings. A deployed object may have more properties than
/// the declared one it stands for: the control plane adds defaults.
fn same_set(declared: &[Value], live: &[Value]) -> bool {
    let texts = |items: &[Value]| -> BTreeSet<String> {
        items.iter().filter(|item| !item.is_object()).map(|item| folded(&item.to_string())).collect()
    };
    let objects = |items: &[Value]| -> Vec<Value> { items.iter().filter(|item| item.is_object()).cloned().collect() };
    texts(declared) == texts(live) && same_objects(&objects(declared), objects(live))
}

fn same_objects(declared: &[Value], mut live: Vec<Value>) -> bool {
    declared.len() == live.len()
        && declared.iter().all(|wanted| match live.iter().position(|item| covers(item, wanted)) {
            Some(index) => {
                live.swap_remove(index);
                true
            }
            None => false,
        })
}

fn covers(live: &Value, declared: &Value) -> bool {
    match (declared, live) {
        (Value::Object(declared), Value::Object(live)) => declared.iter().all(|(key, value)| match live.get(key) {
            Some(live) => covers(live, value),
            None => value.is_null(),
        }),
        _ => same(Compare::Set, declared, live),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_way_to_compare() {
        let cases = [
            (Compare::Exact, json!("a"), json!("A"), false),
            (Compare::Exact, json!("/Sub/A"), json!("/sub/a"), true),
            (Compare::Exact, json!("/a"), json!("a"), false),
            (Compare::Exact, json!(1), json!(1.0), true),
            (Compare::Exact, json!(1), json!("1"), false),
            (Compare::Exact, json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), false),
            (Compare::IgnoreCase, json!("STANDARD_D3_V2"), json!("Standard_D3_v2"), true),
            (Compare::IgnoreCase, json!("a b"), json!("ab"), false),
            (Compare::Folded, json!("West Europe"), json!("westeurope"), true),
            (Compare::Duration, json!("PT15M"), json!("PT900S"), true),
            (Compare::Duration, json!("P1DT1H"), json!("PT25H"), true),
            (Compare::Duration, json!("P1W"), json!("P7D"), true),
            (Compare::Duration, json!("P1Y"), json!("P12M"), true),
            (Compare::Duration, json!("P1M"), json!("P30D"), false),
            (Compare::Duration, json!("PT1.5S"), json!("PT1S"), false),
            (Compare::Duration, json!("soon"), json!("later"), false),
            (Compare::Set, json!(["a", "B"]), json!(["b", "A"]), true),
            (Compare::Set, json!(["a", "a"]), json!(["a"]), true),
            (Compare::Set, json!(["a"]), json!(["a", "b"]), false),
            (Compare::Set, json!([{"n": 1}, {"n": 2}]), json!([{"n": 2, "x": 0}, {"n": 1}]), true),
            (Compare::Set, json!([{"n": 1}]), json!([{"n": 2}]), false),
            (Compare::Exact, json!(["a", "b"]), json!(["b", "a"]), false),
        ];
        for (compare, declared, live, expected) in cases {
            assert_eq!(same(compare, &declared, &live), expected, "{compare:?} {declared} {live}");
        }
    }
}
