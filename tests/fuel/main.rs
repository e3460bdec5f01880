//! What plugins compute, counted in wasmtime's fuel: a test of speed without noise. The same call of the same component takes
//! the same fuel on any machine.
//!
//! The golden numbers are in `fuel.json`, with the compiler that made the plugins; `cargo xtask test --accept fuel` renews
//! them. Whoever makes a plugin do more sees it here. Another compiler makes other code: then the bound is wider, and
//! the test says so.

#![allow(clippy::unwrap_used)]

mod work;

use std::collections::BTreeMap;
use std::path::PathBuf;

use mlhost_tests::{Project, repository};
use serde_json::{Value, json};
use work::{Fuel, work};

/// How much more than the golden number is allowed, in percent.
const ROOM: u64 = 3;
/// The same for another compiler than the one of the golden numbers.
const ROOM_FOR_ANOTHER_COMPILER: u64 = 30;

fn golden() -> PathBuf {
    repository().join("tests/fuel/fuel.json")
}

fn compiler() -> String {
    let path = repository().join("target/components/compiler.txt");
    std::fs::read_to_string(path).expect("`cargo xtask build` writes it").trim().to_owned()
}

fn generated(groups: usize) -> Project {
    let project = Project::new();
    project.write("platform.rhai", &std::fs::read_to_string(repository().join("tests/fuel/platform.rhai")).unwrap());
    project.write(
        "mlhost.toml",
        &format!(
            "[project]\nname = \"fuel\"\n\n[environments.dev]\nlocation = \"westeurope\"\nresource_group = \"fuel\"\n\n\
             [environments.dev.values]\ngroups = {groups}\n"
        ),
    );
    project
}

#[test]
fn no_plugin_computes_more_than_it_did() {
    let examples = [("mlops", Project::copy_of("examples/mlops")), ("generated", generated(12))];
    let counted: BTreeMap<&str, Fuel> = examples.iter().map(|(name, project)| (*name, work(project))).collect();
    let compiler = compiler();
    if std::env::var_os("MLHOST_ACCEPT").is_some() {
        let document = json!({"compiler": compiler, "fuel": counted});
        std::fs::write(golden(), format!("{}\n", serde_json::to_string_pretty(&document).unwrap())).unwrap();
        return;
    }
    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(golden()).expect("the golden numbers")).unwrap();
    let room = if document["compiler"] == json!(compiler) {
        ROOM
    } else {
        eprintln!(
            "the plugins were made by {compiler}, the golden numbers are of {}: up to {ROOM_FOR_ANOTHER_COMPILER} % more is allowed",
            document["compiler"]
        );
        ROOM_FOR_ANOTHER_COMPILER
    };
    let golden: BTreeMap<String, Fuel> = serde_json::from_value(document["fuel"].clone()).unwrap();
    let mut wrong = Vec::new();
    for (example, fuel) in &counted {
        let golden = &golden[*example];
        assert_eq!(
            fuel.keys().collect::<Vec<_>>(),
            golden.keys().collect::<Vec<_>>(),
            "{example}: other calls than before; if that is meant, renew them with `cargo xtask test --accept fuel`"
        );
        for (call, fuel) in fuel {
            let before = golden[call];
            if *fuel > before + before * room / 100 {
                wrong.push(format!(
                    "{example}: {call} takes {fuel}, before {before} ({:+.1} %)",
                    percent(before, *fuel)
                ));
            } else if *fuel < before - before * room / 100 {
                eprintln!(
                    "{example}: {call} takes {:+.1} %: renew the golden numbers to keep it",
                    percent(before, *fuel)
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nif that is meant: `cargo xtask test --accept fuel`", wrong.join("\n"));
}

fn percent(before: u64, now: u64) -> f64 {
    (now as f64 / before as f64 - 1.0) * 100.0
}

/// Without this the golden numbers would be worth nothing.
#[test]
fn the_same_work_takes_the_same_fuel() {
    let project = Project::copy_of("examples/mlops");
    let first = work(&project);
    std::fs::remove_dir_all(project.path().join(".mlhost")).unwrap();
    assert_eq!(first, work(&project));
}

#[test]
fn four_times_as_many_resources_take_four_times_the_fuel() {
    let [small, large] = [6, 24].map(|groups| work(&generated(groups)));
    for (call, small) in small {
        // What a call costs whatever it is given is shared by more. Trees and searches cost a little more.
        assert!(large[&call] <= small * 4 * 115 / 100, "{call}: {small} for 48 resources, {} for 192", large[&call]);
    }
}
