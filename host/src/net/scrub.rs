//! Takes values that must not be seen out of what comes back.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::message::Response;

/// What stands in their place.
pub const SCRUBBED: &str = "(secret)";

/// Shorter values are not looked for: they would be found everywhere.
const SHORTEST: usize = 4;

/// Control planes put the errors of others into their own as text: so many levels of JSON are looked through.
const DEEPEST: usize = 4;

/// Values to take out.
#[derive(Default)]
pub struct Scrubber {
    /// The longest first, so that none leaves the rest of another.
    patterns: Vec<Vec<u8>>,
}

impl Scrubber {
    /// A scrubber of these values: as they are, as they look in JSON, and in JSON that is a text in JSON.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut patterns = BTreeSet::new();
        for value in values.into_iter().filter(|value| value.len() >= SHORTEST) {
            let mut forms = BTreeSet::from([value.to_owned()]);
            for _ in 0..DEEPEST {
                let deeper = forms.iter().flat_map(|form| in_json(form)).collect();
                patterns.append(&mut forms);
                forms = deeper;
            }
            patterns.append(&mut forms);
        }
        let mut patterns: Vec<Vec<u8>> = patterns.into_iter().map(String::into_bytes).collect();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
        Self { patterns }
    }

    /// Scrubs text.
    pub fn text(&self, text: &str) -> String {
        match self.bytes(text.as_bytes()) {
            Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            None => text.to_owned(),
        }
    }

    /// Scrubs headers and body of a response.
    pub fn response(&self, response: &mut Response) {
        for (_, value) in &mut response.headers {
            *value = self.text(value);
        }
        if let Some(body) = self.bytes(&response.body) {
            response.body = body;
        }
        if let Some(body) = self.json(&response.body) {
            response.body = body;
        }
    }

    /// JSON without the values, however its strings are written: other writers than ours have escapes of their own (.NET
    /// writes `+` as `\u002B`), and error messages are JSON within JSON. `None` where there were none.
    fn json(&self, text: &[u8]) -> Option<Vec<u8>> {
        if self.patterns.is_empty() || !text.contains(&b'\\') {
            return None;
        }
        let mut value = serde_json::from_slice(text).ok()?;
        self.value(&mut value).then(|| value.to_string().into_bytes())
    }

    /// Scrubs a value; says whether there was something.
    fn value(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.string(text) {
                Some(scrubbed) => {
                    *text = scrubbed;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |found, item| self.value(item) | found),
            Value::Object(map) => {
                let found = map.values_mut().fold(false, |found, item| self.value(item) | found);
                if !map.keys().any(|key| self.string(key).is_some()) {
                    return found;
                }
                let entries = std::mem::take(map).into_iter();
                *map = entries.map(|(key, item)| (self.string(&key).unwrap_or(key), item)).collect::<Map<_, _>>();
                true
            }
            _ => false,
        }
    }

    fn string(&self, text: &str) -> Option<String> {
        let plain = self.bytes(text.as_bytes());
        let inner = self.json(plain.as_deref().unwrap_or(text.as_bytes()));
        inner.or(plain).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The bytes without the values; `None` where there were none.
    fn bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut scrubbed: Option<Vec<u8>> = None;
        for pattern in &self.patterns {
            let current = scrubbed.as_deref().unwrap_or(bytes);
            if let Some(new) = replace(current, pattern) {
                scrubbed = Some(new);
            }
        }
        scrubbed
    }
}

/// A text within a JSON string: as it is mostly written, and as those write it who escape all that is not ASCII.
fn in_json(text: &str) -> [String; 3] {
    let json = serde_json::Value::from(text).to_string();
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&json).to_owned();
    let lower = ascii(&inner, |unit| format!("\\u{unit:04x}"));
    let upper = ascii(&inner, |unit| format!("\\u{unit:04X}"));
    [inner, lower, upper]
}

/// Text with every character beyond ASCII written by its UTF-16 units.
fn ascii(text: &str, unit: impl Fn(u16) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|c| unit(*c)));
        }
    }
    out
}

fn replace(bytes: &[u8], pattern: &[u8]) -> Option<Vec<u8>> {
    let mut at = find(bytes, pattern)?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(SCRUBBED.as_bytes());
        rest = from.get(pattern.len()..).unwrap_or_default();
        match find(rest, pattern) {
            Some(next) => at = next,
            None => break,
        }
    }
    out.extend_from_slice(rest);
    Some(out)
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    let first = *pattern.first()?;
    let mut from = 0;
    while let Some(offset) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + offset;
        if bytes.get(at..at + pattern.len())? == pattern {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_vanish_from_headers_and_bodies_in_each_form() {
        let scrubber = Scrubber::new(["pa\"ss\\word", "pa\"ss", "abc", "long-token"]);
        let body = serde_json::json!({"p": "pa\"ss\\word", "q": "xlong-tokenlong-token", "r": "abc"}).to_string();
        let mut response =
            Response { status: 200, headers: vec![("x".into(), "has long-token".into())], body: body.into() };
        scrubber.response(&mut response);
        assert_eq!(response.headers[0].1, "has (secret)");
        let text = String::from_utf8(response.body).unwrap();
        assert_eq!(text, r#"{"p":"(secret)","q":"x(secret)(secret)","r":"abc"}"#);
    }

    #[test]
    fn a_service_may_escape_what_is_not_ascii() {
        let scrubber = Scrubber::new(["über\u{1f512}\""]);
        for text in ["[\"\\u00fcber\\ud83d\\udd12\\\"\"]", "[\"\\u00FCber\\uD83D\\uDD12\\\"\"]", "[\"über🔒\\\"\"]"]
        {
            assert_eq!(scrubber.text(text), "[\"(secret)\"]");
        }
    }

    #[test]
    fn json_is_scrubbed_however_it_is_written() {
        let scrubber = Scrubber::new(["p+a\"ss"]);
        for body in [
            r#"{"a": ["p\u002Ba\u0022ss"], "n": 1}"#,
            r#"{"a": ["\u0070+a\"ss"], "n": 1}"#,
            r#"{"a": ["{\"inner\": \"p+a\\\"ss\"}"], "n": 1}"#,
            r#"{"a": ["{\"inner\": \"p\\u002ba\\\"ss\"}"], "n": 1}"#,
            r#"{"p\u002Ba\"ss": [], "n": 1}"#,
        ] {
            let mut response = Response { status: 200, headers: Vec::new(), body: body.into() };
            scrubber.response(&mut response);
            let text = String::from_utf8(response.body).unwrap();
            assert!(text.contains("(secret)") && !text.contains("ss"), "{text}");
        }
        // What holds nothing is left as it is written.
        let body = br#"{ "a": "\u002B" }"#.to_vec();
        let mut response = Response { status: 200, headers: Vec::new(), body: body.clone() };
        scrubber.response(&mut response);
        assert_eq!(response.body, body);
    }

    proptest! {
        #[test]
        fn nothing_of_a_value_is_left(before in "[a-d]{0,6}", value in "[e-h][a-d\"\\\\]{2,6}[e-h]", after in "[a-d]{0,6}") {
            let scrubber = Scrubber::new([value.as_str()]);
            let raw = scrubber.text(&format!("{before}{value}{after}"));
            prop_assert!(!raw.contains(&value));
            let mut json = format!("{before}{value}{after}");
            for level in 1..=DEEPEST {
                json = serde_json::Value::from(json).to_string();
                let mut parsed = scrubber.text(&json);
                for _ in 0..level {
                    parsed = serde_json::from_str(&parsed).unwrap();
                }
                prop_assert!(!parsed.contains(&value));
            }
        }
    }
}
