//! Azure storage accounts.

mod checks;

use mlhost_arm::parts::{NetworkAcls, no, yes};
use mlhost_arm::{Builder, Identity, Tags, find_in_group, rules, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{Compare, Context, Declaration, Expansion, Kind, Prop, Relation, Rule, resource_plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// An account for blobs, files, queues and tables.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StorageAccount {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// Performance and replication.
    #[serde(default = "standard_lrs")]
    #[schemars(extend("enum" = ["Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Premium_LRS", "Premium_ZRS",
        "Standard_GZRS", "Standard_RAGZRS", "StandardV2_LRS", "StandardV2_GRS", "StandardV2_ZRS", "StandardV2_GZRS",
        "PremiumV2_LRS", "PremiumV2_ZRS"]))]
    sku: String,
    /// Kind of account. `StorageV2` can do everything; the premium kinds can do one thing fast.
    #[serde(default = "storage_v2")]
    #[schemars(extend("enum" = ["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"]))]
    kind: String,
    /// Tier of blobs that name none. Default: chosen by Azure (`Hot`).
    #[schemars(extend("enum" = ["Hot", "Cool", "Cold", "Premium", "Smart"]))]
    access_tier: Option<String>,
    /// Refuse requests that are not encrypted.
    #[serde(default = "yes")]
    https_only: Prop<bool>,
    /// Oldest version of TLS that is accepted.
    #[serde(default = "tls_1_2")]
    #[schemars(extend("enum" = ["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]))]
    min_tls_version: String,
    /// Whether containers may be opened to anonymous readers.
    #[serde(default = "no")]
    allow_blob_public_access: Prop<bool>,
    /// Whether the account's keys give access. Default: chosen by Azure (true). Azure ML datastores use keys unless the
    /// workspace's `system_datastores_auth_mode` says otherwise.
    allow_shared_key_access: Option<Prop<bool>>,
    /// Whether objects may be replicated to accounts of other directories.
    #[serde(default = "no")]
    allow_cross_tenant_replication: Prop<bool>,
    /// Whether the Azure portal uses Entra ID by default. Default: chosen by Azure (false).
    default_to_oauth_authentication: Option<Prop<bool>>,
    /// Where data may be copied from. Default: chosen by Azure (everywhere).
    #[schemars(extend("enum" = ["PrivateLink", "AAD", "All"]))]
    allowed_copy_scope: Option<String>,
    /// Whether it can be reached from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled", "SecuredByPerimeter"]))]
    public_network_access: Option<String>,
    /// Rules for the networks it can be reached from. Default: all.
    network_acls: Option<NetworkAcls>,
    /// Managed identity. Default: none.
    identity: Option<Identity>,
    /// Folders with access control (Data Lake Storage Gen2); cannot be changed later. Azure ML takes no such account as the
    /// default storage of a workspace. Default: chosen by Azure (false).
    hierarchical_namespace: Option<Prop<bool>>,
    /// Access by SFTP; needs `hierarchical_namespace`. Default: chosen by Azure (false).
    sftp: Option<Prop<bool>>,
    /// Access by NFS 3; needs `hierarchical_namespace`; cannot be changed later. Default: chosen by Azure (false).
    nfs_v3: Option<Prop<bool>>,
    /// File shares larger than 5 TiB; cannot be turned off. Default: chosen by Azure.
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    large_file_shares: Option<String>,
    /// A second layer of encryption; cannot be changed later. Default: chosen by Azure (false).
    infrastructure_encryption: Option<Prop<bool>>,
    /// Days after which the account's keys count as too old. Default: never.
    #[schemars(range(min = 1))]
    key_expiration_days: Option<Prop<u32>>,
}

fn standard_lrs() -> String {
    "Standard_LRS".into()
}

fn storage_v2() -> String {
    "StorageV2".into()
}

fn tls_1_2() -> String {
    "TLS1_2".into()
}

