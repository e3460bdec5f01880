//! What holds whatever a control plane answers.

use mlhost_plugin::deployer::Outcome;
use mlhost_plugin::{Http, HttpError, Request, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::drive::submit;
use crate::response::is_absent;
use crate::testing::{action, context, error, follow};

/// Answers out of a list, over and over; keeps what was asked and answered.
struct Chaos {
    answers: Vec<Result<Response, HttpError>>,
    log: Vec<(String, bool)>,
}

impl Http for Chaos {
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        let mut answers = Vec::new();
        for request in requests {
            let answer = self.answers[self.log.len() % self.answers.len()].clone();
            self.log.push((request.method, answer.as_ref().is_ok_and(is_absent)));
            answers.push(answer);
        }
        answers
    }
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let state = |word: &str| json!({"properties": {"provisioningState": word}}).to_string().into_bytes();
    prop_oneof![
        Just(Vec::new()),
        Just(b"<html>".to_vec()),
        Just(b"[]".to_vec()),
        Just(state("Succeeded")),
        Just(state("Creating")),
        Just(state("Failed")),
        Just(json!({"status": "InProgress"}).to_string().into_bytes()),
        Just(json!({"status": "Succeeded"}).to_string().into_bytes()),
        Just(json!({"status": "Failed", "error": {"code": "X", "message": "m"}}).to_string().into_bytes()),
        Just(error("ResourceNotFound", "m").to_string().into_bytes()),
        Just(error("ConflictError", "m").to_string().into_bytes()),
        Just(error("SubscriptionNotFound", "m").to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..20),
    ]
}

fn answer() -> impl Strategy<Value = Result<Response, HttpError>> {
    let header = prop_oneof![
        Just(("azure-asyncoperation", "https://arm.test/op")),
        Just(("location", "https://arm.test/loc")),
        Just(("location", "no url")),
        Just(("retry-after", "0")),
        Just(("retry-after", "never")),
    ];
    let statuses = vec![200u16, 201, 202, 204, 302, 400, 401, 403, 404, 409, 412, 429, 500, 503, 999];
    let response = (prop::sample::select(statuses), prop::collection::vec(header, 0..3), body()).prop_map(
        |(status, headers, body)| {
            let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Ok(Response { status, headers, body })
        },
    );
    let failure = prop::sample::select(&["connect", "timeout", "denied", "interrupted", "new"][..])
        .prop_map(|code| Err(HttpError { code: code.to_owned(), message: "m".to_owned() }));
    prop_oneof![6 => response, 1 => failure]
}

proptest! {
    #[test]
    fn a_create_never_writes_over_what_it_did_not_find_absent(answers in prop::collection::vec(answer(), 1..8)) {
        let mut http = Chaos { answers, log: Vec::new() };
        let details = json!({"api_version": "2024-01-01", "recover": {"code": "ConflictError", "body": {"/a/b": 1}}});
        let outcome = submit(&mut http, &context(), vec![action("create", &json!({"a": {}}), &details)]).remove(0);
        let outcome = follow(&mut http, outcome, 40);
        prop_assert_eq!(http.log[0].0.as_str(), "GET");
        let wrote = http.log.iter().any(|(method, _)| method == "PUT");
        prop_assert!(!wrote || http.log[0].1);
        prop_assert!(http.log.iter().all(|(method, _)| method == "GET" || method == "PUT"));
        if let Outcome::Done(body) = &outcome {
            prop_assert!(serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object()));
        }
        if let Outcome::Failed(failure) = &outcome {
            prop_assert!(!failure.code.is_empty() && !failure.message.is_empty());
        }
    }

    #[test]
    fn a_delete_sends_one_delete_and_ends_without_a_body(answers in prop::collection::vec(answer(), 1..8)) {
        let mut http = Chaos { answers, log: Vec::new() };
        let details = json!({"api_version": "2024-01-01"});
        let outcome = submit(&mut http, &context(), vec![action("delete", &Value::Null, &details)]).remove(0);
        let outcome = follow(&mut http, outcome, 40);
        prop_assert_eq!(http.log.iter().filter(|(method, _)| method == "DELETE").count(), 1);
        prop_assert!(!matches!(&outcome, Outcome::Done(body) if !body.is_empty()));
    }

    #[test]
    fn a_token_that_is_none_sends_nothing(token in ".{0,60}", answers in prop::collection::vec(answer(), 1..4)) {
        let mut http = Chaos { answers, log: Vec::new() };
        crate::drive::poll(&mut http, &context(), &[token]);
        prop_assert!(http.log.is_empty());
    }
}
