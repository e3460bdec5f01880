//! Tests of the rule.

use mlhost_plugin::testing::{context, resource};
use mlhost_plugin::{Finding, Value, Verdict, json, policy};

use super::*;

fn cluster(name: &str, min: Value, max: Value, idle: Value) -> Resource {
    let scale = json!({"minNodeCount": min, "maxNodeCount": max, "nodeIdleTimeBeforeScaleDown": idle});
    let body = json!({"properties": {"computeType": "AmlCompute", "properties": {"scaleSettings": scale}}});
    resource(&format!("ml_compute_cluster.w/{name}"), "Microsoft.MachineLearningServices/workspaces/computes", body)
}

fn judge(parameters: Value, resources: &[Resource]) -> Vec<Finding> {
    policy::evaluate::<ComputeLimits>(&parameters.to_string(), &context(json!({})), resources)
}

fn found(findings: &[Finding]) -> Vec<(&str, &str, &str)> {
    findings
        .iter()
        .map(|finding| &finding.diagnostic)
        .map(|diagnostic| (diagnostic.code.as_str(), diagnostic.address.as_str(), diagnostic.pointer.as_str()))
        .collect()
}

#[test]
fn the_example_passes_without_parameters() {
    let original = cluster("cpu-compute", json!(0), json!(3), json!("PT15M"));
    assert_eq!(judge(json!({}), &[original]), []);
}

#[test]
fn waiting_machines_are_found() {
    let bad = cluster("gpu", json!(1), json!(3), json!("PT2H"));
    let address = "ml_compute_cluster.w/gpu";
    let expected =
        [("compute-limits/min-nodes", address, cluster::MIN_NODES), ("compute-limits/idle", address, cluster::IDLE)];
    assert_eq!(found(&judge(json!({}), std::slice::from_ref(&bad))), expected);
    assert_eq!(judge(json!({"min_nodes": 1, "max_idle": "PT120M"}), &[bad]), []);
}

#[test]
fn clusters_and_their_sum_have_limits() {
    let two = [
        cluster("a", json!(0), json!(3), json!("PT5M")),
        cluster("b", json!(0), json!(5), json!("PT5M")),
        resource("storage_account.s", "Microsoft.Storage/storageAccounts", json!({"properties": {}})),
    ];
    assert_eq!(judge(json!({"max_nodes": 8, "max_nodes_per_cluster": 5}), &two), []);
    let per_cluster = [("compute-limits/max-nodes", "ml_compute_cluster.w/b", cluster::MAX_NODES)];
    assert_eq!(found(&judge(json!({"max_nodes_per_cluster": 4}), &two)), per_cluster);
    let findings = judge(json!({"max_nodes": 7}), &two);
    assert_eq!(found(&findings), [("compute-limits/max-nodes-of-all", "", "")]);
    let diagnostic = &findings.first().unwrap().diagnostic;
    assert!(diagnostic.message.contains("8 machines, at most 7"), "{}", diagnostic.message);
    assert_eq!(diagnostic.help, "ml_compute_cluster.w/a has up to 3, ml_compute_cluster.w/b has up to 5");
}

#[test]
fn what_is_not_known_yet_is_undetermined_unless_the_rest_is_too_much() {
    let token = json!("${arm_resource.q#/properties/n}");
    let unknown = cluster("a", token.clone(), token.clone(), token);
    let findings = judge(json!({"max_nodes": 4, "max_nodes_per_cluster": 4}), std::slice::from_ref(&unknown));
    assert_eq!(findings.len(), 4);
    assert!(findings.iter().all(|finding| finding.verdict == Verdict::Undetermined));
    let more = [unknown, cluster("b", json!(0), json!(9), json!("PT5M"))];
    let findings = judge(json!({"max_nodes": 4}), &more);
    let sum = findings.iter().find(|finding| finding.diagnostic.code == "compute-limits/max-nodes-of-all").unwrap();
    assert_eq!(sum.verdict, Verdict::Violated);
}

#[test]
fn other_computes_and_existing_ones_are_left_alone() {
    let kind = "Microsoft.MachineLearningServices/workspaces/computes";
    let instance =
        resource("arm_resource.i", kind, json!({"properties": {"computeType": "ComputeInstance", "properties": {}}}));
    let existing = resource("ml_compute_cluster.w/c", kind, json!({}));
    assert_eq!(judge(json!({"max_nodes": 0}), &[instance, existing]), []);
}

#[test]
fn wrong_parameters_do_not_pass() {
    assert_eq!(found(&judge(json!({"max_idle": "1h"}), &[])), [("compute-limits/parameters", "", "")]);
    assert_eq!(found(&judge(json!({"min_nodes": -1}), &[])), [("compute-limits/parameters", "", "")]);
    assert_eq!(found(&judge(json!({"mode": 1}), &[])), [("compute-limits/parameters", "", "")]);
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_policy_document::<ComputeLimits>(env!("CARGO_MANIFEST_DIR"), "policy.json");
}
