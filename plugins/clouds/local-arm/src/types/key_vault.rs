//! Microsoft.KeyVault/vaults.

use serde_json::{Map, Value};

use super::fill;
use super::names::{made_of, word};
use super::shape::{Fallback, Shape, TAGS, object};
use super::{Draft, Facts, Model, SoftDelete, Unique};
use crate::fault::Fault;

const ACCESS_POLICIES: Shape = Shape::List(&object! {
    Required "tenantId": Shape::Guid,
    Required "objectId": Shape::Text,
    Optional "applicationId": Shape::Guid,
    Required "permissions": object! {
        Optional "keys": Shape::List(&Shape::Choice(&["all", "encrypt", "decrypt", "wrapKey", "unwrapKey", "sign", "verify",
            "get", "list", "create", "update", "import", "delete", "backup", "restore", "recover", "purge", "release",
            "rotate", "getrotationpolicy", "setrotationpolicy"])),
        Optional "secrets": Shape::List(&Shape::Choice(&["all", "get", "list", "set", "delete", "backup", "restore",
            "recover", "purge"])),
        Optional "certificates": Shape::List(&Shape::Choice(&["all", "get", "list", "delete", "create", "import",
            "update", "managecontacts", "getissuers", "listissuers", "setissuers", "deleteissuers", "manageissuers",
            "recover", "purge", "backup", "restore"])),
        Optional "storage": Shape::List(&Shape::Choice(&["all", "get", "list", "delete", "set", "update",
            "regeneratekey", "recover", "purge", "backup", "restore", "setsas", "listsas", "getsas", "deletesas"])),
    },
});

static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Required "properties": object! {
        Required "tenantId": Shape::Guid,
        Required "sku": object! {
            Required "family": Shape::Choice(&["A"]),
            Required "name": Shape::Choice(&["standard", "premium"]),
        },
        Optional "accessPolicies": ACCESS_POLICIES,
        Optional "vaultUri": Shape::Text,
        ReadOnly "hsmPoolResourceId": Shape::Text,
        Optional "enabledForDeployment": Shape::Bool => Fallback::Bool(false),
        Optional "enabledForDiskEncryption": Shape::Bool,
        Optional "enabledForTemplateDeployment": Shape::Bool,
        Optional "enableSoftDelete": Shape::Bool => Fallback::Bool(true),
        Optional "softDeleteRetentionInDays": Shape::Int(7, 90) => Fallback::Int(90),
        Optional "enableRbacAuthorization": Shape::Bool => Fallback::Bool(false),
        WriteOnly "createMode": Shape::Choice(&["recover", "default"]),
        Optional "enablePurgeProtection": Shape::Bool,
        Optional "networkAcls": object! {
            Optional "bypass": Shape::Choice(&["AzureServices", "None"]) => Fallback::Text("AzureServices"),
            Optional "defaultAction": Shape::Choice(&["Allow", "Deny"]) => Fallback::Text("Allow"),
            Optional "ipRules": Shape::List(&object! { Required "value": Shape::Text }) => Fallback::EmptyList,
            Optional "virtualNetworkRules": Shape::List(&object! {
                Required "id": Shape::Text,
                Optional "ignoreMissingVnetServiceEndpoint": Shape::Bool,
            }) => Fallback::EmptyList,
        },
        Optional "provisioningState": Shape::Choice(&["Succeeded", "RegisteringDns"]),
        ReadOnly "privateEndpointConnections": Shape::Any,
        Optional "publicNetworkAccess": Shape::Text => Fallback::Text("Enabled"),
    },
};

/// Key vaults.
pub static VAULT: Model = Model {
    name: "Microsoft.KeyVault/vaults",
    api_versions: "\
        2026-05-15 2026-03-01-preview 2026-02-01 2025-05-01 2024-12-01-preview 2024-11-01 2024-04-01-preview \
        2023-07-01 2023-02-01 2022-11-01 2022-07-01 2022-02-01-preview 2021-11-01-preview 2021-10-01 \
        2021-06-01-preview 2021-04-01-preview 2020-04-01-preview 2019-09-01 2018-02-14-preview 2018-02-14 \
        2016-10-01 2015-06-01",
    shape: &SHAPE,
    located: true,
    valid_name,
    unique: Some(Unique { space: "vault", taken }),
    soft_delete: SoftDelete::Vault,
    immutable: &["/properties/softDeleteRetentionInDays"],
    creating: "RegisteringDns",
    check,
    fill: fill_vault,
};

/// The refusal for a vault whose name a vault elsewhere has, deleted or not.
pub fn taken(name: &str) -> Fault {
    Fault::service(
        409,
        "VaultAlreadyExists",
        format!(
            "The vault name '{name}' is already in use. Vault names are globaly unique so it is possible that the name \
             is already taken. If you are sure that the vault name was not taken then it is possible that a vault with \
             the same name was recently deleted but not purged after being placed in a recoverable state. If the vault \
             is in a recoverable state then the vault will need to be purged before reusing the name. For more \
             information on soft delete and purging a vault follow this link \
             https://go.microsoft.com/fwlink/?linkid=2147740."
        ),
    )
}

/// The refusal for a vault that lies deleted in the same region.
pub fn recoverable() -> Fault {
    Fault::service(
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key \
         vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    )
}

fn valid_name(name: &str) -> Result<(), Fault> {
    let edges = name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.ends_with('-');
    if made_of(name, 3, 24, word) && edges && !name.contains("--") {
        return Ok(());
    }
    Err(Fault::service(
        400,
        "VaultNameNotValid",
        format!(
            "The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name \
             must begin with a letter, end with a letter or digit, and not contain consecutive hyphens."
        ),
    ))
}

fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    let switch = |body: &Value, name: &str| body.pointer(&format!("/properties/{name}")).and_then(Value::as_bool);
    if switch(draft.body, "enablePurgeProtection") == Some(false) {
        return Err(Fault::bad_request(
            "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge protection for a vault \
             is an irreversible action.",
        )
        .at("properties.enablePurgeProtection"));
    }
    if switch(draft.body, "enableSoftDelete") == Some(false) {
        return Err(Fault::bad_request("The property \"enableSoftDelete\" cannot be set to false.")
            .at("properties.enableSoftDelete"));
    }
    let policies = draft.body.pointer("/properties/accessPolicies").and_then(Value::as_array);
    if policies.is_none() && switch(draft.body, "enableRbacAuthorization") != Some(true) {
        return Err(
            Fault::bad_request("The parameter accessPolicies is not specified.").at("properties.accessPolicies")
        );
    }
    if policies.is_some_and(|policies| policies.len() > 1024) {
        return Err(
            Fault::bad_request("A vault can have at most 1024 access policies.").at("properties.accessPolicies")
        );
    }
    Ok(())
}

fn fill_vault(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let Some(properties) = fill::object(body, "properties") else { return };
    properties
        .insert("vaultUri".to_owned(), Value::from(format!("https://{}.vault.azure.net/", facts.name.to_lowercase())));
    properties.entry("accessPolicies").or_insert_with(|| Value::Array(Vec::new()));
    // Protection that is on stays on when an update does not speak of it.
    if let Some(Value::Bool(true)) = facts.old.and_then(|old| old.pointer("/properties/enablePurgeProtection")) {
        properties.insert("enablePurgeProtection".to_owned(), Value::Bool(true));
    }
}
