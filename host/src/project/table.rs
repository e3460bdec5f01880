//! Reads TOML tables with the places of what is in them, and says what is wrong.

use std::ops::Range;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::{Diagnostic, Diagnostics, Span};
use crate::suggest;

/// A key or a value with its bytes in the text.
pub(super) type Placed<'a> = &'a Spanned<DeValue<'a>>;

/// A TOML text that is being read.
pub(super) struct Reader<'a> {
    /// Number of the text.
    pub(super) source: u32,
    /// The text.
    pub(super) text: &'a str,
    /// What is wrong with it.
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    /// The place of some bytes, as long as they are on one line.
    pub(super) fn span(&self, bytes: Range<usize>) -> Span {
        let start = self.text.get(..bytes.start).unwrap_or(self.text);
        let line_start = start.rfind('\n').map_or(0, |at| at + 1);
        let inside = self.text.get(bytes).unwrap_or_default().lines().next().unwrap_or_default();
        Span {
            source: self.source,
            line: start.matches('\n').count() as u32 + 1,
            column: start.get(line_start..).unwrap_or_default().chars().count() as u32 + 1,
            length: (inside.chars().count() as u32).max(1),
        }
    }

    /// Notes an error.
    pub(super) fn error(&mut self, bytes: Range<usize>, code: &str, message: String, help: impl Into<String>) {
        let span = self.span(bytes);
        self.diagnostics.push(Diagnostic::error(code, message).at(span).help(help));
    }

    fn wrong_type(&mut self, name: &str, value: Placed<'_>, wanted: &str, example: &str) {
        let message = format!("`{name}` must be {wanted}, not {}", describe(value.get_ref()));
        self.error(value.span(), "project/type", message, format!("write `{example}`"));
    }

    /// A string.
    pub(super) fn string(&mut self, name: &str, value: Placed<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            _ => {
                self.wrong_type(name, value, "a string", &format!("{name} = \"…\""));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn truth(&mut self, name: &str, value: Placed<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => {
                self.wrong_type(name, value, "true or false", &format!("{name} = true"));
                None
            }
        }
    }

    /// A table.
    pub(super) fn table<'t>(&mut self, name: &str, value: &'t Spanned<DeValue<'t>>) -> Option<&'t DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(name, value, "a table", &format!("[{name}]"));
                None
            }
        }
    }

    /// Strings, each with its place.
    pub(super) fn strings(&mut self, name: &str, value: Placed<'_>) -> Vec<(String, Option<Span>)> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(name, value, "an array of strings", &format!("{name} = [\"…\"]"));
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            let span = self.span(item.span());
            out.extend(self.string(name, item).map(|text| (text, Some(span))));
        }
        out
    }

    /// A key that has no meaning where it stands.
    pub(super) fn unknown_key(&mut self, table: &str, key: &str, bytes: Range<usize>, known: &[&str]) {
        let message = format!("`{key}` means nothing in {table}");
        let help = suggest::help(key, "it may hold", known.iter().copied());
        self.error(bytes, "project/unknown-key", message, help);
    }

    /// Any value as JSON; dates become text.
    pub(super) fn json(&mut self, name: &str, value: Placed<'_>) -> Option<Value> {
        Some(match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(truth) => Value::Bool(*truth),
            DeValue::Datetime(date) => Value::String(date.to_string()),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(number) => Value::Number(number.into()),
                Err(_) => {
                    self.error(
                        value.span(),
                        "project/number",
                        format!("`{name}` is too large a number"),
                        "write it as a string",
                    );
                    return None;
                }
            },
            DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
                Some(number) => Value::Number(number),
                None => {
                    self.error(
                        value.span(),
                        "project/number",
                        format!("`{name}` is no finite number"),
                        "write a finite one",
                    );
                    return None;
                }
            },
            DeValue::Array(items) => {
                let items: Vec<Option<Value>> = items.iter().map(|item| self.json(name, item)).collect();
                Value::Array(items.into_iter().collect::<Option<_>>()?)
            }
            DeValue::Table(table) => Value::Object(self.object(name, table)),
        })
    }

    /// A table as JSON.
    pub(super) fn object(&mut self, name: &str, table: &DeTable<'_>) -> Map<String, Value> {
        let mut out = Map::new();
        for (key, value) in table.iter() {
            let path = format!("{name}.{}", key.get_ref());
            if let Some(value) = self.json(&path, value) {
                out.insert(key.get_ref().to_string(), value);
            }
        }
        out
    }
}

fn describe(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
