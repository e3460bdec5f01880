use serde_json::json;

use super::{account, account_body, vault, vault_body, with, without};
use crate::describe::{ORIGIN, SUBSCRIPTION};
use crate::testing::{TestCloud, group, in_group};

#[test]
fn a_type_that_is_not_modelled_is_stored_as_given() {
    let mut cloud = TestCloud::with_group();
    let path = in_group("microsoft.network/VIRTUALNETWORKS/Net");
    let body = json!({"location": "West Europe", "tags": {"a": "b"}, "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "odd": [1, null, {"x": true}]}});
    let made = cloud.make(&path, body);
    assert_eq!(made["id"], in_group("Microsoft.Network/virtualNetworks/Net"));
    assert_eq!((&made["name"], &made["type"]), (&json!("Net"), &json!("Microsoft.Network/virtualNetworks")));
    assert_eq!(made["location"], "westeurope");
    assert_eq!(made["properties"]["odd"], json!([1, null, {"x": true}]));
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    let updated = cloud.patch(&path, json!({"tags": {"c": "d"}, "properties": {"odd": null}})).ok(200);
    assert_eq!(updated.body["tags"], json!({"a": "b", "c": "d"}));
    assert_eq!(updated.body["properties"].get("odd"), None);
    cloud.unmake(&path);
    assert_eq!(cloud.get(&path).error(), (404, "ResourceNotFound"));
    cloud.delete(&path).ok(204);
    let unheard = in_group("Microsoft.Network/thingsOfTomorrow/x");
    cloud.put(&unheard, json!({"properties": {"a": 1}})).ok(201);
    assert_eq!(cloud.get(&unheard).ok(200).text("/type"), "Microsoft.Network/thingsOfTomorrow");
}

#[test]
fn what_is_missing_is_named_from_the_outside_in() {
    let mut cloud = TestCloud::with_group();
    let elsewhere = format!("{}/providers/Microsoft.Storage/storageAccounts/stone", group("none"));
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let reply = cloud.send(method, &elsewhere, Some(account_body()));
        assert_eq!(reply.error(), (404, "ResourceGroupNotFound"), "{method}");
        assert_eq!(reply.message(), "Resource group 'none' could not be found.");
    }
    let child = format!("{}/blobServices/default", account("stone"));
    for method in ["GET", "PUT", "PATCH"] {
        assert_eq!(cloud.send(method, &child, Some(json!({}))).error(), (404, "ParentResourceNotFound"), "{method}");
    }
    cloud.delete(&child).ok(204);
    let reply = cloud.get(&account("stone"));
    assert_eq!(reply.error(), (404, "ResourceNotFound"));
    assert!(reply.message().starts_with(
        "The Resource 'Microsoft.Storage/storageAccounts/stone' under resource group 'Rg' was not found."
    ));
    cloud.send("HEAD", &account("stone"), None).ok(404);
    assert_eq!(cloud.patch(&account("stone"), json!({})).error(), (404, "ResourceNotFound"));
}

#[test]
fn children_live_and_die_with_their_parent() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stone"), account_body());
    let services = format!("{}/BLOBSERVICES/default", account("STONE"));
    cloud.make(&services, json!({"properties": {"isVersioningEnabled": true}}));
    let container = format!("{services}/containers/data");
    let made = cloud.make(&container, json!({"properties": {"publicAccess": "None"}}));
    assert_eq!(made["id"], format!("{}/blobServices/default/containers/data", account("stone")));
    cloud.unmake(&account("stone"));
    assert_eq!(cloud.get(&container).error(), (404, "ParentResourceNotFound"));
    cloud.make(&account("stone"), account_body());
    assert_eq!(cloud.get(&services).error(), (404, "ResourceNotFound"));
}

#[test]
fn ids_are_compared_without_case_and_answered_as_first_written() {
    let mut cloud = TestCloud::with_group();
    let path = vault("Kv-Main");
    let made = cloud.make(&path, vault_body());
    assert_eq!(made["id"], path);
    // Every way to write the case of single letters of the path reaches the same resource.
    for step in 1..path.len() {
        let other: String = path
            .char_indices()
            .map(|(at, letter)| {
                if at % (step + 1) == step % (at % 7 + 1) {
                    letter.to_ascii_uppercase()
                } else {
                    letter.to_ascii_lowercase()
                }
            })
            .collect();
        assert_eq!(cloud.get(&other).ok(200).body, made, "{other}");
    }
    let updated = cloud.put(&path.to_uppercase(), vault_body()).ok(200);
    assert_eq!((updated.text("/id"), updated.text("/name")), (path.as_str(), "Kv-Main"));
}

