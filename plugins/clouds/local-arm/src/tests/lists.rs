use serde_json::json;

use super::{account, account_body, vault, vault_body};
use crate::describe::SUBSCRIPTION;
use crate::testing::{Reply, TestCloud, group, in_group};

fn names(reply: &Reply) -> Vec<&str> {
    reply.body["value"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

fn all_pages(cloud: &mut TestCloud, path: &str) -> (Vec<String>, usize) {
    let mut reply = cloud.get(path).ok(200);
    let mut found: Vec<String> = names(&reply).into_iter().map(str::to_owned).collect();
    let mut pages = 1;
    while let Some(next) = reply.body["nextLink"].as_str().map(str::to_owned) {
        reply = cloud.get(&next).ok(200);
        found.extend(names(&reply).into_iter().map(str::to_owned));
        pages += 1;
    }
    (found, pages)
}

#[test]
fn collections_are_paged_without_their_children() {
    let mut cloud = TestCloud::with_group();
    let expected: Vec<String> = (0..25).map(|number| format!("stlist{number:02}")).collect();
    for name in expected.iter().rev() {
        cloud.make(&account(name), account_body());
        cloud.make(&format!("{}/blobServices/default", account(name)), json!({"properties": {}}));
    }
    cloud.make(&vault("kv-one"), vault_body());
    let list = in_group("microsoft.storage/storageaccounts");
    assert_eq!(all_pages(&mut cloud, &list), (expected.clone(), 1));
    for top in [1, 7, 24, 25, 26] {
        let (found, pages) = all_pages(&mut cloud, &format!("{list}?$top={top}"));
        assert_eq!(found, expected, "top {top}");
        assert_eq!(pages, 25_usize.div_ceil(top));
    }
    let children = cloud.get(&format!("{}/blobServices", account("stlist03"))).ok(200);
    assert_eq!(names(&children), ["default"]);
}

#[test]
fn lists_of_a_subscription_span_its_groups() {
    let mut cloud = TestCloud::new();
    for name in ["g2", "g1", "g3"] {
        cloud.put(&group(name), json!({"location": "eastus"})).ok(201);
        let path = format!("{}/providers/Microsoft.Network/networkSecurityGroups/nsg-{name}", group(name));
        cloud.make(&path, json!({"location": "eastus"}));
    }
    let list = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/networkSecurityGroups");
    assert_eq!(all_pages(&mut cloud, &list).0, ["nsg-g1", "nsg-g2", "nsg-g3"]);
    assert_eq!(
        all_pages(&mut cloud, &format!("{list}?$top=1")),
        (vec!["nsg-g1".into(), "nsg-g2".into(), "nsg-g3".into()], 3)
    );
    let all = format!("/subscriptions/{SUBSCRIPTION}/resources");
    assert_eq!(all_pages(&mut cloud, &all).0.len(), 3);
}

#[test]
fn the_resources_of_a_group_are_its_top_level_ones() {
    let mut cloud = TestCloud::with_group();
    let empty = cloud.get(&format!("{}/resources", group("Rg"))).ok(200);
    assert_eq!(empty.body, json!({"value": []}));
    cloud.make(&account("stone"), account_body());
    cloud.make(&format!("{}/blobServices/default", account("stone")), json!({"properties": {}}));
    cloud.make(&vault("kv-one"), vault_body());
    let lock = format!("{}/providers/Microsoft.Authorization/locks/l", group("Rg"));
    cloud.put(&lock, json!({"properties": {"level": "NotSpecified"}})).ok(201);
    let list = format!("{}/resources", group("Rg"));
    assert_eq!(names(&cloud.get(&list).ok(200)), ["kv-one", "stone"]);
    let filtered = format!("{list}?$filter=resourceType%20eq%20'Microsoft.KeyVault/vaults'");
    assert_eq!(names(&cloud.get(&filtered).ok(200)), ["kv-one"]);
}

#[test]
fn what_lists_refuse() {
    let mut cloud = TestCloud::with_group();
    let list = in_group("Microsoft.Storage/storageAccounts");
    let table = [
        (format!("{list}?$top=0"), 400, "InvalidTopInQueryString"),
        (format!("{list}?$top=many"), 400, "InvalidTopInQueryString"),
        (format!("{list}?$skiptoken=zz"), 400, "InvalidSkipToken"),
        (format!("{}/resources?$filter=x", group("Rg")), 400, "InvalidFilterInQueryString"),
        (format!("{}/resources", group("none")), 404, "ResourceGroupNotFound"),
        (format!("{}/providers/Microsoft.Storage/storageAccounts", group("none")), 404, "ResourceGroupNotFound"),
        (format!("{}/blobServices", account("none")), 404, "ParentResourceNotFound"),
        (in_group("Contoso.Things/x"), 404, "InvalidResourceNamespace"),
    ];
    for (path, status, code) in table {
        assert_eq!(cloud.get(&path).error(), (status, code), "{path}");
    }
}

#[test]
fn what_was_deleted_and_never_polled_leaves_the_lists() {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stgone"), account_body());
    let (groups, resources) =
        (format!("/subscriptions/{SUBSCRIPTION}/resourcegroups"), format!("/subscriptions/{SUBSCRIPTION}/resources"));
    cloud.delete(&group("Rg")).ok(202);
    assert_eq!(names(&cloud.get(&groups)), ["Rg"]);
    cloud.now_ms += 60_000;
    assert!(names(&cloud.get(&groups)).is_empty());
    assert!(names(&cloud.get(&resources)).is_empty());
}
