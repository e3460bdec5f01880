//! What is known of a plugin without running it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::permissions;
use crate::model::KindDocument;

/// A kind a plugin offers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KindEntry {
    /// The word in scripts.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Everything else.
    pub document: KindDocument,
}

/// A policy a plugin offers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PolicyEntry {
    /// Its name.
    pub name: String,
    /// One line.
    pub summary: String,
    /// Parameters and documentation (`wit/schemas/policy.schema.json`).
    pub document: Value,
}

/// What a plugin is and offers: read once, from its type and its describing functions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// Name: of the file or of the entry in the project file.
    pub name: String,
    /// SHA-256 of the component, hexadecimal.
    pub digest: String,
    /// Version of the plugin contract it was built for.
    #[serde(default)]
    pub contract: String,
    /// Imports, as in the component's type; types-only ones left out.
    pub imports: Vec<String>,
    /// Exports, as in the component's type.
    pub exports: Vec<String>,
    /// Resource kinds.
    #[serde(default)]
    pub kinds: Vec<KindEntry>,
    /// Policies.
    #[serde(default)]
    pub policies: Vec<PolicyEntry>,
    /// The deployer's own description (`wit/schemas/deployer.schema.json`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployer: Option<Value>,
    /// The cloud's own description (`wit/schemas/cloud.schema.json`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<Value>,
}

impl Manifest {
    /// Methods of the requests that it sends as a deployer, sorted; none when it does not name them.
    pub fn methods(&self) -> Vec<String> {
        let named = self.deployer.as_ref().and_then(|document| document.get("methods")).and_then(Value::as_array);
        let mut methods: Vec<String> =
            named.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    /// What it may do, as the ends of sentences about it.
    pub fn permissions(&self) -> Vec<String> {
        permissions(&self.imports, &self.methods())
    }
}
