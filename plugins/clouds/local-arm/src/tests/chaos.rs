//! Faults on request: each of them, that they are the same every time, and that rules are what they say.

use mlhost_plugin::cloud::transport;
use serde_json::{Value, json};

use super::{account, account_body, vault, vault_body};
use crate::describe::ORIGIN;
use crate::testing::{Reply, TestCloud, group, in_group};

const RULES: &str = "/mlhost/chaos";

impl TestCloud {
    fn control(&mut self, method: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| body.to_string().into_bytes());
        self.raw(method, &format!("{ORIGIN}{RULES}"), &[], body.as_deref())
    }

    fn rule(&mut self, rule: Value) {
        self.control("POST", Some(rule)).ok(200);
    }

    /// `seen` and `hits` of the only rule.
    fn counts(&mut self) -> (u64, u64) {
        let rules = self.control("GET", None).ok(200).body;
        (rules["rules"][0]["seen"].as_u64().unwrap(), rules["rules"][0]["hits"].as_u64().unwrap())
    }
}

fn registry() -> (String, Value) {
    (
        in_group("Microsoft.ContainerRegistry/registries/images"),
        json!({"location": "westeurope", "sku": {"name": "Basic"}}),
    )
}

#[test]
fn rules_are_added_shown_and_removed() {
    let mut cloud = TestCloud::new();
    assert_eq!(cloud.control("GET", None).ok(200).body, json!({"rules": []}));
    cloud.rule(json!({"fault": "throttled", "seconds": 3, "method": "put", "type": "Microsoft.Storage/*"}));
    cloud.rule(json!({"fault": "slow", "rate": 0.5, "times": 2, "seed": 9}));
    let shown = cloud.control("GET", None).ok(200).body;
    assert_eq!(
        shown["rules"][0],
        json!({"fault": "throttled", "type": "Microsoft.Storage/*", "method": "PUT", "rate": 1.0, "seed": 0,
            "seconds": 3.0, "seen": 0, "hits": 0})
    );
    assert_eq!(shown["rules"][1]["times"], 2);
    let refused = cloud.control("POST", Some(json!({"fault": "thunder"})));
    assert_eq!(refused.error(), (400, "InvalidChaosRule"));
    assert_eq!(cloud.control("PATCH", None).status, 405);
    assert_eq!(cloud.control("DELETE", None).ok(200).body, json!({"rules": []}));
    assert_eq!(cloud, TestCloud::new(), "nothing of it is left");
    for _ in 0..100 {
        cloud.rule(json!({"fault": "reset"}));
    }
    assert_eq!(cloud.control("POST", Some(json!({"fault": "reset"}))).status, 400);
}

#[test]
fn faults_instead_of_the_work_leave_nothing_done() {
    for (fault, status, code, wait) in [
        (json!({"fault": "throttled"}), 429, "TooManyRequests", Some("1")),
        (json!({"fault": "throttled", "seconds": 0.2}), 429, "TooManyRequests", Some("1")),
        (json!({"fault": "throttled", "seconds": 0}), 429, "TooManyRequests", Some("0")),
        (json!({"fault": "request-timeout"}), 408, "RequestTimeout", None),
        (json!({"fault": "conflict"}), 409, "AnotherOperationInProgress", None),
        (json!({"fault": "server-error"}), 500, "InternalServerError", None),
        (json!({"fault": "unavailable"}), 503, "ServiceUnavailable", None),
        (json!({"fault": "unavailable", "seconds": 7}), 503, "ServiceUnavailable", Some("7")),
    ] {
        let mut cloud = TestCloud::with_group();
        cloud.rule(fault.clone());
        let reply = cloud.put(&account("stone"), account_body());
        assert_eq!(reply.error(), (status, code), "{fault}");
        assert_eq!(reply.header("retry-after"), wait, "{fault}");
        cloud.control("DELETE", None);
        assert_eq!(cloud.get(&account("stone")).status, 404, "{fault}");
    }
}

#[test]
fn the_transport_is_told_what_only_it_can_do() {
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "reset", "times": 1}));
    let reset = cloud.put(&account("stone"), account_body());
    assert_eq!((reset.status, reset.header(transport::DROP)), (0, Some("1")));
    assert_eq!(cloud.get(&account("stone")).ok(404).header(transport::DROP), None);
    cloud.control("DELETE", None);
    cloud.rule(json!({"fault": "lost-answer", "times": 1}));
    cloud.rule(json!({"fault": "slow", "seconds": 0.25}));
    let lost = cloud.put(&account("stone"), account_body()).ok(202);
    assert_eq!((lost.header(transport::DROP), lost.header(transport::DELAY)), (Some("1"), Some("250")));
    let there = cloud.get(&account("stone")).ok(200);
    assert_eq!((there.header(transport::DROP), there.header(transport::DELAY)), (None, Some("250")));
}

