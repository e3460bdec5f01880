//! What deletions leave behind: vaults, recovered by region and name; ML workspaces, which stand in the way of their own
//! id; Log Analytics workspaces, which come back with their old identity.

use mlhost_plugin::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::Wait;
use crate::describe::SUBSCRIPTION;
use crate::fault::Fault;
use crate::id::ResourceId;
use crate::operations::{self, Ending};
use crate::record::Record;
use crate::types::fill::text;
use crate::types::{SoftDelete, key_vault, machine_learning};
use crate::{lists, regions, time};

/// Days for which ML and Log Analytics workspaces are kept.
const WORKSPACE_DAYS: u64 = 14;

/// A deleted resource.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deleted {
    deleted_ms: u64,
    purge_ms: u64,
    body: Value,
}

/// Key of the entry that holds a name which is unique in the world.
pub fn name_key(space: &str, name: &str) -> String {
    format!("n/{space}/{}", name.to_lowercase())
}

fn key(kind: SoftDelete, id: &ResourceId) -> Option<String> {
    match kind {
        SoftDelete::No => None,
        SoftDelete::Vault => Some(vault_key(id.name())),
        SoftDelete::Workspace => Some(format!("d/workspace{}", id.path().to_lowercase())),
        SoftDelete::Revives => Some(format!("d/revives{}", id.path().to_lowercase())),
    }
}

fn vault_key(name: &str) -> String {
    format!("d/vault/{}", name.to_lowercase())
}

/// Keeps a resource that is being deleted, if its type does so.
pub fn keep(store: &mut dyn Store, now_ms: u64, kind: SoftDelete, id: &ResourceId, record: &Record) {
    let (Some(key), Ok(body)) = (key(kind, id), serde_json::from_slice::<Value>(&record.body)) else { return };
    let days = match kind {
        SoftDelete::Vault => {
            body.pointer("/properties/softDeleteRetentionInDays").and_then(Value::as_u64).unwrap_or(90)
        }
        _ => WORKSPACE_DAYS,
    };
    let deleted = Deleted { deleted_ms: now_ms, purge_ms: now_ms.saturating_add(days * time::DAY_MS), body };
    if let Ok(bytes) = serde_json::to_vec(&deleted) {
        store.set(&key, bytes);
    }
}

/// Forgets what was kept of a workspace.
pub fn forget(store: &mut dyn Store, id: &ResourceId) {
    for kind in [SoftDelete::Workspace, SoftDelete::Revives] {
        if let Some(key) = key(kind, id) {
            store.delete(&key);
        }
    }
}

/// Forgets what was kept of the workspaces of a resource group.
pub fn forget_group(store: &mut dyn Store, path: &str) {
    for space in ["d/workspace", "d/revives"] {
        let prefix = format!("{space}{}/", path.to_lowercase());
        loop {
            let page = store.scan(&prefix, "", 500);
            if page.is_empty() {
                break;
            }
            for (key, _) in page {
                store.delete(&key);
            }
        }
    }
}

/// What is kept under a key, unless its time is over.
fn kept(store: &mut dyn Store, now_ms: u64, key: &str) -> Option<Deleted> {
    let deleted: Deleted = serde_json::from_slice(&store.get(key)?).ok()?;
    if deleted.purge_ms > now_ms {
        return Some(deleted);
    }
    store.delete(key);
    None
}

/// What a deleted twin means for a resource that is to be created: its body where it comes back.
///
/// # Errors
/// When the twin has to be recovered or purged first.
pub fn twin(
    call: &mut Call<'_>,
    kind: SoftDelete,
    id: &ResourceId,
    region: Option<&str>,
    recover: bool,
) -> Result<Option<Value>, Fault> {
    let Some(key) = key(kind, id) else { return Ok(None) };
    let deleted = kept(call.store, call.now_ms, &key);
    let Some(deleted) = deleted else {
        return if recover && kind == SoftDelete::Vault {
            Err(Fault::resource_not_found(&id.full_name(), id.scope.group().unwrap_or_default()))
        } else {
            Ok(None)
        };
    };
    match kind {
        SoftDelete::Workspace => return Err(machine_learning::soft_deleted()),
        SoftDelete::Vault => {
            let same_id = text(&deleted.body, "/id").is_some_and(|old| old.eq_ignore_ascii_case(&id.path()));
            let same_region = text(&deleted.body, "/location") == region;
            if !recover || !same_id {
                return Err(if same_region { key_vault::recoverable() } else { key_vault::taken(id.name()) });
            }
        }
        SoftDelete::No | SoftDelete::Revives => {}
    }
    call.store.delete(&key);
    Ok(Some(deleted.body))
}

/// The list of deleted vaults.
///
/// # Errors
/// For a paging token that is none.
pub fn list_vaults(call: &mut Call<'_>) -> Result<Answer, Fault> {
    let now = call.now_ms;
    lists::page(call, &["d/vault/".to_owned()], &|_, bytes| {
        let deleted: Deleted = serde_json::from_slice(&bytes).ok()?;
        (deleted.purge_ms > now).then(|| describe(&deleted).to_string().into_bytes())
    })
}

/// One deleted vault.
///
/// # Errors
/// `DeletedVaultNotFound`.
pub fn get_vault(call: &mut Call<'_>, region: &str, name: &str) -> Result<Answer, Fault> {
    find_vault(call, region, name).map(|deleted| Answer::json(200, &describe(&deleted)))
}

/// Ends a deleted vault for good.
///
/// # Errors
/// `DeletedVaultNotFound`, and `MethodNotAllowed` for a vault with purge protection.
pub fn purge_vault(call: &mut Call<'_>, region: &str, name: &str) -> Result<Answer, Fault> {
    let deleted = find_vault(call, region, name)?;
    if deleted.body.pointer("/properties/enablePurgeProtection").and_then(Value::as_bool) == Some(true) {
        let message = "Operation 'DeletedVaultPurge' is not allowed.";
        return Err(Fault::service(405, "MethodNotAllowed", message));
    }
    let key = vault_key(name);
    call.store.delete(&key);
    let id = operations::start(call, Ending::Purged, &key, "", Wait::Location);
    Ok(operations::announce(Answer::empty(202), call, &id, Wait::Location, "Microsoft.KeyVault", Some(region)))
}

fn find_vault(call: &mut Call<'_>, region: &str, name: &str) -> Result<Deleted, Fault> {
    kept(call.store, call.now_ms, &vault_key(name))
        .filter(|deleted| text(&deleted.body, "/location") == Some(regions::fold(region).as_str()))
        .ok_or_else(|| {
            let message = format!("The specified deleted vault '{name}' does not exist.");
            Fault::service(404, "DeletedVaultNotFound", message)
        })
}

fn describe(deleted: &Deleted) -> Value {
    let region = text(&deleted.body, "/location").unwrap_or_default();
    let name = text(&deleted.body, "/name").unwrap_or_default();
    let protected = deleted.body.pointer("/properties/enablePurgeProtection").cloned();
    let mut properties = json!({
        "vaultId": deleted.body.get("id"),
        "location": region,
        "tags": deleted.body.get("tags").cloned().unwrap_or_else(|| json!({})),
        "deletionDate": time::round_trip(deleted.deleted_ms),
        "scheduledPurgeDate": time::round_trip(deleted.purge_ms),
    });
    if let (Some(properties), Some(protected)) = (properties.as_object_mut(), protected) {
        properties.insert("purgeProtectionEnabled".to_owned(), protected);
    }
    json!({
        "id": format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{name}"
        ),
        "name": name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    })
}
