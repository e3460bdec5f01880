//! GET and HEAD of one resource.

use super::{kind, load, missing};
use crate::answer::Answer;
use crate::call::Call;
use crate::fault::Fault;
use crate::id::ResourceId;
use crate::record::resource_key;

/// Answers with the stored body: 200, or 404 for what is missing first from the outside in.
///
/// # Errors
/// `ResourceGroupNotFound`, `ParentResourceNotFound`, `ResourceNotFound`.
pub fn get(call: &mut Call<'_>, id: &ResourceId) -> Result<Answer, Fault> {
    kind(call, &id.scope, &id.namespace, &id.kind())?;
    match load(call, &resource_key(id)) {
        Some(record) => Ok(Answer::bytes(200, record.body)),
        None => Err(missing(call.store, id)),
    }
}

/// Says whether the resource is there: 204 or 404.
///
/// # Errors
/// As for a GET, without a body.
pub fn head(call: &mut Call<'_>, id: &ResourceId) -> Result<Answer, Fault> {
    get(call, id).map(|_| Answer::empty(204))
}
