//! What this cloud is, for the host.

use mlhost_plugin::documents::cloud::CloudDocument;
use serde_json::Value;

use crate::chaos;

/// The one subscription.
pub const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

/// The tenant it belongs to.
pub const TENANT: &str = "00000000-0000-0000-0000-000000000002";

/// The region that is used when none is named.
pub const REGION: &str = "westeurope";

/// Origin for which the host asks this plugin.
pub const ORIGIN: &str = "https://management.local-arm.invalid";

/// The description of the cloud.
pub fn describe() -> Value {
    let facts = [("subscription_id", SUBSCRIPTION), ("tenant_id", TENANT), ("location", REGION)];
    let document = CloudDocument {
        name: "local-arm".to_owned(),
        summary: "Azure Resource Manager on this machine: the same protocol, checks and errors, nothing to pay."
            .to_owned(),
        origin: ORIGIN.to_owned(),
        facts: facts.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect(),
        chaos: Some(chaos::describe()),
    };
    serde_json::to_value(document).unwrap_or_default()
}
