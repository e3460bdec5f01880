//! References, what exists already, outputs.

use super::*;
use crate::state::bookkeeping;

#[test]
fn references_resolve_from_what_stays_and_are_known_after_apply_otherwise() {
    let user = |pointer: &str| {
        depends(resource("u.x", json!({"ref": format!("${{a.x#{pointer}}}"), "id": "${a.x#/id}"})), &["a.x"])
    };
    let applied = resource("u.x", json!({"ref": "k1", "id": "/Cloud/x"}));
    let base = |live: Option<Value>, declared: Value| {
        World::new()
            .applied(&resource("a.x", json!({"n": 1})), live)
            .declare(resource("a.x", declared))
            .applied(&applied, Some(applied.body.clone()))
    };
    let live = json!({"n": 1, "key": "k1"});
    let user_of = |world: World| world.declare(user("/key")).plan().unwrap().changes.remove(1);

    let change = user_of(base(Some(live.clone()), json!({"n": 1})));
    assert_eq!((change.action, change.body), (Action::None, Value::Null), "the state has the body");
    let change = user_of(base(Some(json!({"n": 1, "key": "k2"})), json!({"n": 1})));
    assert_eq!(change.properties[0].after, Some(Shown::Value(json!("k2"))));
    // An update of something else leaves it as it is.
    assert_eq!(user_of(base(Some(live.clone()), json!({"n": 2}))).action, Action::None);
    // Created anew: the value will be another, and its token stays in the body.
    let change = user_of(base(None, json!({"n": 1})));
    assert_eq!((change.action, change.properties[0].after.clone()), (Action::Update, Some(Shown::KnownAfterApply)));
    assert_eq!(change.body, json!({"ref": "${a.x#/key}", "id": "/Cloud/x"}));
    // Replaced.
    let was = resource("a.x", json!({"n": 1, "location": "l"}));
    let replaced = base(Some(live.clone()), json!({"n": 1, "location": "m"})).applied(&was, Some(was.body.clone()));
    assert_eq!(user_of(replaced).properties[0].after, Some(Shown::KnownAfterApply));
    // An update of the very value.
    let changed = base(Some(live.clone()), json!({"key": "k9"}));
    assert_eq!(user_of(changed).properties[0].after, Some(Shown::KnownAfterApply));
    // Not to be read, of a resource that stays: no reason to change anything.
    let change = base(Some(json!({"n": 1})), json!({"n": 1})).declare(user("/key")).plan().unwrap().changes.remove(1);
    assert_eq!((change.action, change.unchanged), (Action::None, 2));
}

#[test]
fn a_live_value_never_becomes_a_token() {
    let hostile = "${secret:env:HOME}";
    let world = World::new()
        .settled(resource("a.x", json!({"k": "v"})))
        .declare(depends(resource("u.x", json!({"ref": "${a.x#/tag}"})), &["a.x"]));
    let world =
        World { live: BTreeMap::from([("a.x".into(), Live::Found(json!({"k": "v", "tag": hostile})))]), ..world };
    let change = world.plan().unwrap().changes.remove(1);
    assert_eq!(change.body, json!({"ref": "$${secret:env:HOME}"}));
    assert_eq!(change.properties[0].after, Some(Shown::Value(json!(hostile))));
}

#[test]
fn what_is_declared_as_existing_is_read_and_must_be_there() {
    let world = World::new().declare(existing(resource("a.x", json!({}))));
    let found = World { live: BTreeMap::from([("a.x".into(), Live::Found(json!({"k": 1})))]), ..world };
    let found = found.declare(depends(resource("u.y", json!({"ref": "${a.x#/k}"})), &["a.x"]));
    let plan = found.plan().unwrap();
    assert_eq!(plan.changes[0].action, Action::Read);
    assert_eq!(plan.changes[1].body, json!({"ref": 1}));
    let absent = World { live: BTreeMap::from([("a.x".into(), Live::Absent)]), ..found };
    let (kind, problems) = absent.refused();
    assert_eq!((kind, problems.len(), problems[0].0.as_str()), (ErrorKind::Input, 1, "plan/not-found"));
    assert_eq!(absent.plan().unwrap_err().diagnostics[0].span.unwrap().line, 12);
}

#[test]
fn what_was_managed_and_is_existing_now_is_forgotten_and_stays() {
    let was = resource("a.x", json!({}));
    let world = World::new().applied(&was, Some(json!({}))).declare(existing(was));
    let plan = world.plan().unwrap();
    assert_eq!(plan.changes[0].action, Action::Read);
    let events = serde_json::to_value(bookkeeping(&plan, &world.state)).unwrap();
    assert_eq!(events, json!([{"event": "end", "address": "a.x", "result": "deleted"}]));
}

#[test]
fn outputs_before_and_after() {
    let mut world = World::new()
        .settled(resource("a.x", json!({"k": 1})))
        .declare(resource("b.new", json!({})))
        .output("same", json!("${a.x#/k}"))
        .output("later", json!("${b.new#/k}"))
        .output("secret", json!("${secret:env:P}"));
    world.state.outputs = BTreeMap::from([
        ("same".into(), json!(1)),
        ("gone".into(), json!(2)),
        ("secret".into(), json!("${secret:env:P}")),
    ]);
    let outputs = world.plan().unwrap().outputs;
    let short: Vec<_> = outputs.iter().map(|it| (it.name.as_str(), it.after.clone(), it.changes())).collect();
    assert_eq!(
        short,
        [
            ("same", Some(Shown::Value(json!(1))), false),
            ("later", Some(Shown::KnownAfterApply), true),
            ("secret", Some(Shown::Secret), false),
            ("gone", None, true),
        ]
    );
}
