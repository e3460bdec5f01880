//! Holds the properties of declarations against the schemas of their kinds.

use std::collections::HashMap;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::model::reference::{self, Part};
use crate::model::{Declaration, Diagnostic, KindDocument, Mode};
use crate::suggest;

/// Validators by kind, made when first needed.
#[derive(Default)]
pub struct Schemas {
    validators: HashMap<String, Option<Validator>>,
}

impl Schemas {
    /// What is wrong with a declaration's properties.
    pub fn check(&mut self, declaration: &Declaration, document: &KindDocument) -> Vec<Diagnostic> {
        let validator = self.validators.entry(declaration.kind.clone()).or_insert_with(|| {
            if document.properties.is_null() {
                return None;
            }
            jsonschema::validator_for(&document.properties).ok()
        });
        let Some(validator) = validator else { return Vec::new() };
        let instance = Value::Object(declaration.properties.clone());
        if validator.is_valid(&instance) {
            return Vec::new();
        }
        let mut problems = Vec::new();
        for error in validator.iter_errors(&instance) {
            explain(&error, declaration, document, &mut problems);
        }
        problems
    }
}

/// One diagnostic for each cause. A string that is one token stands for a value that is not known yet: no error.
fn explain(error: &ValidationError<'_>, declaration: &Declaration, document: &KindDocument, out: &mut Vec<Diagnostic>) {
    if let Value::String(text) = error.instance().as_ref()
        && reference::may_hold_tokens(text)
        && matches!(reference::parse(text).as_deref(), Ok([Part::Token(_)]))
    {
        return;
    }
    if let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = most_specific(context)
    {
        for inner in branch {
            explain(inner, declaration, document, out);
        }
        return;
    }
    let at = error.instance_path().as_str().to_owned();
    let name = at.rsplit('/').next().unwrap_or_default().to_owned();
    let subject = if at.is_empty() { format!("`{}`", declaration.kind) } else { format!("`{name}`") };
    let make = |code: &str, message: String, pointer: String| {
        Diagnostic::error(code, message).about(declaration.address.as_str()).pointer(pointer)
    };
    let value = short(error.instance());
    let diagnostic = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_properties(&document.properties, &at);
            for property in unexpected {
                let pointer = format!("{at}/{}", reference::escape_segment(property));
                let diagnostic = make("property/unknown", format!("{subject} has no property `{property}`"), pointer);
                let help = suggest::help(property, "its properties", known.iter().map(String::as_str));
                out.push(diagnostic.help(help));
            }
            return;
        }
        ValidationErrorKind::Required { .. } if declaration.mode == Mode::Existing => return,
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            let help = property_summary(&document.properties, &at, property);
            let diagnostic = make("property/missing", format!("{subject} needs the property `{property}`"), at.clone());
            match help {
                Some(summary) => diagnostic.help(format!("add `{property}: …`: {summary}")),
                None => diagnostic.help(format!("add `{property}: …`")),
            }
        }
        ValidationErrorKind::Type { kind } => {
            make("property/type", format!("{subject} is {}, not {value}", expected(kind)), at)
        }
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> =
                options.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect();
            let diagnostic = make("property/value", format!("{subject} cannot be {value}"), at);
            let meant = error.instance().as_str().unwrap_or_default();
            diagnostic.help(suggest::help(meant, "it is one of", options.iter().map(String::as_str)))
        }
        ValidationErrorKind::Minimum { limit } => {
            make("property/range", format!("{subject} is at least {limit}, not {value}"), at)
        }
        ValidationErrorKind::Maximum { limit } => {
            make("property/range", format!("{subject} is at most {limit}, not {value}"), at)
        }
        ValidationErrorKind::MinLength { limit } => {
            make("property/length", format!("{subject} has at least {limit} characters, not as few as {value}"), at)
        }
        ValidationErrorKind::MaxLength { limit } => {
            make("property/length", format!("{subject} has at most {limit} characters, not as many as {value}"), at)
        }
        ValidationErrorKind::Pattern { pattern } => make(
            "property/pattern",
            format!(
                "{subject} does not have the form of {}",
                what_form(&document.properties, error.instance_path().as_str())
            ),
            at,
        )
        .note(format!("it is {value}; the pattern is `{pattern}`")),
        other => make("property/invalid", format!("{subject} is not valid: {}", sentence(error, other)), at),
    };
    out.push(match (&diagnostic.help, summary_at(&document.properties, error.instance_path().as_str())) {
        (None, Some(summary)) => diagnostic.help(format!("it is: {summary}")),
        _ => diagnostic,
    });
}