impl Kind for StorageAccount {
    const NAME: &'static str = "storage_account";
    const SUMMARY: &'static str = "A storage account for blobs, files, queues and tables";
    const TYPE: &'static str = "Microsoft.Storage/storageAccounts";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("primary_endpoints.blob", "/properties/primaryEndpoints/blob", "URL of its blobs"),
        Output::new("primary_endpoints.dfs", "/properties/primaryEndpoints/dfs", "URL of its data lake"),
        Output::new("primary_endpoints.file", "/properties/primaryEndpoints/file", "URL of its file shares"),
        Output::new("primary_endpoints.queue", "/properties/primaryEndpoints/queue", "URL of its queues"),
        Output::new("primary_endpoints.table", "/properties/primaryEndpoints/table", "URL of its tables"),
        Output::new("primary_endpoints.web", "/properties/primaryEndpoints/web", "URL of its static web site"),
        Output::new("primary_location", "/properties/primaryLocation", "Region of its first copy"),
        Output::new("secondary_location", "/properties/secondaryLocation", "Region of its geo-redundant copy"),
        Output::new("identity.principal_id", "/identity/principalId", "Object id of its own identity"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const EMPTY: &str = "It cannot be changed: the account is deleted with all its data and created again.";
        const CLOSED: &str = "Clients that are no longer allowed lose access at once.";
        let mut list = rules::tracked("A storage account");
        list.extend([
            Rule::in_place("/sku/name").costs("Moving all data to another replication may take days and is billed."),
            Rule::data_loss("/kind", EMPTY),
            Rule::data_loss("/properties/isHnsEnabled", EMPTY),
            Rule::data_loss("/properties/isNfsV3Enabled", EMPTY),
            Rule::data_loss("/properties/encryption/requireInfrastructureEncryption", EMPTY),
            Rule::in_place("/properties/accessTier").costs("Moving blobs to another tier is billed per blob."),
            Rule::in_place("/properties/largeFileSharesState").costs("Large file shares cannot be turned off again."),
            Rule::disruptive("/properties/allowSharedKeyAccess", CLOSED),
            Rule::disruptive("/properties/allowBlobPublicAccess", CLOSED),
            Rule::disruptive("/properties/publicNetworkAccess", CLOSED),
            Rule::disruptive("/properties/networkAcls/defaultAction", CLOSED),
            Rule::disruptive("/properties/minimumTlsVersion", CLOSED),
            Rule::disruptive("/properties/supportsHttpsTrafficOnly", CLOSED),
        ]);
        list.extend(rules::network_acls());
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let mut account =
            Builder::in_group(&types::STORAGE_ACCOUNT, declaration, context, self.resource_group.as_deref());
        checks::check(&self, &mut account);
        account
            .set("/sku/name", self.sku)
            .set("/kind", self.kind)
            .location(self.location, context)
            .tags(self.tags)
            .set("/properties/accessTier", self.access_tier)
            .set("/properties/supportsHttpsTrafficOnly", self.https_only)
            .set("/properties/minimumTlsVersion", self.min_tls_version)
            .set("/properties/allowBlobPublicAccess", self.allow_blob_public_access)
            .set("/properties/allowSharedKeyAccess", self.allow_shared_key_access)
            .set("/properties/allowCrossTenantReplication", self.allow_cross_tenant_replication)
            .set("/properties/defaultToOAuthAuthentication", self.default_to_oauth_authentication)
            .set("/properties/allowedCopyScope", self.allowed_copy_scope)
            .set("/properties/publicNetworkAccess", self.public_network_access)
            .set("/properties/isHnsEnabled", self.hierarchical_namespace)
            .set("/properties/isSftpEnabled", self.sftp)
            .set("/properties/isNfsV3Enabled", self.nfs_v3)
            .set("/properties/largeFileSharesState", self.large_file_shares)
            .set("/properties/encryption/requireInfrastructureEncryption", self.infrastructure_encryption)
            .set("/properties/keyPolicy/keyExpirationPeriodInDays", self.key_expiration_days);
        if let Some(acls) = self.network_acls {
            acls.write(Self::NAME, Some("Allow"), &mut account.body, &mut account.diagnostics);
        }
        if let Some(identity) = self.identity {
            identity.write(Self::NAME, ",", &mut account.body, &mut account.diagnostics);
        }
        account.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::STORAGE_ACCOUNT, declaration, context)
    }
}

resource_plugin!(StorageAccount);

#[cfg(test)]
mod tests;
