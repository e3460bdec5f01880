//! Whole changes against a scripted control plane, branch by branch.

use mlhost_plugin::deployer::{Failure, Outcome, Reading};
use serde_json::{Value, json};

use crate::testing::{ID, Script, URL, action, context, details, error, run, subject};
use crate::{drive, read};

const OP: &str = "https://arm.test/op/1";

fn body() -> Value {
    json!({"location": "westeurope", "properties": {"a": 1}})
}

fn made() -> Value {
    json!({"id": ID, "properties": {"a": 1, "provisioningState": "Succeeded"}})
}

fn done(outcome: &Outcome) -> Value {
    let Outcome::Done(body) = outcome else { panic!("{outcome:?}") };
    serde_json::from_str(body).unwrap()
}

fn failure(outcome: &Outcome) -> &Failure {
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    failure
}

fn update(script: &mut Script) -> Vec<Outcome> {
    run(script, action("update", &body(), &details()))
}

fn delete(script: &mut Script) -> Vec<Outcome> {
    run(script, action("delete", &Value::Null, &details()))
}

mod reading {
    use super::*;

    #[test]
    fn a_batch_is_one_send_and_keeps_its_order() {
        let mut script = Script::default().then(200, &[], &made()).then_absent().then_error("timeout");
        let mut wrong = subject();
        wrong.id = "no/id".into();
        let readings = read::read(&mut script, &context(), &[subject(), wrong, subject(), subject()]);
        assert_eq!(script.batches, [3]);
        assert_eq!(script.seen[0], format!("GET {URL}"));
        assert!(matches!(&readings[0], Reading::Found(body) if body == &made().to_string()));
        assert!(matches!(&readings[1], Reading::Failed(failure) if failure.code == "InvalidDetails"));
        assert_eq!(readings[2], Reading::Absent);
        assert!(matches!(&readings[3], Reading::Failed(failure) if failure.code == "timeout" && failure.retryable));
    }

    #[test]
    fn what_is_being_deleted_is_to_be_looked_at_again() {
        let going = json!({"properties": {"provisioningState": "deleting"}});
        let named = json!({"name": "deleting", "properties": {"provisioningState": "Succeeded"}});
        let mut script = Script::default().then(200, &[("Retry-After", "3")], &going).then(200, &[], &named);
        let readings = read::read(&mut script, &context(), &[subject(), subject()]);
        let Reading::Failed(failure) = &readings[0] else { panic!("{:?}", readings[0]) };
        assert_eq!((failure.code.as_str(), failure.retryable, failure.retry_after_ms), ("BeingDeleted", true, 3000));
        assert!(failure.help.contains("Wait"), "{}", failure.help);
        assert!(matches!(&readings[1], Reading::Found(_)));
    }