/// Of the alternatives that failed, the one whose failure lies deepest: it was most probably meant.
fn most_specific<'a>(context: &'a [Vec<ValidationError<'static>>]) -> Option<&'a [ValidationError<'static>]> {
    let depth = |branch: &Vec<ValidationError<'static>>| {
        let deepest = branch.iter().map(|error| error.instance_path().as_str().matches('/').count()).max().unwrap_or(0);
        let lone_type =
            matches!(branch.as_slice(), [error] if matches!(error.kind(), ValidationErrorKind::Type { .. }));
        let null = branch.iter().any(|error| error.schema_path().as_str().contains("null") || is_null_type(error));
        (deepest, !lone_type, !null)
    };
    context.iter().rev().max_by_key(|branch| depth(branch)).map(Vec::as_slice)
}

fn is_null_type(error: &ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { kind } if expected(kind) == "null")
}

fn expected(kind: &TypeKind) -> String {
    let article = |name: &str| match name {
        "integer" => "a whole number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => "an array `[…]`".to_owned(),
        "object" => "a map `#{…}`".to_owned(),
        "null" => "null".to_owned(),
        other => format!("a {other}"),
    };
    match kind {
        TypeKind::Single(one) => article(&one.to_string()),
        TypeKind::Multiple(many) => {
            let names: Vec<String> = many
                .iter()
                .map(|one| one.to_string())
                .filter(|name| name != "null")
                .map(|name| article(&name))
                .collect();
            names.join(" or ")
        }
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= 60 {
        return format!("`{text}`");
    }
    format!("`{}…`", text.chars().take(59).collect::<String>())
}

fn sentence(error: &ValidationError<'_>, kind: &ValidationErrorKind) -> String {
    let text = error.masked_with("it").to_string();
    if text.is_empty() { kind.keyword().to_owned() } else { text }
}

/// The subschema of a pointer into the properties, following `$ref` and the alternatives of optional properties.
fn subschema<'a>(root: &'a Value, pointer: &str) -> Option<&'a Value> {
    let mut schema = follow(root, root)?;
    for segment in pointer.split('/').skip(1) {
        let segment = segment.replace("~1", "/").replace("~0", "~");
        let next = schema
            .get("properties")
            .and_then(|properties| properties.get(&segment))
            .or_else(|| schema.get("items"))
            .or_else(|| schema.get("additionalProperties"))?;
        schema = follow(root, next)?;
    }
    Some(schema)
}

fn follow<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let mut schema = schema;
    for _ in 0..16 {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            schema = root.pointer(target.strip_prefix('#')?)?;
        } else if let Some(branches) = schema.get("anyOf").and_then(Value::as_array) {
            schema = branches.iter().find(|branch| branch.get("type").and_then(Value::as_str) != Some("null"))?;
        } else {
            return Some(schema);
        }
    }
    None
}

fn known_properties(root: &Value, pointer: &str) -> Vec<String> {
    let properties = subschema(root, pointer).and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    properties.map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

fn property_summary(root: &Value, pointer: &str, property: &str) -> Option<String> {
    let description = subschema(root, pointer)?.get("properties")?.get(property)?.get("description")?.as_str()?;
    description.lines().next().map(str::to_owned)
}

/// The first line of what the schema says of a property.
fn summary_at(root: &Value, pointer: &str) -> Option<String> {
    let (outer, property) = pointer.rsplit_once('/')?;
    property_summary(root, outer, &property.replace("~1", "/").replace("~0", "~"))
}

fn what_form(root: &Value, pointer: &str) -> String {
    let description = subschema(root, pointer).and_then(|schema| schema.get("description")).and_then(Value::as_str);
    description
        .and_then(|text| text.lines().next())
        .map_or_else(|| "its pattern".to_owned(), |line| format!("\u{201c}{line}\u{201d}"))
}
