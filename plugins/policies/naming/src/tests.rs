//! Tests of the rule.

use mlhost_plugin::testing::{context, resource};
use mlhost_plugin::{Finding, Value, Verdict, json, policy};

use super::*;

fn judge(parameters: Value, resources: &[Resource]) -> Vec<Finding> {
    policy::evaluate::<Naming>(&parameters.to_string(), &context(json!({})), resources)
}

fn example() -> Vec<Resource> {
    vec![
        resource("resource_group.mlops-dev", "Microsoft.Resources/resourceGroups", json!({})),
        resource("storage_account.mlopssadev", "Microsoft.Storage/storageAccounts", json!({})),
        resource(
            "ml_compute_cluster.mlops-mls-dev/cpu-compute",
            "Microsoft.MachineLearningServices/workspaces/computes",
            json!({}),
        ),
    ]
}

fn found(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.diagnostic.code.as_str(), finding.diagnostic.address.as_str())).collect()
}

#[test]
fn the_example_passes_without_parameters() {
    assert_eq!(judge(json!({}), &example()), []);
    let odd = resource("app_insights.a b", "Microsoft.Insights/components", json!({}));
    assert_eq!(found(&judge(json!({}), &[odd])), [("naming/characters", "app_insights.a b")]);
    let long = resource(&format!("app_insights.{}", "a".repeat(65)), "Microsoft.Insights/components", json!({}));
    assert_eq!(judge(json!({}), &[long]).len(), 1);
}

#[test]
fn each_demand_is_checked() {
    let account = "storage_account.mlopssadev";
    let cases = [
        (json!({"min_length": 11}), "naming/length"),
        (json!({"max_length": 9}), "naming/length"),
        (json!({"characters": "a-l"}), "naming/characters"),
        (json!({"pattern": "st*"}), "naming/pattern"),
        (json!({"prefix": "st"}), "naming/prefix"),
        (json!({"suffix": "-{environment}"}), "naming/suffix"),
        (json!({"contains": ["{project}"]}), "naming/contains"),
    ];
    let [_, storage, _] = <[Resource; 3]>::try_from(example()).unwrap();
    for (parameters, code) in cases {
        assert_eq!(
            found(&judge(parameters.clone(), std::slice::from_ref(&storage))),
            [(code, account)],
            "{parameters}"
        );
        let by_type = json!({"types": {"microsoft.storage/STORAGEaccounts": parameters}});
        assert_eq!(found(&judge(by_type, &example())), [(code, account)]);
    }
    assert_eq!(judge(json!({"suffix": "{environment}"}), std::slice::from_ref(&storage)), []);
}

#[test]
fn types_can_be_left_out() {
    let parameters = json!({"suffix": "dev", "except": ["Microsoft.MachineLearningServices/workspaces/computes"]});
    assert_eq!(judge(parameters, &example()), []);
}

#[test]
fn names_that_are_not_known_yet_are_undetermined() {
    let mut unknown = resource("arm_resource.a", "A.B/c", json!({}));
    unknown.id = "/subscriptions/s/providers/A.B/c/${arm_resource.b#/properties/name}".into();
    let findings = judge(json!({}), &[unknown]);
    assert_eq!(findings.first().unwrap().verdict, Verdict::Undetermined);
    let mut child = resource("a.b/c", "A.B/c/d", json!({}));
    child.id = "${arm_resource.b#/id}/d/name".into();
    assert_eq!(judge(json!({"prefix": "n"}), &[child]), []);
}

#[test]
fn wrong_parameters_do_not_pass() {
    assert_eq!(found(&judge(json!({"pattern": "[a"}), &[])), [("naming/pattern", "")]);
    assert_eq!(found(&judge(json!({"prefx": "a"}), &[])), [("naming/parameters", "")]);
    assert_eq!(found(&judge(json!({"types": {"A.B/c": {"prefx": "a"}}}), &[])), [("naming/parameters", "")]);
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_policy_document::<Naming>(env!("CARGO_MANIFEST_DIR"), "policy.json");
}
