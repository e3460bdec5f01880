//! `mlhost plugin certify`: our own plugins pass, and those that are wrong do not.

use super::{bring, is_clean};
use mlhost_tests::Project;

#[test]
fn the_standard_plugins_pass() {
    let project = Project::new();
    for name in [
        "resource-group",
        "storage-account",
        "key-vault",
        "log-analytics",
        "app-insights",
        "container-registry",
        "machine-learning",
        "arm-resource",
        "naming",
        "compute-limits",
        "arm",
        "local-arm",
    ] {
        bring(&project, name);
        let run = project.run(&["plugin", "certify", &format!("{name}.wasm")]);
        is_clean(&run);
        assert_eq!(run.code, Some(0), "{}", run.transcript());
    }
}

#[test]
fn wrong_ones_are_told_what_is_wrong() {
    let project = Project::new();
    for (name, failed) in [
        ("hostile", "reached the limit `compute` in `expand`"),
        ("fickle", "it answered for `unheard-of`, a policy that it does not have"),
    ] {
        bring(&project, name);
        project.write("mlhost.toml", "[limits]\ncompute = \"2s\"\n");
        let run = project.run(&["plugin", "certify", &format!("{name}.wasm")]);
        is_clean(&run);
        assert_eq!(run.code, Some(14), "{}", run.transcript());
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(failed), "{}", run.transcript());
        assert!(run.stderr.contains("plugin/not-certified"), "{}", run.transcript());
    }
}
