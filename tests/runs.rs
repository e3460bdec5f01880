//! Whole runs from outside: two environments, locks, machine-readable output.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use mlhost_tests::served::Served;
use mlhost_tests::{Project, repository};
use serde_json::Value;

fn ok(project: &Project, arguments: &[&str]) -> String {
    let run = project.run(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}\n{}", run.transcript());
    run.stdout
}

/// Requests that changed something, as the local cloud logged them.
fn writes(project: &Project) -> Vec<String> {
    ok(project, &["cloud", "log", "--writes"]).lines().map(str::to_owned).collect()
}

#[test]
fn the_example_lives_in_two_environments_and_goes_away_again() {
    let project = Project::copy_of("examples/mlops");
    for environment in ["dev", "test"] {
        let plan = ok(&project, &["plan", "platform.rhai", "-e", environment]);
        assert!(plan.contains("8 to create"), "{plan}");
        ok(&project, &["apply", "platform.rhai", "-e", environment, "--yes"]);
        let written = writes(&project).len();
        let again = ok(&project, &["apply", "platform.rhai", "-e", environment, "--yes"]);
        assert!(again.contains("No changes"), "{again}");
        assert_eq!(writes(&project).len(), written, "an unchanged plan writes nothing");
        let workspace = ok(&project, &["output", "workspace_id", "-e", environment]);
        assert!(workspace.trim().ends_with(&format!("/workspaces/mlops-mls-{environment}")), "{workspace}");
    }
    for environment in ["dev", "test"] {
        ok(&project, &["destroy", "-e", environment, "--yes"]);
        ok(&project, &["apply", "platform.rhai", "-e", environment, "--yes"]);
        ok(&project, &["destroy", "-e", environment, "--yes"]);
    }
}

