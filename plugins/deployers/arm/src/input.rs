//! What the host hands in, checked: facts, details, ids, and URLs out of headers and journals.

use std::collections::BTreeMap;

use mlhost_plugin::Context;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::describe::DEFAULT_ORIGIN;

/// Poll URLs carry signed tails of more than 2 KB; this is far beyond what Azure gives out.
const LONGEST_URL: usize = 32 * 1024;

/// The details of a resource that this deployer reads (`wit/schemas/details.schema.json` has all).
#[derive(Debug, Clone, Deserialize)]
pub struct Details {
    /// Value of the `api-version` query parameter.
    pub api_version: String,
    /// Further query parameters of DELETE.
    #[serde(default)]
    pub delete_query: BTreeMap<String, String>,
    /// How to bring back a soft-deleted resource of the same name.
    #[serde(default)]
    pub recover: Option<Recover>,
}

/// How to bring back a soft-deleted resource: when PUT fails with `code`, PUT once with these values set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recover {
    /// Error code that tells it.
    pub code: String,
    /// JSON Pointer → value.
    pub body: BTreeMap<String, Value>,
}

/// Reads details.
///
/// # Errors
/// Says what is wrong with them.
pub fn details(text: &str) -> Result<Details, String> {
    let details: Details =
        serde_json::from_str(text).map_err(|error| format!("the details are not usable: {error}"))?;
    if !is_api_version(&details.api_version) {
        return Err(format!(
            "`{}` is no api-version: `YYYY-MM-DD`, optionally with `-preview`, was expected",
            details.api_version
        ));
    }
    Ok(details)
}

fn is_api_version(text: &str) -> bool {
    let (date, suffix) = text.split_at_checked(10).unwrap_or((text, ""));
    let date_ok = date.len() == 10
        && date.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    let suffix_ok = suffix.is_empty()
        || (suffix.starts_with('-')
            && suffix.len() > 1
            && suffix.bytes().all(|b| b == b'-' || b == b'.' || b.is_ascii_alphanumeric()));
    date_ok && suffix_ok
}

/// Origin of the control plane, without a slash at its end.
///
/// # Errors
/// When the endpoint is no origin.
pub fn origin(context: &Context) -> Result<String, String> {
    let origin = context.facts.text("endpoint").unwrap_or(DEFAULT_ORIGIN);
    let origin = origin.strip_suffix('/').unwrap_or(origin);
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match authority {
        Some(authority) if is_url(origin) && !authority.is_empty() && !authority.contains(['/', '?', '#', '@']) => {
            Ok(origin.to_owned())
        }
        _ => Err(format!("the fact `endpoint` is `{origin}`: an origin such as `{DEFAULT_ORIGIN}` was expected")),
    }
}

/// URL of a resource, with its api-version.
///
/// # Errors
/// When the id is none: it must be absolute, and without empty, `.` and `..` segments, control characters and references.
pub fn resource_url(origin: &str, id: &str, api_version: &str) -> Result<String, String> {
    let refused = |why: &str| Err(format!("`{id}` is no resource id: {why}"));
    let Some(path) = id.strip_prefix('/') else {
        return refused("it must start with `/`");
    };
    if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return refused("it has an empty, `.` or `..` segment");
    }
    if id.chars().any(char::is_control) {
        return refused("it holds control characters");
    }
    if id.contains("${") {
        return refused("it holds a reference that nothing has resolved");
    }
    Ok(format!("{origin}{}?api-version={api_version}", encode(id, is_path_byte)))
}

/// Adds query parameters to a URL that has some.
pub fn with_query(url: &str, query: &BTreeMap<String, String>) -> String {
    let mut url = url.to_owned();
    for (name, value) in query {
        url.push_str(&format!("&{}={}", encode(name, is_unreserved), encode(value, is_unreserved)));
    }
    url
}

/// The URL out of a `Location` or `Azure-AsyncOperation` header, or out of a token. It is opaque: nothing is added to it.
/// The host decides whether its origin is allowed.
///
/// # Errors
/// When it is no absolute URL (or absolute path) of http(s).
pub fn poll_url(origin: &str, given: &str) -> Result<String, String> {
    let url =
        if given.starts_with('/') && !given.starts_with("//") { format!("{origin}{given}") } else { given.to_owned() };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let authority = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if authority.is_empty() || authority.contains('@') || !is_url(&url) {
        let start: String = given.chars().take(80).collect();
        return Err(format!("`{start}` is no URL of an operation"));
    }
    Ok(url)
}

fn is_url(text: &str) -> bool {
    text.len() <= LONGEST_URL && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// RFC 3986 `pchar` and `/`.
fn is_path_byte(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@/".contains(&byte)
}

fn encode(text: &str, plain: fn(u8) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use mlhost_plugin::{json, testing};

    use super::*;

    #[test]
    fn the_origin_is_the_public_cloud_or_the_endpoint() {
        let of = |endpoint: &str| origin(&testing::context(json!({"endpoint": endpoint})));
        assert_eq!(origin(&testing::context(json!({}))).unwrap(), DEFAULT_ORIGIN);
        assert_eq!(of("http://127.0.0.1:8080/").unwrap(), "http://127.0.0.1:8080");
        for bad in ["ftp://x", "https://", "https://a/b", "https://u@h", "https://a?b", "https://a b", "x"] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ids_are_encoded_and_cannot_leave_their_path() {
        let url = resource_url("https://h", "/subscriptions/s/resourceGroups/a b%c?d#e(é)", "2024-01-01").unwrap();
        assert_eq!(url, "https://h/subscriptions/s/resourceGroups/a%20b%25c%3Fd%23e(%C3%A9)?api-version=2024-01-01");
        for bad in ["", "x/y", "/a//b", "/a/../b", "/a/.", "/a/", "/a\n", "/a/${x.y#/id}"] {
            assert!(resource_url("https://h", bad, "2024-01-01").is_err(), "{bad}");
        }
    }

    #[test]
    fn api_versions_have_their_form() {
        let with = |version: &str| details(&format!(r#"{{"api_version":"{version}"}}"#));
        for good in ["2024-01-01", "2024-01-01-preview", "2020-12-01-preview.2"] {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in ["", "latest", "2024-1-1", "2024-01-01preview", "2024-01-01-", "2024-01-01-a&b", "é024-01-01"] {
            assert!(with(bad).is_err(), "{bad}");
        }
        assert!(details("{}").is_err());
    }

    #[test]
    fn query_parameters_are_encoded() {
        let query = BTreeMap::from([("forceToPurge".to_owned(), "true&x=1".to_owned())]);
        assert_eq!(
            with_query("https://h/x?api-version=1", &query),
            "https://h/x?api-version=1&forceToPurge=true%26x%3D1"
        );
    }

    #[test]
    fn poll_urls_are_opaque_but_urls() {
        let opaque = format!("https://westeurope.management.azure.com/s/op?t=1&s={}", "a".repeat(4000));
        assert_eq!(poll_url("https://h", &opaque).unwrap(), opaque);
        assert_eq!(poll_url("https://h", "/s/op?x=1").unwrap(), "https://h/s/op?x=1");
        for bad in [
            "",
            "file:///etc/passwd",
            "//evil/x",
            "https://u:p@h/x",
            "https:///x",
            "https://h/a b",
            "https://h/\u{e9}",
            "https://h\\x",
        ] {
            assert!(poll_url("https://h", bad).is_err(), "{bad}");
        }
    }
}
