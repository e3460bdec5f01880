use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::environment::RuleSet;
use crate::model::kind::{ChangeClass, Rule};

fn rules(list: &[(&str, ChangeClass, Compare)]) -> Rules {
    let rule = |(path, change, compare): &(&str, ChangeClass, Compare)| Rule {
        path: (*path).to_owned(),
        change: *change,
        compare: Some(*compare),
        consequence: None,
    };
    Rules::compile(&Arc::new(RuleSet { rules: list.iter().map(rule).collect(), compare: Compare::Exact }))
}

fn no_rules() -> Rules {
    rules(&[])
}

fn run(declared: &Value, last: Option<&Value>, live: &Value, rules: &Rules) -> Differences {
    diff(Bodies { declared, last, earlier: &[], live }, rules, &|_, _| false)
}

/// The pointers of what changes when `declared` was also what was last applied.
fn pointers(declared: Value, live: Value, rules: &Rules) -> Vec<String> {
    run(&declared, Some(&declared), &live, rules).changes.into_iter().map(|change| change.pointer).collect()
}

fn removals(last: Value, declared: Value, live: Value) -> Vec<String> {
    run(&declared, Some(&last), &live, &no_rules())
        .changes
        .into_iter()
        .map(|change| {
            assert_eq!(change.after, None, "{change:?}");
            change.pointer
        })
        .collect()
}

#[test]
fn leaves_that_are_missing_or_differ() {
    let declared = json!({"a": 1, "b": {"c": "x", "d": null, "e": true}, "f": {"g": {"h": 1}}});
    let live = json!({"a": 2, "b": {"c": "x", "d": 7, "server": 1}});
    assert_eq!(pointers(declared, live, &no_rules()), ["/a", "/b/e", "/f/g/h"]);
}

#[test]
fn arrays_of_equal_length_by_element_and_others_whole() {
    let two = json!({"l": [{"n": 1}, {"n": 2}]});
    assert_eq!(pointers(two.clone(), json!({"l": [{"n": 1, "x": 0}, {"n": 3}]}), &no_rules()), ["/l/1/n"]);
    assert_eq!(pointers(two.clone(), json!({"l": [{"n": 1}]}), &no_rules()), ["/l"]);
    assert_eq!(pointers(two, json!({}), &no_rules()), ["/l"]);
    let set = rules(&[("/l", ChangeClass::InPlace, Compare::Set)]);
    assert!(pointers(json!({"l": ["a", "b"]}), json!({"l": ["B", "A"]}), &set).is_empty());
    assert_eq!(pointers(json!({"l": ["a", "b"]}), json!({"l": ["b", "c"]}), &set), ["/l"]);
}

#[test]
fn empty_containers_declare_nothing_but_count_when_they_are_new() {
    let declared = json!({"tags": {}, "zones": []});
    assert!(pointers(declared.clone(), json!({}), &no_rules()).is_empty());
    assert!(pointers(declared.clone(), json!({"tags": {"by": "peer"}, "zones": []}), &no_rules()).is_empty());
    assert_eq!(pointers(declared.clone(), json!({"tags": {}, "zones": [1]}), &no_rules()), ["/zones"]);
    let found = run(&declared, Some(&json!({})), &json!({}), &no_rules());
    assert_eq!(found.changes.len(), 2);
}

#[test]
fn ids_as_keys_are_found_whatever_their_case() {
    let declared = json!({"userAssignedIdentities": {"/Sub/Identity/A": {}}});
    let live = json!({"userAssignedIdentities": {"/sub/identity/a": {"clientId": "1"}}});
    assert!(pointers(declared.clone(), live.clone(), &no_rules()).is_empty());
    assert_eq!(
        removals(declared, json!({"userAssignedIdentities": {}}), live),
        ["/userAssignedIdentities/~1Sub~1Identity~1A"]
    );
}

#[test]
fn what_was_declared_before_and_still_is_deployed_is_removed() {
    let last = json!({"tags": {"a": 1, "b": 2}, "p": {"x": {"y": 1, "z": 2}}, "gone": 1, "l": [{"a": 1, "b": 1}]});
    let declared = json!({"tags": {"a": 1}, "p": {}, "l": [{"a": 1}], "gone": null});
    let live = json!({"tags": {"a": 1, "b": 2, "peer": 3}, "p": {"x": {"y": 1, "server": 0}}, "l": [{"a": 1, "b": 1}]});
    assert_eq!(removals(last, declared, live), ["/tags/b", "/p/x/y", "/l/0/b"]);
}

