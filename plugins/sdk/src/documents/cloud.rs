//! What a cloud says of itself.

use serde::Serialize;

use crate::{JsonSchema, Map, Value};

/// What a cloud says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct CloudDocument {
    /// Its name.
    pub name: String,
    /// One line for lists and help texts.
    #[serde(default)]
    pub summary: String,
    /// The origin it answers for: `https://HOST`, without a path.
    pub origin: String,
    /// Facts that an environment need not give.
    #[serde(default)]
    pub facts: Map<String, Value>,
}
