//! Tests of workspaces.

use mlhost_arm::testing::{assert_paths_known, assert_valid, body, expand, property_violations};
use mlhost_plugin::testing::{complaints, parse};
use mlhost_plugin::{Value, json};

use super::*;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const IDENTITY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
const SUBNET: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

fn original() -> Value {
    json!({
        "storage_account": "${storage_account.mlopssadev#/id}",
        "key_vault": "${key_vault.mlops-kv-dev#/id}",
        "app_insights": "${app_insights.mlops-ain-dev#/id}",
        "container_registry": "${container_registry.mlopscrdev#/id}",
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
fn the_original_workspace() {
    let expansion = expand::<MlWorkspace>("mlops-mls-dev", original());
    assert_valid(HERE, &expansion);
    assert_eq!(
        body(&expansion),
        json!({
            "identity": {"type": "SystemAssigned"},
            "location": "westeurope",
            "properties": {
                "storageAccount": "${storage_account.mlopssadev#/id}",
                "keyVault": "${key_vault.mlops-kv-dev#/id}",
                "applicationInsights": "${app_insights.mlops-ain-dev#/id}",
                "containerRegistry": "${container_registry.mlopscrdev#/id}",
            },
        })
    );
}

fn everything() -> Value {
    with(json!({
        "location": "northeurope", "tags": {"team": "ml"}, "friendly_name": "Team ML", "description": "For all of us",
        "identity": {"type": "UserAssigned", "user_assigned": [IDENTITY]}, "primary_user_assigned_identity": IDENTITY,
        "hbi_workspace": true, "public_network_access": "Disabled", "image_build_compute": "cpu-compute",
        "encryption": {"key_vault": "${key_vault.keys#/id}", "key_identifier": "https://keys.vault.azure.net/keys/k",
            "user_assigned_identity": IDENTITY},
        "managed_network": {"isolation_mode": "AllowOnlyApprovedOutbound", "firewall_sku": "Basic"},
        "system_datastores_auth_mode": "Identity", "serverless_compute": {"subnet": SUBNET, "no_public_ip": true},
        "v1_legacy_mode": false, "purge_on_destroy": true,
    }))
}

#[test]
fn all_properties_are_valid() {
    assert_eq!(property_violations::<MlWorkspace>(&everything()), Vec::<String>::new());
    let expansion = expand::<MlWorkspace>("mlops-mls-dev", everything());
    assert_valid(HERE, &expansion);
    let schema = mlhost_plugin::schema::of::<MlWorkspace>();
    for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
        assert!(everything().get(name).is_some(), "{name} is not tried");
    }
    assert_paths_known::<MlWorkspace>(HERE);
}

#[test]
fn it_is_kept_after_deletion_unless_it_is_purged() {
    let details = |properties| parse(&expand::<MlWorkspace>("ws1", properties).resources.first().unwrap().details);
    assert_eq!(details(original()), json!({"api_version": "2026-05-01"}));
    let purged = json!({"api_version": "2026-05-01", "delete_query": {"forceToPurge": "true"}});
    assert_eq!(details(with(json!({"purge_on_destroy": true}))), purged);
}

#[test]
fn storage_vault_and_insights_are_required() {
    let violations = property_violations::<MlWorkspace>(&json!({}));
    for name in ["storage_account", "key_vault", "app_insights"] {
        assert!(
            violations.iter().any(|line| line.contains(&format!("\"{name}\" is a required property"))),
            "{violations:?}"
        );
    }
}

#[test]
fn wrong_handles_and_identities_are_refused() {
    let cases = [
        (json!({"key_vault": "${storage_account.s#/id}"}), ("ml_workspace/reference", "/key_vault")),
        (json!({"storage_account": "mlopssadev"}), ("ml_workspace/id", "/storage_account")),
        (json!({"identity": {"type": "None"}}), ("ml_workspace/identity", "/identity/type")),
        (
            json!({"identity": {"type": "UserAssigned", "user_assigned": [IDENTITY]}}),
            ("ml_workspace/identity", "/identity"),
        ),
        (
            json!({"managed_network": {"isolation_mode": "Disabled", "firewall_sku": "Basic"}}),
            ("ml_workspace/managed_network", "/managed_network/firewall_sku"),
        ),
        (json!({"serverless_compute": {"subnet": "s"}}), ("ml_workspace/id", "/serverless_compute/subnet")),
    ];
    for (more, complaint) in cases {
        assert_eq!(complaints(&expand::<MlWorkspace>("mlops-mls-dev", with(more))), [complaint]);
    }
    assert_eq!(complaints(&expand::<MlWorkspace>("ml ops", original())), [("ml_workspace/name", "")]);
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_kind_document::<MlWorkspace>(HERE, "ml_workspace.json");
}
