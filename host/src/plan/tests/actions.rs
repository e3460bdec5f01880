//! What happens to a resource.

use super::*;
use crate::model::kind::ChangeClass;
use crate::state::{bookkeeping, record};

#[test]
fn what_is_not_there_is_created_with_all_its_leaves() {
    let body = json!({"location": "here", "n": null, "p": {"list": ["a"], "none": {}}, "s": "${secret:env:P}"});
    let change = World::new().declare(resource("a.x", body.clone())).only();
    assert_eq!((change.action, &change.body), (Action::Create, &body));
    let shown: Vec<_> = change.properties.iter().map(|it| (it.pointer.as_str(), it.after.clone().unwrap())).collect();
    let value = |value| Shown::Value(value);
    assert_eq!(
        shown,
        [
            ("/location", value(json!("here"))),
            ("/p/list/0", value(json!("a"))),
            ("/p/none", value(json!({}))),
            ("/s", Shown::Secret)
        ]
    );
    assert_eq!(change.place.unwrap().line, 12);
}

#[test]
fn applied_and_deployed_as_declared_is_no_change() {
    let world = World::new().settled(resource("a.x", json!({"location": "West Europe", "sku": {"name": "B"}})));
    let plan = world.plan().unwrap();
    assert!(!plan.has_changes() && plan.drift.is_empty());
    assert_eq!((plan.changes[0].action, plan.changes[0].unchanged), (Action::None, 2));
    assert!(bookkeeping(&plan, &world.state).is_empty());
}

#[test]
fn what_failed_after_it_was_sent_is_sent_again_however_it_looks() {
    let mut world = World::new().settled(resource("a.x", json!({"sku": {"name": "B"}})));
    for resource in world.state.resources.values_mut() {
        resource.uncertain = true;
        resource.failed = true;
    }
    let change = world.only();
    assert_eq!((change.action, change.properties.len()), (Action::Update, 0));
    assert_eq!(change.body, json!({"sku": {"name": "B"}}));
    assert_eq!(change.reasons, ["its last change failed after it was sent: it is sent again"]);
}

#[test]
fn a_body_in_other_words_is_no_change_and_replaces_the_one_in_the_state() {
    let was = resource("a.x", json!({"location": "West Europe", "old": 1}));
    let now = resource("a.x", json!({"location": "westeurope"}));
    let world = World::new().applied(&was, Some(json!({"location": "WestEurope"}))).declare(now.clone());
    let plan = world.plan().unwrap();
    assert_eq!((plan.changes[0].action, &plan.changes[0].body), (Action::None, &now.body));
    assert_eq!((plan.has_changes(), plan.drift.len()), (false, 1), "`old` was applied and is gone");
    let events = bookkeeping(&plan, &world.state);
    assert_eq!(serde_json::to_value(events).unwrap()[0]["result"]["upserted"]["body"], now.body);
}

#[test]
fn the_worst_property_decides() {
    let live = json!({"location": "westeurope", "sku": {"name": "B"}, "tags": {"a": 1}});
    let was = resource("a.x", live.clone());
    let world = |body| World::new().applied(&was, Some(live.clone())).declare(resource("a.x", body)).only();
    let change = world(json!({"location": "West Europe", "sku": {"name": "S"}, "tags": {"a": 1}}));
    assert_eq!(change.action, Action::Update);
    assert_eq!((change.properties[0].class, change.unchanged), (ChangeClass::Disruptive, 2));
    assert_eq!(change.properties[0].place.as_ref().unwrap().file, "platform.rhai");
    let change = world(json!({"location": "north", "sku": {"name": "B"}}));
    assert_eq!(change.action, Action::Replace);
    assert_eq!(change.reasons, ["`/location` forces replacement"]);
    assert_eq!(change.properties[0].consequence.as_deref(), Some("its data is lost"));
    assert_eq!(change.properties[1].pointer, "/tags/a");
    assert_eq!(change.replaces.unwrap().id, "/Cloud/x");
}

