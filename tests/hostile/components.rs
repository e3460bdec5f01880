//! Attacks that are in the component itself: made from WIT and WAT, because no compiler would write them.

use std::path::Path;

use super::{refused, said};
use mlhost_tests::{Project, Run, repository};
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve, WorldId};

/// The contract, and a world of our own on top of it.
fn world(text: &str) -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    resolve.push_dir(repository().join("wit/released/0.1.0")).unwrap();
    let package = resolve.push_str("evil.wit", text).unwrap();
    let world = resolve.select_world(&[package], Some("attack")).unwrap();
    (resolve, world)
}

/// A component of that world around a core module, or around one whose functions all trap.
fn component(text: &str, module: Option<&str>) -> Vec<u8> {
    let (resolve, world) = world(text);
    let mut module = match module {
        Some(module) => wat::parse_str(module).unwrap(),
        None => dummy_module(&resolve, world, ManglingAndAbi::Standard32),
    };
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    ComponentEncoder::default().module(&module).unwrap().encode().unwrap()
}

fn attack(bytes: &[u8]) -> Run {
    let project = Project::new();
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    std::fs::write(project.path().join("evil.wasm"), bytes).unwrap();
    let run = project.run(&["plan", "platform.rhai", "--plugin", "evil.wasm"]);
    // Whatever it did, the host works without it.
    assert_eq!(project.run(&["plan", "platform.rhai"]).code, Some(0));
    run
}

const EVIL: &str = "package evil:plan;\n";

