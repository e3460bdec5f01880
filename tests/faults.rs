//! What a control plane may answer, over real HTTP: the message, the exit code, and that nothing is lost.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use mlhost_tests::Project;
use mlhost_tests::server::{Answer, Server};

const SCRIPT: &str = "let group = resource_group(\"mlops-rg\");\n";

fn project(origin: &str) -> Project {
    let project = Project::new();
    project.write(
        "mlhost.toml",
        &format!(
            "[project]\nname = \"mlops\"\n\n[environments.dev]\ntarget = \"azure\"\nendpoint = \"{}\"\nlocation = \"westeurope\"\n\
             subscription_id = \"11111111-2222-3333-4444-555555555555\"\ntenant_id = \"11111111-2222-3333-4444-666666666666\"\n",
            origin
        ),
    );
    project.write("platform.rhai", SCRIPT);
    project
}

/// Applies against a control plane that has nothing and answers every PUT like this.
fn apply(answer: Answer) -> (Project, String, Option<i32>) {
    let server = Server::start(move |request| match request.method.as_str() {
        "PUT" => answer.clone(),
        _ => not_found(),
    });
    let project = project(&server.origin);
    let run = project.finish(
        project.command(&["apply", "platform.rhai", "--yes"]).env("MLHOST_BEARER_TOKEN", "token").output().unwrap(),
    );
    let text = format!("{}{}", run.stdout, run.stderr);
    assert!(!text.contains("panicked"), "{text}");
    (project, text, run.code)
}

fn not_found() -> Answer {
    json(404, r#"{"error":{"code":"ResourceGroupNotFound","message":"Resource group 'mlops-rg' could not be found."}}"#)
}

fn json(status: u16, body: &str) -> Answer {
    Answer { status, headers: vec!["content-type: application/json".to_owned()], body: body.to_owned() }
}

#[test]
fn a_refusal_names_the_innermost_cause_and_the_script_line() {
    let body = r#"{"error":{"code":"DeploymentFailed","message":"At least one resource deployment operation failed.","details":[
        {"code":"Conflict","message":"{\"status\":\"Failed\",\"error\":{\"code\":\"ResourceDeploymentFailure\",\"message\":\"The operation failed.\",\"details\":[{\"code\":\"QuotaExceeded\",\"message\":\"No quota is left.\"}]}}"}]}}"#;
    let (project, text, code) = apply(json(400, body));
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("QuotaExceeded") && text.contains("No quota is left."), "{text}");
    assert!(text.contains("platform.rhai:1"), "{text}");
    assert!(!text.contains("At least one resource deployment operation failed"), "{text}");
    assert!(project.read(".mlhost/state/dev.json").contains("\"resources\": {}"), "nothing was deployed");
}

#[test]
fn credentials_that_are_refused_end_with_their_own_exit_code() {
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"The access token is invalid."}}"#;
    let (_, text, code) = apply(json(401, body));
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("InvalidAuthenticationToken"), "{text}");
}

#[test]
fn a_missing_right_names_the_action_and_a_remedy() {
    let body = r#"{"error":{"code":"AuthorizationFailed","message":"The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.Resources/subscriptions/resourcegroups/write' over scope '/subscriptions/s' or the scope is invalid."}}"#;
    let (_, text, code) = apply(json(403, body));
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("AuthorizationFailed") && text.contains("resourcegroups/write"), "{text}");
    assert!(text.contains("help"), "{text}");
}

#[test]
fn a_subscription_that_is_not_there_is_no_absent_resource() {
    let body = r#"{"error":{"code":"SubscriptionNotFound","message":"The subscription '11111111-2222-3333-4444-555555555555' could not be found."}}"#;
    let server = Server::start(move |_| json(404, body));
    let project = project(&server.origin);
    let run = project.finish(
        project.command(&["apply", "platform.rhai", "--yes"]).env("MLHOST_BEARER_TOKEN", "token").output().unwrap(),
    );
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stdout.contains("SubscriptionNotFound") || run.stderr.contains("SubscriptionNotFound"), "{run:?}");
    assert!(
        server.requests().iter().all(|request| request.method != "PUT"),
        "nothing is written where nothing can be read"
    );
}

