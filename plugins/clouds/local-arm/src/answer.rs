//! Answers, and the headers that ARM puts on every one of them.

use serde_json::Value;

use crate::guid::guid;
use crate::time;
use mlhost_plugin::{Request, Response};

/// An answer before ARM's common headers are on it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// JSON, or nothing.
    pub body: Vec<u8>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    /// A status with a JSON document.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, body.to_string().into_bytes())
    }

    /// A status with JSON that is already written.
    pub fn bytes(status: u16, body: Vec<u8>) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// A status alone.
    pub fn empty(status: u16) -> Self {
        Self::bytes(status, Vec::new())
    }

    /// Adds a header; its name is lower case.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Puts the headers on that every answer of ARM carries.
    pub fn finish(self, request: &Request, received_at_ms: u64, region: &str) -> Response {
        let sent = |name: &str| request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let client_id = sent("x-ms-client-request-id");
        let client = client_id.map_or("", |(_, value)| value.as_str());
        let id = guid(&["request", &request.method, &request.url, client, &received_at_ms.to_string()]);
        let correlation = sent("x-ms-correlation-request-id").map_or_else(|| id.clone(), |(_, value)| value.clone());
        let routing = format!("{}:{}:{id}", region.to_ascii_uppercase(), time::compact(received_at_ms));
        let (bucket, left) = match request.method.as_str() {
            "GET" | "HEAD" => ("x-ms-ratelimit-remaining-subscription-reads", "249"),
            "DELETE" => ("x-ms-ratelimit-remaining-subscription-deletes", "199"),
            _ => ("x-ms-ratelimit-remaining-subscription-writes", "199"),
        };
        let mut headers: Vec<(String, String)> = Vec::with_capacity(12 + self.headers.len());
        let mut put = |name: &str, value: String| headers.push((name.to_owned(), value));
        put("cache-control", "no-cache".to_owned());
        put("pragma", "no-cache".to_owned());
        put("expires", "-1".to_owned());
        put("strict-transport-security", "max-age=31536000; includeSubDomains".to_owned());
        put("x-content-type-options", "nosniff".to_owned());
        put(bucket, left.to_owned());
        put("x-ms-request-id", id);
        put("x-ms-correlation-request-id", correlation);
        put("x-ms-routing-request-id", routing);
        if let Some((_, value)) =
            client_id.filter(|_| sent("x-ms-return-client-request-id").is_some_and(|(_, value)| value == "true"))
        {
            put("x-ms-client-request-id", value.clone());
        }
        if !self.body.is_empty() {
            put("content-type", "application/json; charset=utf-8".to_owned());
        }
        for (name, value) in self.headers {
            put(name, value);
        }
        let body = if request.method == "HEAD" { Vec::new() } else { self.body };
        Response { status: self.status, headers, body }
    }
}