    #[test]
    fn what_is_no_resource_is_a_failure() {
        for (status, body, code) in [
            (200, "<html>sign in</html>", "UnexpectedResponse"),
            (302, "", "UnexpectedResponse"),
            (404, "<html>404</html>", "UnexpectedResponse"),
            (404, r#"{"error":{"code":"SubscriptionNotFound","message":"m"}}"#, "SubscriptionNotFound"),
            (401, r#"{"error":{"code":"AuthenticationFailed","message":"m"}}"#, "AuthenticationFailed"),
            (403, r#"{"error":{"code":"AuthorizationFailed","message":"m"}}"#, "AuthorizationFailed"),
        ] {
            let mut script = Script::default().then_bytes(status, &[], body.into());
            let readings = read::read(&mut script, &context(), &[subject()]);
            let [Reading::Failed(failure)] = readings.as_slice() else { panic!("{readings:?}") };
            assert_eq!((failure.code.as_str(), failure.status), (code, status));
            assert!(!failure.help.is_empty(), "{code}");
        }
    }

    #[test]
    fn unusable_facts_fail_every_subject_without_a_request() {
        let mut script = Script::default();
        let context = mlhost_plugin::testing::context(json!({"endpoint": "not an origin"}));
        let readings = read::read(&mut script, &context, &[subject(), subject()]);
        assert_eq!(readings.len(), 2);
        assert!(script.batches.is_empty());
    }
}

mod creating {
    use super::*;

    #[test]
    fn a_create_looks_first_and_then_puts() {
        let mut script = Script::default().then_absent().then(201, &[], &made());
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert_eq!(done(&outcomes[0]), made());
        assert_eq!(script.seen, [format!("GET {URL}"), format!("PUT {URL} {}", body())]);
    }

    #[test]
    fn what_exists_is_not_overwritten() {
        let mut script = Script::default().then(200, &[], &made());
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert_eq!((failure(&outcomes[0]).code.as_str(), failure(&outcomes[0]).status), ("ResourceExists", 412));
        assert!(failure(&outcomes[0]).help.contains("--adopt"));
    }

    #[test]
    fn a_failed_look_is_no_licence_to_put() {
        for (status, retryable) in [(403, false), (503, true), (404, false)] {
            let mut script = Script::default().then(status, &[], &error("SubscriptionNotFound", "m"));
            let outcomes = run(&mut script, action("create", &body(), &details()));
            assert_eq!(failure(&outcomes[0]).retryable, retryable);
        }
    }

    #[test]
    fn a_create_whose_answer_was_lost_puts_again_without_looking() {
        let mut script =
            Script::default().then_absent().then_error("timeout").then(502, &[], &Value::Null).then(200, &[], &made());
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert_eq!(done(&outcomes[2]), made());
        assert!(
            matches!(&outcomes[0], Outcome::Pending(operation) if operation.retry_after_ms == 1000 && operation.status.contains("timeout"))
        );
        assert_eq!(script.seen.iter().filter(|line| line.starts_with("GET")).count(), 1);
    }

    #[test]
    fn a_create_that_is_refused_after_its_answer_was_lost_does_not_begin_anew() {
        // To look first would find what the lost request made, and take it for somebody else's.
        let throttled = error("TooManyRequests", "m");
        let mut script = Script::default()
            .then_absent()
            .then_error("connect")
            .then(429, &[("retry-after", "3")], &throttled)
            .then(409, &[], &error("AnotherOperationInProgress", "m"))
            .then(200, &[], &made());
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert!(
            matches!(&outcomes[1], Outcome::Pending(operation) if operation.retry_after_ms == 3000),
            "{outcomes:?}"
        );
        assert_eq!(done(outcomes.last().unwrap()), made());
        let methods: Vec<&str> = script.seen.iter().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(methods, ["GET", "PUT", "PUT", "PUT", "PUT"]);
        let mut script = Script::default().then_absent().then(429, &[("retry-after", "3")], &throttled);
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert!(failure(&outcomes[0]).retryable, "refused at once, it is the host's to repeat");
    }

    #[test]
    fn an_update_whose_answer_was_lost_is_the_hosts_to_repeat() {
        let outcomes = update(&mut Script::default().then_error("connect"));
        assert!(failure(&outcomes[0]).retryable);
    }

    #[test]
    fn throttling_is_reported_with_its_wait() {
        let outcomes =
            update(&mut Script::default().then(429, &[("retry-after", "17")], &error("TooManyRequests", "m")));
        let failure = failure(&outcomes[0]);
        assert_eq!((failure.retryable, failure.retry_after_ms, failure.status), (true, 17_000, 429));
    }

    #[test]
    fn several_creates_share_their_rounds() {
        let mut script = Script::default().then_absent().then_absent().then(201, &[], &made()).then(200, &[], &made());
        let one = action("create", &body(), &details());
        let outcomes =
            drive::submit(&mut script, &context(), vec![one.clone(), action("fly", &body(), &details()), one]);
        assert_eq!(script.batches, [2, 2]);
        assert_eq!(failure(&outcomes[1]).code, "InvalidAction");
        assert_eq!((done(&outcomes[0]), done(&outcomes[2])), (made(), made()));
    }
}

mod waiting {
    use super::*;

    #[test]
    fn the_operation_header_comes_before_location_and_state() {
        let headers = [("Azure-AsyncOperation", OP), ("Location", "https://arm.test/loc"), ("Retry-After", "3")];
        let creating = json!({"properties": {"provisioningState": "Creating"}});
        let mut script = Script::default()
            .then(201, &headers, &creating)
            .then(200, &[], &json!({"status": "Weaving"}))
            .then(200, &[], &json!({"status": "succeeded"}))
            .then(200, &[], &made());
        let outcomes = update(&mut script);
        assert!(
            matches!(&outcomes[0], Outcome::Pending(operation) if operation.status == "Creating" && operation.retry_after_ms == 3000)
        );
        assert!(matches!(&outcomes[1], Outcome::Pending(operation) if operation.status == "Weaving"));
        assert_eq!(done(&outcomes[2]), made());
        assert_eq!(script.seen[1..], [format!("GET {OP}"), format!("GET {OP}"), format!("GET {URL}")]);
    }

    #[test]
    fn location_is_followed_as_it_moves() {
        let mut script = Script::default()
            .then_bytes(202, &[("location", "https://arm.test/l1"), ("content-type", "text/plain")], Vec::new())
            .then(202, &[("location", "https://eu.arm.test/l2")], &Value::Null)
            .then(200, &[], &json!({"anything": 1}))
            .then(200, &[], &made());
        assert_eq!(done(&update(&mut script)[2]), made());
        assert_eq!(script.seen[1..3], ["GET https://arm.test/l1", "GET https://eu.arm.test/l2"]);
    }

    #[test]
    fn without_headers_the_resource_tells() {
        let state = |word: &str| json!({"properties": {"provisioningState": word}});
        let mut script = Script::default().then(200, &[], &state("Updating")).then(200, &[], &state("Updating")).then(
            200,
            &[],
            &made(),
        );
        assert_eq!(done(&update(&mut script)[2]), made());
        let mut script = Script::default().then(202, &[], &Value::Null).then(200, &[], &json!({"id": ID}));
        assert_eq!(done(&update(&mut script)[1]), json!({"id": ID}));
    }

    #[test]
    fn created_without_a_state_is_looked_at_once_and_empty_answers_are_fetched() {
        let mut script = Script::default().then(201, &[], &json!({"id": ID})).then(200, &[], &json!({"id": ID}));
        assert_eq!(done(&update(&mut script)[0]), json!({"id": ID}));
        let mut script = Script::default().then(204, &[], &Value::Null).then(200, &[], &made());
        assert_eq!(done(&update(&mut script)[0]), made());
        let mut script = Script::default().then(200, &[], &Value::Null).then(200, &[], &Value::Null);
        assert_eq!(failure(&update(&mut script)[0]).code, "UnexpectedResponse");
    }

    #[test]
    fn a_failed_operation_tells_its_innermost_cause() {
        let inner = json!({"code": "ResourceDeploymentFailure", "message": "m", "details": [{"code": "QuotaExceeded", "message": "no cores"}]});
        let mut script = Script::default().then(202, &[("azure-asyncoperation", OP)], &Value::Null).then(
            200,
            &[],
            &json!({"status": "Failed", "error": inner}),
        );
        assert_eq!(failure(&update(&mut script)[1]).code, "QuotaExceeded");
        let failed = json!({"properties": {"provisioningState": "Failed"}});
        assert_eq!(failure(&update(&mut Script::default().then(200, &[], &failed))[0]).code, "OperationFailed");
        let mut script = Script::default().then(202, &[("location", OP)], &Value::Null).then(
            200,
            &[],
            &json!({"status": "Failed", "error": {"code": "X", "message": "m"}}),
        );
        assert_eq!(failure(&update(&mut script)[1]).code, "X");
        let mut script =
            Script::default().then(202, &[("location", OP)], &Value::Null).then(409, &[], &error("Y", "m"));
        assert_eq!(failure(&update(&mut script)[1]).code, "Y");
    }

    #[test]
    fn a_status_that_cannot_be_read_is_asked_for_again_but_not_for_ever() {
        let mut script = Script::default()
            .then(202, &[("azure-asyncoperation", OP)], &Value::Null)
            .then(503, &[("retry-after", "9")], &Value::Null)
            .then_error("connect")
            .then_absent()
            .then(200, &[], &json!({"status": "Succeeded"}))
            .then(200, &[], &made());
        let outcomes = update(&mut script);
        let waits: Vec<u32> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                Outcome::Pending(operation) => Some(operation.retry_after_ms),
                _ => None,
            })
            .collect();
        assert_eq!(waits, [1000, 9000, 2000, 4000]);
        assert_eq!(done(&outcomes[4]), made());

        let mut script = Script::default().then(202, &[("azure-asyncoperation", OP)], &Value::Null);
        for _ in 0..11 {
            script = script.then(500, &[], &error("InternalServerError", "m"));
        }
        let outcomes = update(&mut script);
        let end = failure(outcomes.last().unwrap());
        assert_eq!((end.code.as_str(), end.retryable), ("InternalServerError", false));
    }

    #[test]
    fn lost_rights_and_denied_origins_end_the_waiting() {
        let start = || Script::default().then(202, &[("azure-asyncoperation", OP)], &Value::Null);
        assert_eq!(failure(&update(&mut start().then(403, &[], &error("AuthorizationFailed", "m")))[1]).status, 403);
        assert_eq!(failure(&update(&mut start().then_error("denied"))[1]).code, "denied");
        let mut script = start().then_bytes(200, &[], b"<html>".to_vec());
        assert_eq!(failure(&update(&mut script)[1]).code, "UnexpectedResponse");
    }

    #[test]
    fn headers_that_hold_no_url_are_a_clear_failure() {
        let mut script = Script::default().then(202, &[("location", "javascript:alert(1)")], &Value::Null);
        assert_eq!(failure(&update(&mut script)[0]).code, "UnexpectedResponse");
    }
}

mod deleting {
    use super::*;

