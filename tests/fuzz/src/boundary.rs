//! Secrets on their way out, and on their way back.

use std::sync::Arc;

use mlhost::net::fuzzing::{fill, scrub};
use mlhost::net::{EnvironmentSecrets, Secrets};
use serde_json::Value;

/// A value that is written differently in every kind of JSON.
const VALUE: &str = "pä\"s+s/w<o>r\\d";
/// Never granted.
const OTHER: &str = "the-other-value";

/// A body never gets a secret that was not granted, nor one that it does not ask for; an answer shows none, however its
/// JSON is written. The first byte chooses how the answer writes each character.
pub fn run(data: &[u8]) {
    let Some((style, body)) = data.split_first() else { return };
    goes_out(body);
    comes_back(*style, body);
}

fn goes_out(body: &[u8]) {
    let lookup = |name: &str| match name {
        "PASSWORD" => Some(VALUE.to_owned()),
        _ => Some(OTHER.to_owned()),
    };
    let secrets = Secrets::new(Arc::new(EnvironmentSecrets(lookup)), ["env:PASSWORD".to_owned()]);
    let Ok(filled) = fill(&secrets, body.to_vec(), true) else { return };
    let has = |text: &[u8], word: &str| text.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(!has(&filled, OTHER) || has(body, OTHER), "a secret that was not granted");
    let value: Value = match serde_json::from_slice(&filled) {
        Ok(value) => value,
        Err(_) => return assert_eq!(filled, body, "a body that is no JSON was changed"),
    };
    // The name of a secret, as it is or with a character in another form.
    let asks = has(body, "secret:") || has(body, "%") || has(body, "\\");
    assert!(asks || !holds(&value, VALUE) || has(body, "PASSWORD"), "a secret that nobody asked for");
}

fn comes_back(style: u8, around: &[u8]) {
    let around = String::from_utf8_lossy(around);
    let half = around.floor_char_boundary(around.len() / 2);
    let (before, after) = around.split_at(half);
    let written: String = VALUE.chars().enumerate().map(|(at, c)| written(c, style.rotate_left(at as u32))).collect();
    let body = format!("{{\"echo\": \"{} {written} {}\"}}", quoted(before), quoted(after));
    let Ok(told) = serde_json::from_str::<Value>(&body) else { return };
    assert!(holds(&told, VALUE), "{body}");
    let scrubbed = scrub([VALUE], body.into_bytes());
    let seen: Value = serde_json::from_slice(&scrubbed).expect("JSON stays JSON");
    assert!(!holds(&seen, VALUE), "an answer shows the secret: {}", String::from_utf8_lossy(&scrubbed));
}

/// A character inside of a JSON string.
fn written(c: char, style: u8) -> String {
    match style & 3 {
        0 => format!("\\u{:04x}", u32::from(c)),
        1 => format!("\\u{:04X}", u32::from(c)),
        2 if c == '/' => "\\/".to_owned(),
        _ => quoted(&c.to_string()),
    }
}

/// Text inside of a JSON string, as serde writes it.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&json).to_owned()
}

fn holds(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text.contains(word),
        Value::Array(items) => items.iter().any(|item| holds(item, word)),
        Value::Object(map) => map.iter().any(|(key, item)| key.contains(word) || holds(item, word)),
        _ => false,
    }
}
