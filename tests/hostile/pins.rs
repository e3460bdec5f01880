//! `mlhost.lock` and the cache of compiled plugins: what changed is noticed before it runs.

use std::path::{Path, PathBuf};

use super::{bring, refused, said};
use mlhost_tests::Project;

fn project() -> Project {
    let project = Project::new();
    bring(&project, "naming");
    bring(&project, "hostile");
    project.write("mlhost.toml", "[plugins]\nours = { path = \"hostile.wasm\" }\n");
    project.write("platform.rhai", "harmless(\"x\");\n");
    project
}

fn well(project: &Project, arguments: &[&str]) -> String {
    let run = project.run(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}\n{}", run.transcript());
    format!("{}{}", run.stdout, run.stderr)
}

#[test]
fn a_plugin_is_pinned_when_it_is_first_used_and_refused_when_it_changes() {
    let project = project();
    let first = well(&project, &["plan", "platform.rhai"]);
    assert!(first.contains("plugin/pinned") && first.contains("writes lines to the log"), "{first}");
    assert!(project.read("mlhost.lock").contains("imports = [\"log\"]"));
    assert!(!well(&project, &["plan", "platform.rhai"]).contains("pinned"));

    std::fs::copy(project.path().join("naming.wasm"), project.path().join("hostile.wasm")).unwrap();
    let lock = project.read("mlhost.lock");
    for command in ["plan", "apply", "check"] {
        let run = project.run(&[command, "platform.rhai"]);
        refused(&run, 14, "plugin/changed");
        assert!(said(&run).contains("it has a further role: `policies`"), "{}", run.transcript());
        assert!(said(&run).contains("it no longer has the role `resource-kinds`"), "{}", run.transcript());
        assert!(said(&run).contains("mlhost plugin update ours"), "{}", run.transcript());
    }
    assert_eq!(project.read("mlhost.lock"), lock, "a refusal changes nothing");

    let declined = project.run(&["plugin", "update"]);
    refused(&declined, 10, "usage/no-terminal");
    assert_eq!(project.read("mlhost.lock"), lock);
    assert!(well(&project, &["plugin", "update", "--yes"]).contains("~ ours"));
    assert!(well(&project, &["plugin", "update"]).contains("was up to date"));
    well(&project, &["plugin", "list"]);
}

#[test]
fn what_wants_more_is_named_first() {
    let project = project();
    well(&project, &["plan", "platform.rhai"]);
    let lock = project.read("mlhost.lock").replace("imports = [\"log\"]", "imports = []");
    project.write("mlhost.lock", &lock);
    let run = project.run(&["plan", "platform.rhai"]);
    refused(&run, 14, "plugin/changed");
    assert!(said(&run).contains("it wants more than before: `log`, which writes lines"), "{}", run.transcript());
}

#[test]
fn a_forged_or_foreign_lock_is_refused() {
    let project = project();
    well(&project, &["plan", "platform.rhai"]);
    let good = project.read("mlhost.lock");
    for bad in [
        good.replace("version = 1", "version = 9"),
        good.replace("sha256", "sha1"),
        format!("{good}{}", good.split_once("version = 1").unwrap().1),
        "\u{1b}[2J".to_owned(),
        "version = 1\nplugin = { }\n".to_owned(),
    ] {
        project.write("mlhost.lock", &bad);
        refused(&project.run(&["plan", "platform.rhai"]), 10, "plugin/lock-file");
    }
}

#[test]
fn with_locked_nothing_new_is_trusted() {
    let project = project();
    refused(&project.run(&["plan", "platform.rhai", "--locked"]), 14, "plugin/not-locked");
    let output = project.command(&["plan", "platform.rhai"]).env("MLHOST_LOCKED", "1").output().unwrap();
    refused(&project.finish(output), 14, "plugin/not-locked");
    assert!(!project.path().join("mlhost.lock").exists());
    well(&project, &["plugin", "update", "--yes"]);
    well(&project, &["plan", "platform.rhai", "--locked"]);
}

fn compiled(folder: &Path) -> PathBuf {
    std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "plugin"))
        .expect("a compiled plugin in the cache")
}

#[test]
fn a_flipped_byte_in_the_cache_or_the_component_is_noticed() {
    let project = project();
    well(&project, &["plan", "platform.rhai"]);
    let cache = project.path().join("home/.cache/mlhost/plugins");
    let file = compiled(&cache);
    let good = std::fs::read(&file).unwrap();
    for place in [8, 40, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        std::fs::write(&file, &bad).unwrap();
        let plan = well(&project, &["plan", "platform.rhai"]);
        assert!(plan.contains("1 to create"), "{plan}");
        assert_ne!(std::fs::read(&file).unwrap(), bad, "byte {place}: it is compiled again");
    }
    let component = project.path().join("hostile.wasm");
    let good = std::fs::read(&component).unwrap();
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    std::fs::write(&component, &bad).unwrap();
    let run = project.run(&["plan", "platform.rhai"]);
    assert_eq!(run.code, Some(14), "{}", run.transcript());
    assert!(said(&run).contains("plugin/changed") || said(&run).contains("plugin/invalid"), "{}", run.transcript());
}

#[test]
fn without_a_cache_it_is_only_slower() {
    let project = project();
    for folder in ["", "/proc/none/such", "/dev/null/x"] {
        let output = project.command(&["plan", "platform.rhai"]).env("MLHOST_CACHE_DIR", folder).output().unwrap();
        assert_eq!(project.finish(output).code, Some(0), "{folder}");
    }
}
