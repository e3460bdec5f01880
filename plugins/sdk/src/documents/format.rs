//! What an exporter says of a format.

use serde::Serialize;

use crate::{JsonSchema, Value};

/// What an exporter says of a format.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct FormatDocument {
    /// JSON Schema of the options (draft 2020-12, without references to other documents).
    #[serde(default)]
    pub options: Value,
}
