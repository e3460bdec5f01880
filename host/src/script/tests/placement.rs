//! Containers.

use super::*;

#[test]
fn the_last_container_before_it_counts() {
    let definition = define(
        r#"
        resource_group("one"); store("a");
        existing("resource_group", "two"); store("b");
        store("c", #{ resource_group: "three" });
        "#,
    );
    let groups: Vec<_> = definition.declarations.iter().filter_map(|d| d.properties.get("resource_group")).collect();
    assert_eq!(groups, ["${resource_group.one#/id}", "${resource_group.two#/id}", "three"]);
    assert_eq!(definition.declarations.len(), 5);
}

#[test]
fn without_one_the_environment_has_its_own() {
    let definition = define(r#"store("a"); store("b"); resource_group("late"); store("c");"#);
    assert_eq!(
        addresses(&definition),
        ["resource_group.mlops-dev", "store.a", "store.b", "resource_group.late", "store.c"]
    );
    assert!(definition.declarations[0].span.is_none());
    let groups: Vec<_> = definition.declarations.iter().filter_map(|d| d.properties.get("resource_group")).collect();
    assert_eq!(
        groups,
        ["${resource_group.mlops-dev#/id}", "${resource_group.mlops-dev#/id}", "${resource_group.late#/id}"]
    );
}

#[test]
fn a_fact_names_it() {
    let mut input = input();
    input.facts.insert("resource_group".to_owned(), "given".into());
    let (result, _) = run_files(&[("main.rhai", r#"store("a"); resource_group("given");"#)], input);
    // The script declares the very same one: there is no second.
    assert_eq!(addresses(&result.unwrap().0), ["store.a", "resource_group.given"]);
}

#[test]
fn containers_have_containers() {
    let mut input = input();
    input.kinds.insert("region".to_owned(), Default::default());
    let relation = |kind: &str| serde_json::from_value(serde_json::json!({"kind": kind, "property": kind})).unwrap();
    input.kinds.get_mut("resource_group").unwrap().placed_in = relation("region");
    let (result, _) = run_files(&[("main.rhai", r#"store("a");"#)], input.clone());
    let definition = result.unwrap().0;
    assert_eq!(addresses(&definition), ["region.mlops-dev", "resource_group.mlops-dev", "store.a"]);
    assert_eq!(definition.declarations[1].properties["region"], "${region.mlops-dev#/id}");

    input.kinds.get_mut("region").unwrap().placed_in = relation("resource_group");
    let failure = run_files(&[("main.rhai", r#"store("a");"#)], input.clone()).0.unwrap_err();
    assert!(failure.diagnostics[0].message.ends_with("is placed in itself"), "{failure:?}");

    input.kinds.remove("resource_group");
    let failure = run_files(&[("main.rhai", r#"store("a");"#)], input).0.unwrap_err();
    assert_eq!(failure.diagnostics[0].code, "script/no-container");
    assert_eq!(
        failure.diagnostics[0].message,
        "a `store` is placed in a `resource_group`, and no plugin brings that kind"
    );
}