#[test]
fn what_others_changed_is_drift_and_is_put_right() {
    let world = World::new()
        .applied(&resource("a.gone", json!({"n": 1})), None)
        .declare(resource("a.gone", json!({"n": 1})))
        .applied(&resource("a.x", json!({"n": 1})), Some(json!({"n": 2, "by": "peer"})))
        .declare(resource("a.x", json!({"n": 1})))
        .applied(&resource("a.left", json!({})), None);
    let plan = world.plan().unwrap();
    assert_eq!(world.actions(), [("a.gone".into(), Action::Create), ("a.x".into(), Action::Update)]);
    let drift: Vec<_> = plan.drift.iter().map(|it| (it.address.as_str(), it.deleted, it.properties.len())).collect();
    assert_eq!(drift, [("a.gone", true, 0), ("a.x", false, 1), ("a.left", true, 0)]);
    let property = &plan.drift[1].properties[0];
    assert_eq!((&property.before, &property.after), (&Some(Shown::Value(json!(1))), &Some(Shown::Value(json!(2)))));
    let forgotten = bookkeeping(&plan, &world.state);
    assert_eq!(
        serde_json::to_value(forgotten).unwrap(),
        json!([{"event": "end", "address": "a.left", "result": "deleted"}])
    );
}

#[test]
fn children_of_what_is_replaced_are_replaced_too() {
    let child = |address: &str| depends(with_id(resource(address, json!({})), "/cloud/X/sub/c"), &["a.x"]);
    let world = World::new()
        .applied(&resource("a.x", json!({"location": "a"})), Some(json!({"location": "a"})))
        .declare(resource("a.x", json!({"location": "b"})))
        .settled(child("c.c"))
        .settled(resource("o.xx", json!({})));
    let changes = world.plan().unwrap().changes;
    let actions: Vec<_> = changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, [Action::Replace, Action::Replace, Action::None]);
    assert_eq!(changes[1].reasons, ["`a.x`, which it lies within, is replaced"]);
}

#[test]
fn another_id_or_type_at_one_address_is_a_replacement() {
    let was = resource("a.x", json!({}));
    let change = World::new()
        .applied(&was, Some(json!({})))
        .declare(with_id(resource("a.x", json!({})), "/Cloud/elsewhere/x"))
        .only();
    assert_eq!((change.action, change.reasons), (Action::Replace, vec!["its id was `/Cloud/x`".to_owned()]));
    assert_eq!(change.replaces.unwrap().id, "/Cloud/x");
    let mut other = resource("a.x", json!({}));
    other.resource_type = "Test/b".into();
    assert_eq!(World::new().applied(&was, Some(json!({}))).declare(other).only().action, Action::Replace);
    // Case is no difference.
    let same = with_id(resource("a.x", json!({})), "/CLOUD/X");
    assert_eq!(World::new().applied(&was, Some(json!({}))).declare(same).only().action, Action::None);
}

#[test]
fn what_is_declared_no_more_is_deleted_dependents_first() {
    let mut world = World::new()
        .applied(&resource("a.x", json!({})), Some(json!({})))
        .applied(&depends(resource("b.y", json!({})), &["a.x"]), Some(json!({})))
        .declare(resource("z.new", json!({})));
    let plan = world.plan().unwrap();
    let actions: Vec<_> = plan.changes.iter().map(|it| (it.address.as_str(), it.action)).collect();
    assert_eq!(actions, [("z.new", Action::Create), ("b.y", Action::Delete), ("a.x", Action::Delete)]);
    assert_eq!((&plan.changes[1].body, plan.changes[1].depends_on.as_slice()), (&Value::Null, &["a.x".to_owned()][..]));
    world.environment.resources.clear();
    assert_eq!(world.plan().unwrap().counts().delete, 2);
}

