//! Tests of compute clusters.

use mlhost_arm::testing::{assert_paths_known, assert_valid, body, context, expand, property_violations};
use mlhost_plugin::testing::{complaints, existing, parse};
use mlhost_plugin::{Value, json};

use super::*;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const SUBNET: &str =
    "/subscriptions/xxxx/resourceGroups/yyyy/providers/Microsoft.Network/virtualNetworks/zzzz/subnets/ssss";

fn original() -> Value {
    json!({
        "workspace": "${ml_workspace.mlops-mls-dev#/id}",
        "vm_size": "STANDARD_D3_V2", "min_nodes": 0, "max_nodes": 3, "idle": "PT15M",
    })
}

fn with(more: Value) -> Value {
    let mut properties = original();
    if let (Value::Object(map), Value::Object(more)) = (&mut properties, more) {
        map.extend(more);
    }
    properties
}

#[test]
fn the_original_cluster() {
    let expansion = expand::<MlComputeCluster>("cpu-compute", original());
    assert_valid(HERE, &expansion);
    assert_eq!(
        body(&expansion),
        json!({
            "location": "westeurope",
            "properties": {
                "computeType": "AmlCompute",
                "computeLocation": "westeurope",
                "properties": {
                    "vmSize": "STANDARD_D3_V2",
                    "vmPriority": "Dedicated",
                    "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 3, "nodeIdleTimeBeforeScaleDown": "PT15M"},
                },
            },
        })
    );
    let resource = expansion.resources.first().unwrap();
    assert_eq!(resource.id, "${ml_workspace.mlops-mls-dev#/id}/computes/cpu-compute");
    let details = json!({"api_version": "2026-05-01", "delete_query": {"underlyingResourceAction": "Delete"}});
    assert_eq!(parse(&resource.details), details);
}

#[test]
fn the_original_cluster_in_a_subnet() {
    let user = json!({"name": "azureuser", "password": "${secret:env:SSH_PASSWORD}"});
    let expansion = expand::<MlComputeCluster>("cpu-compute", with(json!({"subnet": SUBNET, "admin_user": user})));
    assert_valid(HERE, &expansion);
    let settings = body(&expansion).pointer("/properties/properties").cloned().unwrap();
    assert_eq!(settings["subnet"], json!({"id": SUBNET}));
    let credentials = json!({"adminUserName": "azureuser", "adminUserPassword": "${secret:env:SSH_PASSWORD}"});
    assert_eq!(settings["userAccountCredentials"], credentials);
}

fn everything() -> Value {
    with(json!({
        "location": "northeurope", "tags": {"team": "ml"}, "description": "For tests", "vm_priority": "LowPriority",
        "os_type": "Linux", "subnet": SUBNET, "remote_login_port_public_access": "Disabled",
        "enable_node_public_ip": false, "isolated_network": true, "disable_local_auth": true,
        "admin_user": {"name": "a", "password": "${secret:env:P}", "ssh_public_key": "ssh-ed25519 AAAA"},
        "identity": {"type": "SystemAssigned"},
    }))
}

#[test]
fn all_properties_are_valid() {
    assert_eq!(property_violations::<MlComputeCluster>(&everything()), Vec::<String>::new());
    assert_valid(HERE, &expand::<MlComputeCluster>("cpu-compute", everything()));
    let schema = mlhost_plugin::schema::of::<MlComputeCluster>();
    for name in schema["properties"].as_object().unwrap().keys() {
        assert!(everything().get(name).is_some(), "{name} is not tried");
    }
    assert_eq!(schema["required"], json!(["vm_size", "max_nodes"]));
    assert_paths_known::<MlComputeCluster>(HERE);
}

#[test]
fn the_least_shrinks_to_nothing() {
    let least = json!({"workspace": "${ml_workspace.w#/id}", "vm_size": "Standard_D2_v2", "max_nodes": 1});
    let expansion = expand::<MlComputeCluster>("cpu-compute", least);
    assert_valid(HERE, &expansion);
    let scale = body(&expansion).pointer("/properties/properties/scaleSettings").cloned().unwrap();
    assert_eq!(scale, json!({"minNodeCount": 0, "maxNodeCount": 1, "nodeIdleTimeBeforeScaleDown": "PT2M"}));
}

#[test]
fn what_azure_would_refuse_is_refused() {
    let cases = [
        (json!({"min_nodes": 4}), ("ml_compute_cluster/nodes", "/min_nodes")),
        (json!({"idle": "15M"}), ("ml_compute_cluster/idle", "/idle")),
        (json!({"vm_size": "D3_V2"}), ("ml_compute_cluster/vm_size", "/vm_size")),
        (json!({"subnet": "default"}), ("ml_compute_cluster/id", "/subnet")),
        (json!({"admin_user": {"name": "a"}}), ("ml_compute_cluster/admin_user", "/admin_user")),
        (
            json!({"admin_user": {"name": "a", "password": "hunter2"}}),
            ("ml_compute_cluster/plain_secret", "/admin_user/password"),
        ),
        (json!({"workspace": "mlops-mls-dev"}), ("ml_compute_cluster/id", "/workspace")),
    ];
    for (more, complaint) in cases {
        assert_eq!(complaints(&expand::<MlComputeCluster>("cpu-compute", with(more))), [complaint]);
    }
    assert_eq!(complaints(&expand::<MlComputeCluster>("cpu-4", original())), [("ml_compute_cluster/name", "")]);
}

#[test]
fn counts_that_are_not_known_yet_pass() {
    let expansion = expand::<MlComputeCluster>("cpu-compute", with(json!({"max_nodes": "${arm_resource.q#/n}"})));
    let scale = body(&expansion).pointer("/properties/properties/scaleSettings").cloned().unwrap();
    assert_eq!(scale["maxNodeCount"], "${arm_resource.q#/n}");
}

#[test]
fn an_existing_cluster_needs_only_its_workspace() {
    let declaration = existing("ml_compute_cluster", "gpu", json!({"workspace": "${ml_workspace.w#/id}"}));
    let expansion = mlhost_plugin::kind::expand::<MlComputeCluster>(&declaration, &context());
    assert_eq!(expansion.resources.first().unwrap().id, "${ml_workspace.w#/id}/computes/gpu");
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_kind_document::<MlComputeCluster>(HERE, "ml_compute_cluster.json");
}
