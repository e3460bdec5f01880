//! What a kind says of one resource beside its body.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{JsonSchema, Map, Rule, Value};

/// How to bring back a resource that was deleted but is kept for a while by its control plane.
///
/// When creating it is refused with `code`, the deployer sends the body once with these members, waits, and then sends it
/// as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recover {
    /// The control plane's error code that says so.
    pub code: String,
    /// Values to set in the body, by JSON Pointer.
    pub body: Map<String, Value>,
}

/// What a kind says of one resource beside its body; the deployer gets it with every call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Details {
    /// Version of the control plane's interface to use.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Change rules of this resource; its kind's own when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// False when its type is unknown to the kind; as its kind says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modelled: Option<bool>,
    /// Query parameters of the request that deletes it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub delete_query: BTreeMap<String, String>,
    /// How to bring back a deleted twin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover: Option<Recover>,
}

impl Details {
    /// Details of the version of an interface.
    pub fn of_version(api_version: &str) -> Self {
        Self { api_version: api_version.into(), ..Self::default() }
    }
}
