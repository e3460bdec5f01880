//! Machine Learning workspaces.

use mlhost_arm::parts::USER_ASSIGNED_IDENTITY;
use mlhost_arm::{Builder, Identity, Tags, find_in_group, handle, rules, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{Compare, Context, Declaration, Expansion, Kind, Prop, Relation, Rule};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::workspace_parts::{Encryption, ManagedNetwork, ServerlessCompute};

/// A workspace: experiments, models, endpoints and compute of a team, on top of a storage account, a key vault, telemetry
/// and a container registry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MlWorkspace {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// Handle or id of the storage account for data and artefacts; without a hierarchical namespace and not premium.
    storage_account: String,
    /// Handle or id of the key vault for its secrets.
    key_vault: String,
    /// Handle or id of the application insights for its telemetry.
    app_insights: String,
    /// Handle or id of the container registry for its images. Default: one is made when the first image is built.
    container_registry: Option<String>,
    /// Name that people read. Default: the workspace's name.
    friendly_name: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Managed identity.
    #[serde(default = "Identity::system_assigned")]
    #[schemars(extend("default" = {"type": "SystemAssigned"}))]
    identity: Identity,
    /// Id of the user-assigned identity that stands for the workspace; needed when the identity is `UserAssigned` only.
    primary_user_assigned_identity: Option<String>,
    /// Data of high business impact: Azure gathers less diagnostics. Cannot be changed later. Default: chosen by Azure (false).
    hbi_workspace: Option<Prop<bool>>,
    /// Encryption with your own key; cannot be changed later. Default: with a key of Azure's.
    encryption: Option<Encryption>,
    /// Whether it can be reached from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    public_network_access: Option<String>,
    /// A virtual network that Azure manages for it. Default: none.
    managed_network: Option<ManagedNetwork>,
    /// Name of the compute cluster that builds images. Default: serverless compute.
    image_build_compute: Option<String>,
    /// How its system datastores reach the storage account. Default: chosen by Azure (`AccessKey`).
    #[schemars(extend("enum" = ["AccessKey", "Identity", "UserDelegationSAS"]))]
    system_datastores_auth_mode: Option<String>,
    /// Network of compute that jobs get without a cluster. Default: chosen by Azure.
    serverless_compute: Option<ServerlessCompute>,
    /// Only the API of version 1, for old private links. Default: chosen by Azure (false).
    v1_legacy_mode: Option<Prop<bool>>,
    /// When it is deleted, delete it for good instead of keeping it for 14 days.
    #[serde(default)]
    purge_on_destroy: bool,
}

impl Kind for MlWorkspace {
    const NAME: &'static str = "ml_workspace";
    const SUMMARY: &'static str = "A Machine Learning workspace";
    const TYPE: &'static str = "Microsoft.MachineLearningServices/workspaces";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../ml_workspace.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("identity.principal_id", "/identity/principalId", "Object id of its own identity"),
        Output::new("identity.tenant_id", "/identity/tenantId", "Directory of its own identity"),
        Output::new("workspace_id", "/properties/workspaceId", "Id that the data plane uses (a GUID)"),
        Output::new("discovery_url", "/properties/discoveryUrl", "URL that tells the services of its region"),
        Output::new("mlflow_tracking_uri", "/properties/mlFlowTrackingUri", "URI for MLflow clients"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const LOST: &str = "It cannot be changed: the workspace is deleted with its experiments, models, endpoints and \
                            computes and created again; the storage account, vault, insights and registry stay.";
        let mut list = rules::tracked("A Machine Learning workspace");
        list.extend([
            Rule::data_loss("/properties/storageAccount", LOST),
            Rule::data_loss("/properties/keyVault", LOST),
            Rule::data_loss("/properties/applicationInsights", LOST),
            Rule::data_loss("/properties/containerRegistry", LOST),
            Rule::data_loss("/properties/hbiWorkspace", LOST),
            Rule::data_loss("/properties/encryption/**", LOST),
            Rule::disruptive(
                "/properties/publicNetworkAccess",
                "Clients that are no longer allowed lose access at once.",
            ),
            Rule::disruptive("/identity/**", "Jobs and endpoints that use the former identity lose its access."),
            Rule::disruptive(
                "/properties/primaryUserAssignedIdentity",
                "Jobs and endpoints that use the former identity lose its access.",
            ),
            Rule::disruptive("/properties/v1LegacyMode", "Clients of version 2 of the API are refused while it is on."),
            Rule::in_place("/properties/managedNetwork/isolationMode")
                .costs("A managed network cannot be turned off again; computes must be made anew to use it."),
            Rule::in_place("/properties/friendlyName").compare(Compare::Exact),
            Rule::in_place("/properties/description").compare(Compare::Exact),
        ]);
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let mut workspace =
            Builder::in_group(&types::ML_WORKSPACE, declaration, context, self.resource_group.as_deref());
        if self.purge_on_destroy {
            workspace.details.delete_query.insert("forceToPurge".into(), "true".into());
        }
        self.check_identity(&mut workspace);
        self.identity.write(Self::NAME, ",", &mut workspace.body, &mut workspace.diagnostics);
        workspace
            .location(self.location, context)
            .tags(self.tags)
            .refer(
                "/properties/storageAccount",
                "/storage_account",
                Some(self.storage_account),
                &types::STORAGE_ACCOUNT,
            )
            .refer("/properties/keyVault", "/key_vault", Some(self.key_vault), &types::KEY_VAULT)
            .refer("/properties/applicationInsights", "/app_insights", Some(self.app_insights), &types::APP_INSIGHTS)
            .refer(
                "/properties/containerRegistry",
                "/container_registry",
                self.container_registry,
                &types::CONTAINER_REGISTRY,
            )
            .set("/properties/friendlyName", self.friendly_name)
            .set("/properties/description", self.description)
            .set("/properties/primaryUserAssignedIdentity", self.primary_user_assigned_identity)
            .set("/properties/hbiWorkspace", self.hbi_workspace)
            .set("/properties/publicNetworkAccess", self.public_network_access)
            .set("/properties/imageBuildCompute", self.image_build_compute)
            .set("/properties/systemDatastoresAuthMode", self.system_datastores_auth_mode)
            .set("/properties/v1LegacyMode", self.v1_legacy_mode);
        if let Some(encryption) = self.encryption {
            encryption.write(&mut workspace);
        }
        if let Some(network) = self.managed_network {
            network.write(&mut workspace);
        }
        if let Some(serverless) = self.serverless_compute {
            serverless.write(&mut workspace);
        }
        workspace.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::ML_WORKSPACE, declaration, context)
    }
}

impl MlWorkspace {
    /// A workspace always has an identity; one that only has identities of users must say which one stands for it.
    fn check_identity(&self, workspace: &mut Builder) {
        const POINTER: &str = "/primary_user_assigned_identity";
        let needs_primary = self.identity.r#type == "UserAssigned";
        if self.identity.r#type == "None" {
            workspace.problem("identity", "a workspace needs an identity", "/identity/type");
        }
        if needs_primary && self.primary_user_assigned_identity.is_none() {
            let message = "the identity type `UserAssigned` needs `primary_user_assigned_identity`";
            workspace.problem("identity", message, "/identity");
        }
        if let Some(id) = &self.primary_user_assigned_identity {
            let problem = handle::id_of_type(Self::NAME, POINTER, id, USER_ASSIGNED_IDENTITY).err();
            workspace.diagnostics.extend(problem);
        }
    }
}

#[cfg(test)]
#[path = "workspace_tests.rs"]
mod tests;
