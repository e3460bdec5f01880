//! Tests of storage accounts.

use mlhost_arm::testing::{assert_paths_known, assert_valid, body, expand, property_violations};
use mlhost_plugin::testing::complaints;
use mlhost_plugin::{Value, json};

use super::*;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_original_account_with_secure_defaults() {
    let properties = json!({"sku": "Standard_RAGRS", "kind": "StorageV2", "access_tier": "Hot"});
    let expansion = expand::<StorageAccount>("mlopssadev", properties);
    assert_valid(HERE, &expansion);
    assert_eq!(
        body(&expansion),
        json!({
            "sku": {"name": "Standard_RAGRS"},
            "kind": "StorageV2",
            "location": "westeurope",
            "properties": {
                "accessTier": "Hot",
                "supportsHttpsTrafficOnly": true,
                "minimumTlsVersion": "TLS1_2",
                "allowBlobPublicAccess": false,
                "allowCrossTenantReplication": false,
            },
        })
    );
    let resource = expansion.resources.first().unwrap();
    assert_eq!(resource.id, "${resource_group.main#/id}/providers/Microsoft.Storage/storageAccounts/mlopssadev");
    assert_eq!(resource.details, r#"{"api_version":"2026-04-01"}"#);
}

fn everything() -> Value {
    let subnet = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s";
    let identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
    json!({
        "location": "northeurope", "tags": {"team": "ml"}, "sku": "Standard_ZRS", "kind": "StorageV2", "access_tier": "Cool",
        "https_only": true, "min_tls_version": "TLS1_3", "allow_blob_public_access": false,
        "allow_shared_key_access": false, "allow_cross_tenant_replication": false,
        "default_to_oauth_authentication": true, "allowed_copy_scope": "AAD", "public_network_access": "Disabled",
        "network_acls": {"default_action": "Deny", "ip_rules": ["1.2.3.4"], "subnets": [subnet]},
        "identity": {"type": "SystemAssigned,UserAssigned", "user_assigned": [identity]},
        "hierarchical_namespace": true, "sftp": true, "nfs_v3": true, "large_file_shares": "Enabled",
        "infrastructure_encryption": true, "key_expiration_days": 90,
    })
}

#[test]
fn all_properties_are_valid() {
    assert_eq!(property_violations::<StorageAccount>(&everything()), Vec::<String>::new());
    let expansion = expand::<StorageAccount>("mlopssadev", everything());
    assert_valid(HERE, &expansion);
    let sent = body(&expansion);
    assert_eq!(sent.pointer("/properties/networkAcls/bypass"), Some(&json!("AzureServices")));
    assert_eq!(
        sent.pointer("/properties/networkAcls/ipRules/0"),
        Some(&json!({"value": "1.2.3.4", "action": "Allow"}))
    );
    // Every property of the schema is in the sample, so that none escapes the check above.
    let schema = mlhost_plugin::schema::of::<StorageAccount>();
    for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
        assert!(everything().get(name).is_some(), "{name} is not tried");
    }
    assert_paths_known::<StorageAccount>(HERE);
}

#[test]
fn the_schema_refuses_what_azure_would() {
    for (properties, place) in [
        (json!({"sku": "Standard_XRS"}), "/sku"),
        (json!({"https_only": "yes"}), "/https_only"),
        (json!({"key_expiration_days": 0}), "/key_expiration_days"),
        (json!({"skuu": "Standard_LRS"}), ""),
        (json!({"network_acls": {}}), "/network_acls"),
    ] {
        let violations = property_violations::<StorageAccount>(&properties);
        assert!(violations.iter().any(|line| line.starts_with(&format!("{place}: "))), "{violations:?}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let cases = [
        (json!({"kind": "FileStorage"}), ("storage_account/sku", "/sku")),
        (json!({"kind": "BlobStorage"}), ("storage_account/access_tier", "")),
        (json!({"kind": "Storage", "access_tier": "Hot"}), ("storage_account/access_tier", "/access_tier")),
        (json!({"access_tier": "Premium"}), ("storage_account/access_tier", "/access_tier")),
        (json!({"sftp": true}), ("storage_account/sftp", "/sftp")),
        (
            json!({"kind": "Storage", "hierarchical_namespace": true}),
            ("storage_account/hierarchical_namespace", "/hierarchical_namespace"),
        ),
        (json!({"identity": {"type": "UserAssigned"}}), ("storage_account/identity", "/identity")),
        (
            json!({"network_acls": {"default_action": "Deny", "subnets": ["s"]}}),
            ("storage_account/id", "/network_acls/subnets/0"),
        ),
    ];
    for (properties, complaint) in cases {
        assert_eq!(complaints(&expand::<StorageAccount>("mlopssadev", properties)), [complaint]);
    }
    assert_eq!(complaints(&expand::<StorageAccount>("mlops-sa-dev", json!({}))), [("storage_account/name", "")]);
}

#[test]
fn tokens_pass_where_values_are_not_known_yet() {
    let expansion = expand::<StorageAccount>("mlopssadev", json!({"https_only": "${arm_resource.a#/properties/x}"}));
    assert_eq!(body(&expansion)["properties"]["supportsHttpsTrafficOnly"], "${arm_resource.a#/properties/x}");
}

#[test]
fn an_existing_account_needs_no_properties_but_its_place() {
    let declaration =
        mlhost_plugin::testing::existing("storage_account", "shared", json!({"resource_group": "common"}));
    let expansion = mlhost_plugin::kind::expand::<StorageAccount>(&declaration, &mlhost_arm::testing::context());
    let resource = expansion.resources.first().unwrap();
    assert!(resource.id.ends_with("/resourceGroups/common/providers/Microsoft.Storage/storageAccounts/shared"));
    assert_eq!(resource.body, "{}");
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_kind_document::<StorageAccount>(HERE, "kind.json");
}
