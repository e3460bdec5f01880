//! A scripted control plane for tests.

use std::collections::VecDeque;

use mlhost_plugin::deployer::{Action, Outcome, Subject};
use mlhost_plugin::{Context, Http, HttpError, Request, Response, testing};
use serde_json::{Value, json};

/// Id of the resource that tests speak of.
pub const ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/things/t";
/// Its URL.
pub const URL: &str =
    "https://arm.test/subscriptions/s/resourceGroups/g/providers/Microsoft.X/things/t?api-version=2024-01-01";

/// Answers that are given in order; every request is kept.
#[derive(Default)]
pub struct Script {
    answers: VecDeque<Result<Response, HttpError>>,
    /// `METHOD URL BODY` of the requests so far.
    pub seen: Vec<String>,
    /// Sizes of the batches so far.
    pub batches: Vec<usize>,
}

impl Script {
    /// Adds an answer with a JSON body (null: empty).
    pub fn then(self, status: u16, headers: &[(&str, &str)], body: &Value) -> Self {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        self.then_bytes(status, headers, body)
    }

    /// Adds an answer.
    pub fn then_bytes(mut self, status: u16, headers: &[(&str, &str)], body: Vec<u8>) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.answers.push_back(Ok(Response { status, headers, body }));
        self
    }

    /// Adds an answer that the resource is not there.
    pub fn then_absent(self) -> Self {
        self.then(404, &[], &error("ResourceNotFound", "not there"))
    }

    /// Adds a failure to get an answer.
    pub fn then_error(mut self, code: &str) -> Self {
        self.answers.push_back(Err(HttpError { code: code.to_owned(), message: "m".to_owned() }));
        self
    }

    /// Whether all answers were asked for.
    pub fn is_used_up(&self) -> bool {
        self.answers.is_empty()
    }
}

impl Http for Script {
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        self.batches.push(requests.len());
        requests
            .into_iter()
            .map(|request| {
                let body = String::from_utf8(request.body.unwrap_or_default()).unwrap();
                let line = format!("{} {} {body}", request.method, request.url);
                self.seen.push(line.trim_end().to_owned());
                self.answers.pop_front().unwrap_or_else(|| panic!("no answer for {line}"))
            })
            .collect()
    }
}

/// An ARM error body.
pub fn error(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message}})
}

/// A context with an endpoint.
pub fn context() -> Context {
    testing::context(json!({"endpoint": "https://arm.test"}))
}

/// A subject.
pub fn subject() -> Subject {
    Subject {
        address: "thing.t".into(),
        type_: "Microsoft.X/things".into(),
        id: ID.into(),
        details: details().to_string(),
    }
}

/// Details with only an api-version.
pub fn details() -> Value {
    json!({"api_version": "2024-01-01"})
}

/// An action on the resource.
pub fn action(verb: &str, body: &Value, details: &Value) -> Action {
    Action {
        verb: verb.into(),
        address: "thing.t".into(),
        type_: "Microsoft.X/things".into(),
        id: ID.into(),
        body: if body.is_null() { String::new() } else { body.to_string() },
        details: details.to_string(),
    }
}

/// Asks after an operation until it ends, at most `most` times; says how it ended, if it did.
pub fn follow(http: &mut dyn Http, mut outcome: Outcome, most: usize) -> Outcome {
    for _ in 0..most {
        let Outcome::Pending(operation) = &outcome else { break };
        let token = operation.token.clone();
        outcome = crate::drive::poll(http, &context(), &[token]).remove(0);
    }
    outcome
}

/// Submits one action and polls until it ends; returns all outcomes.
pub fn run(script: &mut Script, action: Action) -> Vec<Outcome> {
    let mut outcomes = crate::drive::submit(script, &context(), vec![action]);
    while let Some(Outcome::Pending(operation)) = outcomes.last() {
        let token = operation.token.clone();
        outcomes.extend(crate::drive::poll(script, &context(), &[token]));
    }
    assert!(script.is_used_up(), "{outcomes:?}");
    outcomes
}
