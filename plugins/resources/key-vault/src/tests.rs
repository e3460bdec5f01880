//! Tests of key vaults.

use mlhost_arm::testing::{assert_paths_known, assert_valid, body, context, expand, property_violations};
use mlhost_plugin::testing::{self, complaints};
use mlhost_plugin::{Value, json};

use super::*;

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const TENANT: &str = "00000000-0000-0000-0000-00000000000a";

#[test]
fn the_original_vault() {
    let expansion = expand::<KeyVault>("mlops-kv-dev", json!({"access_policies": [], "create_mode": "default"}));
    assert_valid(HERE, &expansion);
    assert_eq!(
        body(&expansion),
        json!({
            "location": "westeurope",
            "properties": {
                "sku": {"family": "A", "name": "standard"},
                "tenantId": TENANT,
                "createMode": "default",
                "enabledForTemplateDeployment": true,
                "enableRbacAuthorization": false,
                "accessPolicies": [],
            },
        })
    );
}

#[test]
fn roles_decide_unless_there_are_policies() {
    let rbac = |properties: Value| {
        let sent = body(&expand::<KeyVault>("mlops-kv-dev", properties));
        let properties = sent.get("properties").cloned().unwrap();
        (properties.get("enableRbacAuthorization").cloned().unwrap(), properties.get("accessPolicies").cloned())
    };
    assert_eq!(rbac(json!({})), (json!(true), None));
    assert_eq!(rbac(json!({"rbac_authorization": false})), (json!(false), Some(json!([]))));
    assert_eq!(rbac(json!({"access_policies": []})), (json!(false), Some(json!([]))));
}

#[test]
fn a_deleted_twin_is_brought_back() {
    let expansion = expand::<KeyVault>("mlops-kv-dev", json!({}));
    let details = testing::parse(&expansion.resources.first().unwrap().details);
    let expected = json!({"code": "ConflictError", "body": {"/properties/createMode": "recover"}});
    assert_eq!(details, json!({"api_version": "2026-02-01", "recover": expected}));
}

fn everything() -> Value {
    json!({
        "location": "northeurope", "tags": {"team": "ml"}, "sku": "premium", "tenant_id": TENANT,
        "access_policies": [{
            "object_id": "o", "tenant_id": TENANT, "application_id": TENANT,
            "keys": ["get", "wrapKey"], "secrets": ["all"], "certificates": ["list"],
        }, {"object_id": "p", "secrets": ["get"]}],
        "rbac_authorization": false, "enabled_for_template_deployment": false, "enabled_for_deployment": true,
        "enabled_for_disk_encryption": true, "purge_protection": true, "soft_delete_retention_days": 7,
        "public_network_access": "Disabled", "create_mode": "recover",
        "network_acls": {"default_action": "Deny", "bypass": "None", "ip_rules": ["1.2.3.4/32"]},
    })
}

#[test]
fn all_properties_are_valid() {
    assert_eq!(property_violations::<KeyVault>(&everything()), Vec::<String>::new());
    let expansion = expand::<KeyVault>("mlops-kv-dev", everything());
    assert_valid(HERE, &expansion);
    assert_eq!(body(&expansion).pointer("/properties/accessPolicies/1/tenantId"), Some(&json!(TENANT)));
    let schema = mlhost_plugin::schema::of::<KeyVault>();
    for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
        assert!(everything().get(name).is_some(), "{name} is not tried");
    }
    assert_paths_known::<KeyVault>(HERE);
}

#[test]
fn what_azure_would_refuse_is_refused() {
    let policy = json!([{"object_id": "o", "secrets": ["read"]}]);
    let cases = [
        (json!({"purge_protection": false}), ("key_vault/purge_protection", "/purge_protection")),
        (json!({"tenant_id": "contoso"}), ("key_vault/tenant_id", "/tenant_id")),
        (json!({"access_policies": policy}), ("key_vault/access_policies", "/access_policies/0/secrets/0")),
        (
            json!({"rbac_authorization": true, "access_policies": [{"object_id": "o"}]}),
            ("key_vault/access_policies", "/access_policies"),
        ),
    ];
    for (properties, complaint) in cases {
        assert_eq!(complaints(&expand::<KeyVault>("mlops-kv-dev", properties)), [complaint]);
    }
    assert_eq!(complaints(&expand::<KeyVault>("mlops--kv", json!({}))), [("key_vault/name", "")]);
    assert!(!property_violations::<KeyVault>(&json!({"soft_delete_retention_days": 91})).is_empty());
}

#[test]
fn without_a_directory_there_is_a_remedy() {
    let nowhere = testing::context(json!({"location": "westeurope", "subscription_id": "s"}));
    let expansion = testing::expand::<KeyVault>("mlops-kv-dev", json!({"resource_group": "g"}), &nowhere);
    assert_eq!(complaints(&expansion), [("arm/no-tenant", "/tenant_id")]);
    assert!(context().facts.text("tenant_id").is_some());
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_kind_document::<KeyVault>(HERE, "kind.json");
}
