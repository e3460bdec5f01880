//! What a plugin's resources and documents must be for the host to take them.

use serde_json::{Map, Value};

use super::bindings::types;

/// Body and details of a resource, when it is one that the host takes for the declaration.
///
/// # Errors
/// Why it is not, as a sentence.
pub fn parts(declared: &str, raw: &types::Resource) -> Result<(Value, Map<String, Value>), String> {
    let own = raw.address == declared
        || raw.address.strip_prefix(declared).is_some_and(|rest| rest.starts_with(':') && rest.len() > 1);
    if !own {
        return Err(format!("the expansion of `{declared}` has a resource with the address `{}`", raw.address));
    }
    if raw.id.is_empty() {
        return Err(format!("the resource `{}` has no id", raw.address));
    }
    Ok((parse(&raw.body, "body", &raw.address)?, parse(&raw.details, "details", &raw.address)?))
}

/// A document of the contract.
///
/// # Errors
/// Why it is none, as a sentence.
pub fn parse<T: serde::de::DeserializeOwned>(text: &str, what: &str, address: &str) -> Result<T, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("the {what} of `{address}` is not the JSON it should be: {error}"))
}
