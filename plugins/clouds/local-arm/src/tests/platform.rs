//! The platform of the original templates: what is sent is what is answered, so a plan made from it is empty.

use serde_json::{Value, json};

use super::{account, component, vault, workspace};
use crate::describe::{SUBSCRIPTION, TENANT};
use crate::testing::{TestCloud, group, in_group};

/// Every member that was sent is answered with the same value, whatever else the service adds.
fn assert_kept(sent: &Value, answered: &Value, path: &str) {
    match (sent, answered) {
        (Value::Object(sent), Value::Object(answered)) => {
            for (name, value) in sent {
                let here = format!("{path}/{name}");
                assert_kept(value, answered.get(name).unwrap_or_else(|| panic!("{here} is gone")), &here);
            }
        }
        (Value::String(sent), Value::String(answered)) => assert!(sent.eq_ignore_ascii_case(answered), "{path}"),
        _ => assert_eq!(sent, answered, "{path}"),
    }
}

fn platform() -> Vec<(String, Value)> {
    let registry = in_group("Microsoft.ContainerRegistry/registries/mlopscrdev");
    let logs = in_group("Microsoft.OperationalInsights/workspaces/mlops-ain-dev-logs");
    let ws = workspace("mlops-mls-dev");
    let subnet = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    );
    vec![
        (
            account("mlopssadev"),
            json!({
            "location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_RAGRS"},
            "properties": {"accessTier": "Hot", "supportsHttpsTrafficOnly": true, "minimumTlsVersion": "TLS1_2"}}),
        ),
        (
            vault("mlops-kv-dev"),
            json!({
            "location": "westeurope", "properties": {"sku": {"family": "A", "name": "standard"}, "tenantId": TENANT,
                "accessPolicies": [], "enabledForTemplateDeployment": true}}),
        ),
        (
            logs.clone(),
            json!({"location": "westeurope", "properties": {"retentionInDays": 30, "sku": {"name": "PerGB2018"}}}),
        ),
        (
            component("mlops-ain-dev"),
            json!({
            "location": "westeurope", "kind": "web", "properties": {"Application_Type": "web", "WorkspaceResourceId": logs}}),
        ),
        (
            registry.clone(),
            json!({
            "location": "westeurope", "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": true}}),
        ),
        (
            ws.clone(),
            json!({
            "location": "westeurope", "identity": {"type": "systemAssigned"}, "tags": {"stage": "dev"}, "properties": {
                "storageAccount": account("mlopssadev"), "keyVault": vault("mlops-kv-dev"),
                "applicationInsights": component("mlops-ain-dev"), "containerRegistry": registry}}),
        ),
        (
            format!("{ws}/computes/cpu-compute"),
            json!({
            "location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": {
                "vmSize": "STANDARD_D3_V2", "vmPriority": "dedicated", "subnet": {"id": subnet},
                "userAccountCredentials": {"adminUserName": "azureuser"},
                "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 3, "nodeIdleTimeBeforeScaleDown": "PT15M"}}}}),
        ),
    ]
}

#[test]
fn what_is_sent_is_answered_and_sending_it_again_changes_nothing() {
    let mut cloud = TestCloud::with_group();
    for (path, body) in platform() {
        let made = cloud.make(&path, body.clone());
        assert_kept(&body, &made, "");
        assert_eq!(made["properties"]["provisioningState"], "Succeeded", "{path}");
        let again = cloud.make(&path, body);
        assert_eq!(without_times(again), without_times(made), "{path}");
    }
    let listed = cloud.get(&format!("{}/resources", group("Rg"))).ok(200);
    assert_eq!(listed.body["value"].as_array().unwrap().len(), 6);
}

/// Taken down in the order of dependencies and set up again: only what Azure itself keeps stands in the way.
#[test]
fn the_platform_goes_and_comes_back() {
    let mut cloud = TestCloud::with_group();
    for _ in 0..2 {
        for (path, body) in platform() {
            let recovered = cloud.put(&path, body.clone());
            if recovered.error() == (409, "ConflictError") {
                cloud.make(&path, super::with(body.clone(), "/properties/createMode", json!("recover")));
            }
            cloud.make(&path, body);
        }
        for (path, _) in platform().iter().rev() {
            let query = if path.contains("/computes/") {
                "?underlyingResourceAction=Delete"
            } else if path.contains("MachineLearning") {
                "?forceToPurge=true"
            } else {
                ""
            };
            cloud.unmake(&format!("{path}{query}"));
            assert_eq!(cloud.get(path).status, 404, "{path}");
        }
    }
}

fn without_times(mut body: Value) -> Value {
    for pointer in ["/systemData", "/properties"] {
        if let Some(map) = body.pointer_mut(pointer).and_then(Value::as_object_mut) {
            map.retain(|name, _| !name.to_lowercase().contains("modified"));
        }
    }
    body
}
