//! The words, and what becomes of values.

use serde_json::json;

use super::*;
use crate::model::{Mode, Severity};

#[test]
fn each_kind_is_a_word() {
    let definition = define(
        r#"
        let ws = workspace("ws", #{ a: 1, b: #{ c: [true, 2.5, "x", 'y'] } });
        let c = cluster(ws, "cpu");
        job(c, "nightly", #{ z: 1 });
        anything("Some/type", "thing", #{ deep: 1 });
        "#,
    );
    assert_eq!(
        addresses(&definition),
        ["workspace.ws", "cluster.ws/cpu", "job.ws/cpu/nightly", "anything.Some/type/thing"]
    );
    let bodies: Vec<Value> = definition.declarations.iter().map(|d| Value::Object(d.properties.clone())).collect();
    assert_eq!(bodies[0], json!({"a": 1, "b": {"c": [true, 2.5, "x", "y"]}}));
    assert_eq!(bodies[1], json!({"workspace": "${workspace.ws#/id}"}));
    assert_eq!(bodies[2], json!({"cluster": "${cluster.ws/cpu#/id}", "z": 1}));
    assert_eq!(bodies[3], json!({"type": "Some/type", "deep": 1}));
    assert_eq!(definition.declarations[1].name, "cpu");
    assert_eq!(definition.declarations[1].kind, "cluster");
    assert!(definition.declarations.iter().all(|d| d.mode == Mode::Managed && !d.protected && d.span.is_some()));
}

#[test]
fn handles_and_fields_become_tokens() {
    let script = r#"
        let s = store("s", #{ resource_group: "x" });
        let id = s.identity;
        workspace("ws", #{
            whole: s, id: s.id, field: s.identity.principal_id, by_index: s["endpoint"], later: id.principal_id,
            name: s.name, text: `at ${s.endpoint}/x`, plus: "a" + s + "/b", list: [s, s.endpoint], own: s.tag,
        });
    "#;
    assert_eq!(
        properties(script),
        json!({
            "whole": "${store.s#/id}", "id": "${store.s#/id}", "field": "${store.s#/identity/principalId}",
            "by_index": "${store.s#/properties/endpoint}", "later": "${store.s#/identity/principalId}",
            "name": "s", "text": "at ${store.s#/properties/endpoint}/x", "plus": "a${store.s#/id}/b",
            "list": ["${store.s#/id}", "${store.s#/properties/endpoint}"], "own": "${store.s#/properties/tag}",
        })
        .sorted()
    );
}

/// Script maps come sorted by key.
trait Sorted {
    fn sorted(self) -> Value;
}

impl Sorted for Value {
    fn sorted(self) -> Value {
        let mut entries: Vec<_> = self.as_object().unwrap().clone().into_iter().collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Value::Object(entries.into_iter().collect())
    }
}

#[test]
fn a_kind_with_open_outputs_gives_any_path() {
    let script = r#"let a = anything("T", "n"); workspace("w", #{ x: a.properties.list[0].value, y: a.tag });"#;
    assert_eq!(
        properties(script),
        json!({"x": "${anything.T/n#/properties/list/0/value}", "y": "${anything.T/n#/tag}"})
    );
}

#[test]
fn text_of_users_never_becomes_a_token() {
    assert_eq!(
        properties(r#"workspace("w", #{ a: "${store.s#/id}", b: param("tricky"), c: "$" + "{secret:env:X}" });"#),
        json!({"a": "$${store.s#/id}", "b": "$${secret:env:KEY}", "c": "$${secret:env:X}"})
    );
    assert_eq!(
        says("let x = \"\u{E000}\";"),
        "script/reserved-character 1:10+1 the script holds a character that mlhost sets apart (U+E000 or U+E001)"
    );
    assert!(
        says(r#"param("reserved")"#)
            .starts_with("script/reserved-character 1:1+5 the value of the parameter `reserved`")
    );
    // A mark made by hand leads nowhere, unless it repeats one the script was given anyway.
    assert!(says(r#"workspace("w", #{ a: "\ue0000\ue001" });"#).starts_with("script/known-after-apply 1:22+"));
}

#[test]
fn nothing_is_not_set() {
    assert_eq!(
        properties(r#"workspace("w", #{ a: (), b: [1, (), 2], c: #{ d: () } });"#),
        json!({"b": [1, 2], "c": {}})
    );
}

#[test]
fn the_environment_is_readable() {
    let script = r#"
        workspace(project() + "-" + environment(), #{
            tier: param("tier"), count: param("count") + 1, sizes: param("sizes"), none: param("none", 7),
            nested: param("nested").a, over: param("tier", "Cool"),
        });
    "#;
    let definition = define(script);
    assert_eq!(definition.declarations[0].name, "mlops-dev");
    assert_eq!(
        Value::Object(definition.declarations[0].properties.clone()),
        json!({"count": 4, "nested": true, "none": 7, "over": "Hot", "sizes": [1, 2.5], "tier": "Hot"})
    );
}

#[test]
fn outputs_are_kept_in_order() {
    let definition = define(r#"let w = workspace("w"); output("z", w.id); output("a", #{ n: 1 }); output("u", ());"#);
    let outputs: Vec<_> = definition.outputs.iter().map(|o| (o.name.as_str(), o.value.clone())).collect();
    assert_eq!(outputs, [("z", json!("${workspace.w#/id}")), ("a", json!({"n": 1})), ("u", json!(null))]);
    assert_eq!(definition.outputs[1].span.unwrap().column, 44);
}

#[test]
fn what_exists_is_found() {
    let definition = define(
        r#"
        let w = existing("workspace", "w", #{ group: "g" });
        let same = existing("workspace", "w", #{ group: "g" });
        if w != same { fail("two handles") }
        existing("cluster", w, "c");
        cluster("/subscriptions/1/workspaces/far", "d");
        cluster(w.id, "e");
        cluster(`${w}`, "f");
        existing("anything", "T/x", "n");
        "#,
    );
    assert_eq!(
        addresses(&definition),
        ["workspace.w", "cluster.w/c", "cluster.far/d", "cluster.w/e", "cluster.w/f", "anything.T/x/n"]
    );
    let modes: Vec<_> = definition.declarations.iter().map(|d| d.mode.as_str()).collect();
    assert_eq!(modes, ["existing", "existing", "managed", "managed", "managed", "existing"]);
    assert_eq!(definition.declarations[2].properties["workspace"], "/subscriptions/1/workspaces/far");
    assert_eq!(definition.declarations[4].properties["workspace"], "${workspace.w#/id}");
}

#[test]
fn secrets_are_handles() {
    assert_eq!(
        properties(r#"workspace("w", #{ key: secret("env:API_KEY"), header: "Bearer " + secret("env:API_KEY") });"#),
        json!({"header": "Bearer ${secret:env:API_KEY}", "key": "${secret:env:API_KEY}"})
    );
}

#[test]
fn protection_is_kept_and_the_handle_given_back() {
    let definition = define(r#"let w = protect(workspace("w")); cluster(w, "c"); store("s").protect();"#);
    let protected: Vec<_> = definition.declarations.iter().map(|d| (d.address.as_str(), d.protected)).collect();
    assert_eq!(
        protected,
        [("resource_group.mlops-dev", false), ("workspace.w", true), ("cluster.w/c", false), ("store.s", true)]
    );
}

#[test]
fn unique_names_hang_on_the_environment_only() {
    let name = |input: ScriptInput, script: &str| {
        run_files(&[("main.rhai", script)], input).0.unwrap().0.declarations[0].name.clone()
    };
    let script = r#"workspace(unique_name("ml", 24));"#;
    let one = name(input(), script);
    assert_eq!(one, name(input(), script));
    assert_eq!(one.len(), 24);
    assert!(one.starts_with("ml") && one.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{one}");
    let mut other = input();
    other.environment = "test".to_owned();
    assert_ne!(one, name(other, script));
    let mut other = input();
    other.facts.insert("subscription_id".to_owned(), json!("2222"));
    assert_ne!(one, name(other, script));
    assert_eq!(name(input(), r#"workspace(unique_name("kv-"));"#).len(), 13);
}

#[test]
fn prints_are_diagnostics() {
    let (_, diagnostics) =
        run("let w = workspace(\"w\");\nprint(`id ${w.id}`);\ndebug([w, 1]);\nprint(w);\nprint(());\nprint(|x| x);")
            .unwrap();
    let texts: Vec<_> = diagnostics.iter().map(|d| (d.message.as_str(), d.span.unwrap().line)).collect();
    assert_eq!(
        texts,
        [
            ("id ${workspace.w#/id}", 2),
            ("[\"${workspace.w#/id}\",1]", 3),
            ("${workspace.w#/id}", 4),
            ("()", 5),
            ("a function", 6)
        ]
    );
    assert!(diagnostics.iter().all(|d| d.severity == Severity::Info && d.code == "script/print"));
}

#[test]
fn prints_have_a_limit() {
    let (_, diagnostics) = run("for i in 0..100000 { print(i) }").unwrap();
    assert_eq!(diagnostics.len(), 201);
    assert_eq!(diagnostics[200].message, "the script prints more than 200 lines; the rest is not shown");
}

#[test]
fn functions_and_loops_declare_too() {
    let definition = define(
        r#"
        fn pair(name, size) { [workspace(name + "-a", #{ size: size }), workspace(name + "-b")] }
        for i in 0..2 { pair("n" + i, i); }
        let names = ["x", "y"].map(|n| workspace(n).name);
        workspace("last", #{ names: names });
        "#,
    );
    assert_eq!(
        addresses(&definition),
        [
            "workspace.n0-a",
            "workspace.n0-b",
            "workspace.n1-a",
            "workspace.n1-b",
            "workspace.x",
            "workspace.y",
            "workspace.last"
        ]
    );
    assert_eq!(definition.declarations[6].properties["names"], json!(["x", "y"]));
}