    #[test]
    fn a_delete_ends_in_each_of_the_ways_azure_has() {
        for status in [200, 204] {
            assert_eq!(delete(&mut Script::default().then(status, &[], &Value::Null)), [Outcome::Done(String::new())]);
        }
        assert_eq!(delete(&mut Script::default().then_absent()), [Outcome::Done(String::new())]);
        let mut script = Script::default()
            .then(202, &[("azure-asyncoperation", OP), ("location", "https://arm.test/l")], &Value::Null)
            .then(200, &[], &json!({"status": "Succeeded"}));
        assert_eq!(delete(&mut script)[1], Outcome::Done(String::new()));
        let mut script = Script::default()
            .then(202, &[("location", OP)], &Value::Null)
            .then(202, &[], &Value::Null)
            .then(204, &[], &Value::Null);
        assert_eq!(delete(&mut script)[2], Outcome::Done(String::new()));
        let deleting = json!({"properties": {"provisioningState": "Deleting"}});
        let mut script = Script::default().then(202, &[], &Value::Null).then(200, &[], &deleting).then_absent();
        let outcomes = delete(&mut script);
        assert!(matches!(&outcomes[1], Outcome::Pending(operation) if operation.status == "Deleting"));
        assert_eq!(outcomes[2], Outcome::Done(String::new()));
    }

