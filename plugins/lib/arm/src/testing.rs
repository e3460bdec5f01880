//! Holds the bodies that kinds emit against published schemas of their types, where those are at hand.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use mlhost_plugin::{Context, Expansion, Kind, Map, Resource, Value, json, testing};

/// A subscription for tests.
pub const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// A context with the facts that every environment has.
pub fn context() -> Context {
    testing::context(json!({
        "subscription_id": SUBSCRIPTION,
        "tenant_id": "00000000-0000-0000-0000-00000000000a",
        "location": "westeurope",
    }))
}

/// Expands a managed declaration of a kind in the group `main`, unless the properties say otherwise.
pub fn expand<K: Kind>(name: &str, mut properties: Value) -> Expansion {
    if let Value::Object(map) = &mut properties
        && K::placed_in().is_some()
    {
        map.entry("resource_group").or_insert_with(|| "${resource_group.main#/id}".into());
    }
    testing::expand::<K>(name, properties, &context())
}

/// The folder of the published facts: `shared/azure` beside the repository. `None`, and a line that says so, when it is not
/// there.
pub fn facts_folder(manifest_dir: &str) -> Option<PathBuf> {
    let found =
        Path::new(manifest_dir).ancestors().map(|folder| folder.join("shared/azure")).find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no folder shared/azure beside the repository");
    }
    found
}

/// What is wrong with a resource's body by the published schema of its type and api-version, a line each. Stricter than
/// the schema: read-only members are refused, open enumerations count as closed. Empty when the schema is not at hand.
///
/// # Panics
/// When the resource or the schema is no JSON.
pub fn violations(manifest_dir: &str, resource: &Resource) -> Vec<String> {
    let Some(folder) = facts_folder(manifest_dir) else { return Vec::new() };
    let (namespace, types) = resource.type_.split_once('/').unwrap_or_default();
    let file = folder.join(format!("schemas/{namespace}/{}.json", types.replace('/', "_")));
    let mut schema = testing::parse(&std::fs::read_to_string(&file).unwrap_or_default());
    assert!(schema.is_object(), "{} is no schema", file.display());
    let details = testing::parse(&resource.details);
    let api_version = details.pointer("/api_version").cloned().unwrap_or_default();
    let mut lines = Vec::new();
    if schema.get("x-api-version") != Some(&api_version) {
        lines.push(format!("the api-version is {api_version}, the schema's {}", schema["x-api-version"]));
    }
    tighten(&mut schema);
    let name = match (resource.id.rsplit('/').next(), types.matches('/').count()) {
        (Some(name), 0) => name.to_owned(),
        (name, _) => format!("parent/{}", name.unwrap_or_default()),
    };
    let mut whole = testing::parse(&resource.body);
    let map = whole.as_object_mut().expect("a body is an object");
    map.insert("type".into(), resource.type_.clone().into());
    map.insert("apiVersion".into(), api_version);
    map.insert("name".into(), name.into());
    let validator: Validator = jsonschema::draft7::new(&schema).expect("the schema is one");
    lines.extend(validator.iter_errors(&whole).map(|error| format!("{}: {error}", error.instance_path())));
    lines
}

/// Checks that a resource's body is valid against the published schema of its type.
///
/// # Panics
/// When it is not.
pub fn assert_valid(manifest_dir: &str, expansion: &Expansion) {
    assert!(expansion.diagnostics.is_empty(), "{:#?}", expansion.diagnostics);
    assert!(!expansion.resources.is_empty(), "nothing came of it");
    for resource in &expansion.resources {
        let violations = violations(manifest_dir, resource);
        assert!(violations.is_empty(), "{}: {violations:#?}\n{}", resource.type_, resource.body);
    }
}

/// What is wrong with the properties of a declaration by the kind's own schema, a line each.
///
/// # Panics
/// When the kind's schema is none.
pub fn property_violations<K: Kind>(properties: &Value) -> Vec<String> {
    let schema = mlhost_plugin::schema::of::<K>();
    let validator = jsonschema::draft202012::new(&schema).expect("a kind's schema is one");
    validator.iter_errors(properties).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The body of the main resource.
///
/// # Panics
/// When there is none.
pub fn body(expansion: &Expansion) -> Value {
    assert!(expansion.diagnostics.is_empty(), "{:#?}", expansion.diagnostics);
    testing::parse(&expansion.resources.first().expect("a resource").body)
}

/// Checks that the change rules and outputs of a kind name members that the published schema of its type has.
///
/// # Panics
/// When one does not.
pub fn assert_paths_known<K: Kind>(manifest_dir: &str) {
    let Some(folder) = facts_folder(manifest_dir) else { return };
    let (namespace, types) = K::TYPE.split_once('/').unwrap_or_default();
    let file = folder.join(format!("schemas/{namespace}/{}.json", types.replace('/', "_")));
    let schema = testing::parse(&std::fs::read_to_string(&file).unwrap_or_default());
    let rules = K::rules();
    let rules = rules.iter().map(|rule| rule.path.as_str());
    for path in rules.chain(K::OUTPUTS.iter().map(|output| output.pointer)) {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').filter(|segment| *segment != "**").collect();
        assert!(reaches(&schema, &schema, &segments), "{}: {} has no {path}", K::NAME, K::TYPE);
    }
}

/// Whether a schema has a place for a path of member names.
fn reaches(root: &Value, schema: &Value, path: &[&str]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    let through = |key: &str| schema.get(key).is_some_and(|inner| inner.is_object() && reaches(root, inner, path));
    let into = |inner: &Value| reaches(root, inner, rest);
    let definition =
        schema.get("$ref").and_then(Value::as_str).and_then(|text| root.pointer(text.trim_start_matches('#')));
    schema.pointer(&format!("/properties/{first}")).is_some_and(into)
        || (*first == "*" && schema.get("items").is_some_and(into))
        || (*first == "*"
            && schema.pointer("/properties").and_then(Value::as_object).is_some_and(|map| map.values().any(into)))
        || schema.get("additionalProperties").is_some_and(|inner| inner.is_object() && into(inner))
        || definition.is_some_and(|inner| reaches(root, inner, path))
        || through("then")
        || schema
            .get("allOf")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|inner| reaches(root, inner, path)))
}

fn tighten(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(properties)) = map.get_mut("properties") {
                properties.retain(|name, property| {
                    let read_only = property.get("readOnly").and_then(Value::as_bool).unwrap_or_default();
                    !read_only || matches!(name.as_str(), "name" | "type" | "apiVersion")
                });
            }
            if let Some(values) = map.remove("x-known-values") {
                map.insert("enum".into(), values);
            }
            *map = std::mem::take(map)
                .into_iter()
                .filter(|(key, _)| !key.starts_with("x-"))
                .map(|(key, mut value)| {
                    tighten(&mut value);
                    (key, value)
                })
                .collect::<Map<_, _>>();
        }
        Value::Array(items) => items.iter_mut().for_each(tighten),
        _ => {}
    }
}
