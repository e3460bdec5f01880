//! Failures: the innermost cause of what Resource Manager answers, in one code and one message.
//!
//! Errors nest: `{"error": {code, message, details: [...]}}`, capitalised `{"Code", "Message"}` (App Service), an
//! `innererror`, and messages that are themselves JSON text.

use mlhost_plugin::deployer::Failure;
use mlhost_plugin::{HttpError, Response};
use serde_json::Value;

use crate::help::help;
use crate::response::object;
use crate::wait::retry_after_ms;

/// Deeper than any real error, shallow enough for any stack.
const DEEPEST: usize = 12;
/// Causes named in one message; more are counted.
const MOST_CAUSES: usize = 3;
/// Characters of a message; more are cut.
const LONGEST_MESSAGE: usize = 2000;

/// Error codes that a later attempt may not meet again: races between resources.
const RACES: &[&str] =
    &["PrincipalNotFound", "AnotherOperationInProgress", "ParentResourceNotFound", "ResourceGroupBeingDeleted"];

/// Statuses that a later attempt may not meet again.
const TRANSIENT: &[u16] = &[408, 429, 500, 502, 503, 504];

/// One cause out of a nested error.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cause {
    code: String,
    message: String,
}

/// A failure of this plugin's own.
pub fn own(code: &str, message: impl Into<String>) -> Failure {
    Failure {
        code: code.to_owned(),
        message: message.into(),
        status: 0,
        retryable: false,
        retry_after_ms: 0,
        help: help(code, ""),
    }
}

/// There was no response.
pub fn from_http(error: &HttpError) -> Failure {
    Failure {
        code: error.code.clone(),
        message: cut(&error.message),
        status: 0,
        retryable: matches!(error.code.as_str(), "connect" | "timeout" | "interrupted"),
        retry_after_ms: 0,
        help: help(&error.code, &error.message),
    }
}

/// The response is no success.
pub fn from_response(response: &Response) -> Failure {
    let causes = object(response).map(|body| causes(&body)).unwrap_or_default();
    if causes.is_empty() {
        return unexpected(response, "an error in the form of Resource Manager");
    }
    from_causes(&causes, response)
}

/// An operation or a resource says of itself that it failed; `response` is where it says so.
pub fn from_operation(body: &Value, state: &str, response: &Response) -> Failure {
    let places = ["/error", "/properties/error", "/properties/statusMessage/error", "/properties/provisioningError"];
    let found = places.iter().filter_map(|place| body.pointer(place)).map(causes).find(|causes| !causes.is_empty());
    let causes = found.unwrap_or_else(|| {
        vec![Cause {
            code: format!("Operation{}", if state.eq_ignore_ascii_case("failed") { "Failed" } else { "Canceled" }),
            message: format!("the operation ended in the state `{state}`; the control plane gives no reason"),
        }]
    });
    // The question was answered with 200: nothing of its status speaks of the operation.
    Failure { retryable: is_race(&causes), ..from_causes(&causes, response) }
}

/// The response is not what the protocol calls for.
pub fn unexpected(response: &Response, expected: &str) -> Failure {
    let kind = response
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("no content type", |(_, value)| value.as_str());
    let start: String = String::from_utf8_lossy(&response.body).chars().take(120).collect();
    let shown: String = start.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Failure {
        code: "UnexpectedResponse".to_owned(),
        message: format!(
            "the answer has status {} and {} bytes ({kind}), where {expected} was expected; it starts with `{}`",
            response.status,
            response.body.len(),
            shown.trim()
        ),
        status: response.status,
        retryable: TRANSIENT.contains(&response.status),
        retry_after_ms: retry_after_ms(response).unwrap_or(0),
        help: help("UnexpectedResponse", ""),
    }
}

/// All codes of an error body, outermost first; empty where it is none.
pub fn codes(body: &Value) -> Vec<String> {
    let mut codes = Vec::new();
    collect_codes(body, 0, &mut codes);
    codes
}

fn from_causes(causes: &[Cause], response: &Response) -> Failure {
    let first = causes.first().cloned().unwrap_or(Cause { code: String::new(), message: String::new() });
    let mut messages: Vec<&str> = Vec::new();
    for cause in causes {
        if !messages.contains(&cause.message.as_str()) {
            messages.push(&cause.message);
        }
    }
    let rest = messages.len().saturating_sub(MOST_CAUSES);
    messages.truncate(MOST_CAUSES);
    let mut message = messages.join("; ");
    if rest > 0 {
        message.push_str(&format!(" (and {rest} more)"));
    }
    Failure {
        help: help(&first.code, &message),
        code: first.code,
        message: cut(&message),
        status: response.status,
        retryable: TRANSIENT.contains(&response.status) || is_race(causes),
        retry_after_ms: retry_after_ms(response).unwrap_or(0),
    }
}

fn is_race(causes: &[Cause]) -> bool {
    causes.iter().any(|cause| RACES.contains(&cause.code.as_str()))
}

fn cut(message: &str) -> String {
    let mut out: String = message.chars().take(LONGEST_MESSAGE).collect();
    if out.len() < message.len() {
        out.push('…');
    }
    out
}

/// The innermost causes of an error body; empty where it is none.
fn causes(body: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    collect_causes(body, 0, &mut causes);
    causes
}

fn collect_causes(node: &Value, depth: usize, causes: &mut Vec<Cause>) {
    let node = unwrapped(node);
    if depth > DEEPEST || !node.is_object() {
        return;
    }
    let before = causes.len();
    for inner in inner_errors(node) {
        collect_causes(&inner, depth + 1, causes);
    }
    if causes.len() > before {
        return;
    }
    let code = text(node, "code").unwrap_or_default();
    let message = text(node, "message").unwrap_or_default();
    if code.is_empty() && message.is_empty() {
        return;
    }
    let code = if code.is_empty() { "Unknown" } else { code };
    let message = if message.is_empty() { code } else { message };
    causes.push(Cause { code: code.to_owned(), message: message.split_whitespace().collect::<Vec<_>>().join(" ") });
}

