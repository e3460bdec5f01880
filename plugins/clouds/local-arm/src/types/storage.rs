//! Microsoft.Storage/storageAccounts.

use serde_json::{Map, Value, json};

use super::fill::{self, text};
use super::names::made_of;
use super::shape::{ENABLED, Fallback, Shape, TAGS, USER_IDENTITIES, object};
use super::{Draft, Facts, Model, SoftDelete, Unique};
use crate::fault::Fault;
use crate::regions;

const ENCRYPTED: Shape = object! {
    Optional "enabled": Shape::Bool => Fallback::Bool(true),
    ReadOnly "lastEnabledTime": Shape::Text,
    Optional "keyType": Shape::Choice(&["Service", "Account"]) => Fallback::Text("Account"),
};

const ADDRESSES: Shape = Shape::List(
    &object! { Required "value": Shape::Text, Optional "action": Shape::Choice(&["Allow"]) => Fallback::Text("Allow") },
);

const SWITCH: Shape = object! { Optional "enabled": Shape::Bool };

const ENCRYPTION: Shape = object! {
    Optional "services": object! {
        Optional "blob": ENCRYPTED => Fallback::EmptyObject,
        Optional "file": ENCRYPTED => Fallback::EmptyObject,
        Optional "table": ENCRYPTED,
        Optional "queue": ENCRYPTED,
    } => Fallback::EmptyObject,
    Optional "keySource": Shape::Choice(&["Microsoft.Storage", "Microsoft.Keyvault"]) => Fallback::Text("Microsoft.Storage"),
    Optional "requireInfrastructureEncryption": Shape::Bool,
    Optional "keyvaultproperties": object! {
        Optional "keyname": Shape::Text,
        Optional "keyversion": Shape::Text,
        Optional "keyvaulturi": Shape::Text,
        ReadOnly "currentVersionedKeyIdentifier": Shape::Text,
        ReadOnly "lastKeyRotationTimestamp": Shape::Text,
        ReadOnly "currentVersionedKeyExpirationTimestamp": Shape::Text,
    },
    Optional "identity": object! {
        Optional "userAssignedIdentity": Shape::Text,
        Optional "federatedIdentityClientId": Shape::Text,
    },
};

const NETWORK_ACLS: Shape = object! {
    Optional "bypass": Shape::Text => Fallback::Text("AzureServices"),
    Optional "resourceAccessRules":
        Shape::List(&object! { Optional "tenantId": Shape::Text, Optional "resourceId": Shape::Text }),
    Optional "virtualNetworkRules": Shape::List(&object! {
        Required "id": Shape::Text,
        Optional "action": Shape::Choice(&["Allow"]) => Fallback::Text("Allow"),
        ReadOnly "state": Shape::Text,
    }) => Fallback::EmptyList,
    Optional "ipRules": ADDRESSES => Fallback::EmptyList,
    Optional "ipv6Rules": ADDRESSES => Fallback::EmptyList,
    Optional "defaultAction": Shape::Choice(&["Allow", "Deny"]) => Fallback::Text("Allow"),
};

const FILES_AUTHENTICATION: Shape = object! {
    Required "directoryServiceOptions": Shape::Choice(&["None", "AADDS", "AD", "AADKERB"]),
    Optional "activeDirectoryProperties": object! {
        Optional "domainName": Shape::Text,
        Optional "netBiosDomainName": Shape::Text,
        Optional "forestName": Shape::Text,
        Optional "domainGuid": Shape::Text,
        Optional "domainSid": Shape::Text,
        Optional "azureStorageSid": Shape::Text,
        Optional "samAccountName": Shape::Text,
        Optional "accountType": Shape::Choice(&["User", "Computer"]),
    },
    Optional "defaultSharePermission": Shape::Choice(&["None", "StorageFileDataSmbShareReader",
        "StorageFileDataSmbShareContributor", "StorageFileDataSmbShareElevatedContributor"]),
    Optional "smbOAuthSettings": object! { Optional "isSmbOAuthEnabled": Shape::Bool },
};

