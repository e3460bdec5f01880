//! Reads the JSON Schema of a kind's properties for the page that explains them.

use serde_json::{Map, Value};

use super::text;

/// How deep nested properties are listed.
const DEPTH: usize = 4;
/// How many properties of a kind are listed.
const LIMIT: usize = 500;
/// How many values of an enumeration are named.
const VALUES: usize = 12;

/// A property as the page shows it. All texts are harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyRow {
    /// Dotted path; `[]` stands for the elements of an array.
    pub path: String,
    /// What it takes: `string`, `"a" | "b"`, `integer 0..100`, `array of string`.
    pub takes: String,
    /// It must be given.
    pub required: bool,
    /// What holds when it is not given.
    pub default: Option<String>,
    /// What it is.
    pub summary: String,
}

/// All properties of a schema, those of objects below their own.
pub fn properties(schema: &Value) -> Vec<PropertyRow> {
    let mut rows = Vec::new();
    collect(&mut rows, schema, schema, "", 0);
    rows
}

fn collect(rows: &mut Vec<PropertyRow>, root: &Value, schema: &Value, prefix: &str, depth: usize) {
    let schema = resolve(root, schema);
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|_| depth < DEPTH) else {
        return;
    };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, property) in properties {
        if rows.len() >= LIMIT {
            return;
        }
        let resolved = resolve(root, property);
        let said = |key: &str| property.get(key).or_else(|| resolved.get(key));
        let name_shown = text::clean(name);
        let path = if prefix.is_empty() { name_shown.into_owned() } else { format!("{prefix}.{name_shown}") };
        let summary = said("description").and_then(Value::as_str).unwrap_or_default();
        rows.push(PropertyRow {
            path: path.clone(),
            takes: takes(root, property, 0),
            required: required.contains(&name.as_str()),
            default: said("default").filter(|value| !value.is_null()).map(super::value::whole),
            summary: text::clean(&summary.replace('\n', " ")).into_owned(),
        });
        collect(rows, root, resolved, &path, depth + 1);
        if let Some(items) = resolved.get("items") {
            collect(rows, root, items, &format!("{path}[]"), depth + 1);
        }
    }
}

/// Follows references within the document and sees through `null` as an alternative: `Option` fields of typed plugins.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut current = schema;
    // A schema may refer to itself: a few steps are enough for every honest one.
    for _ in 0..8 {
        let next = match current.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix('#')) {
            Some(pointer) => root.pointer(pointer),
            None => lone_alternative(current),
        };
        match next {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

fn lone_alternative(schema: &Value) -> Option<&Value> {
    let list = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema.get(key).and_then(Value::as_array))?;
    let mut others = list.iter().filter(|schema| schema.get("type").and_then(Value::as_str) != Some("null"));
    let only = others.next()?;
    others.next().is_none().then_some(only)
}

/// What a schema takes, in words.
fn takes(root: &Value, schema: &Value, depth: usize) -> String {
    let schema = resolve(root, schema);
    if let Some(values) = constants(schema) {
        let mut shown: Vec<String> = values.iter().take(VALUES).map(|value| super::value::whole(value)).collect();
        if values.len() > VALUES {
            shown.push("...".to_owned());
        }
        return shown.join(" | ");
    }
    let named: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name.as_str()],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).filter(|&name| name != "null").collect(),
        _ => Vec::new(),
    };
    match named.as_slice() {
        [] => "any".to_owned(),
        ["array"] => match schema.get("items").filter(|_| depth < DEPTH) {
            Some(items) => format!("array of {}", takes(root, items, depth + 1)),
            None => "array".to_owned(),
        },
        ["object"] => match schema.get("additionalProperties").filter(|extra| extra.is_object() && depth < DEPTH) {
            Some(values) => format!("map of {}", takes(root, values, depth + 1)),
            None => "object".to_owned(),
        },
        names => {
            let names = text::clean(&names.join(" | ")).into_owned();
            format!("{names}{}", bounds(schema.as_object()))
        }
    }
}

/// The values of an enumeration, whether it is written as `enum`, as `const` or as alternatives of these.
fn constants(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Some(values.iter().filter(|value| !value.is_null()).collect());
    }
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array)?;
    let values: Option<Vec<&Value>> = list.iter().map(|one| one.get("const")).collect();
    values.filter(|values| !values.is_empty())
}

fn bounds(schema: Option<&Map<String, Value>>) -> String {
    let bound = |keys: [&str; 2]| keys.iter().find_map(|&key| schema?.get(key)).map(Value::to_string);
    match (bound(["minimum", "minLength"]), bound(["maximum", "maxLength"])) {
        (None, None) => String::new(),
        (low, high) => format!(" {}..{}", low.unwrap_or_default(), high.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn takes_of(schema: Value) -> String {
        takes(&schema, &schema, 0)
    }

    #[test]
    fn types_read_well() {
        let cases = [
            (json!({"type": "string"}), "string"),
            (json!({"type": ["string", "null"]}), "string"),
            (json!({"type": "integer", "minimum": 0, "maximum": 100}), "integer 0..100"),
            (json!({"type": "string", "maxLength": 24}), "string ..24"),
            (json!({"enum": ["a", "b", null]}), r#""a" | "b""#),
            (json!({"oneOf": [{"const": "a"}, {"const": "b"}]}), r#""a" | "b""#),
            (json!({"type": "array", "items": {"type": "string"}}), "array of string"),
            (json!({"type": "object", "additionalProperties": {"type": "string"}}), "map of string"),
            (json!({"$ref": "#/$defs/sku", "$defs": {"sku": {"enum": ["Basic"]}}}), r#""Basic""#),
            (json!({"anyOf": [{"type": "null"}, {"type": "boolean"}]}), "boolean"),
            (json!(true), "any"),
        ];
        for (schema, expected) in cases {
            assert_eq!(takes_of(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}});
        assert_eq!(takes_of(schema), "any");
        let tree = json!({"properties": {"child": {"$ref": "#"}, "list": {"type": "array", "items": {"$ref": "#"}}}});
        let rows = properties(&tree);
        assert!(rows.iter().any(|row| row.path == "child.list[].child"), "{rows:?}");
        assert!(rows.len() <= LIMIT);
    }
}
