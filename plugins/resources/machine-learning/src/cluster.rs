//! Compute clusters of a workspace.

use mlhost_arm::parts::SUBNET;
use mlhost_arm::{Builder, Identity, Tags, duration, find_child, handle, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{Compare, Context, Declaration, Diagnostic, Expansion, Kind, Prop, Relation, Rule, token};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cluster_credentials::AdminUser;

/// A cluster of virtual machines that grows with the jobs and shrinks without them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MlComputeCluster {
    /// Handle or id of the workspace it belongs to.
    workspace: Option<String>,
    /// Region; may differ from that of the workspace. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// What it is for.
    description: Option<String>,
    /// Size of each machine, for example `STANDARD_D3_V2`.
    vm_size: String,
    /// `LowPriority` machines cost less and may be taken away at any time.
    #[serde(default = "dedicated")]
    #[schemars(extend("enum" = ["Dedicated", "LowPriority"]))]
    vm_priority: String,
    /// Machines that are kept when there are no jobs; they cost money all the time.
    #[serde(default = "zero")]
    min_nodes: Prop<u32>,
    /// Most machines at a time.
    max_nodes: Prop<u32>,
    /// How long a machine without a job is kept (ISO 8601 duration).
    #[serde(default = "two_minutes")]
    idle: String,
    /// Operating system. Default: chosen by Azure (`Linux`).
    #[schemars(extend("enum" = ["Linux", "Windows"]))]
    os_type: Option<String>,
    /// Id of the subnet of its machines. Default: none of yours.
    subnet: Option<String>,
    /// Account on each machine, for SSH. Default: none.
    admin_user: Option<AdminUser>,
    /// Whether the SSH port is open to public networks. Default: chosen by Azure (`NotSpecified`: open only without a subnet).
    #[schemars(extend("enum" = ["Enabled", "Disabled", "NotSpecified"]))]
    remote_login_port_public_access: Option<String>,
    /// Whether machines get public addresses. Default: chosen by Azure (true).
    enable_node_public_ip: Option<Prop<bool>>,
    /// Whether machines are kept apart from those of other clusters. Default: chosen by Azure (false).
    isolated_network: Option<Prop<bool>>,
    /// Refuse SSH altogether. Default: chosen by Azure (false).
    disable_local_auth: Option<Prop<bool>>,
    /// Managed identity that jobs use to reach data. Default: none.
    identity: Option<Identity>,
}

fn dedicated() -> String {
    "Dedicated".into()
}

fn zero() -> Prop<u32> {
    Prop::Known(0)
}

fn two_minutes() -> String {
    "PT2M".into()
}

