//! What crosses the boundary, for the log: requests as the plugin made them, before secrets and the token are put in,
//! and answers after they were taken out again.

use std::time::Instant;

use tracing::Level;

use super::message::{BoundaryError, Request, Response};

/// Bytes of a body that are shown.
const SHOWN: usize = 16 << 10;

/// Requests under way; nothing when nobody reads the log.
pub(super) struct Trace(Option<(Vec<String>, Instant)>);

impl Trace {
    /// Notes what is asked.
    pub(super) fn begin(requests: &[Request]) -> Self {
        if !tracing::enabled!(Level::DEBUG) {
            return Self(None);
        }
        for request in requests {
            if let Some(body) = &request.body {
                tracing::trace!(target: "mlhost::net", request = line(request), body = shown(body), "body");
            }
        }
        Self(Some((requests.iter().map(line).collect(), Instant::now())))
    }

    /// Notes what came back. The time is that of the whole batch.
    pub(super) fn end(self, answers: &[Result<Response, BoundaryError>]) {
        let Self(Some((requests, began))) = self else { return };
        let elapsed = began.elapsed();
        for (request, answer) in requests.iter().zip(answers) {
            match answer {
                Ok(Response { status, body, .. }) => {
                    tracing::debug!(target: "mlhost::net", request, status, ?elapsed, "answer");
                    tracing::trace!(target: "mlhost::net", request, body = shown(body), "body");
                }
                Err(error) => tracing::debug!(target: "mlhost::net", request, %error, ?elapsed, "no answer"),
            }
        }
    }
}

/// Method and URL. A query may be signed, and is a key then: of its parameters, only the version is shown.
fn line(request: &Request) -> String {
    let (url, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let version = query.split('&').find(|pair| pair.starts_with("api-version="));
    let mark = if version.is_some() { "?" } else { "" };
    format!("{} {url}{mark}{}", request.method, version.unwrap_or_default())
}

fn shown(body: &[u8]) -> String {
    let start = body.get(..SHOWN).unwrap_or(body);
    let rest = body.len() - start.len();
    let mut text = String::from_utf8_lossy(start).into_owned();
    if rest > 0 {
        text.push_str(&format!(" and {rest} further bytes"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_query_is_not_shown() {
        let get = |url: &str| Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: None };
        assert_eq!(
            line(&get("https://h/a?t=1&api-version=2024-01-01&s=key")),
            "GET https://h/a?api-version=2024-01-01"
        );
        assert_eq!(line(&get("https://h/a?sig=key")), "GET https://h/a");
        assert_eq!(line(&get("https://h/a")), "GET https://h/a");
    }

    #[test]
    fn a_long_body_is_cut() {
        assert_eq!(shown(b"{}"), "{}");
        assert!(shown(&vec![b'x'; SHOWN + 7]).ends_with("x and 7 further bytes"));
    }
}