#[test]
fn one_changed_property_is_exactly_one_write() {
    let project = Project::copy_of("examples/mlops");
    ok(&project, &["apply", "platform.rhai", "--yes"]);
    let before = writes(&project).len();
    project.write("more.json", r#"{ "maxNodeCount": 4 }"#);
    ok(&project, &["apply", "platform.rhai", "--params", "more.json", "--yes"]);
    let after = writes(&project);
    assert_eq!(after.len(), before + 1, "{after:#?}");
    assert!(
        after.last().is_some_and(|line| line.starts_with("PUT") && line.contains("/computes/cpu-compute")),
        "{after:#?}"
    );
}

#[test]
fn the_original_parameter_files_give_the_same_plan() {
    let original = repository().join("../shared/mlops/arm-templates");
    if !original.is_dir() {
        eprintln!("skipped: the original parameter files are not beside this repository");
        return;
    }
    for environment in ["dev", "test"] {
        let project = Project::copy_of("examples/mlops");
        let ours = ok(&project, &["plan", "platform.rhai", "-e", environment, "--output", "json"]);
        let mut toml =
            format!("[project]\nname = \"mlops\"\n\n[environments.{environment}]\nlocation = \"westeurope\"\n");
        toml.push_str(&format!("resource_group = \"mlopsexample-{environment}\"\n"));
        project.write("mlhost.toml", &toml);
        let files: Vec<String> =
            ["storage", "containerregistry", "appinsights", "keyvault", "mlworkspace", "mlcompute"]
                .iter()
                .map(|folder| {
                    original.join(folder).join(format!("parameters.{environment}.json")).display().to_string()
                })
                .collect();
        let mut arguments = vec!["plan", "platform.rhai", "-e", environment, "--output", "json"];
        for file in &files {
            arguments.extend(["--params", file]);
        }
        let theirs = ok(&project, &arguments);
        let changes = |text: &str| serde_json::from_str::<Value>(text).unwrap()["changes"].clone();
        assert!(changes(&ours).as_array().is_some_and(|changes| !changes.is_empty()));
        assert_eq!(changes(&ours), changes(&theirs));
    }
}

#[test]
fn two_runs_do_not_meet() {
    let project = Project::copy_of("examples/mlops");
    ok(&project, &["apply", "platform.rhai", "--yes"]);
    // Whoever holds the lock: here this test, with the operating system's own lock.
    let lock =
        std::fs::OpenOptions::new().read(true).write(true).open(project.path().join(".mlhost/state/dev.lock")).unwrap();
    lock.try_lock().unwrap();
    let run = project.run(&["apply", "platform.rhai", "--yes"]);
    assert_eq!(run.code, Some(11), "{}", run.transcript());
    assert!(run.stderr.contains("lock"), "{}", run.transcript());
    let started = Instant::now();
    let run = project.run(&["apply", "platform.rhai", "--yes", "--lock-timeout", "1"]);
    assert_eq!(run.code, Some(11), "{}", run.transcript());
    assert!(started.elapsed() >= Duration::from_secs(1), "it waits as long as it was told");
    lock.unlock().unwrap();
    ok(&project, &["apply", "platform.rhai", "--yes"]);
}

#[test]
fn every_line_for_programs_is_valid() {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(repository().join("docs/output.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let project = Project::copy_of("examples/mlops");
    let mut kinds = std::collections::BTreeSet::new();
    project.write("broken.rhai", "storage_acount(1);\n");
    for arguments in [
        &["apply", "platform.rhai", "--yes", "--output", "json"][..],
        &["destroy", "--yes", "--output", "json"],
        &["apply", "broken.rhai", "--yes", "--output", "json"],
    ] {
        let run = project.run(arguments);
        for (index, line) in run.stdout.lines().enumerate() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{line}\n{errors:#?}");
            let kind = value["type"].as_str().unwrap().to_owned();
            assert!(value["message"].is_string() || kind == "version", "{line}");
            assert_eq!(index == 0, kind == "version", "{line}");
            kinds.insert(kind);
        }
    }
    for kind in [
        "version",
        "planned_change",
        "change_summary",
        "apply_start",
        "apply_complete",
        "outputs",
        "summary",
        "diagnostic",
    ] {
        assert!(kinds.contains(kind), "no line of type {kind}: {kinds:?}");
    }
}

#[test]
fn the_served_cloud_is_a_target_like_any_other() {
    let project = Project::copy_of("examples/mlops");
    let served = Served::start(&project, &[]);
    project.deploy_to(&served.endpoint);
    let run = |arguments: &[&str]| {
        let output =
            project.command(arguments).env("MLHOST_BEARER_TOKEN", "any").env("SSH_PASSWORD", "any").output().unwrap();
        project.finish(output)
    };
    let results =
        [&["apply", "platform.rhai", "--yes"][..], &["apply", "platform.rhai", "--yes"], &["destroy", "--yes"]]
            .map(run);
    for run in &results {
        assert_eq!(run.code, Some(0), "{}", run.transcript());
    }
    assert!(results[1].stdout.contains("No changes"), "{}", results[1].transcript());
}

#[test]
fn a_plugin_of_another_contract_version_is_named_as_such() {
    let component = repository().join("target/components/naming.wasm");
    let bytes = std::fs::read(component).expect("`cargo xtask build` makes the components");
    let project = Project::new();
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    let (from, to) = (b"@0.1.0", b"@0.9.0");
    let mut other = bytes;
    let places: Vec<usize> = (0..other.len() - from.len()).filter(|at| other[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        other[at..at + to.len()].copy_from_slice(to);
    }
    std::fs::write(project.path().join("naming.wasm"), other).unwrap();
    let run = project.run(&["plan", "platform.rhai", "--plugin", "naming.wasm"]);
    assert_eq!(run.code, Some(14), "{}", run.transcript());
    assert!(run.stderr.contains("plugin/contract-version") && run.stderr.contains("0.9.0"), "{}", run.transcript());
}

#[test]
fn a_plugin_of_the_project_is_used_like_the_standard_ones() {
    let component = repository().join("target/components/naming.wasm");
    let project = Project::new();
    std::fs::copy(component, project.path().join("ours.wasm")).expect("`cargo xtask build` makes the components");
    project.write(
        "mlhost.toml",
        "[project]\nname = \"mlops\"\n\n[plugins]\nnaming = { path = \"ours.wasm\" }\n\n[environments.dev]\n",
    );
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    ok(&project, &["plan", "platform.rhai"]);
    let list = ok(&project, &["plugin", "list"]);
    assert!(list.contains("ours.wasm"), "{list}");
}
