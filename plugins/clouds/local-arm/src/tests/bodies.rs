//! What the services fill in, and what they refuse.

use serde_json::{Value, json};

use super::{account, account_body, component, vault, vault_body, with, without};
use crate::describe::TENANT;
use crate::guid::is_guid;
use crate::testing::{TestCloud, group, in_group};

fn registry(name: &str) -> String {
    in_group(&format!("Microsoft.ContainerRegistry/registries/{name}"))
}

fn registry_body() -> Value {
    json!({"location": "westeurope", "sku": {"name": "Basic"}})
}

fn logs() -> String {
    in_group("Microsoft.OperationalInsights/workspaces/logs")
}

fn component_body() -> Value {
    json!({"location": "westeurope", "kind": "web", "properties": {"Application_Type": "web"}})
}

fn expect(body: &Value, table: &[(&str, Value)]) {
    for (pointer, value) in table {
        assert_eq!(body.pointer(pointer), Some(value), "{pointer}");
    }
}

#[test]
fn storage_accounts_are_filled_in() {
    let mut cloud = TestCloud::with_group();
    let body = with(account_body(), "/sku/name", json!("standard_ragrs"));
    let made = cloud.make(&account("stone"), body);
    expect(
        &made,
        &[
            ("/sku", json!({"name": "Standard_RAGRS", "tier": "Standard"})),
            ("/properties/accessTier", json!("Hot")),
            ("/properties/supportsHttpsTrafficOnly", json!(true)),
            ("/properties/allowBlobPublicAccess", json!(false)),
            ("/properties/networkAcls/defaultAction", json!("Allow")),
            ("/properties/encryption/keySource", json!("Microsoft.Storage")),
            ("/properties/primaryEndpoints/blob", json!("https://stone.blob.core.windows.net/")),
            ("/properties/primaryLocation", json!("westeurope")),
            ("/properties/secondaryLocation", json!("northeurope")),
            ("/properties/secondaryEndpoints/blob", json!("https://stone-secondary.blob.core.windows.net/")),
            ("/properties/provisioningState", json!("Succeeded")),
            ("/systemData/createdAt", json!("2026-11-22T23:31:00.0000000Z")),
        ],
    );
    assert!(made["properties"]["encryption"]["services"]["blob"]["lastEnabledTime"].is_string());
    let local = cloud.make(&account("sttwo"), account_body());
    assert_eq!(local.pointer("/properties/secondaryLocation"), None);
    let old = cloud.make(&account("stold"), with(account_body(), "/kind", json!("Storage")));
    assert_eq!(old.pointer("/properties/accessTier"), None);
    let upgraded = cloud.put(&account("stold"), account_body()).ok(200);
    assert_eq!(upgraded.text("/kind"), "StorageV2");
}

#[test]
fn vaults_are_filled_in() {
    let mut cloud = TestCloud::with_group();
    let made = cloud.make(&vault("Kv-One"), vault_body());
    expect(
        &made,
        &[
            ("/properties/vaultUri", json!("https://kv-one.vault.azure.net/")),
            ("/properties/enableSoftDelete", json!(true)),
            ("/properties/softDeleteRetentionInDays", json!(90)),
            ("/properties/enableRbacAuthorization", json!(false)),
            ("/properties/publicNetworkAccess", json!("Enabled")),
            ("/properties/provisioningState", json!("Succeeded")),
        ],
    );
}

#[test]
fn registries_components_and_log_workspaces_are_filled_in() {
    let mut cloud = TestCloud::with_group();
    let images = cloud.make(&registry("Images"), registry_body());
    expect(
        &images,
        &[
            ("/properties/loginServer", json!("images.azurecr.io")),
            ("/properties/creationDate", json!("2026-11-22T23:31:00.0000000Z")),
            ("/sku/tier", json!("Basic")),
            ("/properties/adminUserEnabled", json!(false)),
            ("/properties/policies/retentionPolicy/days", json!(7)),
        ],
    );
    let workspace = cloud.make(&logs(), json!({"location": "westeurope"}));
    expect(
        &workspace,
        &[
            ("/properties/retentionInDays", json!(30)),
            ("/properties/sku/name", json!("PerGB2018")),
            ("/properties/workspaceCapping/dailyQuotaGb", json!(-1)),
        ],
    );
    assert!(is_guid(workspace["properties"]["customerId"].as_str().unwrap()));
    let body = with(component_body(), "/properties/WorkspaceResourceId", json!(logs()));
    let insights = cloud.make(&component("ai"), body);
    expect(
        &insights,
        &[
            ("/properties/IngestionMode", json!("LogAnalytics")),
            ("/properties/RetentionInDays", json!(90)),
            ("/properties/TenantId", json!(TENANT)),
            ("/properties/ApplicationId", json!("ai")),
        ],
    );
    let key = insights["properties"]["InstrumentationKey"].as_str().unwrap();
    let app = insights["properties"]["AppId"].as_str().unwrap();
    let connection = insights["properties"]["ConnectionString"].as_str().unwrap();
    assert!(is_guid(key) && is_guid(app) && key != app);
    assert!(connection.starts_with(&format!("InstrumentationKey={key};")) && connection.ends_with(app));
    let again = cloud.put(&component("ai"), component_body()).ok(200);
    assert_eq!(again.text("/properties/InstrumentationKey"), key);
}

#[test]
fn what_is_filled_in_can_be_sent_back_unchanged() {
    let mut cloud = TestCloud::with_group();
    for (path, body) in [
        (account("stone"), account_body()),
        (vault("kv-one"), vault_body()),
        (registry("images"), registry_body()),
        (component("ai"), component_body()),
        (logs(), json!({"location": "westeurope"})),
    ] {
        let made = cloud.make(&path, body);
        let again = cloud.make(&path, made.clone());
        assert_eq!(again, made, "{path}");
    }
}