/// A world with kinds whose two functions are given in WAT; `more` are further items of the module.
fn kinds(more: &str, body: &str) -> Vec<u8> {
    let module = format!(
        "(module
            {more}
            (func (export \"mlhost:plugin/resource-kinds@0.1.0#kinds\") (result i32) {body})
            (func (export \"mlhost:plugin/resource-kinds@0.1.0#expand\")
                (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
            (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 0))"
    );
    component(&format!("{EVIL}world attack {{ export mlhost:plugin/resource-kinds@0.1.0; }}"), Some(&module))
}

#[test]
fn a_trap_in_each_describing_function_is_a_diagnostic() {
    for (role, function) in
        [("resource-kinds", "kinds"), ("policies", "policies"), ("deployer", "describe"), ("cloud", "describe")]
    {
        let run = attack(&component(&format!("{EVIL}world attack {{ export mlhost:plugin/{role}@0.1.0; }}"), None));
        refused(&run, 14, "plugin/trap");
        assert!(said(&run).contains(&format!("in `{function}`")), "{}", run.transcript());
    }
}

#[test]
fn an_import_that_was_not_granted_is_named_before_anything_runs() {
    let foreign = "package evil:plan;\ninterface files { read: func(path: string) -> list<u8>; }\n";
    for (imports, named) in [
        ("import files;", "evil:plan/files"),
        ("import mlhost:plugin/http@0.1.0;", "http"),
        ("import mlhost:plugin/store@0.1.0;", "store"),
        ("import open: func(path: string) -> u32;", "open"),
    ] {
        let text = format!("{foreign}world attack {{ {imports} export mlhost:plugin/policies@0.1.0; }}");
        let run = attack(&component(&text, None));
        refused(&run, 14, "plugin/import-denied");
        assert!(said(&run).contains(&format!("imports `{named}`")), "{}", run.transcript());
    }
}

#[test]
fn another_shape_under_the_same_name_is_named_by_its_first_difference() {
    let mut resolve = Resolve::default();
    let text = std::fs::read_to_string(repository().join("wit/released/0.1.0/policies.wit")).unwrap();
    let types = std::fs::read_to_string(repository().join("wit/released/0.1.0/types.wit")).unwrap();
    let forged = text.replace("policy: string,", "policy: u32,");
    assert_ne!(forged, text);
    let world = "package mlhost:plugin@0.1.0;\nworld attack { export policies; }\n";
    let mut map = wit_parser::SourceMap::new();
    for (name, text) in [("a.wit", types.as_str()), ("b.wit", &forged), ("c.wit", world)] {
        map.push(Path::new(name), text);
    }
    let package = resolve.push_group(map.parse().map_err(|(_, error)| error).unwrap()).unwrap();
    let world = resolve.select_world(&[package], Some("attack")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let run = attack(&ComponentEncoder::default().module(&module).unwrap().encode().unwrap());
    refused(&run, 14, "plugin/contract");
    for words in
        ["`policies.evaluate` is another function", "mlhost has `policy: string", "the plugin has `policy: u32"]
    {
        assert!(said(&run).contains(words), "{words}\n{}", run.transcript());
    }
}

#[test]
fn what_is_no_plugin_says_what_it_is() {
    refused(&attack(b""), 14, "plugin/not-wasm");
    refused(&attack(b"#!/bin/sh\necho owned\n"), 14, "plugin/not-wasm");
    refused(&attack(&wat::parse_str("(module)").unwrap()), 14, "plugin/core-module");
    refused(&attack(&wat::parse_str("(component)").unwrap()), 14, "plugin/no-role");
    let whole = kinds("(memory (export \"memory\") 1)", "unreachable");
    refused(&attack(&whole[..whole.len() / 2]), 14, "plugin/invalid");
    for place in (8..whole.len()).step_by(whole.len() / 40) {
        let mut flipped = whole.clone();
        flipped[place] ^= 0x10;
        let run = attack(&flipped);
        assert_eq!(run.code, Some(14), "byte {place}: {}", run.transcript());
    }
}

#[test]
fn memory_tables_and_handles_have_their_limits() {
    let memory = kinds("(memory (export \"memory\") 1)", "(memory.grow (i32.const 60000)) drop unreachable");
    let run = attack(&memory);
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("`memory` in `kinds`: it wanted 3751 MiB"), "{}", run.transcript());

    let first = kinds("(memory (export \"memory\") 50000)", "unreachable");
    refused(&attack(&first), 14, "plugin/limit");

    let tables = kinds(
        "(memory (export \"memory\") 1) (table 1 funcref)",
        "(table.grow (ref.null func) (i32.const 9000000)) drop unreachable",
    );
    let run = attack(&tables);
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("`tables` in `kinds`: it wanted 9000001"), "{}", run.transcript());
}

#[test]
fn a_recursion_ends_at_the_limit_of_the_stack() {
    let endless = "(func $down (param i32) (result i32) (i32.sub (call $down (local.get 0)) (local.get 0)))";
    let run = attack(&kinds(&format!("(memory (export \"memory\") 1) {endless}"), "(call $down (i32.const 1))"));
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("`stack` in `kinds`: it wanted more than 2 MiB"), "{}", run.transcript());
}

#[test]
fn a_flood_of_handles_ends_at_its_limit() {
    let text = "package evil:plan;
        interface flood { resource drop-of { constructor(); } }
        world attack { export mlhost:plugin/resource-kinds@0.1.0; export flood; }";
    let module = "(module
        (import \"[export]evil:plan/flood\" \"[resource-new]drop-of\" (func $new (param i32) (result i32)))
        (memory (export \"memory\") 1)
        (func (export \"mlhost:plugin/resource-kinds@0.1.0#kinds\") (result i32)
            (loop $more (drop (call $new (i32.const 1))) (br $more)) unreachable)
        (func (export \"mlhost:plugin/resource-kinds@0.1.0#expand\")
            (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)
        (func (export \"evil:plan/flood#[constructor]drop-of\") (result i32) unreachable)
        (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 0))";
    let run = attack(&component(text, Some(module)));
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("`handles` in `kinds`"), "{}", run.transcript());
}

#[test]
fn a_start_function_that_does_not_end_is_ended() {
    let endless =
        kinds("(memory (export \"memory\") 1) (func $spin (loop $more (br $more))) (start $spin)", "unreachable");
    let project = Project::new();
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    project.write("mlhost.toml", "[limits]\ncompute = \"200ms\"\n");
    std::fs::write(project.path().join("evil.wasm"), endless).unwrap();
    let run = project.run(&["plan", "platform.rhai", "--plugin", "evil.wasm"]);
    refused(&run, 14, "plugin/limit");
    assert!(said(&run).contains("`compute` in `instantiate`"), "{}", run.transcript());
}

#[test]
fn results_that_point_nowhere_are_a_diagnostic() {
    for body in ["i32.const -16", "i32.const 3"] {
        let run = attack(&kinds("(memory (export \"memory\") 1)", body));
        refused(&run, 14, "plugin/trap");
    }
    // A list of 2^28 kinds that are not there.
    let list = kinds(
        "(memory (export \"memory\") 1)",
        "(i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const 0x10000000)) i32.const 16",
    );
    assert_eq!(attack(&list).code, Some(14));
}

#[test]
fn two_plugins_do_not_share_a_kind() {
    let project = Project::new();
    super::bring(&project, "hostile");
    project.write("platform.rhai", "harmless(\"x\");\n");
    let run = project.run(&["plan", "platform.rhai", "--plugin", "one=hostile.wasm", "--plugin", "two=hostile.wasm"]);
    refused(&run, 14, "plugin/kind-taken");
    assert!(said(&run).contains("`one` and `two` both offer the kind"), "{}", run.transcript());
}
