//! Holds the shapes against the JSON Schemas of the same types.

use serde_json::Value;

use super::shape::{Access, Property, Shape};
use super::{MODELS, Model, resource_group};
use crate::testing::shared;

/// Where our shape is open although the schema lists members; the schema itself is open there, or the service is.
const FREE: &[&str] = &["properties.features", "properties.setupScripts", "properties.properties.propertyBag"];

fn schema_of(full_type: &str) -> Option<Value> {
    let (namespace, kind) = full_type.split_once('/').unwrap();
    shared(&format!("schemas/{namespace}/{}.json", kind.replace('/', "_")))
}

/// Follows `$ref` and single `allOf`, gathering flags on the way.
fn resolve<'a>(root: &'a Value, mut schema: &'a Value) -> (&'a Value, bool) {
    let mut read_only = schema["readOnly"] == true;
    loop {
        let next = if let Some(reference) = schema["$ref"].as_str() {
            root.pointer(reference.trim_start_matches('#')).unwrap()
        } else if let Some([one]) = schema["allOf"].as_array().map(Vec::as_slice) {
            one
        } else {
            return (schema, read_only);
        };
        schema = next;
        read_only |= schema["readOnly"] == true;
    }
}

fn compare(root: &Value, schema: &Value, shape: &Shape, path: &str, depth: usize) {
    let (schema, _) = resolve(root, schema);
    match shape {
        Shape::Object(properties) => compare_object(root, schema, properties, path, depth),
        Shape::Choice(choices) => {
            let listed = schema.get("enum").or_else(|| schema.get("x-known-values"));
            let constant = schema.get("const").map(|value| Value::Array(vec![value.clone()]));
            let listed = listed.cloned().or(constant);
            if let Some(listed) = listed {
                let mut ours: Vec<_> = choices.to_vec();
                let mut theirs: Vec<_> =
                    listed.as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect();
                ours.sort_unstable();
                theirs.sort_unstable();
                assert_eq!(ours, theirs, "{path}");
            }
        }
        Shape::List(item) => compare(root, &schema["items"], item, &format!("{path}[]"), depth),
        Shape::Tagged(tagged) => {
            for (name, case) in tagged.cases {
                let variants = schema["allOf"].as_array().unwrap();
                let variant = variants
                    .iter()
                    .find(|variant| variant["if"]["properties"][tagged.tag]["const"] == *name)
                    .unwrap_or_else(|| panic!("{path}: {name}"));
                compare(root, &variant["then"], case, path, depth);
            }
        }
        Shape::Map(item) if !FREE.contains(&path) => {
            compare(root, &schema["additionalProperties"], item, &format!("{path}.*"), depth);
        }
        _ => {}
    }
}

fn compare_object(root: &Value, schema: &Value, properties: &[Property], path: &str, depth: usize) {
    let empty = serde_json::Map::new();
    let listed = schema["properties"].as_object().unwrap_or(&empty);
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, member) in listed {
        let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let envelope = path.is_empty() && ["id", "name", "type", "apiVersion", "systemData"].contains(&name.as_str());
        if envelope || member["x-template-only"] == true {
            continue;
        }
        let (resolved, read_only) = resolve(root, member);
        let Some(own) = properties.iter().find(|property| property.name == name) else {
            assert!(read_only, "{here} is missing");
            continue;
        };
        assert_eq!(own.access == Access::ReadOnly, read_only, "{here}: readOnly");
        if required.contains(&name.as_str()) && !read_only {
            let defaulted = !matches!(own.fallback, super::shape::Fallback::Nothing);
            assert!(own.access == Access::Required || defaulted, "{here} is required");
        }
        if read_only || FREE.contains(&here.as_str()) {
            continue;
        }
        let form = match &own.shape {
            Shape::Text | Shape::Guid | Shape::Choice(_) => "string",
            Shape::Bool => "boolean",
            Shape::Int(..) => "integer",
            Shape::Number => "number",
            Shape::List(_) => "array",
            Shape::Map(_) | Shape::Object(_) | Shape::Tagged(_) => "object",
            Shape::Any => "",
        };
        if let Some(theirs) = resolved["type"].as_str()
            && !form.is_empty()
        {
            assert_eq!(form, theirs, "{here}");
        }
        compare(root, member, &own.shape, &here, depth + 1);
    }
    for own in properties {
        let here = format!("{path}.{}", own.name);
        // Some attached computes have no settings of their own.
        let known = listed.contains_key(own.name) || matches!(own.shape, Shape::Any);
        assert!(known || own.access == Access::ReadOnly, "{here} is not in the schema");
    }
}

#[test]
fn shapes_are_those_of_the_published_schemas() {
    for model in MODELS {
        let Some(schema) = schema_of(model.name) else { return };
        println!("{}", model.name);
        compare(&schema, &schema, model.shape, "", 0);
    }
    let Some(schema) = schema_of("Microsoft.Resources/resourceGroups") else { return };
    compare(&schema, &schema, &resource_group::SHAPE, "", 0);
}

#[test]
fn api_versions_are_the_published_ones() {
    let Some(types) = shared("types.json") else { return };
    let types = types.get("types").unwrap_or(&types).clone();
    let mut all: Vec<(&str, &str)> = MODELS.iter().map(|model: &&Model| (model.name, model.api_versions)).collect();
    all.push(("Microsoft.Resources/resourceGroups", resource_group::API_VERSIONS));
    for (name, versions) in all {
        let facts = &types[name];
        let mut published: Vec<&str> = ["stable", "preview"]
            .iter()
            .flat_map(|list| facts["apiVersions"][list].as_array().unwrap())
            .chain(["put", "patch", "delete", "head"].iter().filter_map(|verb| facts[verb].get("fromApiVersion")))
            .filter_map(Value::as_str)
            .collect();
        published.sort_unstable_by(|one, other| other.cmp(one));
        published.dedup();
        assert_eq!(versions.split(' ').collect::<Vec<_>>(), published, "{name}");
    }
}
