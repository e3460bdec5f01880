//! The data of the stages as machines see it: without bodies, tokens and secrets.

use std::collections::BTreeMap;

use mlhost::model::plan::{Action, Change, Drift, OutputChange, PropertyChange, Shown};
use mlhost::model::source::Place;
use mlhost::model::state::StateResource;
use mlhost::model::{ChangeClass, Diagnostic, Severity, Sources};
use serde::Serialize;
use serde_json::Value;

use super::super::value;

/// A message about the input.
#[derive(Debug, Serialize)]
pub struct DiagnosticView<'a> {
    severity: Severity,
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> DiagnosticView<'a> {
    /// Looks up the place in the sources.
    pub fn new(diagnostic: &'a Diagnostic, sources: &Sources) -> Self {
        Self {
            severity: diagnostic.severity,
            code: &diagnostic.code,
            message: &diagnostic.message,
            place: diagnostic.span.and_then(|span| sources.place(span)),
            file: diagnostic.file.as_deref(),
            address: diagnostic.address.as_deref(),
            pointer: diagnostic.pointer.as_deref(),
            plugin: diagnostic.plugin.as_deref(),
            notes: &diagnostic.notes,
            help: diagnostic.help.as_deref(),
        }
    }

    /// Its sentence.
    pub fn message(&self) -> &'a str {
        self.message
    }
}

/// All of a list.
pub fn diagnostics<'a>(list: &'a [Diagnostic], sources: &Sources) -> Vec<DiagnosticView<'a>> {
    list.iter().map(|diagnostic| DiagnosticView::new(diagnostic, sources)).collect()
}

/// A value, or why there is none to show: an object with one of the three keys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueView {
    /// The value.
    Value(Value),
    /// Always true.
    KnownAfterApply(bool),
    /// Always true.
    Secret(bool),
}

impl ValueView {
    /// Secrets that are deeper in a value are masked in it.
    pub fn new(shown: &Shown) -> Self {
        match shown {
            Shown::Value(Value::String(text)) if value::holds_secret(text) => Self::Secret(true),
            Shown::Value(value) => Self::Value(value::masked(value)),
            Shown::KnownAfterApply => Self::KnownAfterApply(true),
            Shown::Secret => Self::Secret(true),
        }
    }
}

/// A property that changes.
#[derive(Debug, Serialize)]
pub struct PropertyView<'a> {
    pointer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ValueView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ValueView>,
    class: ChangeClass,
    #[serde(skip_serializing_if = "Option::is_none")]
    consequence: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a Place>,
}

fn properties(list: &[PropertyChange]) -> Vec<PropertyView<'_>> {
    list.iter()
        .map(|property| PropertyView {
            pointer: &property.pointer,
            before: property.before.as_ref().map(ValueView::new),
            after: property.after.as_ref().map(ValueView::new),
            class: property.class,
            consequence: property.consequence.as_deref(),
            place: property.place.as_ref(),
        })
        .collect()
}

/// What happens to one resource.
#[derive(Debug, Serialize)]
pub struct ChangeView<'a> {
    address: &'a str,
    kind: &'a str,
    plugin: &'a str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    id: &'a str,
    action: Action,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<PropertyView<'a>>,
    unchanged: usize,
    modelled: bool,
    protected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a Place>,
}

impl<'a> ChangeView<'a> {
    /// Leaves out what only the deployer needs.
    pub fn new(change: &'a Change) -> Self {
        Self {
            address: &change.address,
            kind: &change.kind,
            plugin: &change.plugin,
            resource_type: &change.resource_type,
            id: &change.id,
            action: change.action,
            reasons: &change.reasons,
            properties: properties(&change.properties),
            unchanged: change.unchanged,
            modelled: change.modelled,
            protected: change.protected,
            place: change.place.as_ref(),
        }
    }
}

/// A resource that somebody else changed.
#[derive(Debug, Serialize)]
pub struct DriftView<'a> {
    address: &'a str,
    deleted: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<PropertyView<'a>>,
}

impl<'a> DriftView<'a> {
    /// Masks secrets.
    pub fn new(drift: &'a Drift) -> Self {
        Self { address: &drift.address, deleted: drift.deleted, properties: properties(&drift.properties) }
    }
}

/// An output after the plan is carried out.
#[derive(Debug, Serialize)]
pub struct OutputView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<ValueView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<ValueView>,
}

impl<'a> OutputView<'a> {
    /// Masks secrets.
    pub fn new(output: &'a OutputChange) -> Self {
        Self {
            name: &output.name,
            before: output.before.clone().map(|value| ValueView::new(&Shown::Value(value))),
            after: output.after.as_ref().map(ValueView::new),
        }
    }
}

/// Outputs by name, secrets masked.
pub fn outputs(outputs: &BTreeMap<String, Value>) -> BTreeMap<&str, Value> {
    outputs.iter().map(|(name, value)| (name.as_str(), value::masked(value))).collect()
}

/// A deployed resource.
#[derive(Debug, Serialize)]
pub struct StateResourceView<'a> {
    address: &'a str,
    kind: &'a str,
    plugin: &'a str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    id: &'a str,
    digest: &'a str,
    depends_on: &'a [String],
    protected: bool,
    uncertain: bool,
}

impl<'a> StateResourceView<'a> {
    /// Leaves out the body: `digest` tells whether it changed.
    pub fn new(address: &'a str, resource: &'a StateResource) -> Self {
        Self {
            address,
            kind: &resource.kind,
            plugin: &resource.plugin,
            resource_type: &resource.resource_type,
            id: &resource.id,
            digest: &resource.digest,
            depends_on: &resource.depends_on,
            protected: resource.protected,
            uncertain: resource.uncertain,
        }
    }
}
