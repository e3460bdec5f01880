//! The URL of a request, taken apart.

/// Path segments and query of a request, decoded.
#[derive(Debug)]
pub struct Url<'a> {
    /// Scheme, host and port as the client wrote them, without a slash at the end.
    pub origin: &'a str,
    /// The path as the client wrote it.
    pub raw_path: &'a str,
    /// Decoded segments of the path; empty ones are left out.
    pub segments: Vec<String>,
    /// Decoded parameters in their order.
    query: Vec<(String, String)>,
}

impl<'a> Url<'a> {
    /// Takes an absolute URL apart. `None` when it is none, or when a segment holds a slash, a control character or
    /// broken percent-encoding.
    pub fn parse(url: &'a str) -> Option<Self> {
        let authority = url.find("://")? + 3;
        let rest = url.get(authority..)?;
        let end = rest.find(['/', '?', '#']).map_or(url.len(), |at| authority + at);
        let (origin, tail) = url.split_at_checked(end)?;
        let tail = tail.split('#').next().unwrap_or("");
        let (raw_path, raw_query) = tail.split_once('?').unwrap_or((tail, ""));
        let mut segments = Vec::with_capacity(10);
        for segment in raw_path.split('/').filter(|segment| !segment.is_empty()) {
            let decoded = decode(segment, false)?;
            if decoded.contains('/') || decoded.chars().any(char::is_control) {
                return None;
            }
            segments.push(decoded);
        }
        let mut query = Vec::new();
        for pair in raw_query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.push((decode(name, true)?, decode(value, true)?));
        }
        Some(Self { origin, raw_path, segments, query })
    }

    /// The first parameter of a name, compared without case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str, plus_is_space: bool) -> Option<String> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            b'+' if plus_is_space => b' ',
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Percent-encodes what may not stand in a query value.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_url_apart() {
        let url = Url::parse("https://x:8/subscriptions/a%20b//c?api-version=1&%24top=5&q=a+b#f").unwrap();
        assert_eq!(url.origin, "https://x:8");
        assert_eq!(url.segments, ["subscriptions", "a b", "c"]);
        assert_eq!(url.parameter("$TOP"), Some("5"));
        assert_eq!(url.parameter("q"), Some("a b"));
        assert_eq!(url.parameter("none"), None);
        assert_eq!(Url::parse("http://h?a=1").unwrap().parameter("a"), Some("1"));
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        for bad in ["nothing", "https://h/a%2Fb", "https://h/a%00", "https://h/%zz", "https://h/%f", "https://h/%ff"] {
            assert!(Url::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn encoding_and_decoding_agree() {
        for text in ["", "a b", "ä/?&=+%", "r1/subscriptions/…"] {
            assert_eq!(decode(&encode(text), true).unwrap(), text);
        }
    }
}
