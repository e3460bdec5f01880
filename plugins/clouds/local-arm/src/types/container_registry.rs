//! Microsoft.ContainerRegistry/registries.

use serde_json::{Map, Value, json};

use super::fill::{self, text};
use super::names::{invalid, made_of};
use super::shape::{ENABLED, ENABLED_LOWER, Fallback, INTEGER, Shape, TAGS, USER_IDENTITIES, object};
use super::{Draft, Facts, Model, SoftDelete, Unique};
use crate::fault::Fault;

const POLICIES: Shape = object! {
    Optional "quarantinePolicy": object! { Optional "status": ENABLED_LOWER => Fallback::Text("disabled") } => Fallback::EmptyObject,
    Optional "trustPolicy": object! {
        Optional "type": Shape::Choice(&["Notary"]) => Fallback::Text("Notary"),
        Optional "status": ENABLED_LOWER => Fallback::Text("disabled"),
    } => Fallback::EmptyObject,
    Optional "retentionPolicy": object! {
        Optional "days": INTEGER => Fallback::Int(7),
        ReadOnly "lastUpdatedTime": Shape::Text,
        Optional "status": ENABLED_LOWER => Fallback::Text("disabled"),
    } => Fallback::EmptyObject,
    Optional "exportPolicy": object! { Optional "status": ENABLED_LOWER => Fallback::Text("enabled") } => Fallback::EmptyObject,
    Optional "azureADAuthenticationAsArmPolicy":
        object! { Optional "status": ENABLED_LOWER => Fallback::Text("enabled") } => Fallback::EmptyObject,
};

const PROPERTIES: Shape = object! {
    ReadOnly "loginServer": Shape::Text,
    ReadOnly "creationDate": Shape::Text,
    ReadOnly "provisioningState": Shape::Text,
    ReadOnly "status": Shape::Any,
    Optional "adminUserEnabled": Shape::Bool => Fallback::Bool(false),
    Optional "networkRuleSet": object! {
        Required "defaultAction": Shape::Choice(&["Allow", "Deny"]),
        Optional "ipRules": Shape::List(&object! {
            Optional "action": Shape::Choice(&["Allow"]) => Fallback::Text("Allow"),
            Required "value": Shape::Text,
        }) => Fallback::EmptyList,
    },
    Optional "policies": POLICIES => Fallback::EmptyObject,
    Optional "encryption": object! {
        Optional "status": ENABLED_LOWER => Fallback::Text("disabled"),
        Optional "keyVaultProperties": object! {
            Optional "keyIdentifier": Shape::Text,
            ReadOnly "versionedKeyIdentifier": Shape::Text,
            Optional "identity": Shape::Text,
            ReadOnly "keyRotationEnabled": Shape::Bool,
            ReadOnly "lastKeyRotationTimestamp": Shape::Text,
        },
    } => Fallback::EmptyObject,
    Optional "dataEndpointEnabled": Shape::Bool => Fallback::Bool(false),
    ReadOnly "dataEndpointHostNames": Shape::Any,
    ReadOnly "privateEndpointConnections": Shape::Any,
    Optional "publicNetworkAccess": ENABLED => Fallback::Text("Enabled"),
    Optional "networkRuleBypassOptions": Shape::Choice(&["AzureServices", "None"]) => Fallback::Text("AzureServices"),
    Optional "networkRuleBypassAllowedForTasks": Shape::Bool,
    Optional "zoneRedundancy": ENABLED => Fallback::Text("Disabled"),
    Optional "anonymousPullEnabled": Shape::Bool => Fallback::Bool(false),
    Optional "roleAssignmentMode":
        Shape::Choice(&["AbacRepositoryPermissions", "LegacyRegistryPermissions"]) => Fallback::Text("LegacyRegistryPermissions"),
};

static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Required "sku": object! {
        Required "name": Shape::Choice(&["Classic", "Basic", "Standard", "Premium"]),
        ReadOnly "tier": Shape::Text,
    },
    Optional "identity": object! {
        Optional "type": Shape::Choice(&["SystemAssigned", "UserAssigned", "SystemAssigned, UserAssigned", "None"]),
        Optional "userAssignedIdentities": USER_IDENTITIES,
        ReadOnly "principalId": Shape::Text,
        ReadOnly "tenantId": Shape::Text,
    },
    Optional "properties": PROPERTIES => Fallback::EmptyObject,
};

/// Container registries.
pub static REGISTRY: Model = Model {
    name: "Microsoft.ContainerRegistry/registries",
    api_versions: "\
        2026-03-01-preview 2026-01-01-preview 2025-11-01 2025-06-01-preview 2025-05-01-preview 2025-04-01 \
        2025-03-01-preview 2024-11-01-preview 2023-11-01-preview 2023-08-01-preview 2023-07-01 \
        2023-06-01-preview 2023-01-01-preview 2022-12-01 2022-02-01-preview 2021-12-01-preview 2021-09-01 \
        2021-08-01-preview 2021-06-01-preview 2020-11-01-preview 2019-12-01-preview 2019-05-01 2017-10-01 \
        2017-03-01",
    shape: &SHAPE,
    located: true,
    valid_name: |name| {
        if made_of(name, 5, 50, |character| character.is_ascii_alphanumeric()) {
            return Ok(());
        }
        Err(invalid(name, "Registry names use 5 to 50 letters and digits."))
    },
    unique: Some(Unique {
        space: "registry",
        taken: |name| {
            Fault::service(
                409,
                "AlreadyInUse",
                format!(
                    "The registry DNS name {name}.azurecr.io is already in use. You can check if the name is already \
                     claimed using following API: \
                     https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability"
                ),
            )
        },
    }),
    soft_delete: SoftDelete::No,
    immutable: &["/properties/encryption/status"],
    creating: "Creating",
    check,
    fill: fill_registry,
};

/// Features that only the premium tier has.
fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    if text(draft.body, "/sku/name") == Some("Premium") {
        return Ok(());
    }
    let premium = [
        ("/properties/networkRuleSet", None),
        ("/properties/zoneRedundancy", Some("Enabled")),
        ("/properties/encryption/status", Some("enabled")),
        ("/properties/policies/retentionPolicy/status", Some("enabled")),
    ];
    for (pointer, value) in premium {
        let used = match value {
            None => draft.body.pointer(pointer).is_some(),
            Some(value) => text(draft.body, pointer) == Some(value),
        };
        if used {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            let message = format!("The property '{path}' is only supported for registries of the Premium SKU.");
            return Err(Fault::service(400, "SkuNotSupported", message).at(path));
        }
    }
    Ok(())
}

fn fill_registry(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    if let Some(sku) = fill::object(body, "sku") {
        let name = sku.get("name").cloned().unwrap_or_default();
        sku.insert("tier".to_owned(), name);
    }
    let Some(properties) = fill::object(body, "properties") else { return };
    let host = format!("{}.azurecr.io", facts.name.to_lowercase());
    properties.insert("loginServer".to_owned(), Value::from(host));
    let created = facts.keep("/properties/creationDate", || Value::from(facts.now));
    properties.insert("creationDate".to_owned(), created);
    properties.insert("dataEndpointHostNames".to_owned(), json!([]));
    properties.insert("privateEndpointConnections".to_owned(), json!([]));
}
