//! What a cloud says of itself.

use serde::Serialize;

use crate::{JsonSchema, Map, Value};

/// A fault that a cloud can be told to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FaultDocument {
    /// The word for it in a rule.
    pub name: String,
    /// One line for lists.
    pub summary: String,
}

/// How a cloud is told to show faults, for those who want to see how a client bears them.
///
/// At `path` below its origin, without credentials, it answers three methods. GET gives `{"rules": […]}`: each rule as it
/// was given, with `seen` (requests that it matched) and `hits` (those that got the fault). POST adds the rule in its body
/// and DELETE removes all rules; both answer as GET does. A rule has a `fault`, and may have `type` (resource type, `*` for
/// any text), `method`, `rate` (0 to 1), `times` (most hits) and `seed`, and what else a fault takes: `seconds`, `pointer`
/// (JSON Pointer), `reads`. The n-th match of a rule gets its fault or not by the seed, the rule and n alone. A rule that is
/// none is answered with 400 and `{"error": {"code", "message"}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChaosDocument {
    /// Path below the origin, for example `/chaos`.
    pub path: String,
    /// The faults that there are.
    pub faults: Vec<FaultDocument>,
}

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
    /// How it is told to show faults; absent when it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chaos: Option<ChaosDocument>,
}
