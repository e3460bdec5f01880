//! Answers of a control plane to the deployer.

use std::collections::VecDeque;

use mlhost_deployer_arm::Arm;
use mlhost_plugin::deployer::{Action, Failure, Outcome, Reading, Subject};
use mlhost_plugin::{Context, Deployer, Http, HttpError, Request, Response, testing};
use serde_json::{Value, json};

use crate::requests::{Message, messages};

const ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/things/t";
const DETAILS: &str = r#"{"api_version": "2024-01-01"}"#;
const MOST_POLLS: usize = 40;

/// The first message is what is to be done (`create`, `update`, `delete`, `read` or `poll`, with the headers `id` and
/// `details`, and the body or the token), the others are the answers: a status, or `error CODE`.
///
/// Only requests that the deployer announces go out, to proper URLs; each change ends as it may, and what it hands over in
/// between is understood when it comes back.
pub fn run(data: &[u8]) {
    let messages = messages(data, 32);
    let Some((first, answers)) = messages.split_first() else { return };
    let mut http = Script { answers: answers.iter().filter_map(answer).collect(), asked: 0 };
    let header = |name: &str, default: &str| {
        let given = first.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        given.unwrap_or_else(|| default.to_owned())
    };
    let (id, details) = (header("id", ID), header("details", DETAILS));
    let body = String::from_utf8_lossy(first.body).into_owned();
    let (address, type_) = ("thing.t".to_owned(), "Microsoft.X/things".to_owned());
    match first.first {
        "read" => {
            let readings = Arm::read(&mut http, &context(), vec![Subject { address, type_, id, details }]);
            assert_eq!(readings.len(), 1);
            match &readings[0] {
                Reading::Found(body) => is_object(body),
                Reading::Absent => {}
                Reading::Failed(failure) => fits(failure),
            }
        }
        "poll" => {
            let outcomes = Arm::poll(&mut http, &context(), vec![body]);
            follow(&mut http, outcomes, true);
        }
        verb @ ("create" | "update" | "delete") => {
            let delete = verb == "delete";
            let action = Action { verb: verb.to_owned(), address, type_, id, body, details };
            let outcomes = Arm::submit(&mut http, &context(), vec![action]);
            follow(&mut http, outcomes, delete);
        }
        _ => {}
    }
}

fn context() -> Context {
    testing::context(json!({"endpoint": "https://arm.test"}))
}

fn answer(message: &Message<'_>) -> Option<Result<Response, HttpError>> {
    if let Some(code) = message.first.strip_prefix("error ") {
        // The host's own words: there are always some.
        let message = format!("m{}", String::from_utf8_lossy(message.body));
        return Some(Err(HttpError { code: code.to_owned(), message }));
    }
    let status = message.first.parse().ok().filter(|status| (100..600).contains(status))?;
    Some(Ok(Response { status, headers: message.headers.clone(), body: message.body.to_vec() }))
}

/// Polls until it ends. `may_be_empty`: a deletion ends without a body.
fn follow(http: &mut Script, mut outcomes: Vec<Outcome>, may_be_empty: bool) {
    for _ in 0..MOST_POLLS {
        assert_eq!(outcomes.len(), 1);
        match &outcomes[0] {
            Outcome::Done(body) if body.is_empty() => return assert!(may_be_empty, "done without a body"),
            Outcome::Done(body) => return is_object(body),
            Outcome::Failed(failure) => return fits(failure),
            Outcome::Pending(operation) => {
                assert!(operation.retry_after_ms <= 600_000, "{operation:?}");
                let asked = http.asked;
                outcomes = Arm::poll(http, &context(), vec![operation.token.clone()]);
                assert!(http.asked > asked, "a token of its own is not understood: {outcomes:?}");
            }
        }
    }
}

fn is_object(body: &str) {
    assert!(serde_json::from_str::<Value>(body).is_ok_and(|body| body.is_object()), "no JSON object: {body:?}");
}

fn fits(failure: &Failure) {
    assert!(!failure.code.is_empty() && !failure.message.is_empty(), "{failure:?}");
    assert!(failure.message.chars().count() <= 2_100, "{} characters", failure.message.chars().count());
    assert!(failure.retry_after_ms <= 600_000, "{failure:?}");
}

/// Gives the answers in turn, then none.
struct Script {
    answers: VecDeque<Result<Response, HttpError>>,
    asked: usize,
}

impl Http for Script {
    fn send(&mut self, requests: Vec<Request>) -> Vec<Result<Response, HttpError>> {
        let none = || Err(HttpError { code: "timeout".to_owned(), message: "no more answers".to_owned() });
        requests
            .into_iter()
            .map(|request| {
                self.asked += 1;
                assert!(matches!(request.method.as_str(), "GET" | "PUT" | "DELETE"), "{request:?}");
                let url = request.url.as_str();
                assert!(url.starts_with("https://") || url.starts_with("http://"), "{url:?}");
                assert!(url.bytes().all(|byte| byte.is_ascii_graphic()), "{url:?}");
                self.answers.pop_front().unwrap_or_else(none)
            })
            .collect()
    }
}