#[test]
fn what_bodies_are_refused_for() {
    let mut cloud = TestCloud::with_group();
    let content = "InvalidRequestContent";
    let none = Value::Null;
    let table: Vec<(String, Value, &str, Value, &str, &str)> = vec![
        (account("stone"), account_body(), "/sku", none.clone(), content, "sku"),
        (account("stone"), account_body(), "/kind", none.clone(), content, "kind"),
        (account("stone"), account_body(), "/kind", json!("Floppy"), content, "kind"),
        (account("stone"), account_body(), "/colour", json!(1), content, "colour"),
        (
            account("stone"),
            account_body(),
            "/properties",
            json!({"minimumTlsVersion": "TLS9"}),
            content,
            "properties.minimumTlsVersion",
        ),
        (
            account("stone"),
            account_body(),
            "/properties",
            json!({"networkAcls": {"ipRules": [{}]}}),
            content,
            "properties.networkAcls.ipRules[0].value",
        ),
        (account("stone"), account_body(), "/kind", json!("BlobStorage"), content, "properties.accessTier"),
        (account("stone"), account_body(), "/kind", json!("FileStorage"), "InvalidAccountType", "sku.name"),
        (vault("kv-one"), vault_body(), "/properties/tenantId", json!("mine"), content, "properties.tenantId"),
        (vault("kv-one"), vault_body(), "/properties/sku/name", json!("gold"), content, "properties.sku.name"),
        (
            vault("kv-one"),
            vault_body(),
            "/properties/accessPolicies",
            none.clone(),
            "BadRequest",
            "properties.accessPolicies",
        ),
        (
            vault("kv-one"),
            vault_body(),
            "/properties/enablePurgeProtection",
            json!(false),
            "BadRequest",
            "properties.enablePurgeProtection",
        ),
        (
            vault("kv-one"),
            vault_body(),
            "/properties/enableSoftDelete",
            json!(false),
            "BadRequest",
            "properties.enableSoftDelete",
        ),
        (
            vault("kv-one"),
            vault_body(),
            "/properties/softDeleteRetentionInDays",
            json!(6),
            content,
            "properties.softDeleteRetentionInDays",
        ),
        (registry("images"), registry_body(), "/sku", none.clone(), content, "sku"),
        (
            registry("images"),
            registry_body(),
            "/properties",
            json!({"zoneRedundancy": "Enabled"}),
            "SkuNotSupported",
            "properties.zoneRedundancy",
        ),
        (component("ai"), component_body(), "/kind", none.clone(), content, "kind"),
        (component("ai"), component_body(), "/properties", none, content, "properties.Application_Type"),
        (
            component("ai"),
            component_body(),
            "/properties/WorkspaceResourceId",
            json!(logs()),
            "InvalidResourceReference",
            "properties.WorkspaceResourceId",
        ),
        (
            logs(),
            json!({"location": "westeurope", "properties": {}}),
            "/properties/retentionInDays",
            json!("long"),
            content,
            "properties.retentionInDays",
        ),
    ];
    for (path, body, pointer, value, code, target) in table {
        let body = if value.is_null() { without(body, pointer) } else { with(body, pointer, value) };
        let reply = cloud.put(&path, body);
        assert_eq!((reply.error(), reply.text("/error/target")), ((400, code), target), "{path} {pointer}");
        assert_eq!(cloud.get(&path).status, 404, "nothing is stored");
    }
}

#[test]
fn names_are_checked_and_unique_in_the_world() {
    let mut cloud = TestCloud::with_group();
    cloud.put(&group("Other"), json!({"location": "westeurope"})).ok(201);
    assert_eq!(cloud.put(&account("St-One"), account_body()).error(), (400, "AccountNameInvalid"));
    assert_eq!(cloud.put(&vault("1kv"), vault_body()).error(), (400, "VaultNameNotValid"));
    assert_eq!(cloud.put(&registry("i"), registry_body()).error(), (400, "InvalidResourceName"));
    for (path, body, code) in [
        (account("stone"), account_body(), "StorageAccountAlreadyExists"),
        (vault("kv-one"), vault_body(), "VaultAlreadyExists"),
        (registry("images"), registry_body(), "AlreadyInUse"),
    ] {
        cloud.make(&path, body.clone());
        let other = path.replace("/Rg/", "/Other/");
        assert_eq!(cloud.put(&other, body.clone()).error(), (409, code));
        cloud.unmake(&path);
        if code != "VaultAlreadyExists" {
            cloud.make(&other, body);
        }
    }
}

#[test]
fn what_cannot_change_is_refused_and_survives_omission() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stlake"), with(account_body(), "/properties", json!({"isHnsEnabled": true})));
    let off = with(account_body(), "/properties", json!({"isHnsEnabled": false}));
    assert_eq!(cloud.put(&account("stlake"), off).error(), (409, "PropertyChangeNotAllowed"));
    let omitted = cloud.put(&account("stlake"), account_body()).ok(200);
    assert_eq!(omitted.body["properties"]["isHnsEnabled"], true);
    let kind = with(account_body(), "/kind", json!("Storage"));
    assert_eq!(cloud.put(&account("stlake"), kind).error(), (409, "PropertyChangeNotAllowed"));
    cloud.make(&vault("kv-one"), vault_body());
    let days = with(vault_body(), "/properties/softDeleteRetentionInDays", json!(7));
    assert_eq!(cloud.put(&vault("kv-one"), days).error(), (409, "PropertyChangeNotAllowed"));
}
