//! Whole scripts: what they declare, and what is said of wrong ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Loader, ReadError, ScriptInput, evaluate};
use crate::model::{Definition, Diagnostic, Diagnostics, Failure, Sources};

mod imports;
mod language;
mod limits;
mod mistakes;
mod placement;
mod places;

/// Scripts in memory.
struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn read(&self, path: &str, _: usize) -> Result<String, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

/// Kinds of every shape.
fn input() -> ScriptInput {
    let kinds = json!({
        "resource_group": {},
        "store": {
            "placed_in": {"kind": "resource_group", "property": "resource_group"},
            "outputs": {
                "identity.principal_id": {"pointer": "/identity/principalId"},
                "endpoint": {"pointer": "/properties/endpoint"},
                "tag": {"pointer": "/properties/tag"}
            }
        },
        "workspace": {"outputs": {"identity.principal_id": {"pointer": "/identity/principalId"}}},
        "cluster": {"parent": {"kind": "workspace", "property": "workspace"}},
        "job": {"parent": {"kind": "cluster", "property": "cluster"}},
        "anything": {"arguments": ["type"], "open_outputs": true}
    });
    ScriptInput {
        project: "mlops".to_owned(),
        environment: "dev".to_owned(),
        values: serde_json::from_value(json!({
            "tier": "Hot", "count": 3, "sizes": [1, 2.5, null], "nested": {"a": true}, "tricky": "${secret:env:KEY}",
            "reserved": "\u{E000}0\u{E001}"
        }))
        .unwrap(),
        facts: json!({"subscription_id": "1111"}).as_object().unwrap().clone(),
        kinds: serde_json::from_value(kinds).unwrap(),
        summaries: BTreeMap::from([("store".to_owned(), "a place for things".to_owned())]),
        steps: None,
    }
}

fn run_files(files: &[(&str, &str)], input: ScriptInput) -> (Result<(Definition, Diagnostics), Failure>, Sources) {
    let mut sources = Sources::default();
    let texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let result = evaluate("main.rhai", "main.rhai", Arc::new(Texts(texts)), Arc::new(input), &mut sources);
    (result, sources)
}

fn run(script: &str) -> Result<(Definition, Diagnostics), Failure> {
    run_files(&[("main.rhai", script)], input()).0
}

/// The definition of a script that is right.
#[track_caller]
fn define(script: &str) -> Definition {
    run(script).unwrap_or_else(|failure| panic!("{:#?}", failure.diagnostics)).0
}

/// The properties of the last declaration.
#[track_caller]
fn properties(script: &str) -> Value {
    Value::Object(define(script).declarations.last().unwrap().properties.clone())
}

/// The error of a script that is wrong.
#[track_caller]
fn error(script: &str) -> Diagnostic {
    match run(script) {
        Ok((definition, _)) => panic!("no error: {definition:#?}"),
        Err(failure) => failure.diagnostics.last().unwrap().clone(),
    }
}

/// Code, line, column and message of an error in one line, which is how the tests read.
#[track_caller]
fn says(script: &str) -> String {
    let error = error(script);
    let place = error.span.map(|span| format!("{}:{}+{}", span.line, span.column, span.length)).unwrap_or_default();
    format!("{} {place} {}", error.code, error.message)
}

fn addresses(definition: &Definition) -> Vec<&str> {
    definition.declarations.iter().map(|declaration| declaration.address.as_str()).collect()
}
