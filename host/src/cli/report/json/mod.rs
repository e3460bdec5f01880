//! Output for machines: a [`stream`] of [`lines`] for commands that take their time, one of the [`documents`] for those
//! that answer at once. `docs/output.schema.json` describes both; the tests hold every kind of either against it.
//!
//! Version 1 of the format may gain fields and kinds of lines. Readers skip what they do not know; each line has a
//! `message` that can always be shown.

pub mod documents;
pub mod lines;
pub mod stream;
pub mod views;

use std::fmt::Write as _;

use serde::Serialize;

use super::text::is_hidden;

/// Version of the format. A minor release of mlhost adds to it; a change that breaks readers raises it.
pub const FORMAT: u32 = 1;

/// JSON on one line. Characters that could steer a terminal are escaped, so that the text may be shown as it is.
pub fn text<T: Serialize>(value: &T) -> String {
    escaped(serde_json::to_string(value))
}

/// Like [`text`], on several lines, with a line break at the end.
pub fn pretty<T: Serialize>(value: &T) -> String {
    let mut out = escaped(serde_json::to_string_pretty(value));
    out.push('\n');
    out
}

/// Outside of strings JSON has no hidden characters but line breaks; within them `\uXXXX` means the same.
fn escaped(json: serde_json::Result<String>) -> String {
    // Only maps with keys that are no strings fail to serialise, and no view has one.
    let json = json.unwrap_or_else(|error| format!("{{\"type\":\"log\",\"level\":\"error\",\"message\":\"{error}\"}}"));
    if !json.chars().any(|c| c != '\n' && is_hidden(c)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 32);
    for c in json.chars() {
        if c != '\n' && is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
#[path = "../tests/json.rs"]
mod tests;