const PROPERTIES: Shape = object! {
    Optional "allowedCopyScope": Shape::Choice(&["PrivateLink", "AAD", "All"]),
    Optional "publicNetworkAccess": Shape::Choice(&["Enabled", "Disabled", "SecuredByPerimeter"]) => Fallback::Text("Enabled"),
    Optional "sasPolicy": object! {
        Required "sasExpirationPeriod": Shape::Text,
        Required "expirationAction": Shape::Choice(&["Log", "Block"]),
    },
    Optional "keyPolicy": object! { Required "keyExpirationPeriodInDays": Shape::Int(0, 36_500) },
    Optional "customDomain": object! { Required "name": Shape::Text, Optional "useSubDomainName": Shape::Bool },
    Optional "encryption": ENCRYPTION => Fallback::EmptyObject,
    Optional "networkAcls": NETWORK_ACLS => Fallback::EmptyObject,
    Optional "accessTier": Shape::Choice(&["Hot", "Cool", "Premium", "Cold", "Smart"]),
    Optional "azureFilesIdentityBasedAuthentication": FILES_AUTHENTICATION,
    Optional "supportsHttpsTrafficOnly": Shape::Bool => Fallback::Bool(true),
    Optional "isSftpEnabled": Shape::Bool,
    Optional "isLocalUserEnabled": Shape::Bool,
    Optional "enableExtendedGroups": Shape::Bool,
    Optional "isHnsEnabled": Shape::Bool,
    Optional "largeFileSharesState": ENABLED,
    Optional "routingPreference": object! {
        Optional "routingChoice": Shape::Choice(&["MicrosoftRouting", "InternetRouting"]),
        Optional "publishMicrosoftEndpoints": Shape::Bool,
        Optional "publishInternetEndpoints": Shape::Bool,
    },
    Optional "dualStackEndpointPreference": object! { Optional "publishIpv6Endpoint": Shape::Bool },
    Optional "allowBlobPublicAccess": Shape::Bool => Fallback::Bool(false),
    Optional "minimumTlsVersion": Shape::Choice(&["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]) => Fallback::Text("TLS1_0"),
    Optional "allowSharedKeyAccess": Shape::Bool,
    Optional "isNfsV3Enabled": Shape::Bool,
    Optional "allowCrossTenantReplication": Shape::Bool => Fallback::Bool(false),
    Optional "defaultToOAuthAuthentication": Shape::Bool,
    Optional "immutableStorageWithVersioning": object! {
        Optional "enabled": Shape::Bool,
        Optional "immutabilityPolicy": object! {
            Optional "immutabilityPeriodSinceCreationInDays": Shape::Int(1, 146_000),
            Optional "state": Shape::Choice(&["Unlocked", "Locked", "Disabled"]),
            Optional "allowProtectedAppendWrites": Shape::Bool,
        },
    },
    Optional "dnsEndpointType": Shape::Choice(&["Standard", "AzureDnsZone"]),
    Optional "geoPriorityReplicationStatus": object! { Optional "isBlobEnabled": Shape::Bool },
    Optional "allowSharedKeyAccessForServices":
        object! { Optional "blob": SWITCH, Optional "file": SWITCH, Optional "table": SWITCH, Optional "queue": SWITCH },
    Optional "dataCollaborationPolicyProperties": object! {
        Optional "allowStorageConnectors": Shape::Bool,
        Optional "allowStorageDataShares": Shape::Bool,
        Optional "allowCrossTenantDataSharing": Shape::Bool,
    },
    ReadOnly "provisioningState": Shape::Any,
    ReadOnly "primaryEndpoints": Shape::Any,
    ReadOnly "primaryLocation": Shape::Any,
    ReadOnly "statusOfPrimary": Shape::Any,
    ReadOnly "lastGeoFailoverTime": Shape::Any,
    ReadOnly "secondaryLocation": Shape::Any,
    ReadOnly "statusOfSecondary": Shape::Any,
    ReadOnly "creationTime": Shape::Any,
    ReadOnly "keyCreationTime": Shape::Any,
    ReadOnly "secondaryEndpoints": Shape::Any,
    ReadOnly "geoReplicationStats": Shape::Any,
    ReadOnly "failoverInProgress": Shape::Any,
    ReadOnly "privateEndpointConnections": Shape::Any,
    ReadOnly "blobRestoreStatus": Shape::Any,
    ReadOnly "storageAccountSkuConversionStatus": Shape::Any,
    ReadOnly "isSkuConversionBlocked": Shape::Any,
    ReadOnly "accountMigrationInProgress": Shape::Any,
};

static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Required "kind": Shape::Choice(&["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"]),
    Required "sku": object! {
        Required "name": Shape::Choice(&["Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Premium_LRS",
            "Premium_ZRS", "Standard_GZRS", "Standard_RAGZRS", "StandardV2_LRS", "StandardV2_GRS", "StandardV2_ZRS",
            "StandardV2_GZRS", "PremiumV2_LRS", "PremiumV2_ZRS"]),
        ReadOnly "tier": Shape::Text,
    },
    Optional "identity": object! {
        Required "type": Shape::Choice(&["None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"]),
        Optional "userAssignedIdentities": USER_IDENTITIES,
        ReadOnly "principalId": Shape::Text,
        ReadOnly "tenantId": Shape::Text,
    },
    Optional "extendedLocation": object! { Optional "name": Shape::Text, Optional "type": Shape::Choice(&["EdgeZone"]) },
    Optional "zones": Shape::List(&Shape::Text),
    Optional "placement": object! { Optional "zonePlacementPolicy": Shape::Choice(&["Any", "None"]) },
    Optional "properties": PROPERTIES => Fallback::EmptyObject,
};

/// Storage accounts.
pub static ACCOUNT: Model = Model {
    name: "Microsoft.Storage/storageAccounts",
    api_versions: "\
        2026-09-01 2026-04-01 2025-08-01 2025-06-01 2025-01-01 2024-01-01 2023-05-01 2023-04-01 2023-01-01 \
        2022-09-01 2022-05-01 2021-09-01 2021-08-01 2021-06-01 2021-04-01 2021-02-01 2021-01-01 \
        2020-08-01-preview 2019-06-01 2019-04-01 2018-11-01 2018-07-01 2018-03-01-preview 2018-02-01 2017-10-01 \
        2017-06-01 2016-12-01 2016-05-01 2016-01-01 2015-06-15 2015-05-01-preview",
    shape: &SHAPE,
    located: true,
    valid_name,
    unique: Some(Unique {
        space: "storage",
        taken: |name| {
            Fault::service(
                409,
                "StorageAccountAlreadyExists",
                format!("The storage account named {name} already exists under the subscription."),
            )
        },
    }),
    soft_delete: SoftDelete::No,
    immutable: &[
        "/properties/isHnsEnabled",
        "/properties/isNfsV3Enabled",
        "/properties/dnsEndpointType",
        "/properties/encryption/requireInfrastructureEncryption",
    ],
    creating: "Creating",
    check,
    fill: fill_account,
};

fn valid_name(name: &str) -> Result<(), Fault> {
    if made_of(name, 3, 24, |character| character.is_ascii_lowercase() || character.is_ascii_digit()) {
        return Ok(());
    }
    Err(Fault::service(
        400,
        "AccountNameInvalid",
        format!(
            "{name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in \
             length and use numbers and lower-case letters only."
        ),
    ))
}

/// The kind can only be upgraded to `StorageV2`; blob storage needs an access tier.
fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    let kind = text(draft.body, "/kind").unwrap_or_default();
    if let Some(old) = draft.old.and_then(|old| text(old, "/kind"))
        && old != kind
        && !(kind == "StorageV2" && matches!(old, "Storage" | "BlobStorage"))
    {
        return Err(Fault::property_change("kind"));
    }
    if kind == "BlobStorage" && draft.body.pointer("/properties/accessTier").is_none() {
        return Err(
            Fault::invalid_content("Required property 'accessTier' not found in JSON.").at("properties.accessTier")
        );
    }

    let premium_only = matches!(kind, "FileStorage" | "BlockBlobStorage");
    let sku = text(draft.body, "/sku/name").unwrap_or_default();
    if premium_only && sku.starts_with("Standard_") {
        return Err(invalid_sku(sku, kind));
    }
    Ok(())
}

