use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::environment::RuleSet;

/// A resource named `t.NAME` with these tokens in its body.
fn resource(name: &str, body: Value) -> Resource {
    Resource {
        address: format!("t.{name}"),
        kind: "t".into(),
        plugin: "plugin".into(),
        resource_type: "Test/t".into(),
        id: format!("/t/{name}"),
        body,
        depends_on: Vec::new(),
        details: Default::default(),
        rules: Arc::new(RuleSet::default()),
        modelled: true,
        mode: Mode::Managed,
        protected: false,
        span: None,
    }
}

fn refers(to: &[usize]) -> Value {
    to.iter().map(|to| json!(format!("${{t.{to}#/properties/computed}}"))).collect()
}

fn messages(resolved: &Resolved) -> Vec<(&str, &str)> {
    resolved.diagnostics.iter().map(|said| (said.code.as_str(), said.message.as_str())).collect()
}

#[test]
fn resources_that_wait_for_each_other_are_named_in_their_order() {
    let resolved = resolve(
        vec![
            resource("a", json!({"from": "${t.b#/x}"})),
            resource("b", json!({"from": "${t.c#/x}"})),
            resource("c", json!({"from": "${t.a#/x}"})),
        ],
        Vec::new(),
    );
    let said = messages(&resolved);
    assert_eq!(said, [("compose/cycle", "these resources wait for each other: `t.a` → `t.b` → `t.c` → `t.a`")]);
}

#[test]
fn a_resource_that_waits_for_itself_is_a_cycle() {
    let resolved = resolve(vec![resource("a", json!({"own": "${t.a#/x}"}))], Vec::new());
    assert_eq!(messages(&resolved), [("compose/cycle", "these resources wait for each other: `t.a` → `t.a`")]);
}

#[test]
fn what_nobody_declares_is_named_once_with_its_place_and_what_was_meant() {
    let mut listed = resource("b", json!({}));
    listed.depends_on = vec!["t.nobody".into()];
    let output = Output { name: "o".into(), value: json!("${t.gone#/id}"), span: None };
    let resolved =
        resolve(vec![resource("store", json!({"p": ["${t.stor#/id}", "${t.stor#/name}"]})), listed], vec![output]);
    let said: Vec<_> = resolved
        .diagnostics
        .iter()
        .map(|said| (said.address.as_deref(), said.pointer.as_deref(), said.message.as_str(), said.help.as_deref()))
        .collect();
    let missing = |address: &str| format!("nothing declares `{address}`, which is referred to here");
    assert_eq!(
        said,
        [
            (Some("t.store"), Some("/p/0"), missing("t.stor").as_str(), Some("did you mean `t.store`?")),
            (Some("t.store"), Some("/p/1"), missing("t.stor").as_str(), Some("did you mean `t.store`?")),
            (Some("t.b"), None, missing("t.nobody").as_str(), Some("declare it, or look it up with existing()")),
            (None, None, missing("t.gone").as_str(), Some("declare it, or look it up with existing()")),
        ]
    );
}

#[test]
fn known_values_are_filled_in_and_computed_ones_stay() {
    let resolved = resolve(
        vec![
            resource("a", json!({"id": "${t.b#/id}", "sku": "${t.b#/sku}", "later": "${t.b#/computed}"})),
            resource("b", json!({"sku": {"name": "$${basic}"}})),
        ],
        Vec::new(),
    );
    let addresses: Vec<&str> = resolved.resources.iter().map(|resource| resource.address.as_str()).collect();
    assert_eq!(addresses, ["t.b", "t.a"]);
    let body = json!({"id": "/t/b", "sku": {"name": "$${basic}"}, "later": "${t.b#/computed}"});
    assert_eq!(resolved.resources.last().map(|resource| &resource.body), Some(&body));
}

proptest! {
    /// Whatever refers to whatever: either each resource comes after those it refers to, or the cycle that is named is one.
    #[test]
    fn an_order_is_an_order_and_a_cycle_is_a_cycle(edges in proptest::collection::vec(proptest::collection::vec(0usize..12, 0..3), 12)) {
        let resources = edges.iter().enumerate().map(|(at, to)| resource(&at.to_string(), refers(to))).collect();
        let resolved = resolve(resources, Vec::new());
        let number = |address: &str| address.trim_start_matches("t.").parse::<usize>().unwrap();
        if let [cycle] = resolved.diagnostics.as_slice() {
            prop_assert_eq!(cycle.code.as_str(), "compose/cycle");
            let path: Vec<usize> = cycle.message.split('`').filter(|part| part.starts_with("t.")).map(number).collect();
            prop_assert!(path.len() > 1 && path.first() == path.last());
            for pair in path.windows(2) {
                prop_assert!(edges[pair[0]].contains(&pair[1]), "{} does not refer to {}", pair[0], pair[1]);
            }
        } else {
            prop_assert!(resolved.diagnostics.is_empty());
            let order: Vec<usize> = resolved.resources.iter().map(|resource| number(&resource.address)).collect();
            prop_assert_eq!(order.len(), edges.len());
            for (place, at) in order.iter().enumerate() {
                for to in &edges[*at] {
                    prop_assert!(order.iter().position(|other| other == to).unwrap() < place);
                }
            }
        }
    }
}