impl Kind for MlComputeCluster {
    const NAME: &'static str = "ml_compute_cluster";
    const SUMMARY: &'static str = "A compute cluster of a Machine Learning workspace";
    const TYPE: &'static str = "Microsoft.MachineLearningServices/workspaces/computes";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../ml_compute_cluster.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("identity.principal_id", "/identity/principalId", "Object id of its own identity"),
    ];

    fn parent() -> Option<Relation> {
        Some(Relation::new("ml_workspace", "workspace"))
    }

    fn rules() -> Vec<Rule> {
        const AGAIN: &str =
            "It cannot be changed: the cluster is deleted, with the jobs that run on it, and created again.";
        let settings = "/properties/properties";
        let again = |path: &str| Rule::replace(&format!("{settings}/{path}"), AGAIN);
        vec![
            Rule::in_place("/tags/**").compare(Compare::Exact),
            Rule::replace("/location", AGAIN).compare(Compare::Folded),
            Rule::replace("/properties/computeLocation", AGAIN).compare(Compare::Folded),
            Rule::in_place("/properties/description").compare(Compare::Exact),
            Rule::in_place("/properties/properties/scaleSettings/nodeIdleTimeBeforeScaleDown")
                .compare(Compare::Duration),
            Rule::in_place("/properties/properties/scaleSettings/minNodeCount")
                .costs("Machines that are kept without jobs cost money all the time."),
            Rule::in_place("/properties/properties/scaleSettings/**"),
            again("vmSize"),
            again("vmPriority"),
            again("osType"),
            again("subnet/**"),
            again("userAccountCredentials/adminUserPassword").compare(Compare::WriteOnly),
            again("userAccountCredentials/adminUserSshPublicKey").compare(Compare::WriteOnly),
            again("userAccountCredentials/**").compare(Compare::Exact),
            again("remoteLoginPortPublicAccess"),
            again("enableNodePublicIp"),
            again("isolatedNetwork"),
            Rule::replace("/properties/disableLocalAuth", AGAIN),
            Rule::disruptive("/identity/**", "Jobs that use the former identity lose its access."),
        ]
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let parent = self.workspace.as_deref();
        let mut cluster =
            Builder::child(&types::ML_COMPUTE_CLUSTER, declaration, &types::ML_WORKSPACE, "/workspace", parent);
        cluster.details.delete_query.insert("underlyingResourceAction".into(), "Delete".into());
        self.check(&mut cluster);
        let location = self.location.or_else(|| context.facts.text("location").map(str::to_owned));
        let settings = "/properties/properties";
        cluster
            .location(location.clone(), context)
            .tags(self.tags)
            .set("/properties/computeType", "AmlCompute")
            .set("/properties/computeLocation", location)
            .set("/properties/description", self.description)
            .set("/properties/disableLocalAuth", self.disable_local_auth)
            .set(&format!("{settings}/vmSize"), self.vm_size)
            .set(&format!("{settings}/vmPriority"), self.vm_priority)
            .set(&format!("{settings}/scaleSettings/minNodeCount"), self.min_nodes)
            .set(&format!("{settings}/scaleSettings/maxNodeCount"), self.max_nodes)
            .set(&format!("{settings}/scaleSettings/nodeIdleTimeBeforeScaleDown"), self.idle)
            .set(&format!("{settings}/osType"), self.os_type)
            .set(&format!("{settings}/subnet/id"), self.subnet)
            .set(&format!("{settings}/remoteLoginPortPublicAccess"), self.remote_login_port_public_access)
            .set(&format!("{settings}/enableNodePublicIp"), self.enable_node_public_ip)
            .set(&format!("{settings}/isolatedNetwork"), self.isolated_network);
        if let Some(user) = self.admin_user {
            user.write(&mut cluster);
        }
        if let Some(identity) = self.identity {
            identity.write(Self::NAME, ",", &mut cluster.body, &mut cluster.diagnostics);
        }
        cluster.finish()
    }

    fn find(declaration: &Declaration, _: &Context) -> Expansion {
        find_child(&types::ML_COMPUTE_CLUSTER, declaration, &types::ML_WORKSPACE, "/workspace")
    }
}

impl MlComputeCluster {
    fn check(&self, cluster: &mut Builder) {
        if let (Some(min), Some(max)) = (self.min_nodes.known(), self.max_nodes.known())
            && min > max
        {
            let message = format!("`min_nodes` is {min}, more than `max_nodes`, which is {max}");
            cluster.problem("nodes", message, "/min_nodes");
        }
        if !token::holds_token(&self.idle) && duration::seconds(&self.idle).is_none() {
            cluster.diagnostics.push(
                Diagnostic::error("ml_compute_cluster/idle", format!("`{}` is not an ISO 8601 duration", self.idle))
                    .at("/idle")
                    .help("write for example \"PT15M\" for 15 minutes"),
            );
        }
        let size = self.vm_size.to_ascii_lowercase();
        if !token::holds_token(&size) && !size.starts_with("standard_") {
            cluster.diagnostics.push(
                Diagnostic::error("ml_compute_cluster/vm_size", format!("`{}` is no size of a machine", self.vm_size))
                    .at("/vm_size")
                    .help("write for example \"STANDARD_D3_V2\"; `az ml compute list-sizes` tells what a region has"),
            );
        }
        if let Some(id) = &self.subnet {
            cluster.diagnostics.extend(handle::id_of_type(Self::NAME, "/subnet", id, SUBNET).err());
        }
    }
}

#[cfg(test)]
#[path = "cluster_tests.rs"]
mod tests;
