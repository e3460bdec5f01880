use std::collections::VecDeque;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::kind::ChangeClass;
use crate::model::plan::{Basis, PropertyChange, Replaced};
use crate::plan::{Schedule, Skipped};

fn change(address: &str, id: &str, action: Action, depends_on: &[&str]) -> Change {
    let depends_on: Vec<String> = depends_on.iter().map(|address| (*address).to_owned()).collect();
    let replaces = (action == Action::Replace).then(|| {
        Box::new(Replaced {
            resource_type: "T".into(),
            id: id.into(),
            details: serde_json::Map::new(),
            depends_on: depends_on.clone(),
        })
    });
    Change {
        address: address.into(),
        kind: "k".into(),
        plugin: "p".into(),
        resource_type: "T".into(),
        id: id.into(),
        action,
        reasons: vec![],
        properties: vec![],
        unchanged: 0,
        body: json!({}),
        live_digest: None,
        depends_on,
        details: serde_json::Map::new(),
        replaces,
        rules: Arc::default(),
        modelled: true,
        protected: false,
        place: None,
    }
}

fn drops(mut change: Change, id: &str) -> Change {
    change.properties.push(PropertyChange {
        pointer: "/ref".into(),
        before: Some(Shown::Value(json!({"id": format!("{id}/inner")}))),
        after: None,
        class: ChangeClass::InPlace,
        consequence: None,
        place: None,
    });
    change
}

fn plan_of(changes: Vec<Change>) -> Plan {
    Plan {
        format: 1,
        project: "p".into(),
        environment: "dev".into(),
        target: "local".into(),
        script: "s".into(),
        facts: serde_json::Map::new(),
        basis: Basis { lineage: String::new(), serial: 0 },
        changes,
        drift: vec![],
        outputs: vec![],
    }
}

/// Edges in words: `-a` deletes, `+a` creates or changes.
fn edges(plan: &Plan) -> Vec<String> {
    let graph = steps(plan);
    let name = |step: usize| {
        let step = graph.steps()[step];
        let sign = if step.kind == StepKind::Delete { '-' } else { '+' };
        format!("{sign}{}", plan.changes[step.change].address)
    };
    let mut edges: Vec<String> = (0..graph.steps().len())
        .flat_map(|first| graph.successors(first).iter().map(move |then| (first, *then)))
        .map(|(first, then)| format!("{} {}", name(first), name(then)))
        .collect();
    edges.sort();
    edges
}

#[test]
fn creations_wait_for_what_they_depend_on_and_changes() {
    let plan = plan_of(vec![
        change("a", "/a", Action::Create, &[]),
        change("b", "/b", Action::None, &["a"]),
        change("c", "/c", Action::Read, &[]),
        change("d", "/d", Action::Update, &["a", "b", "c"]),
    ]);
    assert_eq!(edges(&plan), ["+a +d"]);
}

#[test]
fn a_replacement_is_deleted_with_its_children_first_and_created_parent_first() {
    let plan = plan_of(vec![
        change("parent", "/P", Action::Replace, &[]),
        change("child", "/p/c", Action::Replace, &["parent"]),
        change("user", "/u", Action::Update, &["child"]),
    ]);
    assert_eq!(edges(&plan), ["+child +user", "+parent +child", "-child +child", "-child -parent", "-parent +parent"]);
}

#[test]
fn a_deletion_waits_for_who_drops_its_reference() {
    let plan = plan_of(vec![
        drops(change("user", "/u", Action::Update, &[]), "/X"),
        change("dependent", "/y", Action::Delete, &["gone"]),
        change("gone", "/x", Action::Delete, &[]),
    ]);
    assert_eq!(edges(&plan), ["+user -gone", "-dependent -gone"]);
}

#[test]
fn a_deletion_that_a_replacement_waits_for_waits_for_no_creation() {
    // `user` comes after the new `parent`, whose old one goes after `gone`: waiting for `user` would be a cycle.
    let plan = plan_of(vec![
        change("parent", "/p", Action::Replace, &[]),
        drops(change("user", "/u", Action::Update, &["parent"]), "/p/x"),
        change("gone", "/p/x", Action::Delete, &["parent"]),
    ]);
    assert_eq!(edges(&plan), ["+parent +user", "-gone -parent", "-parent +parent"]);
}