#[test]
fn write_only_leaves_are_held_against_what_was_applied() {
    let rules = rules(&[("/p/**", ChangeClass::Replace, Compare::WriteOnly)]);
    let declared = json!({"p": {"password": "new", "keys": ["a", "b"]}});
    let live = json!({"p": {}});
    assert!(pointers(declared.clone(), live.clone(), &rules).is_empty());
    let last = json!({"p": {"password": "old", "keys": ["a"]}});
    let found = run(&declared, Some(&last), &live, &rules);
    let names: Vec<_> = found.changes.iter().map(|change| change.pointer.as_str()).collect();
    assert_eq!(names, ["/p/password", "/p/keys"]);
    assert_eq!(found.changes[0].before, Some(Shown::Value(json!("old"))));
    assert_eq!(found.changes[0].class, ChangeClass::Replace);
    // Adopted: nobody knows what was applied, and a replacement on suspicion would be absurd.
    assert!(run(&declared, None, &live, &rules).changes.is_empty());
    // Dropped: the control plane cannot tell, but the state can.
    let found = run(&json!({"p": {"password": "old"}}), Some(&last), &live, &rules);
    assert_eq!(found.changes.iter().map(|change| change.pointer.as_str()).collect::<Vec<_>>(), ["/p/keys"]);
}

#[test]
fn a_secret_is_held_against_its_handle_and_never_shown() {
    let declared = json!({"p": "${secret:env:NEW}"});
    let live = json!({"p": "hunter2"});
    assert!(pointers(declared.clone(), live.clone(), &no_rules()).is_empty());
    for last in [json!({"p": "${secret:env:OLD}"}), json!({"p": "plain"}), json!({})] {
        let found = run(&declared, Some(&last), &live, &no_rules());
        assert_eq!(found.changes.len(), 1, "{last}");
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
        assert_eq!(found.changes[0].after, Some(Shown::Secret));
    }
    // It was a secret, and is to be plain: what is deployed may still be the secret.
    let found = run(&json!({"p": "plain"}), Some(&declared), &live, &no_rules());
    assert_eq!((&found.changes[0].before, found.changes.len()), (&Some(Shown::Secret), 1));
    let found = run(&json!({}), Some(&declared), &live, &no_rules());
    assert_eq!((&found.changes[0].before, &found.changes[0].after), (&Some(Shown::Secret), &None));
    // In an array that is shown as a whole.
    let found = run(&json!({"l": ["${secret:env:A}"]}), Some(&json!({})), &json!({"l": ["a", "b"]}), &no_rules());
    assert_eq!(found.changes[0].before, Some(Shown::Secret));
}

#[test]
fn after_a_change_whose_end_was_not_seen_nothing_is_believed_that_may_be_otherwise() {
    let rules = rules(&[("/password", ChangeClass::InPlace, Compare::WriteOnly)]);
    let declared = json!({"password": "new", "tags": {}});
    let earlier = [json!({"password": "old", "tags": {"t": 1}})];
    let live = json!({"tags": {"t": 1}});
    let bodies = Bodies { declared: &declared, last: Some(&declared), earlier: &earlier, live: &live };
    let found = diff(bodies, &rules, &|_, _| false);
    let names: Vec<_> = found.changes.iter().map(|change| change.pointer.as_str()).collect();
    assert_eq!(names, ["/password", "/tags/t"]);
}

#[test]
fn what_is_known_after_apply_counts_when_it_will_be_another() {
    let declared = json!({"p": "key ${x.y#/key}"});
    let live = json!({"p": "key 1"});
    assert_eq!(
        run(&declared, Some(&live), &live, &no_rules()),
        Differences { changes: vec![], unchanged: 1, redeclared: true }
    );
    let bodies = Bodies { declared: &declared, last: Some(&live), earlier: &[], live: &live };
    let found = diff(bodies, &no_rules(), &|address, pointer| (address, pointer) == ("x.y", "/key"));
    assert_eq!(found.changes[0].after, Some(Shown::KnownAfterApply));
    assert_eq!(found.changes[0].before, Some(Shown::Value(json!("key 1"))));
}

#[test]
fn escapes_are_removed_before_comparing_and_showing() {
    let declared = json!({"p": "cost: $${amount}"});
    assert!(pointers(declared.clone(), json!({"p": "cost: ${amount}"}), &no_rules()).is_empty());
    let found = run(&declared, Some(&declared), &json!({"p": "x"}), &no_rules());
    assert_eq!(found.changes[0].after, Some(Shown::Value(json!("cost: ${amount}"))));
}

#[test]
fn an_object_where_something_else_is_deployed_is_one_change() {
    assert_eq!(pointers(json!({"p": {"a": 1, "b": 2}}), json!({"p": "x"}), &no_rules()), ["/p"]);
    assert_eq!(pointers(json!({"p": "x"}), json!({"p": {"a": 1}}), &no_rules()), ["/p"]);
}

