//! What a deployer says of itself.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{JsonSchema, Value};

/// The credential that the host adds to a deployer's requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CredentialDocument {
    /// Whose credentials: `azure`.
    pub kind: String,
    /// The scope to ask a token for, by origin.
    #[serde(default)]
    pub scopes: BTreeMap<String, String>,
    /// The origin of the identity service to sign in to, by origin of the control plane.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorities: BTreeMap<String, String>,
    /// The fact that holds the tenant to sign in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_fact: Option<String>,
}

/// What a deployer says of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct DeployerDocument {
    /// Its name: the word for `target` in a project.
    pub name: String,
    /// One line for lists and help texts.
    #[serde(default)]
    pub summary: String,
    /// JSON Schema of the facts it wants (draft 2020-12, without references to other documents).
    #[serde(default)]
    pub facts: Value,
    /// The fact that holds the origin of the control plane.
    pub origin_fact: String,
    /// The origin when that fact is not set.
    pub default_origin: String,
    /// The methods of its requests: the host lets no others through. Any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Whether hosts below the origin's belong to the control plane, too. Secrets go to the origin alone.
    #[serde(default)]
    pub subdomains: bool,
    /// Headers in which the host puts a new UUID with each request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_id_headers: Vec<String>,
    /// The credential that the host adds; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<CredentialDocument>,
}
