use serde_json::json;

use super::{account, account_body, platform, workspace, workspace_body};
use crate::testing::{TestCloud, in_group};

fn state(cloud: &mut TestCloud, path: &str) -> String {
    cloud.get(path).ok(200).text("/properties/provisioningState").to_owned()
}

#[test]
fn a_storage_account_is_accepted_and_polled_at_its_location() {
    let mut cloud = TestCloud::with_group();
    let accepted = cloud.put(&account("stone"), account_body()).ok(202);
    assert_eq!((accepted.body.clone(), accepted.header("azure-asyncoperation")), (json!(null), None));
    assert_eq!(accepted.header("retry-after"), Some("0"));
    assert_eq!(state(&mut cloud, &account("stone")), "Creating");
    let url = accepted.header("location").unwrap().to_owned();
    let running = cloud.get(&url).ok(202);
    assert_eq!(running.header("location"), Some(url.as_str()));
    let done = cloud.get(&url).ok(200);
    assert_eq!(done.text("/properties/provisioningState"), "Succeeded");
    assert_eq!(state(&mut cloud, &account("stone")), "Succeeded");
    assert_eq!(cloud.get(&url).ok(200).body, done.body, "a client that was killed polls again");
    cloud.put(&account("stone"), account_body()).ok(200);
}

#[test]
fn a_registry_has_a_status_to_poll() {
    let mut cloud = TestCloud::with_group();
    let path = in_group("Microsoft.ContainerRegistry/registries/images");
    let body = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    let made = cloud.put(&path, body.clone()).ok(201);
    assert_eq!(made.text("/properties/provisioningState"), "Creating");
    let url = made.header("azure-asyncoperation").unwrap().to_owned();
    let running = cloud.get(&url).ok(200);
    assert_eq!((running.text("/status"), running.header("retry-after")), ("InProgress", Some("0")));
    let done = cloud.get(&url).ok(200);
    assert_eq!(done.text("/status"), "Succeeded");
    assert!(url.contains(done.text("/name")));
    assert!(!done.text("/endTime").is_empty());
    assert_eq!(state(&mut cloud, &path), "Succeeded");
    let update = cloud.put(&path, body).ok(200);
    assert_eq!(update.text("/properties/provisioningState"), "Updating");
    cloud.wait(update);
    assert_eq!(state(&mut cloud, &path), "Succeeded");
    let deleting = cloud.delete(&path).ok(202);
    assert_eq!(state(&mut cloud, &path), "Deleting");
    assert_eq!(cloud.wait(deleting).status, 200);
    assert_eq!(cloud.get(&path).error(), (404, "ResourceNotFound"));
}

#[test]
fn computes_are_deleted_with_both_headers() {
    let mut cloud = platform();
    cloud.make(&workspace("ws-one"), workspace_body());
    let path = format!("{}/computes/cpu", workspace("ws-one"));
    let body = json!({"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": {
        "vmSize": "STANDARD_D3_V2"}}});
    cloud.make(&path, body);
    let deleting = cloud.delete(&format!("{path}?underlyingResourceAction=Delete")).ok(202);
    assert!(deleting.header("location").is_some() && deleting.header("azure-asyncoperation").is_some());
    cloud.wait(deleting);
    assert_eq!(cloud.get(&path).error(), (404, "ResourceNotFound"));
}

#[test]
fn an_operation_that_nobody_polls_ends_by_itself() {
    let mut cloud = TestCloud::with_group();
    cloud.put(&account("stone"), account_body()).ok(202);
    assert_eq!(state(&mut cloud, &account("stone")), "Creating");
    cloud.now_ms += 31_000;
    assert_eq!(state(&mut cloud, &account("stone")), "Succeeded");
    let registry = in_group("Microsoft.ContainerRegistry/registries/images");
    cloud.make(&registry, json!({"location": "westeurope", "sku": {"name": "Basic"}}));
    cloud.delete(&registry).ok(202);
    cloud.now_ms += 31_000;
    assert_eq!(cloud.get(&registry).error(), (404, "ResourceNotFound"));
}

#[test]
fn reads_of_a_resource_count_where_there_is_nothing_else_to_poll() {
    let mut cloud = TestCloud::with_group();
    let containers = in_group("Microsoft.ContainerInstance/containerGroups/one");
    let made = cloud.put(&containers, json!({"location": "westeurope", "properties": {}})).ok(201);
    assert_eq!((made.header("location"), made.header("azure-asyncoperation")), (None, None));
    assert_eq!(state(&mut cloud, &containers), "Creating");
    assert_eq!(state(&mut cloud, &containers), "Succeeded");
    cloud.delete(&containers).ok(202);
    assert_eq!(state(&mut cloud, &containers), "Deleting");
    assert_eq!(cloud.get(&containers).error(), (404, "ResourceNotFound"));
}

#[test]
fn what_is_being_deleted_is_not_written() {
    let mut cloud = TestCloud::with_group();
    let registry = in_group("Microsoft.ContainerRegistry/registries/images");
    let body = json!({"location": "westeurope", "sku": {"name": "Basic"}});
    cloud.make(&registry, body.clone());
    let deleting = cloud.delete(&registry).ok(202);
    assert_eq!(cloud.put(&registry, body.clone()).error(), (409, "Conflict"));
    cloud.wait(deleting);
    cloud.put(&registry, body).ok(201);
}

#[test]
fn a_later_write_takes_over_and_unknown_operations_are_not_found() {
    let mut cloud = TestCloud::with_group();
    let first = cloud.put(&account("stone"), account_body()).ok(202);
    let second = cloud.put(&account("stone"), account_body()).ok(200);
    assert_eq!(second.text("/properties/provisioningState"), "Succeeded");
    cloud.wait(first);
    assert_eq!(state(&mut cloud, &account("stone")), "Succeeded");
    let url = format!("/subscriptions/{}/operationresults/none", crate::describe::SUBSCRIPTION);
    assert_eq!(cloud.get(&url).error(), (404, "NotFound"));
}
