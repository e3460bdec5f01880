//! Management locks: `CanNotDelete` keeps a scope and all below it from being deleted, `ReadOnly` also from being written.

use mlhost_plugin::Store;
use serde_json::Value;

use crate::fault::Fault;
use crate::id::{ResourceId, Scope};
use crate::record::{Record, below, collection_prefix};

/// The part of a key that says it is a lock.
const PART: &str = "/providers/microsoft.authorization/locks/";

/// Set once a lock was made: as long as it is not, nothing has to be looked up.
const ANY: &str = "l";

/// Notes that there are locks.
pub fn remember(store: &mut dyn Store) {
    if store.get(ANY).is_none() {
        store.set(ANY, Vec::new());
    }
}

/// What is to be done to a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Create, change or call an action.
    Write,
    /// Delete.
    Delete,
}

/// Refuses what a lock on a resource or on something above it forbids, for a deletion also on something below it.
///
/// # Errors
/// `ScopeLocked`.
pub fn check(store: &dyn Store, id: &ResourceId, act: Act) -> Result<(), Fault> {
    if store.get(ANY).is_none() || id.full_type().eq_ignore_ascii_case("Microsoft.Authorization/locks") {
        return Ok(());
    }
    let path = id.path();
    let mut scopes = Vec::new();
    climb(id, &mut scopes);
    for scope in &scopes {
        refuse(store, &collection_prefix(scope, "Microsoft.Authorization", &[], "locks"), &path, act)?;
    }
    if act == Act::Delete { check_below(store, &path) } else { Ok(()) }
}

/// The same for a resource group.
///
/// # Errors
/// `ScopeLocked`.
pub fn check_group(store: &dyn Store, scope: &Scope, act: Act) -> Result<(), Fault> {
    if store.get(ANY).is_none() {
        return Ok(());
    }
    let path = scope.path();
    let subscription = Scope::Subscription(scope.subscription().unwrap_or_default().to_owned());
    for scope in [scope, &subscription] {
        refuse(store, &collection_prefix(scope, "Microsoft.Authorization", &[], "locks"), &path, act)?;
    }
    if act == Act::Delete { check_below(store, &path) } else { Ok(()) }
}

/// A resource, its parents, and what they are deployed to.
fn climb(id: &ResourceId, scopes: &mut Vec<Scope>) {
    let mut current = Some(id.clone());
    while let Some(resource) = current {
        current = resource.parent();
        scopes.push(Scope::Resource(Box::new(resource)));
    }
    match &id.scope {
        Scope::Tenant => {}
        Scope::Resource(owner) => climb(owner, scopes),
        Scope::Group(subscription, _) => {
            scopes.push(id.scope.clone());
            scopes.push(Scope::Subscription(subscription.clone()));
        }
        Scope::Subscription(_) => scopes.push(id.scope.clone()),
    }
}

fn refuse(store: &dyn Store, prefix: &str, path: &str, act: Act) -> Result<(), Fault> {
    let locked = store.scan(prefix, "", 100).into_iter().find(|(_, bytes)| forbids(bytes, act));
    locked.map_or(Ok(()), |(_, bytes)| Err(fault(path, act, bytes)))
}

fn check_below(store: &dyn Store, path: &str) -> Result<(), Fault> {
    for prefix in below(path) {
        let mut after = String::new();
        loop {
            let page = store.scan(&prefix, &after, 500);
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            let locked = page.into_iter().find(|(key, bytes)| key.contains(PART) && forbids(bytes, Act::Delete));
            if let Some((_, bytes)) = locked {
                return Err(fault(path, Act::Delete, bytes));
            }
        }
    }
    Ok(())
}

fn forbids(bytes: &[u8], act: Act) -> bool {
    let level = Record::decode(bytes.to_vec())
        .and_then(|record| serde_json::from_slice::<Value>(&record.body).ok())
        .and_then(|body| body.pointer("/properties/level").and_then(Value::as_str).map(str::to_owned));
    match level.as_deref() {
        Some("ReadOnly") => true,
        Some("CanNotDelete") => act == Act::Delete,
        _ => false,
    }
}

fn fault(path: &str, act: Act, lock: Vec<u8>) -> Fault {
    let word = if act == Act::Delete { "delete" } else { "write" };
    let id = Record::decode(lock).and_then(|record| record.id()).unwrap_or_default();
    let scope = id.to_ascii_lowercase().rfind(PART).and_then(|at| id.get(..at)).unwrap_or_default();
    Fault::scope_locked(path, word, scope)
}