#[test]
fn locations_are_checked_and_folded() {
    let mut cloud = TestCloud::with_group();
    let none = without(account_body(), "/location");
    assert_eq!(cloud.put(&account("stone"), none).error(), (400, "LocationRequired"));
    let unknown = with(account_body(), "/location", json!("atlantis"));
    let reply = cloud.put(&account("stone"), unknown);
    assert_eq!(reply.error(), (400, "LocationNotAvailableForResourceType"));
    assert!(reply.message().contains("westeurope"));
    let made = cloud.make(&account("stone"), with(account_body(), "/location", json!("North Europe")));
    assert_eq!(made["location"], "northeurope");
    let moved = cloud.put(&account("stone"), account_body());
    assert_eq!(moved.error(), (409, "InvalidResourceLocation"));
    cloud.put(&account("stone"), with(account_body(), "/location", json!("NORTH EUROPE"))).ok(200);
}

#[test]
fn members_are_taken_in_any_case() {
    let mut cloud = TestCloud::with_group();
    cloud.put(&group("Other"), json!({"LOCATION": "eastus", "Tags": {"a": "1"}})).ok(201);
    let body = json!({"Location": "westeurope", "KIND": "storagev2", "Sku": {"NAME": "standard_lrs"},
        "PROPERTIES": {"AccessTier": "cool"}});
    let made = cloud.make(&account("stone"), body);
    assert_eq!((&made["kind"], &made["sku"]["name"]), (&json!("StorageV2"), &json!("Standard_LRS")));
    assert_eq!(made["properties"]["accessTier"], "Cool");
    let patched = cloud.patch(&account("stone"), json!({"TAGS": {"b": "2"}})).ok(200);
    assert_eq!(patched.text("/tags/b"), "2");
    let other = in_group("Microsoft.Network/networkSecurityGroups/n");
    assert_eq!(cloud.make(&other, json!({"LOCATION": "East US"}))["location"], "eastus");
}

#[test]
fn put_replaces_and_keeps_what_the_service_made() {
    let mut cloud = TestCloud::with_group();
    let body = with(account_body(), "/tags", json!({"a": "1"}));
    let first = cloud.make(&account("stone"), body);
    cloud.now_ms += 60_000;
    let second = cloud.put(&account("stone"), account_body()).ok(200).body;
    assert_eq!(second.get("tags"), None, "omitted means default");
    assert_eq!(second["properties"]["creationTime"], first["properties"]["creationTime"]);
    assert_eq!(second["systemData"]["createdAt"], first["systemData"]["createdAt"]);
    assert_ne!(second["systemData"]["lastModifiedAt"], first["systemData"]["lastModifiedAt"]);
    // What is answered can be sent back.
    let third = cloud.put(&account("stone"), second.clone()).ok(200).body;
    assert_eq!(third, second);
}

#[test]
fn conditions_are_honoured() {
    let mut cloud = TestCloud::with_group();
    let url = format!("{ORIGIN}{}?api-version=2026-04-01", account("stone"));
    let body = account_body().to_string();
    let token = ("authorization", "Bearer t");
    let must = cloud.raw("PUT", &url, &[token, ("if-match", "*")], Some(body.as_bytes()));
    assert_eq!(must.error(), (412, "PreconditionFailed"));
    cloud.raw("PUT", &url, &[token, ("if-none-match", "*")], Some(body.as_bytes())).ok(202);
    let must_not = cloud.raw("PUT", &url, &[token, ("if-none-match", "*")], Some(body.as_bytes()));
    assert_eq!(must_not.error(), (412, "PreconditionFailed"));
}

#[test]
fn secrets_are_not_kept() {
    let mut cloud = TestCloud::with_group();
    let machine = in_group("Microsoft.Compute/virtualMachines/vm");
    let reply = cloud.put(
        &machine,
        json!({"location": "westeurope", "properties": {
        "osProfile": {"adminUsername": "u", "adminPassword": "canary-1"}}}),
    );
    assert!(!reply.body.to_string().contains("canary"));
    cloud.make(&vault("kv-one"), vault_body());
    cloud.put(&format!("{}/secrets/s", vault("kv-one")), json!({"properties": {"value": "canary-2"}})).ok(201);
    let kept = mlhost_plugin::Store::scan(&cloud.store, "", "", 1000);
    assert!(kept.iter().all(|(_, value)| !String::from_utf8_lossy(value).contains("canary")));
}

