//! What a plugin says of a rule.

use serde::Serialize;

use crate::{JsonSchema, Value};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityWord {
    /// Stops the run before anything is changed.
    #[default]
    Error,
    /// Probably not meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// What a plugin says of a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct PolicyDocument {
    /// JSON Schema of the parameters (draft 2020-12, without references to other documents).
    #[serde(default)]
    pub parameters: Value,
    /// How grave a finding is unless the project says otherwise.
    #[serde(default)]
    pub severity: SeverityWord,
    /// Why the rule is there and what it looks at, in a few sentences.
    #[serde(default)]
    pub documentation: String,
}
