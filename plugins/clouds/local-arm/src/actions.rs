//! POST actions of resources: those that hand out keys.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::guid::key;
use crate::id::ResourceId;
use crate::locks::{self, Act};
use crate::record::resource_key;
use crate::resources::{kind, load, missing};
use crate::types::fill::text;

/// Answers from what is stored of a resource.
type Action = fn(&Value) -> Result<Value, Fault>;

/// Calls an action. Keys are derived from what the service gave the resource at its creation, so they stay the same.
///
/// # Errors
/// `InvalidResourceType` for an action that this cloud does not know, and what a read is refused for.
pub fn call(call: &mut Call<'_>, id: &ResourceId, action: &str) -> Result<Answer, Fault> {
    let of = kind(call, &id.scope, &id.namespace, &id.kind())?;
    let name = of.model.map_or("", |model| model.name);
    let known: Option<Action> = match (name, action.to_ascii_lowercase().as_str()) {
        ("Microsoft.Storage/storageAccounts", "listkeys") => Some(storage_keys),
        ("Microsoft.ContainerRegistry/registries", "listcredentials") => Some(registry_credentials),
        ("Microsoft.OperationalInsights/workspaces", "sharedkeys") => Some(shared_keys),
        _ => None,
    };
    let Some(known) = known else {
        let kind = format!("{}/{action}", id.kind());
        return Err(Fault::unknown_action(&kind, &id.namespace, call.api_version));
    };
    let Some(record) = load(call, &resource_key(id)) else { return Err(missing(call.store, id)) };
    locks::check(call.store, id, Act::Write)?;
    let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    known(&body).map(|answer| Answer::json(200, &answer))
}

fn secret(body: &Value, born: &str, name: &str) -> String {
    key(&[text(body, "/id").unwrap_or_default(), text(body, born).unwrap_or_default(), name])
}

fn storage_keys(body: &Value) -> Result<Value, Fault> {
    let one = |name: &str| {
        json!({
            "keyName": name,
            "value": secret(body, "/properties/creationTime", name),
            "permissions": "Full",
            "creationTime": text(body, &format!("/properties/keyCreationTime/{name}")),
        })
    };
    Ok(json!({ "keys": [one("key1"), one("key2")] }))
}

fn registry_credentials(body: &Value) -> Result<Value, Fault> {
    if body.pointer("/properties/adminUserEnabled") != Some(&Value::Bool(true)) {
        return Err(Fault::service(
            400,
            "UnAuthorizedForCredentialOperations",
            "The admin user is disabled for the registry.",
        ));
    }
    let one = |name: &str| json!({ "name": name, "value": secret(body, "/properties/creationDate", name) });
    Ok(json!({ "username": text(body, "/name"), "passwords": [one("password"), one("password2")] }))
}

fn shared_keys(body: &Value) -> Result<Value, Fault> {
    let one = |name: &str| secret(body, "/properties/customerId", name);
    Ok(json!({ "primarySharedKey": one("primary"), "secondarySharedKey": one("secondary") }))
}