#[test]
fn only_what_a_rule_names_meets_its_fault() {
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "server-error", "type": "microsoft.storage/*", "method": "PUT"}));
    cloud.put(&vault("kv-one"), vault_body()).ok(201);
    cloud.get(&account("stone")).ok(404);
    cloud.put(&account("stone"), account_body()).ok(500);
    assert_eq!(cloud.counts(), (1, 1));
    cloud.control("DELETE", None);
    cloud.rule(json!({"fault": "server-error", "type": "Microsoft.Resources/resourceGroups"}));
    cloud.get(&group("Rg")).ok(500);
    // Operations have the type of what they are on.
    cloud.control("DELETE", None);
    let accepted = cloud.put(&account("stone"), account_body()).ok(202);
    cloud.rule(json!({"fault": "server-error", "type": "Microsoft.Storage/storageAccounts", "times": 1}));
    let url = accepted.header("location").unwrap().to_owned();
    cloud.get(&url).ok(500);
    cloud.get(&url).ok(202);
}

#[test]
fn the_same_seed_gives_the_same_requests_their_fault() {
    let statuses = |seed: u64| -> Vec<u16> {
        let mut cloud = TestCloud::with_group();
        cloud.rule(json!({"fault": "unavailable", "rate": 0.4, "seed": seed, "times": 10}));
        (0..60).map(|_| cloud.get(&group("Rg")).status).collect()
    };
    assert_eq!(statuses(1), statuses(1));
    assert_ne!(statuses(1), statuses(2));
    assert_eq!(statuses(1).iter().filter(|status| **status == 503).count(), 10);
}

#[test]
fn an_operation_fails_at_its_end_and_the_next_write_mends_it() {
    // By status, by location, and by the resource itself.
    let (images, body) = registry();
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "late-failure", "times": 2}));
    let made = cloud.put(&images, body.clone()).ok(201);
    let failed = cloud.wait(made);
    assert_eq!((failed.text("/status"), failed.text("/error/code")), ("Failed", "ResourceDeploymentFailure"));
    assert_eq!(cloud.get(&images).ok(200).text("/properties/provisioningState"), "Failed");
    let made = cloud.put(&account("stone"), account_body()).ok(202);
    assert_eq!(cloud.wait(made).error(), (409, "ResourceDeploymentFailure"));
    assert_eq!(cloud.counts(), (2, 2));
    let again = cloud.put(&images, body);
    cloud.wait(again);
    assert_eq!(cloud.get(&images).ok(200).text("/properties/provisioningState"), "Succeeded");
    cloud.control("DELETE", None);
    cloud.rule(json!({"fault": "late-failure", "method": "DELETE"}));
    let deleting = cloud.delete(&images).ok(202);
    assert_eq!(cloud.wait(deleting).status, 409);
    assert_eq!(cloud.get(&images).ok(200).text("/properties/provisioningState"), "Failed");
}

#[test]
fn an_endless_operation_ends_when_the_rules_go() {
    let (images, body) = registry();
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "endless", "times": 1}));
    let url = cloud.put(&images, body).ok(201).header("azure-asyncoperation").unwrap().to_owned();
    for _ in 0..20 {
        assert_eq!(cloud.get(&url).ok(200).text("/status"), "InProgress");
        cloud.now_ms += 60_000;
    }
    assert_eq!(cloud.get(&images).ok(200).text("/properties/provisioningState"), "Creating");
    cloud.control("DELETE", None);
    cloud.get(&url);
    assert_eq!(cloud.get(&url).ok(200).text("/status"), "Succeeded");
}

#[test]
fn reads_are_behind_for_as_long_as_asked_for() {
    let path = vault("kv-one");
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "stale-read", "reads": 2, "method": "PUT"}));
    cloud.put(&path, vault_body()).ok(201);
    assert_eq!(cloud.get(&path).error(), (404, "ResourceNotFound"));
    assert_eq!(cloud.send("HEAD", &path, None).status, 404);
    let mut body = cloud.get(&path).ok(200).body;
    body["tags"] = json!({"a": "b"});
    cloud.put(&path, body).ok(200);
    assert_eq!(cloud.get(&path).ok(200).body.get("tags").cloned().unwrap_or_default(), Value::Null);
    cloud.get(&path).ok(200);
    assert_eq!(cloud.get(&path).ok(200).text("/tags/a"), "b");
    // What was refused changes nothing.
    cloud.put(&path, json!({"location": "nowhere"})).ok(409);
    assert_eq!(cloud.get(&path).ok(200).text("/tags/a"), "b");
    cloud.put(&path, vault_body()).ok(200);
    cloud.control("DELETE", None);
    assert_eq!(cloud.get(&path).ok(200).body["tags"], Value::Null, "without rules reads are true");
}

#[test]
fn a_property_is_taken_and_not_kept() {
    let path = account("stone");
    let mut cloud = TestCloud::with_group();
    cloud.rule(json!({"fault": "ignored-property", "pointer": "/properties/accessTier"}));
    let with_tier = |tier: &str| {
        super::with(super::with(account_body(), "/properties", json!({})), "/properties/accessTier", json!(tier))
    };
    cloud.make(&path, account_body());
    assert_eq!(cloud.counts(), (0, 0), "a body without the property is no match");
    let before = cloud.get(&path).ok(200).body;
    assert_eq!(before["properties"]["accessTier"], "Hot");
    cloud.put(&path, with_tier("Cool")).ok(200);
    assert_eq!(cloud.get(&path).ok(200).text("/properties/accessTier"), "Hot");
    assert_eq!(cloud.counts(), (1, 1));
    cloud.make(&account("other"), with_tier("Cool"));
    assert_eq!(
        cloud.get(&account("other")).ok(200).text("/properties/accessTier"),
        "Hot",
        "as if it had been left out"
    );
}