    #[test]
    fn a_delete_takes_its_query_along() {
        let details = json!({"api_version": "2024-01-01", "delete_query": {"underlyingResourceAction": "Delete"}});
        let mut script = Script::default().then(204, &[], &Value::Null);
        run(&mut script, action("delete", &Value::Null, &details));
        assert_eq!(script.seen, [format!("DELETE {URL}&underlyingResourceAction=Delete")]);
    }

    #[test]
    fn a_lock_and_a_wrong_subscription_are_failures() {
        let locked = error("ScopeLocked", "The scope '…' cannot perform delete operation");
        let outcomes = delete(&mut Script::default().then(409, &[], &locked));
        assert!(failure(&outcomes[0]).help.contains("lock") && !failure(&outcomes[0]).retryable);
        let outcomes = delete(&mut Script::default().then(404, &[], &error("SubscriptionNotFound", "m")));
        assert_eq!(failure(&outcomes[0]).code, "SubscriptionNotFound");
    }
}

mod recovering {
    use super::*;

    fn details() -> Value {
        json!({"api_version": "2024-01-01", "recover": {"code": "ConflictError", "body": {"/properties/createMode": "recover"}}})
    }

    fn recovery() -> Value {
        json!({"location": "westeurope", "properties": {"a": 1, "createMode": "recover"}})
    }

