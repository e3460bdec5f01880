//! Parts of a workspace that are objects of their own.

use mlhost_arm::parts::{SUBNET, USER_ASSIGNED_IDENTITY};
use mlhost_arm::{Builder, handle, types};
use mlhost_plugin::Prop;
use schemars::JsonSchema;
use serde::Deserialize;

const KIND: &str = "ml_workspace";

/// Encryption with your own key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// Handle or id of the key vault that holds the key; it needs purge protection.
    key_vault: String,
    /// URL of the key in that vault, with or without its version.
    key_identifier: String,
    /// Id of the user-assigned identity that reads the key. Default: the workspace's own.
    user_assigned_identity: Option<String>,
}

impl Encryption {
    /// Sets `/properties/encryption`.
    pub fn write(self, workspace: &mut Builder) {
        const POINTER: &str = "/encryption/user_assigned_identity";
        if let Some(id) = &self.user_assigned_identity {
            workspace.diagnostics.extend(handle::id_of_type(KIND, POINTER, id, USER_ASSIGNED_IDENTITY).err());
        }
        workspace
            .set("/properties/encryption/status", "Enabled")
            .refer(
                "/properties/encryption/keyVaultProperties/keyVaultArmId",
                "/encryption/key_vault",
                Some(self.key_vault),
                &types::KEY_VAULT,
            )
            .set("/properties/encryption/keyVaultProperties/keyIdentifier", self.key_identifier)
            .set("/properties/encryption/identity/userAssignedIdentity", self.user_assigned_identity);
    }
}

/// A virtual network that Azure manages for the workspace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManagedNetwork {
    /// What may go out. Once it is not `Disabled` it cannot be `Disabled` again.
    #[schemars(extend("enum" = ["Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound"]))]
    isolation_mode: String,
    /// Size of the firewall of `AllowOnlyApprovedOutbound`. Default: chosen by Azure (`Standard`).
    #[schemars(extend("enum" = ["Standard", "Basic"]))]
    firewall_sku: Option<String>,
}

impl ManagedNetwork {
    /// Sets `/properties/managedNetwork`.
    pub fn write(self, workspace: &mut Builder) {
        let without_firewall = matches!(self.isolation_mode.as_str(), "Disabled" | "AllowInternetOutbound");
        if without_firewall && self.firewall_sku.is_some() {
            let message = format!("there is no firewall with `{}`", self.isolation_mode);
            workspace.problem("managed_network", message, "/managed_network/firewall_sku");
        }
        workspace
            .set("/properties/managedNetwork/isolationMode", self.isolation_mode)
            .set("/properties/managedNetwork/firewallSku", self.firewall_sku);
    }
}

/// Network of compute that jobs get without a cluster.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerlessCompute {
    /// Id of the subnet. Default: none of yours.
    subnet: Option<String>,
    /// Whether it gets no public address. Default: chosen by Azure (false).
    no_public_ip: Option<Prop<bool>>,
}

impl ServerlessCompute {
    /// Sets `/properties/serverlessComputeSettings`.
    pub fn write(self, workspace: &mut Builder) {
        if let Some(id) = &self.subnet {
            let problem = handle::id_of_type(KIND, "/serverless_compute/subnet", id, SUBNET).err();
            workspace.diagnostics.extend(problem);
        }
        workspace
            .set("/properties/serverlessComputeSettings/serverlessComputeCustomSubnet", self.subnet)
            .set("/properties/serverlessComputeSettings/serverlessComputeNoPublicIP", self.no_public_ip);
    }
}
