//! Microsoft.MachineLearningServices/workspaces.

use serde_json::{Map, Value, json};

use super::fill::{self, text};
use super::names::{invalid, made_of};
use super::shape::{ENABLED, Fallback, INTEGER, Shape, TAGS, Tagged, USER_IDENTITIES, object};
use super::{Draft, Facts, Model, SoftDelete};
use crate::describe::TENANT;
use crate::fault::Fault;
use crate::guid::guid;
use crate::links;

const CATEGORY: Shape = Shape::Choice(&["Required", "Recommended", "UserDefined", "Dependency"]);
const RULE_STATUS: Shape = Shape::Choice(&["Inactive", "Active", "Provisioning", "Deleting", "Failed"]);

const OUTBOUND_RULE: Shape = Shape::Tagged(&Tagged {
    tag: "type",
    cases: &[
        (
            "FQDN",
            object! {
                Required "type": Shape::Choice(&["FQDN"]),
                Optional "category": CATEGORY,
                Optional "status": RULE_STATUS,
                Optional "destination": Shape::Text,
                ReadOnly "errorInformation": Shape::Text,
                ReadOnly "parentRuleNames": Shape::Any,
            },
        ),
        (
            "PrivateEndpoint",
            object! {
                Required "type": Shape::Choice(&["PrivateEndpoint"]),
                Optional "category": CATEGORY,
                Optional "status": RULE_STATUS,
                Optional "fqdns": Shape::List(&Shape::Text),
                Optional "destination": object! {
                    Optional "serviceResourceId": Shape::Text,
                    Optional "sparkEnabled": Shape::Bool,
                    Optional "sparkStatus": RULE_STATUS,
                    Optional "subresourceTarget": Shape::Text,
                },
                ReadOnly "errorInformation": Shape::Text,
                ReadOnly "parentRuleNames": Shape::Any,
            },
        ),
        (
            "ServiceTag",
            object! {
                Required "type": Shape::Choice(&["ServiceTag"]),
                Optional "category": CATEGORY,
                Optional "status": RULE_STATUS,
                Optional "destination": object! {
                    Optional "action": Shape::Choice(&["Allow", "Deny"]),
                    Optional "addressPrefixes": Shape::List(&Shape::Text),
                    Optional "portRanges": Shape::Text,
                    Optional "protocol": Shape::Text,
                    Optional "serviceTag": Shape::Text,
                },
                ReadOnly "errorInformation": Shape::Text,
                ReadOnly "parentRuleNames": Shape::Any,
            },
        ),
    ],
});

const MANAGED_NETWORK: Shape = object! {
    Optional "enableNetworkMonitor": Shape::Bool,
    Optional "isolationMode": Shape::Choice(&["Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound"]),
    ReadOnly "networkId": Shape::Text,
    Optional "outboundRules": Shape::Map(&OUTBOUND_RULE),
    Optional "status": object! {
        Optional "sparkReady": Shape::Bool,
        Optional "status": Shape::Choice(&["Inactive", "Active"]),
    },
    Optional "firewallSku": Shape::Choice(&["Standard", "Basic"]),
    Optional "managedNetworkKind": Shape::Choice(&["V1", "V2"]),
    ReadOnly "firewallPublicIpAddress": Shape::Text,
};