fn collect_codes(node: &Value, depth: usize, codes: &mut Vec<String>) {
    let node = unwrapped(node);
    if depth > DEEPEST {
        return;
    }
    codes.extend(text(node, "code").map(str::to_owned));
    if let Some(inner) = get(node, "innererror").and_then(|inner| text(inner, "code")) {
        codes.push(inner.to_owned());
    }
    for inner in inner_errors(node) {
        collect_codes(&inner, depth + 1, codes);
    }
}

/// The errors inside an error: JSON in its message, its details, an inner error that has a message of its own.
fn inner_errors(node: &Value) -> Vec<Value> {
    let mut inner = Vec::new();
    if let Some(parsed) = text(node, "message")
        .filter(|message| message.trim_start().starts_with('{'))
        .and_then(|message| serde_json::from_str::<Value>(message).ok())
    {
        inner.push(parsed);
    }
    if let Some(Value::Array(details)) = get(node, "details") {
        inner.extend(details.iter().cloned());
    }
    inner.extend(get(node, "innererror").filter(|inner| text(inner, "message").is_some()).cloned());
    inner
}

fn unwrapped(node: &Value) -> &Value {
    get(node, "error").filter(|error| error.is_object()).unwrap_or(node)
}

/// A member, whatever the case of its name.
fn get<'a>(node: &'a Value, name: &str) -> Option<&'a Value> {
    let map = node.as_object()?;
    map.get(name).or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn text<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    get(node, name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failure(status: u16, body: &Value) -> Failure {
        from_response(&Response { status, headers: Vec::new(), body: body.to_string().into_bytes() })
    }

    #[test]
    fn the_innermost_cause_is_found_in_every_form() {
        let inner = json!({"code": "QuotaExceeded", "message": "no cores\n left"});
        for body in [
            json!({"error": inner}),
            inner.clone(),
            json!({"Code": "QuotaExceeded", "Message": "no cores left", "Details": []}),
            json!({"status": "Failed", "error": {"code": "DeploymentFailed", "message": "m", "details": [inner]}}),
            json!({"error": {"code": "A", "message": json!({"status": "Failed", "error": inner}).to_string()}}),
            json!({"error": {"code": "A", "message": "m", "innererror": inner}}),
            json!({"error": {"code": "A", "message": "m", "details": [
                {"code": "Conflict", "message": json!({"error": {"code": "B", "message": "x", "details": [inner]}}).to_string()}]}}),
        ] {
            let failure = failure(409, &body);
            assert_eq!((failure.code.as_str(), failure.message.as_str()), ("QuotaExceeded", "no cores left"), "{body}");
            assert!(!failure.retryable);
            assert!(failure.help.contains("quota"), "{}", failure.help);
        }
    }

    #[test]
    fn several_causes_are_named_and_counted() {
        let details: Vec<Value> =
            (0..5).map(|n| json!({"code": format!("C{n}"), "message": format!("m{n}")})).collect();
        let failure = failure(400, &json!({"error": {"code": "Outer", "message": "o", "details": details}}));
        assert_eq!(failure.code, "C0");
        assert_eq!(failure.message, "m0; m1; m2 (and 2 more)");
    }

    #[test]
    fn an_inner_error_without_a_message_does_not_hide_the_outer_one() {
        let body = json!({"error": {"code": "UserError", "message": "said", "innererror": {"code": "NotFound"}, "details": [{}]}});
        assert_eq!(failure(404, &body).message, "said");
        assert_eq!(codes(&body), ["UserError", "NotFound"]);
    }

    #[test]
    fn what_may_pass_is_retryable() {
        let body = |code: &str| json!({"error": {"code": code, "message": "m"}});
        for status in TRANSIENT {
            assert!(failure(*status, &body("X")).retryable, "{status}");
        }
        for code in RACES {
            assert!(failure(409, &body(code)).retryable, "{code}");
        }
        for status in [400, 401, 403, 404, 409, 412, 501] {
            assert!(!failure(status, &body("X")).retryable, "{status}");
        }
    }

    #[test]
    fn garbage_is_described_not_repeated() {
        for body in ["", "<html>\u{1b}[31m oh", "[1,2]", "null", "{}", "\"x\""] {
            let response = Response { status: 502, headers: Vec::new(), body: body.into() };
            let failure = from_response(&response);
            assert_eq!(failure.code, "UnexpectedResponse", "{body}");
            assert!(failure.retryable && !failure.message.contains('\u{1b}'));
        }
        let huge = Response { status: 200, headers: Vec::new(), body: vec![b'x'; 5_000_000] };
        assert!(unexpected(&huge, "a resource").message.len() < 400);
        let long = failure(400, &json!({"error": {"code": "X", "message": "y".repeat(100_000)}}));
        assert!(long.message.chars().count() <= LONGEST_MESSAGE + 1);
    }

    #[test]
    fn bottomless_nesting_ends() {
        let mut body = json!({"code": "Deep", "message": "m"});
        for _ in 0..40 {
            body = json!({"code": "Outer", "message": "m", "details": [body]});
        }
        assert_eq!(failure(400, &body).code, "Outer");
    }

    #[test]
    fn an_operation_without_a_reason_still_has_a_code() {
        let response = Response { status: 200, headers: Vec::new(), body: Vec::new() };
        let failure = from_operation(&json!({"status": "Canceled"}), "Canceled", &response);
        assert_eq!((failure.code.as_str(), failure.retryable), ("OperationCanceled", false));
    }
}