fn invalid_sku(sku: &str, kind: &str) -> Fault {
    Fault::service(
        400,
        "InvalidAccountType",
        format!("The AccountType {sku} is invalid for an account of kind {kind}."),
    )
    .at("sku.name")
}

fn fill_account(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let sku = body.get("sku").and_then(|sku| sku.get("name")).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let region = body.get("location").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(sku_object) = fill::object(body, "sku") {
        let tier = if sku.starts_with("Premium") { "Premium" } else { "Standard" };
        sku_object.insert("tier".to_owned(), Value::from(tier));
    }
    let Some(properties) = fill::object(body, "properties") else { return };
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("creationTime", facts.keep("/properties/creationTime", || Value::from(facts.now)));
    let keys = facts.keep("/properties/keyCreationTime", || json!({ "key1": facts.now, "key2": facts.now }));
    put("keyCreationTime", keys);
    put("primaryEndpoints", endpoints(facts.name, &kind, ""));
    put("primaryLocation", Value::from(region.as_str()));
    put("statusOfPrimary", Value::from("available"));
    if ["GRS", "GZRS"].iter().any(|redundancy| sku.ends_with(redundancy))
        && let Some(pair) = regions::paired(&region)
    {
        put("secondaryLocation", Value::from(pair));
        put("statusOfSecondary", Value::from("available"));
        if sku.contains("_RA") {
            put("secondaryEndpoints", endpoints(facts.name, &kind, "-secondary"));
        }
    }
    put("privateEndpointConnections", json!([]));
    if matches!(kind.as_str(), "StorageV2" | "BlobStorage") && !properties.contains_key("accessTier") {
        properties.insert("accessTier".to_owned(), Value::from("Hot"));
    }
    for service in ["blob", "file"] {
        let at = format!("/encryption/services/{service}");
        let when = facts.keep(&format!("/properties{at}/lastEnabledTime"), || Value::from(facts.now));
        if let Some(encrypted) = properties
            .get_mut("encryption")
            .and_then(|value| value.pointer_mut(at.trim_start_matches("/encryption")))
            .and_then(Value::as_object_mut)
        {
            encrypted.insert("lastEnabledTime".to_owned(), when);
        }
    }
}

/// Endpoints of the services that a kind of account has.
fn endpoints(name: &str, kind: &str, suffix: &str) -> Value {
    let services: &[&str] = match kind {
        "StorageV2" => &["dfs", "web", "blob", "queue", "table", "file"],
        "Storage" => &["blob", "queue", "table", "file"],
        "FileStorage" => &["file"],
        "BlockBlobStorage" => &["dfs", "web", "blob"],
        _ => &["dfs", "blob", "table"],
    };
    let mut map = Map::new();
    for service in services {
        // There is no read access to files at the secondary.
        if *service == "file" && !suffix.is_empty() {
            continue;
        }
        let host = if *service == "web" { "z6.web" } else { service };
        map.insert((*service).to_owned(), Value::from(format!("https://{name}{suffix}.{host}.core.windows.net/")));
    }
    Value::Object(map)
}
