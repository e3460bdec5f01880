//! The resource types that our kinds model: type, newest stable api-version and name rule, as in the Azure REST API
//! definitions of August 2026.

use crate::names::{self, NameRule};

/// A resource type and the kind that stands for it in scripts.
#[derive(Debug)]
pub struct ResourceType {
    /// The word in scripts.
    pub kind: &'static str,
    /// `NAMESPACE/TYPE[/TYPE…]`.
    pub name: &'static str,
    /// Newest stable api-version.
    pub api_version: &'static str,
    /// Rule for the last segment of its name.
    pub names: &'static NameRule,
}

/// Resource groups.
pub static RESOURCE_GROUP: ResourceType = ResourceType {
    kind: "resource_group",
    name: "Microsoft.Resources/resourceGroups",
    api_version: "2025-04-01",
    names: &names::RESOURCE_GROUP,
};

/// Storage accounts.
pub static STORAGE_ACCOUNT: ResourceType = ResourceType {
    kind: "storage_account",
    name: "Microsoft.Storage/storageAccounts",
    api_version: "2026-04-01",
    names: &names::STORAGE_ACCOUNT,
};

/// Key vaults.
pub static KEY_VAULT: ResourceType = ResourceType {
    kind: "key_vault",
    name: "Microsoft.KeyVault/vaults",
    api_version: "2026-02-01",
    names: &names::KEY_VAULT,
};

/// Log Analytics workspaces.
pub static LOG_ANALYTICS_WORKSPACE: ResourceType = ResourceType {
    kind: "log_analytics_workspace",
    name: "Microsoft.OperationalInsights/workspaces",
    api_version: "2026-03-01",
    names: &names::LOG_ANALYTICS_WORKSPACE,
};

/// Application Insights components.
pub static APP_INSIGHTS: ResourceType = ResourceType {
    kind: "app_insights",
    name: "Microsoft.Insights/components",
    api_version: "2020-02-02",
    names: &names::APP_INSIGHTS,
};

/// Container registries.
pub static CONTAINER_REGISTRY: ResourceType = ResourceType {
    kind: "container_registry",
    name: "Microsoft.ContainerRegistry/registries",
    api_version: "2025-11-01",
    names: &names::CONTAINER_REGISTRY,
};

/// Machine Learning workspaces.
pub static ML_WORKSPACE: ResourceType = ResourceType {
    kind: "ml_workspace",
    name: "Microsoft.MachineLearningServices/workspaces",
    api_version: "2026-05-01",
    names: &names::ML_WORKSPACE,
};

/// Machine Learning compute clusters.
pub static ML_COMPUTE_CLUSTER: ResourceType = ResourceType {
    kind: "ml_compute_cluster",
    name: "Microsoft.MachineLearningServices/workspaces/computes",
    api_version: "2026-05-01",
    names: &names::ML_COMPUTE_CLUSTER,
};

/// All of them.
pub static ALL: [&ResourceType; 8] = [
    &RESOURCE_GROUP,
    &STORAGE_ACCOUNT,
    &KEY_VAULT,
    &LOG_ANALYTICS_WORKSPACE,
    &APP_INSIGHTS,
    &CONTAINER_REGISTRY,
    &ML_WORKSPACE,
    &ML_COMPUTE_CLUSTER,
];