#[test]
fn a_new_address_for_the_same_id_is_no_deletion() {
    let world = World::new()
        .applied(&protected(resource("a.x", json!({"n": 1}))), Some(json!({"n": 1})))
        .declare(resource("b.x", json!({"n": 1})));
    let mut world = world;
    world.environment.resources[0].kind = "a".into();
    world.environment.resources[0].resource_type = "Test/a".into();
    let plan = world.plan().unwrap();
    assert_eq!((plan.changes.len(), plan.changes[0].action), (1, Action::None));
    assert_eq!(plan.changes[0].reasons, ["it was `a.x`"]);
    assert!(plan.changes[0].protected, "protection moves with it");
    let events = serde_json::to_value(bookkeeping(&plan, &world.state)).unwrap();
    assert_eq!((&events[0]["address"], &events[1]["address"]), (&json!("b.x"), &json!("a.x")));
    // A run killed between the two entries leaves both: still nothing to delete.
    let both = world.applied(&with_id(resource("b.x", json!({"n": 1})), "/cloud/x"), Some(json!({"n": 1})));
    assert_eq!(both.plan().unwrap().counts().delete, 0);
}

#[test]
fn adopting_takes_what_is_deployed_for_what_is_declared() {
    let body = json!({"n": 1, "password": "${secret:env:P}"});
    let declared = World::new().declare(resource("a.x", body.clone()));
    let found = |live: Value| BTreeMap::from([("a.x".to_owned(), Live::Found(live))]);
    assert_eq!(declared.only().action, Action::Create);
    let world = World { live: found(json!({"n": 2, "server": 1})), adopt: true, ..declared };
    let change = world.only();
    assert_eq!((change.action, change.properties.len(), change.unchanged), (Action::Update, 1, 1));
    // Nothing differs: still something to do, since the state does not have it.
    let world = World { live: found(json!({"n": 1})), ..world };
    assert_eq!((world.only().action, world.only().properties.len()), (Action::Update, 0));
    let world = World { live: BTreeMap::from([("a.x".into(), Live::Absent)]), ..world };
    assert_eq!(world.only().action, Action::Create);
    let world = World { live: BTreeMap::new(), ..world };
    assert_eq!(world.refused().0, ErrorKind::Bug);
}

#[test]
fn an_uncertain_resource_is_looked_at() {
    let was = resource("a.x", json!({"n": 1}));
    let uncertain = |live: Option<Value>| {
        let mut world = World::new().applied(&was, live).declare(was.clone());
        world.state.resources.get_mut("a.x").unwrap().uncertain = true;
        world
    };
    let world = uncertain(Some(json!({"n": 1})));
    let plan = world.plan().unwrap();
    assert_eq!(plan.changes[0].action, Action::None);
    let events = bookkeeping(&plan, &world.state);
    assert_eq!(events.len(), 1, "it is settled without asking the cloud for anything");
    let world = uncertain(None);
    let plan = world.plan().unwrap();
    assert_eq!((plan.changes[0].action, plan.drift.len()), (Action::Create, 0));
    assert_eq!(uncertain(Some(json!({"n": 2}))).only().action, Action::Update);
    assert!(uncertain(Some(json!({"n": 2}))).plan().unwrap().drift.is_empty());
}

#[test]
fn carrying_out_a_plan_leaves_nothing_to_plan() {
    let world = World::new()
        .applied(&resource("a.x", json!({"location": "a", "sku": {"name": "B"}})), Some(json!({"location": "a"})))
        .declare(resource("a.x", json!({"location": "b", "sku": {"name": "S"}, "tags": {}})))
        .declare(resource("b.y", json!({"text": "$${x}", "password": "${secret:env:P}"})))
        .applied(&resource("c.z", json!({})), Some(json!({})));
    let plan = world.plan().unwrap();
    let mut after = World { state: State { resources: BTreeMap::new(), ..world.state.clone() }, ..world };
    after.live.clear();
    for change in plan.changes.iter().filter(|change| change.action != Action::Delete) {
        assert!(!change.body.is_null());
        after.state.resources.insert(change.address.clone(), record(change, change.body.clone()));
        let mut deployed = change.body.clone();
        crate::model::reference::finish(&mut deployed);
        if let Some(map) = deployed.as_object_mut() {
            map.remove("password");
            map.insert("provisioningState".into(), json!("Succeeded"));
        }
        after.live.insert(change.address.clone(), Live::Found(deployed));
    }
    let again = after.plan().unwrap();
    assert!(!again.has_changes() && again.drift.is_empty(), "{again:?}");
    assert!(bookkeeping(&again, &after.state).is_empty());
}
