//! Takes values that must not be seen out of what comes back.

use super::message::Response;

/// What stands in their place.
pub const SCRUBBED: &str = "(secret)";

/// Shorter values are not looked for: they would be found everywhere.
const SHORTEST: usize = 4;

/// Values to take out.
#[derive(Default)]
pub struct Scrubber {
    /// The longest first, so that none leaves the rest of another.
    patterns: Vec<Vec<u8>>,
}

impl Scrubber {
    /// A scrubber of these values, as they are and as they look in JSON.
    pub fn new<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut patterns = Vec::new();
        for value in values.into_iter().filter(|value| value.len() >= SHORTEST) {
            patterns.push(value.as_bytes().to_vec());
            let json = serde_json::Value::from(value).to_string();
            let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(&json);
            if inner != value {
                patterns.push(inner.as_bytes().to_vec());
            }
        }
        patterns.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        patterns.dedup();
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

    proptest! {
        #[test]
        fn nothing_of_a_value_is_left(before in "[a-d]{0,6}", value in "[a-d\"\\\\]{4,8}", after in "[a-d]{0,6}") {
            let scrubber = Scrubber::new([value.as_str()]);
            let raw = scrubber.text(&format!("{before}{value}{after}"));
            prop_assert!(!raw.contains(&value));
            let json = serde_json::Value::from(format!("{before}{value}{after}")).to_string();
            let parsed: String = serde_json::from_str(&scrubber.text(&json)).unwrap();
            prop_assert!(!parsed.contains(&value));
        }
    }
}
