//! What is known of a plugin without running it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
