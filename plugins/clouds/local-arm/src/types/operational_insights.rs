//! Microsoft.OperationalInsights/workspaces.

use serde_json::{Map, Value, json};

use super::fill;
use super::names::{invalid, made_of, word};
use super::shape::{Fallback, INTEGER, Shape, TAGS, USER_IDENTITIES, object};
use super::{Facts, Model, SoftDelete, nothing_to_check};
use crate::guid::guid;

const ACCESS: Shape = Shape::Choice(&["Enabled", "Disabled", "SecuredByPerimeter"]);

const PROPERTIES: Shape = object! {
    ReadOnly "provisioningState": Shape::Text,
    ReadOnly "customerId": Shape::Text,
    Optional "sku": object! {
        Required "name": Shape::Choice(&["Free", "Standard", "Premium", "PerNode", "PerGB2018", "Standalone",
            "CapacityReservation", "LACluster"]),
        Optional "capacityReservationLevel": INTEGER,
        ReadOnly "lastSkuUpdate": Shape::Text,
    },
    Optional "retentionInDays": INTEGER => Fallback::Int(30),
    Optional "workspaceCapping": object! {
        Optional "dailyQuotaGb": Shape::Number => Fallback::Int(-1),
        ReadOnly "quotaNextResetTime": Shape::Text,
        ReadOnly "dataIngestionStatus": Shape::Text,
    } => Fallback::EmptyObject,
    ReadOnly "createdDate": Shape::Text,
    ReadOnly "modifiedDate": Shape::Text,
    Optional "publicNetworkAccessForIngestion": ACCESS => Fallback::Text("Enabled"),
    Optional "publicNetworkAccessForQuery": ACCESS => Fallback::Text("Enabled"),
    Optional "forceCmkForQuery": Shape::Bool,
    ReadOnly "privateLinkScopedResources": Shape::Any,
    // Open in the API definition: the service takes features that it does not list.
    Optional "features": Shape::Map(&Shape::Any),
    Optional "defaultDataCollectionRuleResourceId": Shape::Text,
    Optional "replication": object! {
        Optional "location": Shape::Text,
        Optional "enabled": Shape::Bool,
        ReadOnly "provisioningState": Shape::Text,
        ReadOnly "createdDate": Shape::Text,
        ReadOnly "lastModifiedDate": Shape::Text,
    },
    Optional "failover": object! { ReadOnly "state": Shape::Text, ReadOnly "lastModifiedDate": Shape::Text },
};

static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Optional "etag": Shape::Text,
    Optional "identity": object! {
        Required "type": Shape::Choice(&["SystemAssigned", "UserAssigned", "None"]),
        Optional "userAssignedIdentities": USER_IDENTITIES,
        ReadOnly "principalId": Shape::Text,
        ReadOnly "tenantId": Shape::Text,
    },
    Optional "properties": PROPERTIES => Fallback::EmptyObject,
};

/// Log Analytics workspaces.
pub static WORKSPACE: Model = Model {
    name: "Microsoft.OperationalInsights/workspaces",
    api_versions: "\
        2026-03-01 2025-07-01 2025-02-01 2023-09-01 2022-10-01 2021-12-01-preview 2021-06-01 2020-10-01 \
        2020-08-01 2020-03-01-preview 2015-11-01-preview",
    shape: &SHAPE,
    located: true,
    valid_name: |name| {
        if made_of(name, 4, 63, word) && !name.starts_with('-') && !name.ends_with('-') {
            return Ok(());
        }
        Err(invalid(name, "Use 4 to 63 letters, digits and hyphens, starting and ending with a letter or digit."))
    },
    unique: None,
    soft_delete: SoftDelete::Revives,
    immutable: &[],
    creating: "Creating",
    check: nothing_to_check,
    fill: fill_workspace,
};

fn fill_workspace(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let Some(properties) = fill::object(body, "properties") else { return };
    let customer = facts.keep("/properties/customerId", || Value::from(guid(&["customer", facts.seed])));
    let created = facts.keep("/properties/createdDate", || Value::from(facts.now));
    properties.insert("customerId".to_owned(), customer);
    properties.insert("createdDate".to_owned(), created);
    properties.insert("modifiedDate".to_owned(), Value::from(facts.now));
    let sku = properties.entry("sku").or_insert_with(|| json!({ "name": "PerGB2018" }));
    if let Some(sku) = sku.as_object_mut() {
        sku.insert("lastSkuUpdate".to_owned(), facts.keep("/properties/sku/lastSkuUpdate", || Value::from(facts.now)));
    }
    let features = properties.entry("features").or_insert_with(|| json!({}));
    if let Some(features) = features.as_object_mut() {
        features.entry("enableLogAccessUsingOnlyResourcePermissions").or_insert(Value::Bool(true));
    }
    if let Some(capping) = properties.get_mut("workspaceCapping").and_then(Value::as_object_mut) {
        capping.insert("dataIngestionStatus".to_owned(), Value::from("RespectQuota"));
    }
}