/// A body without nulls and empty containers, which declare nothing.
fn body() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[a-zA-Z ]{0,5}".prop_map(Value::from),
        "/[a-zA-Z/]{0,8}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::btree_map("[a-e/~]{1,2}", inner, 1..4)
                .prop_map(|map| Value::Object(map.into_iter().filter(|(key, _)| !key.starts_with('/')).collect()))
                .prop_filter("not empty", |value| !is_empty(value)),
        ]
    });
    prop::collection::btree_map("[a-e]{1,2}", value, 1..5).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// What a control plane makes of a body: ids in another case, numbers in another notation, properties of its own.
fn normalise(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let own = [("zDefault".to_owned(), json!({"state": "Succeeded"})), ("zEtag".to_owned(), json!("1"))];
            Value::Object(map.iter().map(|(key, value)| (key.clone(), normalise(value))).chain(own).collect())
        }
        Value::Array(items) => items.iter().map(normalise).collect(),
        Value::String(text) if text.starts_with('/') => Value::from(text.to_uppercase()),
        Value::Number(number) => Value::from(number.as_f64().unwrap()),
        other => other.clone(),
    }
}

fn parent(pointer: &str) -> (&str, String) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    (parent, key.replace("~1", "/").replace("~0", "~"))
}

/// The pointers of the leaves that are properties of objects.
fn property_leaves(body: &Value) -> Vec<String> {
    let of_object = |leaf: &String| body.pointer(parent(leaf).0).unwrap().is_object();
    leaves(body).into_iter().map(|change| change.pointer).filter(of_object).collect()
}

fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (parent, key) = parent(pointer);
    body.pointer_mut(parent).unwrap().as_object_mut().unwrap().shift_remove(&key).unwrap();
    body
}

proptest! {
    #[test]
    fn what_the_control_plane_normalises_is_no_difference(declared in body()) {
        let found = run(&declared, Some(&declared), &normalise(&declared), &no_rules());
        prop_assert_eq!(found, Differences { changes: vec![], unchanged: leaves(&declared).len(), redeclared: false });
    }

    #[test]
    fn each_changed_leaf_is_found_exactly_once(declared in body(), which: prop::sample::Index) {
        let all = leaves(&declared);
        let pointer = &all[which.index(all.len())].pointer;
        let mut live = normalise(&declared);
        *live.pointer_mut(pointer).unwrap() = json!("something else");
        let found = run(&declared, Some(&declared), &live, &no_rules());
        let expected = PropertyChange {
            pointer: pointer.clone(),
            before: Some(Shown::Value(json!("something else"))),
            after: declared.pointer(pointer).cloned().map(Shown::Value),
            class: ChangeClass::InPlace,
            consequence: None,
            place: None,
        };
        prop_assert_eq!(found, Differences { changes: vec![expected], unchanged: all.len() - 1, redeclared: false });
    }

    #[test]
    fn each_missing_leaf_is_found_exactly_once(declared in body(), which: prop::sample::Index) {
        let all = property_leaves(&declared);
        prop_assume!(!all.is_empty());
        let pointer = &all[which.index(all.len())];
        let found = run(&declared, Some(&declared), &without(&normalise(&declared), pointer), &no_rules());
        prop_assert_eq!(found.changes.len(), 1);
        prop_assert_eq!(&found.changes[0].pointer, pointer);
        prop_assert_eq!(&found.changes[0].before, &None);
    }

    #[test]
    fn each_removed_leaf_is_found_exactly_once(last in body(), which: prop::sample::Index) {
        let all = property_leaves(&last);
        prop_assume!(!all.is_empty());
        let pointer = &all[which.index(all.len())];
        let live = normalise(&last);
        let found = run(&without(&last, pointer), Some(&last), &live, &no_rules());
        prop_assert_eq!(found.changes.len(), 1);
        prop_assert_eq!(&found.changes[0].pointer, pointer);
        prop_assert_eq!(&found.changes[0].after, &None);
        // Once it is gone, and the state says so, there is nothing left to do.
        let after = without(&last, pointer);
        prop_assert!(run(&after, Some(&after), &live, &no_rules()).changes.is_empty());
    }

    #[test]
    fn any_three_bodies_can_be_held_against_each_other(declared in body(), last in body(), live in body()) {
        let found = run(&declared, Some(&last), &live, &no_rules());
        let mut seen = HashSet::new();
        for change in found.changes {
            prop_assert!(change.before != change.after);
            prop_assert!(seen.insert(change.pointer.clone()), "{} twice", change.pointer);
        }
    }
}
