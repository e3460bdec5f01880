//! The tenant, the subscription, its regions and its resource providers.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::catalogue;
use crate::describe::{SUBSCRIPTION, TENANT};
use crate::fault::Fault;
use crate::regions::REGIONS;
use crate::types;

fn list(value: Vec<Value>) -> Answer {
    let count = json!({ "type": "Total", "value": value.len() });
    Answer::json(200, &json!({ "value": value, "count": count }))
}

/// All tenants.
pub fn tenants() -> Answer {
    list(vec![json!({
        "id": format!("/tenants/{TENANT}"),
        "tenantId": TENANT,
        "displayName": "local-arm",
        "defaultDomain": "local-arm.invalid",
        "tenantCategory": "Home",
    })])
}

fn describe() -> Value {
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}"),
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "displayName": "local-arm",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
    })
}

/// All subscriptions.
pub fn all() -> Answer {
    list(vec![describe()])
}

/// The subscription.
pub fn one() -> Answer {
    Answer::json(200, &describe())
}

/// Its regions.
pub fn locations() -> Answer {
    let id = |name: &str| format!("/subscriptions/{SUBSCRIPTION}/locations/{name}");
    let value: Vec<Value> = REGIONS
        .iter()
        .map(|region| {
            let pairs: Vec<Value> = Some(region.pair)
                .filter(|pair| !pair.is_empty())
                .map(|pair| json!({ "name": pair, "id": id(pair) }))
                .into_iter()
                .collect();
            json!({
                "id": id(region.name),
                "name": region.name,
                "type": "Region",
                "displayName": region.display,
                "regionalDisplayName": region.display,
                "metadata": { "regionType": "Physical", "pairedRegion": pairs },
            })
        })
        .collect();
    Answer::json(200, &json!({ "value": value }))
}

/// Its resource providers.
pub fn providers() -> Answer {
    let value: Vec<Value> = catalogue::namespaces().map(provider_of).collect();
    Answer::json(200, &json!({ "value": value }))
}

/// One resource provider, also in answer to its registration: all are registered.
///
/// # Errors
/// `InvalidResourceNamespace`.
pub fn provider(namespace: &str) -> Result<Answer, Fault> {
    let known = catalogue::namespace(namespace).ok_or_else(|| Fault::invalid_namespace(namespace))?;
    Ok(Answer::json(200, &provider_of(known)))
}

fn provider_of(namespace: &str) -> Value {
    let displays: Vec<&str> = REGIONS.iter().map(|region| region.display).collect();
    let kinds: Vec<Value> = catalogue::types_of(namespace)
        .map(|kind| {
            let model = types::find(&format!("{namespace}/{kind}"));
            let versions: Vec<&str> = model.map_or_else(Vec::new, |model| model.api_versions.split(' ').collect());
            json!({ "resourceType": kind, "locations": displays, "apiVersions": versions })
        })
        .collect();
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}"),
        "namespace": namespace,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": kinds,
    })
}
