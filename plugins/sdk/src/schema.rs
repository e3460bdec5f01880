//! JSON Schemas of Rust types, in the form that plugins hand out.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value};

/// The schema of a type, self-contained (draft 2020-12). A property that may be absent may not be `null`: scripts leave
/// out what they do not say.
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        })
        .with_transform(Plain);
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(map) = schema.as_object_mut() {
        map.shift_remove("title");
    }
    schema
}

/// A document as JSON text.
pub fn text<T: Serialize>(document: &T) -> String {
    // Documents are structs with string keys, which always serialise.
    serde_json::to_string(document).unwrap_or_default()
}

/// Takes `null` out of the schemas of optional properties, makes enumerations of `const`s plain `enum`s, and removes the
/// defaults that say no more than that the property is optional; unwraps lines.
#[derive(Debug, Clone)]
struct Plain;

impl Transform for Plain {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(map) = schema.as_object_mut() {
            drop_null(map);
            join_constants(map);
            join_lines(map);
        }
        transform_subschemas(self, schema);
    }
}

fn drop_null(map: &mut Map<String, Value>) {
    if map.get("default").is_some_and(Value::is_null) {
        map.shift_remove("default");
    }
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            map.insert("type".into(), one);
        }
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(one)] = choices.as_slice() {
            let one = one.clone();
            map.shift_remove("anyOf");
            for (key, value) in one {
                map.entry(key).or_insert(value);
            }
        }
    }
}

fn join_constants(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get("oneOf") else { return };
    let constants: Option<Vec<Value>> = choices.iter().map(|choice| choice.get("const").cloned()).collect();
    if let Some(constants) = constants {
        map.shift_remove("oneOf");
        if constants.iter().all(Value::is_string) {
            map.insert("type".into(), "string".into());
        }
        map.insert("enum".into(), constants.into());
    }
}

/// Doc comments are wrapped in the source: a line break is a space, an empty line a paragraph.
fn join_lines(map: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = map.get_mut("description") {
        let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema)]
    #[schemars(crate = "crate::schemars")]
    #[allow(dead_code)]
    struct Sample {
        /// A colour
        /// of some kind.
        ///
        /// More.
        colour: Option<Colour>,
        sizes: Option<Vec<u8>>,
    }

    #[derive(JsonSchema)]
    #[schemars(crate = "crate::schemars", rename_all = "lowercase")]
    #[allow(dead_code)]
    enum Colour {
        /// Like a rose.
        Red,
        /// Like the sky.
        Blue,
    }

    #[test]
    fn optional_is_not_null() {
        assert_eq!(
            of::<Sample>(),
            json!({
                "type": "object",
                "properties": {
                    "colour": {"description": "A colour of some kind.\n\nMore.", "type": "string", "enum": ["red", "blue"]},
                    "sizes": {"type": "array",
                        "items": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}},
                },
            })
        );
    }
}
