//! Reading answers: headers, JSON, and whether something is there.

use mlhost_plugin::Response;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::failure::codes;

/// Codes of 404 answers that do not say that the resource is absent, but that the question was wrong.
const WRONG_QUESTION: &[&str] = &["subscriptionnotfound", "tenantnotfound"];

/// The first header of that (lower-case) name.
pub fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// The body as a JSON object.
pub fn object(response: &Response) -> Option<Value> {
    serde_json::from_slice(&response.body).ok().filter(Value::is_object)
}

/// The body as text, when it is a JSON object. Cheaper than [`object`]: nothing is built.
pub fn object_text(response: &Response) -> Option<String> {
    let text = std::str::from_utf8(&response.body).ok()?;
    let is_object = text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    is_object.then(|| text.to_owned())
}

/// Whether an answer says that the resource does not exist. A 404 that is not Resource Manager's (a wrong endpoint, a
/// proxy) or that speaks of the subscription says no such thing.
pub fn is_absent(response: &Response) -> bool {
    if response.status != 404 {
        return false;
    }
    if response.body.is_empty() {
        return header(response, "x-ms-request-id").is_some()
            || header(response, "x-ms-correlation-request-id").is_some();
    }
    let Some(body) = object(response) else { return false };
    let codes: Vec<String> = codes(&body).iter().map(|code| code.to_ascii_lowercase()).collect();
    !codes.iter().any(|code| WRONG_QUESTION.contains(&code.as_str()))
        && codes.iter().any(|code| code.contains("notfound") || code.contains("notexist"))
}

/// `properties.provisioningState` of a resource.
pub fn provisioning_state(body: &Value) -> Option<&str> {
    body.pointer("/properties/provisioningState").and_then(Value::as_str)
}

/// What a word for the state of an operation means. Words that are none of Resource Manager's mean: still at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has succeeded.
    Succeeded,
    /// It has failed or was cancelled.
    Failed,
    /// It is at work.
    Running,
}

/// Reads such a word, without regard to case.
pub fn progress(word: &str) -> Progress {
    match word.to_ascii_lowercase().as_str() {
        "succeeded" => Progress::Succeeded,
        "failed" | "canceled" | "cancelled" => Progress::Failed,
        _ => Progress::Running,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(body: &str) -> Response {
        Response { status: 404, headers: Vec::new(), body: body.into() }
    }

    #[test]
    fn only_the_control_plane_can_say_that_something_is_absent() {
        for absent in [
            r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#,
            r#"{"error":{"code":"ResourceGroupNotFound","message":"m"}}"#,
            r#"{"error":{"code":"ParentResourceNotFound","message":"m"}}"#,
            r#"{"Code":"NotFound","Message":"m"}"#,
            r#"{"error":{"code":"UserError","message":"m","innererror":{"code":"NotFound"}}}"#,
            r#"{"error":{"code":"RoleDefinitionDoesNotExist","message":"m"}}"#,
        ] {
            assert!(is_absent(&response(absent)), "{absent}");
        }
        for other in [
            r#"{"error":{"code":"SubscriptionNotFound","message":"m"}}"#,
            r#"{"error":{"code":"InvalidResourceNamespace","message":"m"}}"#,
            "<html>404 not found</html>",
            "",
            "[]",
            r#"{"detail":"NotFound"}"#,
        ] {
            assert!(!is_absent(&response(other)), "{other}");
        }
        let headers = vec![("x-ms-request-id".to_owned(), "1".to_owned())];
        assert!(is_absent(&Response { headers: headers.clone(), ..response("") }));
        assert!(!is_absent(&Response { status: 200, headers, ..response("") }));
    }

    #[test]
    fn state_words_are_read_without_case() {
        assert_eq!(progress("succeeded"), Progress::Succeeded);
        assert_eq!(progress("CANCELED"), Progress::Failed);
        assert_eq!(progress("SomethingNew"), Progress::Running);
    }

    #[test]
    fn only_objects_are_bodies() {
        assert_eq!(object_text(&response(" {\"a\":1}")), Some(" {\"a\":1}".to_owned()));
        for bad in ["", "[]", "{\"a\":1", "null", "<html>"] {
            assert_eq!(object_text(&response(bad)), None, "{bad}");
        }
        assert_eq!(object_text(&Response { body: vec![b'{', 0xff, b'}'], ..response("") }), None);
    }
}