    #[test]
    fn a_soft_deleted_twin_is_brought_back_and_then_given_the_body() {
        let mut script = Script::default()
            .then_absent()
            .then(409, &[], &error("ConflictError", "exists in deleted state"))
            .then(200, &[], &made())
            .then(200, &[], &made());
        let outcomes = run(&mut script, action("create", &body(), &details()));
        assert_eq!(done(&outcomes[0]), made());
        assert_eq!(
            script.seen[1..],
            [format!("PUT {URL} {}", body()), format!("PUT {URL} {}", recovery()), format!("PUT {URL} {}", body())]
        );
    }

    #[test]
    fn a_long_recovery_survives_in_its_token() {
        let mut script = Script::default()
            .then(409, &[], &error("ConflictError", "m"))
            .then(202, &[("azure-asyncoperation", OP)], &Value::Null)
            .then(200, &[], &json!({"status": "Succeeded"}))
            .then(202, &[("azure-asyncoperation", OP)], &Value::Null)
            .then(200, &[], &json!({"status": "Succeeded"}))
            .then(200, &[], &made());
        let outcomes = run(&mut script, action("update", &body(), &details()));
        assert_eq!(done(&outcomes[2]), made());
        assert_eq!(script.seen[3], format!("PUT {URL} {}", body()));
    }

    #[test]
    fn it_is_tried_once_and_only_for_its_code() {
        let conflict = error("ConflictError", "m");
        let mut script = Script::default().then(409, &[], &conflict).then(409, &[], &conflict);
        assert_eq!(failure(&run(&mut script, action("update", &body(), &details()))[0]).code, "ConflictError");
        let mut script = Script::default().then(409, &[], &error("VaultAlreadyExists", "m"));
        assert_eq!(failure(&run(&mut script, action("update", &body(), &details()))[0]).code, "VaultAlreadyExists");
        let mut script = Script::default().then(409, &[], &conflict).then(200, &[], &made()).then(409, &[], &conflict);
        assert_eq!(failure(&run(&mut script, action("update", &body(), &details()))[0]).code, "ConflictError");
    }
}

mod tokens {
    use super::*;

    #[test]
    fn a_token_holds_no_body_once_the_body_is_taken() {
        let mut script = Script::default().then(202, &[("location", OP)], &Value::Null);
        let outcomes = drive::submit(&mut script, &context(), vec![action("update", &body(), &details())]);
        let [Outcome::Pending(operation)] = outcomes.as_slice() else { panic!("{outcomes:?}") };
        assert!(!operation.token.contains("body"));
    }

    #[test]
    fn a_tampered_token_sends_nothing() {
        let resource = URL;
        for token in [
            "",
            "null",
            "{}",
            r#"{"verb":"put","resource":"https://arm.test/x","step":"fetch","extra":1}"#,
            r#"{"verb":"put","resource":"https://evil.test/x","step":"fetch"}"#,
            r#"{"verb":"put","resource":"https://arm.test.evil/x","step":"fetch"}"#,
            r#"{"verb":"put","resource":"https://arm.test/x","step":{"location":{"url":"file:///etc/passwd"}}}"#,
            r#"{"verb":"delete","resource":"https://arm.test/x","delete_url":"https://evil/x","step":"delete"}"#,
            &format!(r#"{{"verb":"put","resource":"{resource}","step":"put"}}"#),
        ] {
            let mut script = Script::default();
            let outcomes = drive::poll(&mut script, &context(), &[token.to_owned()]);
            assert_eq!(failure(&outcomes[0]).code, "InvalidToken", "{token}");
            assert!(script.seen.is_empty());
        }
    }
}
