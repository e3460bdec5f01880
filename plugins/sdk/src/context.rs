//! What a plugin may know of the run it takes part in.

use serde_json::{Map, Value};

use crate::bindings::host::mlhost::plugin::types;

/// What a plugin may know of the run it takes part in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Context {
    /// Name of the project.
    pub project: String,
    /// Name of the environment, for example `dev`.
    pub environment: String,
    /// Facts of the environment.
    pub facts: Facts,
}

/// Facts of an environment: what the deployer and the cloud declare and the project file sets
/// (`wit/schemas/facts.schema.json`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(Map<String, Value>);

impl Facts {
    /// A fact that is a string and not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A fact of any type.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

impl From<Map<String, Value>> for Facts {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl From<types::Context> for Context {
    /// Facts that are not a JSON object (the host never sends that) count as none.
    fn from(wire: types::Context) -> Self {
        let facts = Facts(serde_json::from_str(&wire.facts).unwrap_or_default());
        Self { project: wire.project, environment: wire.environment, facts }
    }
}
