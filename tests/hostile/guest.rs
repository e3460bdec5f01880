//! Attacks from code that runs: the kinds of `tests/plugins/hostile`.

use super::{bring, is_clean, refused, said};
use mlhost_tests::Project;

/// Kind, exit code, code of the diagnostic, and what else it must say.
const ATTACKS: &[(&str, i32, &str, &[&str])] = &[
    ("spin", 14, "plugin/limit", &["`compute` in `expand`: it wanted more than", "`[limits]` `compute = "]),
    (
        "grow",
        14,
        "plugin/limit",
        &["`memory` in `expand`: it wanted", "and 256 MiB is allowed", "`memory = \"512 MiB\"`"],
    ),
    ("recurse", 14, "plugin/trap", &["in `expand`: it reached beyond its memory (a recursion"]),
    ("huge", 14, "plugin/limit", &["`boundary` in `expand`: it wanted more than 64 MiB"]),
    ("items", 14, "plugin/limit", &["`results`", "it wanted 300001, and 250000 is allowed"]),
    ("messages", 10, "plugin/more", &["4000 further messages of the plugin are not shown"]),
    ("panics", 14, "plugin/trap", &["it stopped itself"]),
    ("bad_body", 14, "plugin/contract", &["the body of `bad_body.x` is not the JSON"]),
    ("bad_details", 14, "plugin/contract", &["the details of `bad_details.x`"]),
    ("bad_rules", 14, "plugin/contract", &["rules of `bad_rules.x`"]),
    ("bad_address", 14, "plugin/contract", &["has a resource with the address `key_vault.another`"]),
    ("bad_kind", 10, "compose/unknown-kind", &["no plugin offers the kind `no_such_kind`"]),
    ("bad_mode", 14, "plugin/contract", &["has the unknown mode"]),
    ("no_id", 14, "plugin/contract", &["has no id"]),
    ("asks_forever", 14, "compose/endless", &["does not come to an end"]),
    ("cycle", 10, "compose/cycle", &["`cycle.x:a` → `cycle.x:b` → `cycle.x:a`"]),
    ("dangling", 10, "compose/dangling-reference", &["nothing declares `key_vault.nobody`"]),
    ("same_id", 10, "compose/duplicate-id", &["are the same resource"]),
    ("bad_pointer", 10, "compose/reference", &[]),
    ("deep", 14, "plugin/contract", &["the body of `deep.x`"]),
];

fn project() -> Project {
    let project = Project::new();
    bring(&project, "hostile");
    project.write("mlhost.toml", "[plugins]\nhostile = { path = \"hostile.wasm\" }\n\n[limits]\ncompute = \"2s\"\n");
    project
}

#[test]
fn each_attack_ends_in_its_diagnostic_and_the_host_goes_on() {
    let project = project();
    let mut unsaid = Vec::new();
    for (kind, exit, code, words) in ATTACKS {
        // An attack takes nobody else down: the harmless resource before it is none the worse in the next run.
        project.write("platform.rhai", &format!("harmless(\"ok\");\n{kind}(\"x\");\n"));
        let run = project.run(&["plan", "platform.rhai"]);
        refused(&run, *exit, code);
        for words in words.iter().filter(|words| !said(&run).contains(**words)) {
            unsaid.push(format!("{kind} does not say {words:?}\n{}", run.transcript()));
        }
    }
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
    project.write("platform.rhai", "harmless(\"ok\");\n");
    let run = project.run(&["plan", "platform.rhai"]);
    assert_eq!(run.code, Some(0), "{}", run.transcript());
}

#[test]
fn the_limit_that_was_raised_is_the_one_that_holds() {
    let project = project();
    project.write("platform.rhai", "grow(\"x\");\n");
    project.write("mlhost.toml", "[plugins]\nhostile = { path = \"hostile.wasm\" }\n\n[limits]\nmemory = \"32 MiB\"\n");
    let run = project.run(&["plan", "platform.rhai"]);
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("32 MiB is allowed"), "{}", run.transcript());
    for (line, words) in [
        ("memory = \"much\"", "must look like `256 MiB`"),
        ("memory = \"1 TiB\"", "must be from 1 MiB to 3 GiB"),
        ("memroy = \"32 MiB\"", "did you mean `memory`"),
        ("memory = true", "must be a string"),
    ] {
        project.write("mlhost.toml", &format!("[limits]\n{line}\n"));
        let run = project.run(&["plugin", "limits"]);
        assert_eq!(run.code, Some(10), "{line}\n{}", run.transcript());
        assert!(said(&run).contains(words), "{line}\n{}", run.transcript());
    }
}

#[test]
fn texts_that_would_take_over_a_terminal_come_out_harmless() {
    let project = project();
    project.write("platform.rhai", "evil_texts(\"x\");\nchatter(\"x\");\n");
    for arguments in [
        &["plan", "platform.rhai"][..],
        &["plan", "platform.rhai", "--output", "json"],
        &["plan", "platform.rhai", "--out", "a.plan"],
        &["show", "a.plan"],
        &["apply", "platform.rhai", "--yes"],
        &["apply", "platform.rhai", "--yes", "--output", "json"],
        &["show"],
        &["plugin", "list"],
    ] {
        let run = project.run(arguments);
        is_clean(&run);
        assert!(run.code.is_some_and(|code| code != 255), "{}", run.transcript());
        assert!(run.stderr.len() < 500_000, "{} bytes of it", run.stderr.len());
    }
}

#[test]
fn a_plugin_cannot_name_a_secret_that_the_script_does_not_give_it() {
    let project = project();
    project.write("platform.rhai", "thief(\"x\");\n");
    let run = project.run(&["apply", "platform.rhai", "--yes"]);
    assert_ne!(run.code, Some(0), "{}", run.transcript());
    let home = project.path().join("home").display().to_string();
    assert!(!run.stdout.contains(&home) && !run.stderr.contains(&home), "{}", run.transcript());
    let log = project.run(&["cloud", "log", "--writes"]);
    assert!(!log.stdout.contains("hostile"), "{}", log.transcript());
}

#[test]
fn a_policy_that_contradicts_itself_is_refused() {
    let project = Project::new();
    bring(&project, "fickle");
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    let run = project.run(&["plan", "platform.rhai", "--plugin", "fickle.wasm"]);
    refused(&run, 14, "plugin/contract");
    assert!(said(&run).contains("it answered for the policy `unheard-of`"), "{}", run.transcript());
    // Where it answers for itself, it is asked once in an instance of its own: it cannot remember having been asked.
    project.write("mlhost.toml", "[policies.fickle]\nhonest = true\n");
    for _ in 0..2 {
        let run = project.run(&["apply", "platform.rhai", "--yes", "--plugin", "fickle.wasm"]);
        refused(&run, 5, "fickle/no");
        assert!(run.stderr.contains("asked before: false"), "{}", run.transcript());
    }
}
