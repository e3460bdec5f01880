//! What a plugin says of a kind: the host's reading of `wit/schemas/kind.schema.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What it means to change a property of a deployed resource, mildest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeClass {
    /// Changed while it runs.
    #[default]
    InPlace,
    /// Changed in place, with an interruption.
    Disruptive,
    /// Deleted and created again; nothing of value is in it.
    Replace,
    /// Deleted and created again; what it holds is lost.
    DataLoss,
}

/// How a declared value is held against the deployed one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// As they stand.
    #[default]
    Exact,
    /// Strings without regard to case.
    IgnoreCase,
    /// Strings without regard to case and white space (`West Europe` is `westeurope`).
    Folded,
    /// ISO 8601 durations by their length (`PT15M` is `PT900S`).
    Duration,
    /// Arrays without regard to order; elements without regard to case.
    Set,
    /// The control plane never shows it: held against what was last applied.
    WriteOnly,
}

/// What holds for the properties that a path names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// JSON Pointer into the body; a segment `*` stands for any one, a last segment `**` for any number. Of several
    /// rules that match, the first one counts.
    pub path: String,
    /// What a change means.
    #[serde(default)]
    pub change: ChangeClass,
    /// How to compare; the kind's own default when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// What a change costs, as a sentence for the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
}

/// Something scripts can read from a handle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputDocument {
    /// JSON Pointer into the deployed body.
    pub pointer: String,
    /// One line for help texts.
    #[serde(default)]
    pub summary: String,
}

/// A relation to a declaration of another kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The other kind.
    pub kind: String,
    /// Property that holds the reference to it.
    pub property: String,
}

/// What a plugin says of a kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct KindDocument {
    /// Resource type of its main resource; empty where it varies.
    #[serde(default, rename = "type")]
    pub resource_type: String,
    /// JSON Schema of the properties.
    #[serde(default)]
    pub properties: Value,
    /// The kind it lives in: the script's first argument, and part of its address.
    #[serde(default)]
    pub parent: Option<Relation>,
    /// Properties that scripts give before the name, in this order, and that are part of its address: for a kind that
    /// stands for resources of several types, `["type"]`.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// The kind of the container it is placed in unless the script says otherwise: the last one declared before it, else
    /// one of the environment's own.
    #[serde(default)]
    pub placed_in: Option<Relation>,
    /// What scripts can read from its handles, by dotted name (`identity.principal_id`), beside `id` and `name`.
    #[serde(default)]
    pub outputs: BTreeMap<String, OutputDocument>,
    /// Whether scripts may read anything else by its path in the deployed body.
    #[serde(default)]
    pub open_outputs: bool,
    /// Change rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// How properties without a rule of their own are compared.
    #[serde(default)]
    pub compare: Compare,
    /// False for a kind that passes through what it does not know; the plan marks its resources.
    #[serde(default = "yes")]
    pub modelled: bool,
}

fn yes() -> bool {
    true
}
