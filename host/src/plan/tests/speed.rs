//! How long a large plan takes.

use std::time::{Duration, Instant};

use super::*;

/// Ten thousand resources, half of them changed, each referring to the one before.
#[test]
fn ten_thousand_resources_take_a_moment() {
    let body = |index: usize, tag: &str| {
        json!({"location": "westeurope", "tags": {"a": tag, "b": "2"}, "properties": {
            "name": format!("n{index}"), "list": ["a", "b", "c"], "id": "/Cloud/some/id", "deep": {"er": {"x": 1, "y": true}},
            "text": "a text of some length that is like any other", "number": 42, "ref": "k",
        }})
    };
    let mut world = World::new();
    for index in 0..10_000 {
        let mut declared = resource(&format!("a.r{index}"), body(index, if index % 2 == 0 { "old" } else { "new" }));
        let mut was = declared.clone();
        was.body = body(index, "old");
        if index > 0 {
            declared.body["properties"]["ref"] = json!(format!("${{a.r{}#/key}}", index - 1));
            declared.depends_on = vec![format!("a.r{}", index - 1)];
        }
        let mut live = was.body.clone();
        live["key"] = json!("k");
        world = world.applied(&was, Some(live)).declare(declared);
    }
    let rules = world.environment.resources[0].rules.clone();
    world.environment.resources.iter_mut().for_each(|resource| resource.rules = rules.clone());
    world.digests = false;
    // The best of a few runs: the others tell of the machine.
    let runs: Vec<_> = (0..5)
        .map(|_| {
            let started = Instant::now();
            let plan = world.plan().unwrap();
            let graph = steps(&plan);
            (started.elapsed(), plan, graph)
        })
        .collect();
    let (all, plan, graph) = runs.into_iter().min_by_key(|(time, ..)| *time).unwrap();
    eprintln!("10,000 resources: {all:?}");
    assert_eq!((plan.counts().update, plan.counts().none), (5_000, 5_000));
    assert_eq!(graph.steps().len(), 5_000);
    // Far above what it takes, even on a busy machine, and far below what anything quadratic would.
    assert!(all < Duration::from_secs(3), "{all:?}");
}
