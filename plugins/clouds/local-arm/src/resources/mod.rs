//! Resources of any type: reading, writing, deleting.

pub mod put;
pub mod read;
pub mod remove;

use mlhost_plugin::Store;
use serde_json::Value;

use crate::call::Call;
use crate::catalogue::{self, Known};
use crate::fault::Fault;
use crate::id::{ResourceId, Scope};
use crate::operations::{self, Look};
use crate::record::{Record, group_key, resource_key};
use crate::regions;
use crate::types::{self, Model};

/// What is known of the type of a resource.
pub struct Kind {
    /// Its verbs, where the type is known by name.
    pub known: Option<&'static Known>,
    /// Its body, where the type is modelled.
    pub model: Option<&'static Model>,
}

/// Types that stand for work on other resources. This cloud does not do that work, so it must not act as if it had.
const NOT_SERVED: &[&str] = &[
    "Microsoft.Resources/deployments",
    "Microsoft.Resources/deploymentStacks",
    "Microsoft.Resources/deploymentStacksWhatIfResults",
    "Microsoft.Resources/tags",
];

/// Looks up the type of a resource in a scope and holds the api-version against it.
///
/// # Errors
/// `InvalidResourceNamespace`, `InvalidResourceType`, `NoRegisteredProviderFound`.
pub fn kind(call: &Call<'_>, scope: &Scope, namespace: &str, kind: &str) -> Result<Kind, Fault> {
    let full_type = format!("{namespace}/{kind}");
    let known = catalogue::find(&full_type);
    if known.is_none() && catalogue::namespace(namespace).is_none() {
        return Err(Fault::invalid_namespace(namespace));
    }
    let model = types::find(&full_type);
    let out_of_place = matches!(scope, Scope::Resource(_) | Scope::Tenant);
    if known.is_some_and(|known| NOT_SERVED.contains(&known.name) || (!known.anywhere && out_of_place)) {
        let supported = model.map_or_else(String::new, |model| model.api_versions.replace(' ', ", "));
        return Err(Fault::invalid_type(kind, namespace, call.api_version, &supported));
    }
    if let Some(model) = model
        && !model.api_versions.split(' ').any(|version| version.eq_ignore_ascii_case(call.api_version))
    {
        let location = location_in_body(call).unwrap_or_default();
        let supported = model.api_versions.replace(' ', ", ");
        let short = model.name.split_once('/').map_or(model.name, |(_, kind)| kind);
        return Err(Fault::no_registered_provider(&location, call.api_version, short, &supported, &regions::names()));
    }
    Ok(Kind { known, model })
}

fn location_in_body(call: &Call<'_>) -> Option<String> {
    let body: Value = serde_json::from_slice(call.body?).ok()?;
    body.get("location").and_then(Value::as_str).map(regions::fold)
}

/// Refuses when the resource group of a scope is not there.
///
/// # Errors
/// `ResourceGroupNotFound`.
pub fn require_group(store: &dyn Store, scope: &Scope) -> Result<Option<Record>, Fault> {
    let (Some(subscription), Some(group)) = (scope.subscription(), scope.group()) else { return Ok(None) };
    let record = Record::load(store, &group_key(subscription, group));
    record.map(Some).ok_or_else(|| Fault::group_not_found(group))
}

/// Refuses to deploy to a subscription what belongs into a resource group.
///
/// # Errors
/// `InvalidResourceType`.
pub fn check_scope(call: &Call<'_>, of: &Kind, id: &ResourceId) -> Result<(), Fault> {
    match (of.known, &id.scope) {
        (Some(known), Scope::Subscription(_)) if !known.anywhere => {
            let supported = of.model.map_or_else(String::new, |model| model.api_versions.replace(' ', ", "));
            Err(Fault::invalid_type(&id.kind(), &id.namespace, call.api_version, &supported))
        }
        _ => Ok(()),
    }
}

/// Loads a resource after carrying out what is due on it.
pub fn load(call: &mut Call<'_>, key: &str) -> Option<Record> {
    let record = Record::load(call.store, key)?;
    operations::settle(call.store, call.now_ms, key, record, Look::Read)
}

/// The refusal for a resource that is not there, or for the group or parent that is missing above it.
pub fn missing(store: &dyn Store, id: &ResourceId) -> Fault {
    if let Err(fault) = require_group(store, &id.scope) {
        return fault;
    }
    match id.parent() {
        Some(parent) if Record::load(store, &resource_key(&parent)).is_none() => {
            Fault::parent_not_found("read", &id.kind(), &parent.path())
        }
        _ => Fault::resource_not_found(&id.full_name(), id.scope.group().unwrap_or_default()),
    }
}
