use serde_json::json;

use super::{account, account_body};
use crate::describe::SUBSCRIPTION;
use crate::testing::{TestCloud, group};

fn lock(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/keep")
}

#[test]
fn locks_hold_at_every_scope_until_they_are_removed() {
    for scope in [account("stone"), group("Rg"), format!("/subscriptions/{SUBSCRIPTION}")] {
        let mut cloud = TestCloud::with_group();
        cloud.make(&account("stone"), account_body());
        let child = format!("{}/blobServices/default", account("stone"));
        cloud.make(&child, json!({"properties": {}}));
        cloud.put(&lock(&scope), json!({"properties": {"level": "CanNotDelete"}})).ok(201);
        cloud.put(&account("stone"), account_body()).ok(200);
        for path in [account("stone"), child.clone(), group("Rg")] {
            let reply = cloud.delete(&path);
            assert_eq!(reply.error().1, "ScopeLocked", "{path}");
            assert!(reply.message().contains(&format!("locked: '{scope}'")), "{}", reply.message());
            assert!(reply.message().contains("cannot perform delete operation"));
        }
        cloud.put(&lock(&scope), json!({"properties": {"level": "ReadOnly"}})).ok(200);
        let write = cloud.put(&account("stone"), account_body());
        assert_eq!(write.error(), (409, "ScopeLocked"));
        assert!(write.message().contains("cannot perform write operation"));
        assert_eq!(cloud.patch(&account("stone"), json!({})).error(), (409, "ScopeLocked"));
        let keys = cloud.send("POST", &format!("{}/listKeys", account("stone")), None);
        assert_eq!(keys.error(), (409, "ScopeLocked"));
        cloud.get(&account("stone")).ok(200);
        cloud.delete(&lock(&scope)).ok(200);
        cloud.put(&account("stone"), account_body()).ok(200);
        cloud.unmake(&group("Rg"));
    }
}

#[test]
fn a_lock_names_its_level() {
    let mut cloud = TestCloud::with_group();
    for body in [json!({}), json!({"properties": {"level": "Sometimes"}}), json!({"properties": {"level": 1}})] {
        assert_eq!(cloud.put(&lock(&group("Rg")), body).error(), (400, "InvalidRequestContent"));
    }
}