#[test]
fn role_assignments_are_unique_and_hang_on_any_scope() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stone"), account_body());
    let role = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/r");
    let body = |principal: &str| json!({"properties": {"roleDefinitionId": role, "principalId": principal}});
    let guid = |digit: char| "00000000-0000-0000-0000-00000000000#".replace('#', &digit.to_string());
    for scope in [group("Rg"), account("stone"), format!("/subscriptions/{SUBSCRIPTION}")] {
        let path = |digit| format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", guid(digit));
        let made = cloud.put(&path('a'), body("p")).ok(201);
        assert_eq!(made.text("/properties/scope"), scope);
        assert_eq!(made.text("/id"), path('a'));
        cloud.put(&path('a'), body("p")).ok(200);
        assert_eq!(cloud.put(&path('a'), body("q")).error(), (400, "RoleAssignmentUpdateNotPermitted"));
        assert_eq!(cloud.put(&path('b'), body("P")).error(), (409, "RoleAssignmentExists"));
        cloud.put(&path('b'), body("q")).ok(201);
        let list = cloud.get(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments")).ok(200);
        assert!(list.body["value"].as_array().unwrap().len() >= 2);
        cloud.delete(&path('b')).ok(200);
        assert_eq!(cloud.put(&path('b'), json!({"properties": {}})).error(), (400, "InvalidRequestContent"));
    }
    let bad = format!("{}/providers/Microsoft.Authorization/roleAssignments/x", group("Rg"));
    assert_eq!(cloud.put(&bad, body("p")).error(), (400, "InvalidRoleAssignmentId"));
    let orphan = format!("{}/providers/Microsoft.Authorization/roleAssignments/{}", account("none"), guid('c'));
    assert_eq!(cloud.put(&orphan, body("p")).error(), (404, "ResourceNotFound"));
}

#[test]
fn keys_are_handed_out_and_stay_the_same() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stone"), account_body());
    let keys = cloud.send("POST", &format!("{}/listKeys", account("stone")), None).ok(200);
    assert_eq!(keys.text("/keys/0/keyName"), "key1");
    assert_eq!(keys.text("/keys/0/value").len(), 88);
    assert_eq!(cloud.send("POST", &format!("{}/listkeys", account("stone")), None).ok(200).body, keys.body);
    let registry = in_group("Microsoft.ContainerRegistry/registries/images");
    cloud.make(&registry, json!({"location": "westeurope", "sku": {"name": "Basic"}}));
    let refused = cloud.send("POST", &format!("{registry}/listCredentials"), None);
    assert_eq!(refused.error(), (400, "UnAuthorizedForCredentialOperations"));
    let admin = json!({"location": "westeurope", "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": true}});
    cloud.make(&registry, admin);
    let credentials = cloud.send("POST", &format!("{registry}/listCredentials"), None).ok(200);
    assert_eq!(credentials.text("/username"), "images");
    assert_eq!(cloud.send("POST", &format!("{}/listKeys", account("none")), None).error(), (404, "ResourceNotFound"));
}

#[test]
fn types_stay_in_their_scope_and_unserved_ones_are_refused() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stone"), account_body());
    let rest = "providers/Microsoft.Storage/storageAccounts/sttwo";
    for scope in [format!("/subscriptions/{SUBSCRIPTION}"), account("stone"), String::new()] {
        let reply = cloud.put(&format!("{scope}/{rest}"), account_body());
        assert_eq!(reply.error(), (404, "InvalidResourceType"), "{scope}");
    }
    for kind in ["deployments", "deploymentStacks", "TAGS"] {
        let path = in_group(&format!("Microsoft.Resources/{kind}/default"));
        assert_eq!(cloud.put(&path, json!({"properties": {}})).error(), (404, "InvalidResourceType"), "{kind}");
    }
    let policy = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/p");
    cloud.put(&policy, json!({"properties": {"mode": "All"}})).ok(201);
    assert_eq!(cloud.get(&policy).ok(200).text("/id"), policy);
    cloud.delete(&policy).ok(200);
}