const PROPERTIES: Shape = object! {
    Optional "allowPublicAccessWhenBehindVnet": Shape::Bool,
    Optional "applicationInsights": Shape::Text,
    Optional "associatedWorkspaces": Shape::List(&Shape::Text),
    Optional "containerRegistry": Shape::Text,
    Optional "description": Shape::Text,
    Optional "discoveryUrl": Shape::Text,
    Optional "enableDataIsolation": Shape::Bool => Fallback::Bool(false),
    Optional "enableServiceSideCMKEncryption": Shape::Bool,
    Optional "encryption": object! {
        Optional "cosmosDbResourceId": Shape::Text,
        Optional "identity": object! { Optional "userAssignedIdentity": Shape::Text },
        Required "keyVaultProperties": object! {
            Optional "identityClientId": Shape::Text,
            Required "keyIdentifier": Shape::Text,
            Required "keyVaultArmId": Shape::Text,
        },
        Optional "searchAccountResourceId": Shape::Text,
        Required "status": ENABLED,
        Optional "storageAccountResourceId": Shape::Text,
    },
    Optional "featureStoreSettings": object! {
        Optional "computeRuntime": object! { Optional "sparkRuntimeVersion": Shape::Text },
        Optional "offlineStoreConnectionName": Shape::Text,
        Optional "onlineStoreConnectionName": Shape::Text,
    },
    Optional "friendlyName": Shape::Text,
    Optional "hbiWorkspace": Shape::Bool => Fallback::Bool(false),
    Optional "hubResourceId": Shape::Text,
    Optional "imageBuildCompute": Shape::Text,
    Optional "keyVault": Shape::Text,
    Optional "managedNetwork": MANAGED_NETWORK,
    ReadOnly "mlFlowTrackingUri": Shape::Text,
    ReadOnly "notebookInfo": Shape::Any,
    Optional "primaryUserAssignedIdentity": Shape::Text,
    ReadOnly "privateEndpointConnections": Shape::Any,
    ReadOnly "privateLinkCount": Shape::Any,
    Optional "provisionNetworkNow": Shape::Bool,
    ReadOnly "provisioningState": Shape::Text,
    Optional "publicNetworkAccess": ENABLED => Fallback::Text("Enabled"),
    Optional "serverlessComputeSettings": object! {
        Optional "serverlessComputeCustomSubnet": Shape::Text,
        Optional "serverlessComputeNoPublicIP": Shape::Bool,
    },
    Optional "serviceManagedResourcesSettings":
        object! { Optional "cosmosDb": object! { Optional "collectionsThroughput": INTEGER } },
    ReadOnly "serviceProvisionedResourceGroup": Shape::Text,
    Optional "sharedPrivateLinkResources": Shape::List(&object! {
        Optional "name": Shape::Text,
        Optional "properties": object! {
            Optional "groupId": Shape::Text,
            Optional "privateLinkResourceId": Shape::Text,
            Optional "requestMessage": Shape::Text,
            Optional "status": Shape::Choice(&["Approved", "Pending", "Rejected", "Disconnected", "Timeout"]),
        },
    }),
    Optional "storageAccount": Shape::Text,
    ReadOnly "storageHnsEnabled": Shape::Bool,
    Optional "systemDatastoresAuthMode":
        Shape::Choice(&["AccessKey", "Identity", "UserDelegationSAS"]) => Fallback::Text("AccessKey"),
    ReadOnly "tenantId": Shape::Text,
    Optional "v1LegacyMode": Shape::Bool => Fallback::Bool(false),
    Optional "workspaceHubConfig": object! {
        Optional "additionalWorkspaceStorageAccounts": Shape::List(&Shape::Text),
        Optional "defaultWorkspaceResourceGroup": Shape::Text,
    },
    ReadOnly "workspaceId": Shape::Text,
};

/// SKU of workspaces and computes.
pub const SKU: Shape = object! {
    Required "name": Shape::Text,
    Optional "tier": Shape::Choice(&["Free", "Basic", "Standard", "Premium"]),
    Optional "size": Shape::Text,
    Optional "family": Shape::Text,
    Optional "capacity": INTEGER,
};

/// Identity of workspaces and computes.
pub const IDENTITY: Shape = object! {
    Required "type": Shape::Choice(&["None", "SystemAssigned", "UserAssigned", "SystemAssigned,UserAssigned"]),
    Optional "userAssignedIdentities": USER_IDENTITIES,
    ReadOnly "principalId": Shape::Text,
    ReadOnly "tenantId": Shape::Text,
};

static SHAPE: Shape = object! {
    Optional "location": Shape::Text,
    Optional "tags": TAGS,
    Optional "kind": Shape::Choice(&["Default", "Hub", "Project", "FeatureStore", "Lean"]) => Fallback::Text("Default"),
    Optional "sku": SKU,
    Optional "identity": IDENTITY,
    Required "properties": PROPERTIES,
};

