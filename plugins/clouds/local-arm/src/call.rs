//! A request as the handlers see it.

use std::cell::OnceCell;

use mlhost_plugin::Store;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::time;
use crate::url::{Url, encode};

/// Bodies above this are refused, as by ARM.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// One request that has passed the front door.
pub struct Call<'a> {
    /// What is kept between requests.
    pub store: &'a mut dyn Store,
    /// Milliseconds since 1970.
    pub now_ms: u64,
    /// HTTP method.
    pub method: &'a str,
    /// Where the request went.
    pub url: &'a Url<'a>,
    /// Its api-version, of the right form.
    pub api_version: &'a str,
    /// Its headers.
    pub headers: &'a [(String, String)],
    /// Its body.
    pub body: Option<&'a [u8]>,
    /// The time in ARM's form.
    pub now: OnceCell<String>,
    /// The operation that it started.
    pub started: Option<String>,
}

impl Call<'_> {
    /// The time in ARM's form.
    pub fn now(&self) -> String {
        self.now.get_or_init(|| time::round_trip(self.now_ms)).clone()
    }

    /// A header by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// An absolute URL of this cloud, as the client reaches it.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}?api-version={}", self.url.origin, encode(self.api_version))
    }

    /// Whether a query parameter is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.url.parameter(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The body as a JSON object.
    ///
    /// # Errors
    /// `InvalidRequestContent`, `RequestEntityTooLarge`.
    pub fn object(&self) -> Result<Map<String, Value>, Fault> {
        let bytes = self.body.unwrap_or_default();
        if bytes.len() > BODY_LIMIT {
            return Err(Fault::gateway(
                413,
                "RequestEntityTooLarge",
                format!("The request content has {} bytes; at most {BODY_LIMIT} are taken.", bytes.len()),
            ));
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(Fault::invalid_content("The body is not a JSON object. Path ''")),
            Err(error) => Err(Fault::invalid_content(&error.to_string())),
        }
    }

    /// Refuses when `If-Match` or `If-None-Match` with `*` do not agree with whether the resource is there.
    ///
    /// # Errors
    /// `PreconditionFailed`.
    pub fn preconditions(&self, exists: bool, id: &str) -> Result<(), Fault> {
        let star = |name: &str| self.header(name).is_some_and(|value| value.trim() == "*");
        if (star("if-none-match") && exists) || (star("if-match") && !exists) {
            return Err(Fault::precondition_failed(id));
        }
        Ok(())
    }
}
