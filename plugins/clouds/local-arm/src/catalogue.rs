//! The types that this cloud knows by name, and how Azure answers a PUT and a DELETE of each: the verbs of the public
//! Azure SDKs of November 2026 (success codes and the headers that tell where to poll).

use Wait::{AsyncOperation, Both, Location, No, State};

/// How a client waits for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// There is nothing to wait for.
    No,
    /// By polling the URL in the `Location` header.
    Location,
    /// By polling the URL in the `Azure-AsyncOperation` header.
    AsyncOperation,
    /// Both headers are given.
    Both,
    /// By reading the resource until its `provisioningState` is a final one.
    State,
}

/// A type known by name.
#[derive(Debug)]
pub struct Known {
    /// Namespace and type in ARM's spelling.
    pub name: &'static str,
    /// Status of a PUT that creates one.
    pub created: u16,
    /// How a client waits for a creation.
    pub put: Wait,
    /// How a client waits for a deletion.
    pub delete: Wait,
    /// Whether it can be deployed to something else than a resource group.
    pub anywhere: bool,
}

const fn known(name: &'static str, created: u16, put: Wait, delete: Wait) -> Known {
    Known { name, created, put, delete, anywhere: false }
}

const fn anywhere(name: &'static str, created: u16, put: Wait, delete: Wait) -> Known {
    Known { name, created, put, delete, anywhere: true }
}

/// A type by its name in any case.
pub fn find(full_type: &str) -> Option<&'static Known> {
    let wanted = full_type.to_ascii_lowercase();
    let at = TYPES.binary_search_by(|known| known.name.to_ascii_lowercase().as_str().cmp(&wanted)).ok()?;
    TYPES.get(at)
}

/// A provider namespace in ARM's spelling.
pub fn namespace(name: &str) -> Option<&'static str> {
    namespaces().find(|known| known.eq_ignore_ascii_case(name))
}

/// All provider namespaces, in order and once each.
pub fn namespaces() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    TYPES.iter().filter_map(move |known| {
        let name = known.name.split('/').next().unwrap_or_default();
        let new = name != last;
        last = name;
        new.then_some(name)
    })
}

/// The types of a namespace, without it.
pub fn types_of(namespace: &str) -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter_map(move |known| {
        known.name.split_once('/').filter(|(own, _)| own.eq_ignore_ascii_case(namespace)).map(|(_, kind)| kind)
    })
}