#[test]
fn what_depends_on_a_failure_is_skipped_and_the_rest_is_not() {
    let plan = plan_of(vec![
        change("a", "/a", Action::Create, &[]),
        change("b", "/b", Action::Create, &["a"]),
        change("c", "/c", Action::Create, &["b"]),
        change("d", "/d", Action::Create, &[]),
    ]);
    let mut schedule = Schedule::new(steps(&plan));
    assert_eq!(schedule.ready(1), [0]);
    assert_eq!(schedule.ready(9), [3]);
    assert_eq!(schedule.running(), 2);
    assert_eq!(schedule.failed(0), [Skipped { step: 1, because_of: 0 }, Skipped { step: 2, because_of: 0 }]);
    assert!(schedule.failed(0).is_empty());
    assert!(!schedule.is_finished());
    schedule.done(3);
    assert!(schedule.is_finished());
    assert!(schedule.ready(9).is_empty());
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::None),
        Just(Action::Read),
        Just(Action::Create),
        Just(Action::Update),
        Just(Action::Replace),
    ]
}

/// A plan as `plan` makes it: dependencies first, deletions last; ids lie within each other, references are dropped.
fn any_plan() -> impl Strategy<Value = Plan> {
    let declared = prop::collection::vec((action(), prop::collection::vec(any::<prop::sample::Index>(), 0..4)), 1..12);
    let deleted = prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..6);
    let drop = prop::option::of(any::<prop::sample::Index>());
    (declared, deleted, prop::collection::vec((any::<prop::sample::Index>(), drop), 20)).prop_map(
        |(declared, deleted, extra)| {
            let count = declared.len() + deleted.len();
            let ids: Vec<String> = (0..count).fold(Vec::new(), |mut ids: Vec<String>, index| {
                let parent = if index > 0 && index % 2 == 0 { extra[index % 20].0.index(index) } else { index };
                let id = format!("{}/n{index}", ids.get(parent).cloned().unwrap_or_default());
                ids.push(id);
                ids
            });
            let mut changes = Vec::new();
            for (index, (action, depends_on)) in declared.iter().enumerate() {
                let names: Vec<String> =
                    depends_on.iter().filter(|_| index > 0).map(|it| format!("n{}", it.index(index))).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut next = change(&format!("n{index}"), &ids[index], *action, &names);
                if let Some(dropped) = extra[index].1 {
                    next = drops(next, &ids[dropped.index(count)]);
                }
                changes.push(next);
            }
            for (offset, depends_on) in deleted.iter().enumerate() {
                let index = declared.len() + offset;
                let names: Vec<String> = depends_on.iter().map(|it| format!("n{}", it.index(count))).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                changes.push(change(&format!("n{index}"), &ids[index], Action::Delete, &names));
            }
            plan_of(changes)
        },
    )
}

proptest! {
    /// Even where the state's dependencies among deletions are cyclic, as they are here at times.
    #[test]
    fn every_step_is_taken_once_and_after_those_it_waits_for(plan in any_plan(), width in 1usize..4) {
        let graph = steps(&plan);
        let mut schedule = Schedule::new(graph.clone());
        let mut done = vec![false; graph.steps().len()];
        let mut running = VecDeque::new();
        while !schedule.is_finished() {
            running.extend(schedule.ready(width));
            let step = running.pop_front();
            prop_assert!(step.is_some(), "a cycle in {:?}", edges(&plan));
            let step = step.unwrap();
            prop_assert!(!done[step]);
            prop_assert!(graph.predecessors(step).iter().all(|before| done[*before]));
            done[step] = true;
            schedule.done(step);
        }
        prop_assert!(done.iter().all(|done| *done));
        prop_assert_eq!(schedule.running(), 0);
        let expected: usize = plan.changes.iter().map(|change| match change.action {
            Action::None | Action::Read => 0,
            Action::Replace => 2,
            _ => 1,
        }).sum();
        prop_assert_eq!(graph.steps().len(), expected);
    }

    #[test]
    fn a_failure_skips_exactly_what_waits_for_it(plan in any_plan(), which: prop::sample::Index) {
        let graph = steps(&plan);
        prop_assume!(!graph.steps().is_empty());
        let bad = which.index(graph.steps().len());
        let mut schedule = Schedule::new(graph.clone());
        let (mut done, mut skipped) = (Vec::new(), Vec::new());
        loop {
            let ready = schedule.ready(usize::MAX);
            if ready.is_empty() {
                break;
            }
            for step in ready {
                if step == bad {
                    skipped.extend(schedule.failed(step).into_iter().map(|skipped| skipped.step));
                } else {
                    schedule.done(step);
                    done.push(step);
                }
            }
        }
        prop_assert!(schedule.is_finished());
        prop_assert_eq!(done.len() + skipped.len() + 1, graph.steps().len());
        for step in &skipped {
            prop_assert!(graph.predecessors(*step).iter().any(|before| *before == bad || skipped.contains(before)));
        }
        for step in &done {
            prop_assert!(graph.predecessors(*step).iter().all(|before| done.contains(before)));
        }
    }
}
