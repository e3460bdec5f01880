//! What an environment says of its target.

use serde::Serialize;

use crate::{JsonSchema, Map, Value};

/// Facts of an environment. These have a meaning of their own; deployers, clouds and projects may add others.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct FactsDocument {
    /// Where resources are placed that do not say where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The subscription that resources are placed in: a GUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The directory of that subscription: a GUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// Name of the resource group that resources are placed in when the script declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_group: Option<String>,
    /// Origin of the control plane: `https://HOST`, without a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}
