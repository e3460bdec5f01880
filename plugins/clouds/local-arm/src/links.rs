//! Ids in a body that name another resource.

use serde_json::Value;

use crate::describe::SUBSCRIPTION;
use crate::fault::Fault;
use crate::id::ResourceId;
use crate::record::{Record, resource_key};
use crate::types::Draft;

/// The resource that a property names. `None` when the property is absent or the resource lies in another subscription,
/// into which this cloud cannot look.
///
/// # Errors
/// `LinkedInvalidPropertyId` for what is no id, `InvalidResourceReference` for another type or an absent resource.
pub fn exists(draft: &Draft<'_>, pointer: &str, full_type: &str) -> Result<Option<Value>, Fault> {
    let Some(value) = draft.body.pointer(pointer).and_then(Value::as_str).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let path = pointer.trim_start_matches('/').replace('/', ".");
    let Some(id) = ResourceId::parse(value) else { return Err(Fault::linked_invalid_id(value, &path)) };
    let missing = || Fault::reference_not_found(value, &draft.id.path(), &path);
    if !id.full_type().eq_ignore_ascii_case(full_type) {
        let message = format!("Resource {value} is not of the type {full_type}.");
        return Err(Fault::service(400, "InvalidResourceReference", message).at(path));
    }
    if !id.scope.subscription().is_some_and(|subscription| subscription.eq_ignore_ascii_case(SUBSCRIPTION)) {
        return Ok(None);
    }
    let record = Record::load(draft.store, &resource_key(&id)).ok_or_else(missing)?;
    serde_json::from_slice(&record.body).map(Some).map_err(|_| missing())
}