/// Machine-learning workspaces.
pub static WORKSPACE: Model = Model {
    name: "Microsoft.MachineLearningServices/workspaces",
    api_versions: "\
        2026-05-15-preview 2026-05-01 2026-03-15-preview 2026-03-01 2026-01-15-preview 2025-12-01 \
        2025-10-01-preview 2025-09-01 2025-07-01-preview 2025-06-01 2025-04-01-preview 2025-04-01 \
        2025-01-01-preview 2024-10-01-preview 2024-10-01 2024-07-01-preview 2024-04-01-preview 2024-04-01 \
        2024-01-01-preview 2023-10-01 2023-08-01-preview 2023-06-01-preview 2023-04-01-preview 2023-04-01 \
        2023-02-01-preview 2022-12-01-preview 2022-10-01-preview 2022-10-01 2022-06-01-preview 2022-05-01 \
        2022-02-01-preview 2022-01-01-preview 2021-07-01 2021-04-01 2021-03-01-preview 2021-01-01 \
        2020-09-01-preview 2020-08-01 2020-06-01 2020-05-15-preview 2020-05-01-preview 2020-04-01 2020-03-01 \
        2020-02-18-preview 2020-01-01 2019-11-01 2019-06-01 2019-05-01 2018-11-19 2018-03-01-preview",
    shape: &SHAPE,
    located: true,
    valid_name: |name| {
        let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        if made_of(name, 3, 33, allowed) && !name.starts_with(['-', '_']) {
            return Ok(());
        }
        Err(invalid(name, "Use 3 to 33 letters, digits, hyphens and underscores, starting with a letter or digit."))
    },
    unique: None,
    soft_delete: SoftDelete::Workspace,
    immutable: &[
        "/properties/storageAccount",
        "/properties/keyVault",
        "/properties/hbiWorkspace",
        "/properties/hubResourceId",
        "/kind",
    ],
    creating: "Creating",
    check,
    fill: fill_workspace,
};

/// The refusal for a workspace whose id a deleted one still has.
pub fn soft_deleted() -> Fault {
    Fault::bad_request("Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete")
}

fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    let kind = text(draft.body, "/kind").unwrap_or("Default");
    let required: &[&str] = match kind {
        "Hub" => &["/identity/type", "/properties/storageAccount", "/properties/keyVault"],
        "Project" => &["/identity/type", "/properties/hubResourceId"],
        "Lean" => &[],
        _ => {
            &["/identity/type", "/properties/storageAccount", "/properties/keyVault", "/properties/applicationInsights"]
        }
    };
    for pointer in required {
        if draft.body.pointer(pointer).is_none() {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            return Err(
                Fault::bad_request(format!("Missing dependent resources in workspace json: '{path}'.")).at(path)
            );
        }
    }
    if text(draft.body, "/identity/type") == Some("UserAssigned")
        && draft.body.pointer("/properties/primaryUserAssignedIdentity").is_none()
    {
        let path = "properties.primaryUserAssignedIdentity";
        return Err(Fault::bad_request(format!("A user-assigned identity needs '{path}'.")).at(path));
    }
    links::exists(draft, "/properties/keyVault", "Microsoft.KeyVault/vaults")?;
    links::exists(draft, "/properties/applicationInsights", "Microsoft.Insights/components")?;
    links::exists(draft, "/properties/containerRegistry", "Microsoft.ContainerRegistry/registries")?;
    links::exists(draft, "/properties/hubResourceId", WORKSPACE.name)?;
    let Some(account) = links::exists(draft, "/properties/storageAccount", "Microsoft.Storage/storageAccounts")? else {
        return Ok(());
    };
    let hierarchical = account.pointer("/properties/isHnsEnabled").and_then(Value::as_bool) == Some(true);
    let premium = text(&account, "/sku/name").is_some_and(|sku| sku.starts_with("Premium"));
    if hierarchical || premium {
        let what = if hierarchical { "with a hierarchical namespace" } else { "of a premium kind" };
        return Err(Fault::bad_request(format!(
            "A storage account {what} cannot be the default storage account of a workspace."
        ))
        .at("properties.storageAccount"));
    }
    Ok(())
}

fn fill_workspace(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let region = body.get("location").and_then(Value::as_str).unwrap_or_default().to_owned();
    body.entry("sku").or_insert_with(|| json!({ "name": "Basic", "tier": "Basic" }));
    let Some(properties) = fill::object(body, "properties") else { return };
    let id = facts.keep("/properties/workspaceId", || Value::from(guid(&["workspace", facts.seed])));
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("mlFlowTrackingUri", Value::from(format!("azureml://{region}.api.azureml.ms/mlflow/v1.0{}", facts.path)));
    put(
        "notebookInfo",
        json!({
            "fqdn": format!("ml-{}-{region}-{}.{region}.notebooks.azure.net", facts.name, id.as_str().unwrap_or_default()),
            "resourceId": id.as_str().map(|id| id.replace('-', "")),
            "isPrivateLinkEnabled": false,
        }),
    );
    put("workspaceId", id);
    put("tenantId", Value::from(TENANT));
    put("storageHnsEnabled", Value::Bool(false));
    put("privateLinkCount", Value::from(0));
    put("privateEndpointConnections", json!([]));
    properties
        .entry("discoveryUrl")
        .or_insert_with(|| Value::from(format!("https://{region}.api.azureml.ms/discovery")));
}
