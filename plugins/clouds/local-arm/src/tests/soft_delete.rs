use serde_json::json;

use super::{platform, vault, vault_body, with, without, workspace, workspace_body};
use crate::describe::SUBSCRIPTION;
use crate::testing::{TestCloud, group, in_group};

fn deleted(region: &str, name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{name}")
}

const DAY: u64 = 86_400_000;

#[test]
fn a_vault_is_recovered_as_it_was() {
    let mut cloud = TestCloud::with_group();
    let body = with(vault_body(), "/tags", json!({"a": "1"}));
    let made = cloud.make(&vault("kv-one"), body);
    cloud.delete(&vault("KV-ONE")).ok(200);
    cloud.now_ms += 1000;
    assert_eq!(cloud.get(&vault("kv-one")).error(), (404, "ResourceNotFound"));
    let entry = cloud.get(&deleted("West%20Europe", "kv-one")).ok(200);
    assert_eq!(entry.text("/properties/vaultId"), vault("kv-one"));
    assert_eq!(entry.text("/properties/scheduledPurgeDate"), "2027-02-20T23:31:00.0000000Z");
    let again = cloud.put(&vault("kv-one"), vault_body());
    assert_eq!(again.error(), (409, "ConflictError"));
    let elsewhere = with(vault_body(), "/location", json!("eastus"));
    assert_eq!(cloud.put(&vault("kv-one"), elsewhere).error(), (409, "VaultAlreadyExists"));
    let recover = with(vault_body(), "/properties/createMode", json!("recover"));
    let reply = cloud.put(&vault("kv-one"), without(recover, "/properties/accessPolicies")).ok(201);
    assert_eq!(reply.body.pointer("/properties/createMode"), None);
    cloud.wait(reply);
    let recovered = cloud.get(&vault("kv-one")).ok(200).body;
    assert_eq!(recovered["tags"], made["tags"]);
    assert_eq!(recovered["systemData"]["createdAt"], made["systemData"]["createdAt"]);
    assert_eq!(cloud.get(&deleted("westeurope", "kv-one")).error(), (404, "DeletedVaultNotFound"));
    cloud.put(&vault("kv-one"), vault_body()).ok(200);
}

#[test]
fn a_vault_is_purged_by_hand_or_by_time() {
    let mut cloud = TestCloud::with_group();
    for name in ["kv-one", "kv-two"] {
        cloud.make(&vault(name), with(vault_body(), "/properties/softDeleteRetentionInDays", json!(7)));
        cloud.delete(&vault(name)).ok(200);
    }
    let list = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/deletedVaults");
    assert_eq!(cloud.get(&list).ok(200).body["value"].as_array().unwrap().len(), 2);
    let purge = cloud.send("POST", &format!("{}/purge", deleted("westeurope", "kv-one")), None).ok(202);
    assert_eq!(cloud.wait(purge).status, 200);
    cloud.make(&vault("kv-one"), vault_body());
    cloud.now_ms += 7 * DAY;
    assert_eq!(cloud.get(&list).ok(200).body["value"], json!([]));
    cloud.make(&vault("kv-two"), vault_body());
}

#[test]
fn purge_protection_cannot_be_got_round() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&vault("kv-one"), with(vault_body(), "/properties/enablePurgeProtection", json!(true)));
    let kept = cloud.put(&vault("kv-one"), vault_body()).ok(200);
    assert_eq!(kept.body["properties"]["enablePurgeProtection"], true);
    cloud.delete(&vault("kv-one")).ok(200);
    let entry = cloud.get(&deleted("westeurope", "kv-one")).ok(200);
    assert_eq!(entry.body["properties"]["purgeProtectionEnabled"], true);
    let purge = cloud.send("POST", &format!("{}/purge", deleted("westeurope", "kv-one")), None);
    assert_eq!(purge.error(), (405, "MethodNotAllowed"));
    cloud.get(&deleted("westeurope", "kv-one")).ok(200);
}

#[test]
fn a_vault_of_a_deleted_group_keeps_its_name() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&vault("kv-one"), vault_body());
    cloud.unmake(&group("Rg"));
    cloud.put(&group("Other"), json!({"location": "westeurope"})).ok(201);
    let other = format!("{}/providers/Microsoft.KeyVault/vaults/kv-one", group("Other"));
    assert_eq!(cloud.put(&other, vault_body()).error(), (409, "ConflictError"));
    let recover = with(vault_body(), "/properties/createMode", json!("recover"));
    assert_eq!(cloud.put(&other, recover.clone()).error(), (409, "ConflictError"), "it belongs to another group");
    assert_eq!(cloud.put(&vault("kv-two"), recover).error(), (404, "ResourceGroupNotFound"));
}

#[test]
fn recovering_what_was_never_there_is_refused() {
    let mut cloud = TestCloud::with_group();
    let recover = with(vault_body(), "/properties/createMode", json!("recover"));
    assert_eq!(cloud.put(&vault("kv-one"), recover).error(), (404, "ResourceNotFound"));
}

#[test]
fn a_workspace_stands_in_its_own_way_until_it_is_purged() {
    let mut cloud = platform();
    cloud.make(&workspace("ws-one"), workspace_body());
    cloud.unmake(&workspace("ws-one"));
    let reply = cloud.put(&workspace("ws-one"), workspace_body());
    assert_eq!(reply.error(), (400, "BadRequest"));
    assert!(reply.message().starts_with("Soft-deleted workspace exists."));
    cloud.delete(&workspace("ws-one")).ok(204);
    assert_eq!(cloud.put(&workspace("ws-one"), workspace_body()).error(), (400, "BadRequest"));
    cloud.delete(&format!("{}?forceToPurge=true", workspace("WS-one"))).ok(204);
    cloud.make(&workspace("ws-one"), workspace_body());
    cloud.unmake(&format!("{}?forceToPurge=true", workspace("ws-one")));
    cloud.make(&workspace("ws-one"), workspace_body());
    cloud.unmake(&workspace("ws-one"));
    cloud.now_ms += 14 * DAY;
    cloud.make(&workspace("ws-one"), workspace_body());
}

#[test]
fn a_log_workspace_comes_back_with_its_customer_id() {
    let mut cloud = TestCloud::with_group();
    let path = in_group("Microsoft.OperationalInsights/workspaces/logs");
    let body = json!({"location": "westeurope"});
    let id = |body: &serde_json::Value| body["properties"]["customerId"].clone();
    let first = id(&cloud.make(&path, body.clone()));
    cloud.unmake(&path);
    assert_eq!(id(&cloud.make(&path, body.clone())), first);
    cloud.unmake(&format!("{path}?force=true"));
    assert_ne!(id(&cloud.make(&path, body)), first);
}
