//! What services compute in the same way for many types.

use serde_json::{Map, Value, json};

use super::Facts;
use crate::describe::TENANT;
use crate::guid::guid;

/// The object of a name in a body, made when it is absent.
pub fn object<'a>(body: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    body.entry(name).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// Principals of the managed identities.
pub fn identity(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let Some(identity) = body.get_mut("identity").and_then(Value::as_object_mut) else { return };
    let kind = identity.get("type").and_then(Value::as_str).unwrap_or("").to_ascii_lowercase();
    if kind.contains("systemassigned") {
        let principal =
            facts.keep("/identity/principalId", || Value::from(guid(&["principal", facts.seed, facts.now])));
        identity.insert("principalId".to_owned(), principal);
        identity.insert("tenantId".to_owned(), Value::from(TENANT));
    }
    let Some(users) = identity.get_mut("userAssignedIdentities").and_then(Value::as_object_mut) else { return };
    for (id, user) in users {
        let key = id.to_lowercase();
        *user = json!({ "principalId": guid(&["principal", &key]), "clientId": guid(&["client", &key]) });
    }
}

/// Who made and changed it, and when. There is one user in this cloud.
pub fn system_data(facts: &Facts<'_>) -> Value {
    json!({
        "createdBy": facts.keep("/systemData/createdBy", || Value::from("mlhost")),
        "createdByType": "Application",
        "createdAt": facts.keep("/systemData/createdAt", || Value::from(facts.now)),
        "lastModifiedBy": "mlhost",
        "lastModifiedByType": "Application",
        "lastModifiedAt": facts.now,
    })
}

/// A string that the body holds at a JSON Pointer.
pub fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}
