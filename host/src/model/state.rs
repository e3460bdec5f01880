//! What mlhost knows of a deployed environment, as it is written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A resource that was deployed, or whose deployment was begun.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StateResource {
    /// Its kind.
    pub kind: Arc<str>,
    /// The plugin that expanded it.
    pub plugin: Arc<str>,
    /// Its resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// The body that was last sent, in token form: secrets as handles, escapes kept, all other tokens resolved.
    pub body: Value,
    /// SHA-256 of that body in canonical JSON, hexadecimal.
    pub digest: String,
    /// Addresses it was deployed after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// For the deployer.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// Must not be deleted or replaced, whatever a script says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
    /// Its last change was begun and not seen to end: the next run looks before it believes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
    /// Its last change failed after it was sent: it is sent again, whatever the resource looks like.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Bodies it may have instead of `body`, because a change from them to it was not seen to end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Value>,
}

/// One environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Version of this format: 1.
    pub format: u32,
    /// Name of the project.
    pub project: String,
    /// Name of the environment.
    pub environment: String,
    /// Name of the target it is deployed to.
    pub target: String,
    /// Random, given when the environment was first deployed: tells two environments of one name apart.
    pub lineage: String,
    /// Grows with each change.
    pub serial: u64,
    /// Resources by address.
    pub resources: BTreeMap<String, StateResource>,
    /// Outputs of the last run.
    #[serde(default)]
    pub outputs: BTreeMap<String, Value>,
}
