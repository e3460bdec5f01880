//! Which headers a plugin may send and see.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::message::{BoundaryCode, BoundaryError};

/// Headers that are the host's: the target, the credentials, and how the message is framed.
const RESERVED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

/// Headers of answers that no plugin gets.
const WITHHELD: &[&str] = &["set-cookie", "proxy-authenticate"];

/// More than any real request has.
const MOST_HEADERS: usize = 64;

/// The headers of a plugin's request.
///
/// # Errors
/// `denied` for a header that is the host's, `invalid-request` for what is no header.
pub fn of_request(headers: &[(String, String)]) -> Result<HeaderMap, BoundaryError> {
    let invalid = |message: String| BoundaryError::new(BoundaryCode::InvalidRequest, message);
    if headers.len() > MOST_HEADERS {
        return Err(invalid(format!("a request with {} headers, {MOST_HEADERS} are allowed", headers.len())));
    }
    let mut map = HeaderMap::with_capacity(headers.len() + 4);
    for (name, value) in headers {
        let name: HeaderName = name.parse().map_err(|_| invalid("a header has no valid name".to_owned()))?;
        if RESERVED.contains(&name.as_str()) {
            return Err(BoundaryError::new(
                BoundaryCode::Denied,
                format!("the header `{name}` is set by the host alone"),
            ));
        }
        let value =
            HeaderValue::from_str(value).map_err(|_| invalid(format!("the header `{name}` has no valid value")))?;
        map.append(name, value);
    }
    Ok(map)
}

/// The headers of an answer, for the plugin. Values that are no text are left out.
pub fn of_response(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !WITHHELD.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// Headers as the contract has them.
pub fn as_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_sets_neither_credentials_nor_framing() {
        for name in ["Authorization", "host", "COOKIE", "transfer-encoding", "proxy-authorization", "user-agent"] {
            let error = of_request(&[(name.to_owned(), "x".to_owned())]).unwrap_err();
            assert_eq!(error.code, BoundaryCode::Denied, "{name}");
        }
        for (name, value) in [("a b", "x"), ("", "x"), ("a", "x\r\nauthorization: y"), ("a", "\u{0}")] {
            let error = of_request(&[(name.to_owned(), value.to_owned())]).unwrap_err();
            assert_eq!(error.code, BoundaryCode::InvalidRequest, "{name} {value}");
        }
        let many = vec![("a".to_owned(), "b".to_owned()); MOST_HEADERS + 1];
        assert!(of_request(&many).is_err());
        assert_eq!(of_request(&[("If-Match".to_owned(), "*".to_owned())]).unwrap()["if-match"], "*");
    }

    #[test]
    fn answers_lose_cookies() {
        let mut map = HeaderMap::new();
        map.insert("set-cookie", HeaderValue::from_static("a=b"));
        map.insert("location", HeaderValue::from_static("/x"));
        map.insert("x-bytes", HeaderValue::from_bytes(&[0xff]).unwrap());
        assert_eq!(of_response(&map), [("location".to_owned(), "/x".to_owned())]);
    }
}
