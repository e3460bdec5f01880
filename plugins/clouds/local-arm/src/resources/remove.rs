//! DELETE of a resource, with its children and whatever hangs on it.

use mlhost_plugin::Store;
use serde_json::Value;

use super::{kind, load, require_group};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::Wait;
use crate::fault::Fault;
use crate::id::ResourceId;
use crate::locks::{self, Act};
use crate::operations::{self, Ending};
use crate::record::{Record, below, path_of_key, resource_key};
use crate::soft_delete;
use crate::types::{self, SoftDelete};

/// Keys removed at a time.
const PAGE: u32 = 100;

/// Answers 204 for what is already absent, 200 for what is gone at once, 202 for what takes time.
///
/// # Errors
/// `ResourceGroupNotFound`, `ScopeLocked`, and what the type asks of a deletion.
pub fn delete(call: &mut Call<'_>, id: &ResourceId) -> Result<Answer, Fault> {
    let of = kind(call, &id.scope, &id.namespace, &id.kind())?;
    require_group(call.store, &id.scope)?;
    let key = resource_key(id);
    let purge = wants_purge(call, of.model.map_or(SoftDelete::No, |model| model.soft_delete));
    let Some(mut record) = load(call, &key) else {
        if purge {
            soft_delete::forget(call.store, id);
        }
        return Ok(Answer::empty(204));
    };
    locks::check(call.store, id, Act::Delete)?;
    let path = record.id().unwrap_or_else(|| id.path());
    call.preconditions(true, &path)?;
    check_compute_action(call, id, &record)?;
    let wait = of.known.map_or(Wait::No, |known| known.delete);
    if wait == Wait::No {
        with_children(call.store, call.now_ms, &key, &path, purge);
        return Ok(Answer::empty(200));
    }
    let ending = if purge { Ending::Purged } else { Ending::Deleted };
    let operation = operations::start(call, ending, &key, &path, wait);
    let mut body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    operations::set_state(&mut body, "Deleting");
    record = Record { operation: Some(operation.clone()), body: body.to_string().into_bytes() };
    record.save(call.store, &key);
    let region = body.get("location").and_then(Value::as_str);
    Ok(operations::announce(Answer::empty(202), call, &operation, wait, &id.namespace, region))
}

fn wants_purge(call: &Call<'_>, soft_delete: SoftDelete) -> bool {
    match soft_delete {
        SoftDelete::Workspace => call.flag("forceToPurge"),
        SoftDelete::Revives => call.flag("force"),
        SoftDelete::No | SoftDelete::Vault => false,
    }
}

/// `underlyingResourceAction` is required for computes: `Delete` what the service made, `Detach` what was brought.
fn check_compute_action(call: &Call<'_>, id: &ResourceId, record: &Record) -> Result<(), Fault> {
    if !id.full_type().eq_ignore_ascii_case(types::ml_compute::COMPUTE.name) {
        return Ok(());
    }
    let body: Value = serde_json::from_slice(&record.body).unwrap_or_default();
    let attached = body.pointer("/properties/isAttachedCompute").and_then(Value::as_bool) == Some(true);
    let wanted = if attached { "Detach" } else { "Delete" };
    match call.url.parameter("underlyingResourceAction") {
        Some(action) if action.eq_ignore_ascii_case(wanted) => Ok(()),
        Some(action) if action.eq_ignore_ascii_case("Detach") => Err(Fault::bad_request(
            "Detach is not supported for this compute: it was created by the service. Use 'Delete'.",
        )),
        Some(action) if action.eq_ignore_ascii_case("Delete") => {
            Err(Fault::bad_request("Delete is not supported for this compute: it was attached. Use 'Detach'."))
        }
        _ => Err(Fault::bad_request(
            "The query parameter underlyingResourceAction is required. Its values are Delete and Detach.",
        )),
    }
}

/// Removes a resource and all below it. Unless `purge` is set, what its type keeps for recovery is kept.
pub fn with_children(store: &mut dyn Store, now_ms: u64, key: &str, path: &str, purge: bool) {
    all_below(store, now_ms, path, false);
    one(store, now_ms, key, !purge);
}

/// Removes all that lies below a path. `of_group` says that the path is a resource group that goes as well: then only
/// vaults stay recoverable, because they are recovered by region and name.
pub fn all_below(store: &mut dyn Store, now_ms: u64, path: &str, of_group: bool) {
    for prefix in below(path) {
        loop {
            let page = store.scan(&prefix, "", PAGE);
            if page.is_empty() {
                break;
            }
            for (key, _) in page {
                one(store, now_ms, &key, !of_group || is_vault(&key));
            }
        }
    }
}

fn is_vault(key: &str) -> bool {
    key.contains("/providers/microsoft.keyvault/vaults/")
}

fn one(store: &mut dyn Store, now_ms: u64, key: &str, keep: bool) {
    let record = Record::load(store, key);
    store.delete(key);
    let Some(id) = ResourceId::parse(path_of_key(key)) else { return };
    let Some(model) = types::find(&id.full_type()) else { return };
    if let Some(unique) = &model.unique {
        store.delete(&soft_delete::name_key(unique.space, id.name()));
    }
    if keep && let Some(record) = record {
        soft_delete::keep(store, now_ms, model.soft_delete, &id, &record);
    }
}