#[test]
fn somebody_elses_resource_does_not_become_ours_by_trying_again() {
    let body = r#"{"id":"/subscriptions/s/resourceGroups/mlops-rg","name":"mlops-rg","location":"northeurope","properties":{"provisioningState":"Succeeded"}}"#;
    let server = Server::start(move |_| json(200, body));
    let project = project(&server.origin);
    for _ in 0..2 {
        let run = project.finish(
            project.command(&["apply", "platform.rhai", "--yes"]).env("MLHOST_BEARER_TOKEN", "token").output().unwrap(),
        );
        assert_eq!(run.code, Some(4), "{}", run.transcript());
        assert!(run.stdout.contains("ResourceExists"), "{}", run.transcript());
    }
    assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing was written");
}

#[test]
fn a_conflict_is_reported_as_the_service_words_it() {
    let body = r#"{"error":{"code":"ResourceGroupBeingDeleted","message":"The resource group 'mlops-rg' is in deprovisioning state and cannot perform this operation."}}"#;
    let (_, text, code) = apply(Answer { headers: vec!["retry-after: 0".to_owned()], ..json(409, body) });
    assert_eq!(code, Some(4), "{text}");
    assert!(text.contains("deprovisioning"), "{text}");
}

#[test]
fn garbage_is_named_as_such() {
    for body in ["<html><body>Bad gateway</body></html>", "\u{1b}[31mred", "{\"error\":"] {
        let (_, text, code) = apply(Answer { status: 200, headers: Vec::new(), body: body.to_owned() });
        assert_eq!(code, Some(4), "{text}");
        assert!(text.contains("UnexpectedResponse"), "{text}");
        assert!(!text.contains('\u{1b}'), "a control character reached the terminal: {text:?}");
    }
}

#[test]
fn a_wrong_token_is_never_shown() {
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"The token 'canary-token-91' is invalid."}}"#;
    let server = Server::start(move |_| json(401, body));
    let project = project(&server.origin);
    let run = project.finish(
        project
            .command(&["apply", "platform.rhai", "--yes"])
            .env("MLHOST_BEARER_TOKEN", "canary-token-91")
            .output()
            .unwrap(),
    );
    assert_eq!(run.code, Some(3), "{run:?}");
    assert!(!format!("{run:?}").contains("canary-token-91"), "{run:?}");
}

#[test]
fn an_endpoint_nobody_listens_on_is_a_clear_failure() {
    // The discard port: nothing listens there.
    let project = project("http://127.0.0.1:9");
    let run = project.finish(
        project.command(&["plan", "platform.rhai", "--adopt"]).env("MLHOST_BEARER_TOKEN", "token").output().unwrap(),
    );
    assert_eq!(run.code, Some(4), "{run:?}");
    assert!(run.stderr.contains("127.0.0.1:9"), "{run:?}");
}

#[test]
fn a_plan_whose_resources_cannot_be_read_is_not_called_stale() {
    let stage = Arc::new(AtomicU8::new(0));
    let seen = Arc::clone(&stage);
    let body = r#"{"id":"/subscriptions/s/resourceGroups/mlops-rg","name":"mlops-rg","location":"westeurope","properties":{"provisioningState":"Succeeded"}}"#;
    let refused = r#"{"error":{"code":"InvalidAuthenticationToken","message":"The access token is invalid."}}"#;
    let server = Server::start(move |request| match (seen.load(Ordering::SeqCst), request.method.as_str()) {
        (2, _) => json(401, refused),
        (_, "PUT") => {
            seen.store(1, Ordering::SeqCst);
            json(201, body)
        }
        (1, _) => json(200, body),
        _ => not_found(),
    });
    let project = project(&server.origin);
    let run = |arguments: &[&str]| {
        project.finish(project.command(arguments).env("MLHOST_BEARER_TOKEN", "token").output().unwrap())
    };
    assert_eq!(run(&["apply", "platform.rhai", "--yes"]).code, Some(0));
    assert_eq!(run(&["plan", "platform.rhai", "--out", "kept.plan"]).code, Some(0));
    stage.store(2, Ordering::SeqCst);
    let refused = run(&["apply", "kept.plan", "--yes"]);
    assert_eq!(refused.code, Some(3), "{}", refused.transcript());
    assert!(refused.stderr.contains("InvalidAuthenticationToken"), "{}", refused.transcript());
}
