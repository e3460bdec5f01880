use serde_json::json;

use super::{account, account_body, vault, vault_body};
use crate::describe::SUBSCRIPTION;
use crate::testing::{TestCloud, group};

#[test]
fn a_group_lives() {
    let mut cloud = TestCloud::new();
    let made = cloud.put(&group("My-Rg"), json!({"location": "West Europe", "tags": {"a": "1"}})).ok(201);
    assert_eq!(
        made.body,
        json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/My-Rg"), "name": "My-Rg",
        "type": "Microsoft.Resources/resourceGroups", "location": "westeurope", "tags": {"a": "1"},
        "properties": {"provisioningState": "Succeeded"}})
    );
    assert_eq!(cloud.get(&group("MY-RG")).ok(200).body, made.body);
    cloud.send("HEAD", &group("my-rg"), None).ok(204);
    let updated = cloud.put(&group("my-rg"), json!({"location": "westeurope"})).ok(200);
    assert_eq!((updated.text("/name"), &updated.body["tags"]), ("My-Rg", &json!(null)));
    let patched = cloud.patch(&group("my-rg"), json!({"tags": {"b": "2"}})).ok(200);
    assert_eq!((patched.text("/tags/b"), patched.text("/location")), ("2", "westeurope"));
    let gone = cloud.delete(&group("my-rg"));
    let polled = cloud.wait(gone.ok(202));
    assert_eq!((polled.status, polled.body), (200, json!(null)));
    assert_eq!(cloud.get(&group("My-Rg")).error(), (404, "ResourceGroupNotFound"));
    cloud.send("HEAD", &group("my-rg"), None).ok(404);
    assert_eq!(cloud.delete(&group("my-rg")).error(), (404, "ResourceGroupNotFound"));
}

#[test]
fn what_a_group_refuses() {
    let mut cloud = TestCloud::with_group();
    let table = [
        ("Rg", json!({"location": "eastus"}), 400, "InvalidResourceGroupLocation"),
        ("b", json!({}), 400, "LocationRequired"),
        ("b", json!({"location": "atlantis"}), 400, "LocationNotAvailableForResourceType"),
        ("b.", json!({"location": "eastus"}), 400, "InvalidResourceGroup"),
        ("b", json!({"location": "eastus", "colour": 1}), 400, "InvalidRequestContent"),
        ("b", json!({"location": "eastus", "tags": {"a": 1}}), 400, "InvalidRequestContent"),
    ];
    for (name, body, status, code) in table {
        assert_eq!(cloud.put(&group(name), body).error(), (status, code), "{name}");
    }
}

#[test]
fn deletion_takes_everything_along_and_holds_off_writes() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stone"), account_body());
    cloud.make(&format!("{}/blobServices/default", account("stone")), json!({"properties": {}}));
    cloud.make(&vault("kv-one"), vault_body());
    let deleting = cloud.delete(&group("rg")).ok(202);
    assert_eq!(deleting.header("retry-after"), Some("0"));
    assert_eq!(cloud.get(&group("Rg")).ok(200).text("/properties/provisioningState"), "Deleting");
    assert_eq!(cloud.put(&account("sttwo"), account_body()).error(), (409, "ResourceGroupBeingDeleted"));
    assert_eq!(cloud.put(&group("Rg"), json!({"location": "westeurope"})).error(), (409, "ResourceGroupBeingDeleted"));
    let again = cloud.delete(&group("rg")).ok(202);
    assert_eq!(again.header("location"), deleting.header("location"), "the same operation");
    cloud.wait(deleting);
    // Nothing is left but the vault that can be recovered and the operations.
    let keys: Vec<String> =
        mlhost_plugin::Store::scan(&cloud.store, "", "", 1000).into_iter().map(|(key, _)| key).collect();
    assert!(keys.iter().all(|key| key == "c" || key.starts_with("o/") || key == "d/vault/kv-one"), "{keys:?}");
    cloud.put(&group("Rg"), json!({"location": "eastus"})).ok(201);
    let elsewhere = super::with(account_body(), "/location", json!("eastus"));
    cloud.make(&account("stone"), elsewhere);
}

#[test]
fn groups_are_listed_and_filtered() {
    let mut cloud = TestCloud::new();
    for (name, tag) in [("a", "x"), ("b", "y"), ("c", "x")] {
        cloud.put(&group(name), json!({"location": "eastus", "tags": {"Team": tag}})).ok(201);
    }
    let names = |cloud: &mut TestCloud, query: &str| -> Vec<String> {
        let reply = cloud.get(&format!("/subscriptions/{SUBSCRIPTION}/resourcegroups{query}")).ok(200);
        reply.body["value"].as_array().unwrap().iter().map(|group| group["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&mut cloud, ""), ["a", "b", "c"]);
    assert_eq!(names(&mut cloud, "?$filter=tagName%20eq%20'team'%20and%20tagValue%20eq%20'x'"), ["a", "c"]);
    let bad = cloud.get(&format!("/subscriptions/{SUBSCRIPTION}/resourcegroups?$filter=name%20eq%20'x'"));
    assert_eq!(bad.error(), (400, "InvalidFilterInQueryString"));
}