/// Ordered by lower-case name.
static TYPES: &[Known] = &[
    anywhere("Microsoft.Authorization/locks", 201, No, No),
    anywhere("Microsoft.Authorization/policyAssignments", 201, No, No),
    anywhere("Microsoft.Authorization/policyDefinitions", 201, No, No),
    anywhere("Microsoft.Authorization/policySetDefinitions", 201, No, No),
    anywhere("Microsoft.Authorization/roleAssignments", 201, No, No),
    anywhere("Microsoft.Authorization/roleDefinitions", 201, No, No),
    known("Microsoft.CognitiveServices/accounts", 201, State, State),
    known("Microsoft.CognitiveServices/accounts/deployments", 201, State, State),
    known("Microsoft.Compute/availabilitySets", 200, No, No),
    known("Microsoft.Compute/diskEncryptionSets", 202, Location, Location),
    known("Microsoft.Compute/disks", 202, Location, Location),
    known("Microsoft.Compute/images", 201, Location, Location),
    known("Microsoft.Compute/proximityPlacementGroups", 201, No, No),
    known("Microsoft.Compute/sshPublicKeys", 201, No, No),
    known("Microsoft.Compute/virtualMachines", 201, Location, Location),
    known("Microsoft.Compute/virtualMachines/extensions", 201, Location, Location),
    known("Microsoft.Compute/virtualMachineScaleSets", 201, Location, Location),
    anywhere("Microsoft.Consumption/budgets", 201, No, No),
    known("Microsoft.ContainerInstance/containerGroups", 201, State, State),
    known("Microsoft.ContainerRegistry/registries", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/cacheRules", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/credentialSets", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/privateEndpointConnections", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/replications", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/scopeMaps", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/tasks", 201, No, No),
    known("Microsoft.ContainerRegistry/registries/tokens", 201, AsyncOperation, Location),
    known("Microsoft.ContainerRegistry/registries/webhooks", 201, AsyncOperation, Location),
    known("Microsoft.ContainerService/managedClusters", 201, AsyncOperation, Both),
    known("Microsoft.ContainerService/managedClusters/agentPools", 201, AsyncOperation, Both),
    known("Microsoft.Databricks/workspaces", 201, Location, Location),
    known("Microsoft.DataFactory/factories", 200, No, No),
    known("Microsoft.DataFactory/factories/linkedservices", 200, No, No),
    known("Microsoft.EventGrid/domains", 201, State, Location),
    anywhere("Microsoft.EventGrid/eventSubscriptions", 201, State, Location),
    known("Microsoft.EventGrid/systemTopics", 201, State, Location),
    known("Microsoft.EventGrid/systemTopics/eventSubscriptions", 201, State, Location),
    known("Microsoft.EventGrid/topics", 201, State, Location),
    known("Microsoft.EventHub/namespaces", 201, Both, AsyncOperation),
    known("Microsoft.EventHub/namespaces/eventhubs", 200, No, No),
    known("Microsoft.Insights/actionGroups", 201, No, No),
    known("Microsoft.Insights/activityLogAlerts", 201, No, No),
    known("Microsoft.Insights/autoscalesettings", 201, No, No),
    known("Microsoft.Insights/components", 200, No, No),
    known("Microsoft.Insights/dataCollectionEndpoints", 201, No, No),
    anywhere("Microsoft.Insights/dataCollectionRuleAssociations", 201, No, No),
    known("Microsoft.Insights/dataCollectionRules", 201, No, No),
    anywhere("Microsoft.Insights/diagnosticSettings", 200, No, No),
    known("Microsoft.Insights/metricAlerts", 200, No, No),
    known("Microsoft.Insights/privateLinkScopes", 201, No, State),
    known("Microsoft.Insights/privateLinkScopes/scopedResources", 201, State, State),
    known("Microsoft.Insights/scheduledQueryRules", 201, No, No),
    known("Microsoft.Insights/webtests", 200, No, No),
    known("Microsoft.Insights/workbooks", 201, No, No),
    known("Microsoft.KeyVault/managedHSMs", 202, Location, Location),
    known("Microsoft.KeyVault/vaults", 201, Location, No),
    known("Microsoft.KeyVault/vaults/accessPolicies", 201, No, No),
    known("Microsoft.KeyVault/vaults/keys", 200, No, No),
    known("Microsoft.KeyVault/vaults/privateEndpointConnections", 200, No, Location),
    known("Microsoft.KeyVault/vaults/secrets", 201, No, No),
    known("Microsoft.Logic/integrationAccounts", 201, No, No),
    known("Microsoft.Logic/workflows", 201, No, No),
    known("Microsoft.MachineLearningServices/registries", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/codes", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/codes/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/components", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/components/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/data", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/data/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/environments", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/environments/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/models", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/registries/models/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces", 202, Location, Location),
    known("Microsoft.MachineLearningServices/workspaces/batchEndpoints", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/capabilityHosts", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/codes", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/codes/versions", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/components", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/components/versions", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/computes", 201, AsyncOperation, Both),
    known("Microsoft.MachineLearningServices/workspaces/connections", 200, No, No),
    known("Microsoft.MachineLearningServices/workspaces/data", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/data/versions", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/datasets", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/datastores", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/endpoints", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/environments", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/environments/versions", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/featuresets", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/featuresets/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/featuresets/versions/features", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/featurestoreEntities", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/featurestoreEntities/versions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/inferencePools", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/inferencePools/endpoints", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/jobs", 201, No, Location),
    known("Microsoft.MachineLearningServices/workspaces/linkedServices", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/managedNetworks", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/marketplaceSubscriptions", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/models", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/models/versions", 201, No, No),
    known("Microsoft.MachineLearningServices/workspaces/onlineEndpoints", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/outboundRules", 202, Location, Location),
    known("Microsoft.MachineLearningServices/workspaces/privateEndpointConnections", 200, No, No),
    known("Microsoft.MachineLearningServices/workspaces/schedules", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/serverlessEndpoints", 201, AsyncOperation, Location),
    known("Microsoft.MachineLearningServices/workspaces/services", 201, No, No),
    known("Microsoft.ManagedIdentity/userAssignedIdentities", 201, No, No),
    known("Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", 201, No, No),
    known("Microsoft.Network/applicationGateways", 201, AsyncOperation, Location),
    known("Microsoft.Network/applicationSecurityGroups", 201, AsyncOperation, Location),
    known("Microsoft.Network/azureFirewalls", 201, AsyncOperation, Location),
    known("Microsoft.Network/bastionHosts", 201, AsyncOperation, Location),
    known("Microsoft.Network/connections", 201, AsyncOperation, Location),
    known("Microsoft.Network/ddosProtectionPlans", 201, AsyncOperation, Location),
    known("Microsoft.Network/dnsZones", 201, No, State),
    known("Microsoft.Network/firewallPolicies", 201, AsyncOperation, Location),
    known("Microsoft.Network/ipGroups", 201, AsyncOperation, Location),
    known("Microsoft.Network/loadBalancers", 201, AsyncOperation, Location),
    known("Microsoft.Network/localNetworkGateways", 201, AsyncOperation, Location),
    known("Microsoft.Network/natGateways", 201, AsyncOperation, Location),
    known("Microsoft.Network/networkInterfaces", 201, AsyncOperation, Location),
    known("Microsoft.Network/networkSecurityGroups", 201, AsyncOperation, Location),
    known("Microsoft.Network/networkSecurityGroups/securityRules", 201, AsyncOperation, Location),
    known("Microsoft.Network/privateDnsZones", 201, Location, Location),
    known("Microsoft.Network/privateDnsZones/A", 201, No, No),
    known("Microsoft.Network/privateDnsZones/CNAME", 201, No, No),
    known("Microsoft.Network/privateDnsZones/virtualNetworkLinks", 201, Location, Location),
    known("Microsoft.Network/privateEndpoints", 201, AsyncOperation, Location),
    known("Microsoft.Network/privateEndpoints/privateDnsZoneGroups", 201, AsyncOperation, Location),
    known("Microsoft.Network/privateLinkServices", 201, AsyncOperation, Location),
    known("Microsoft.Network/publicIPAddresses", 201, AsyncOperation, Location),
    known("Microsoft.Network/publicIPPrefixes", 201, Location, Location),
    known("Microsoft.Network/routeTables", 201, AsyncOperation, Location),
    known("Microsoft.Network/routeTables/routes", 201, AsyncOperation, Location),
    known("Microsoft.Network/serviceEndpointPolicies", 201, AsyncOperation, Location),
    known("Microsoft.Network/virtualNetworkGateways", 201, AsyncOperation, Location),
    known("Microsoft.Network/virtualNetworks", 201, AsyncOperation, Location),
    known("Microsoft.Network/virtualNetworks/subnets", 201, AsyncOperation, Location),
    known("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", 201, AsyncOperation, Location),
    known("Microsoft.OperationalInsights/clusters", 202, Both, Location),
    known("Microsoft.OperationalInsights/workspaces", 201, Location, Location),
    known("Microsoft.OperationalInsights/workspaces/dataExports", 201, No, No),
    known("Microsoft.OperationalInsights/workspaces/dataSources", 201, No, No),
    known("Microsoft.OperationalInsights/workspaces/linkedServices", 201, Location, Location),
    known("Microsoft.OperationalInsights/workspaces/linkedStorageAccounts", 200, No, No),
    known("Microsoft.OperationalInsights/workspaces/savedSearches", 200, No, No),
    known("Microsoft.OperationalInsights/workspaces/tables", 202, AsyncOperation, Both),
    anywhere("Microsoft.Resources/deployments", 201, Location, Location),
    known("Microsoft.Resources/deploymentScripts", 201, State, No),
    anywhere("Microsoft.Resources/deploymentStacks", 201, AsyncOperation, Location),
    anywhere("Microsoft.Resources/deploymentStacksWhatIfResults", 201, AsyncOperation, No),
    anywhere("Microsoft.Resources/tags", 202, Location, Location),
    known("Microsoft.Resources/templateSpecs", 201, No, No),
    known("Microsoft.Resources/templateSpecs/versions", 201, No, No),
    known("Microsoft.Search/searchServices", 201, State, No),
    known("Microsoft.Storage/storageAccounts", 202, Location, No),
    known("Microsoft.Storage/storageAccounts/blobServices", 200, No, No),
    known("Microsoft.Storage/storageAccounts/blobServices/containers", 201, No, No),
    known("Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies", 200, No, No),
    known("Microsoft.Storage/storageAccounts/encryptionScopes", 201, No, No),
    known("Microsoft.Storage/storageAccounts/fileServices", 200, No, No),
    known("Microsoft.Storage/storageAccounts/fileServices/shares", 201, No, No),
    known("Microsoft.Storage/storageAccounts/inventoryPolicies", 200, No, No),
    known("Microsoft.Storage/storageAccounts/localUsers", 200, No, No),
    known("Microsoft.Storage/storageAccounts/managementPolicies", 200, No, No),
    known("Microsoft.Storage/storageAccounts/objectReplicationPolicies", 200, No, No),
    known("Microsoft.Storage/storageAccounts/privateEndpointConnections", 200, No, No),
    known("Microsoft.Storage/storageAccounts/queueServices", 200, No, No),
    known("Microsoft.Storage/storageAccounts/queueServices/queues", 200, No, No),
    known("Microsoft.Storage/storageAccounts/tableServices", 200, No, No),
    known("Microsoft.Storage/storageAccounts/tableServices/tables", 200, No, No),
    known("Microsoft.Synapse/workspaces", 201, No, No),
    known("Microsoft.Web/connections", 201, No, No),
    known("Microsoft.Web/serverfarms", 202, Location, No),
    known("Microsoft.Web/sites", 202, Location, No),
    known("Microsoft.Web/sites/basicPublishingCredentialsPolicies", 200, No, No),
    known("Microsoft.Web/sites/config", 200, No, No),
    known("Microsoft.Web/sites/functions", 201, Location, No),
    known("Microsoft.Web/sites/hostNameBindings", 200, No, No),
    known("Microsoft.Web/sites/networkConfig", 200, No, No),
    known("Microsoft.Web/sites/slots", 202, Location, No),
    known("Microsoft.Web/sites/sourcecontrols", 201, Location, No),
];

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
