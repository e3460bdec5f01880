//! Azure key vaults.

mod access;

use access::AccessPolicy;
use mlhost_arm::parts::{NetworkAcls, yes};
use mlhost_arm::{Builder, Tags, find_in_group, id, rules, types};
use mlhost_plugin::documents::details::Recover;
use mlhost_plugin::kind::Output;
use mlhost_plugin::{
    Compare, Context, Declaration, Diagnostic, Expansion, Kind, Map, Prop, Relation, Rule, resource_plugin, token,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A vault for secrets, keys and certificates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyVault {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// `premium` keeps keys in hardware.
    #[serde(default = "standard")]
    #[schemars(extend("enum" = ["standard", "premium"]))]
    sku: String,
    /// Directory whose identities may be given access (a GUID). Default: the environment's `tenant_id`.
    tenant_id: Option<String>,
    /// Who may do what, when `rbac_authorization` is off; at most 1,024.
    access_policies: Option<Vec<AccessPolicy>>,
    /// Whether role assignments decide who has access, instead of access policies. Default: true, unless there are
    /// `access_policies` (an empty list counts).
    rbac_authorization: Option<Prop<bool>>,
    /// Whether deployments of templates may read secrets.
    #[serde(default = "yes")]
    enabled_for_template_deployment: Prop<bool>,
    /// Whether virtual machines may read certificates. Default: chosen by Azure (false).
    enabled_for_deployment: Option<Prop<bool>>,
    /// Whether disk encryption may read keys. Default: chosen by Azure (false).
    enabled_for_disk_encryption: Option<Prop<bool>>,
    /// `true` keeps everybody from purging the deleted vault before its time. It cannot be turned off again, so `false` is
    /// not accepted: leave it out. Azure ML turns it on in the vault of a workspace with its own encryption key.
    purge_protection: Option<Prop<bool>>,
    /// Days for which the deleted vault, and deleted secrets, can be brought back; cannot be changed later. Default: chosen
    /// by Azure (90).
    #[schemars(range(min = 7, max = 90))]
    soft_delete_retention_days: Option<Prop<u32>>,
    /// Whether it can be reached from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    public_network_access: Option<String>,
    /// Rules for the networks it can be reached from. Default: all.
    network_acls: Option<NetworkAcls>,
    /// `recover` brings back the deleted vault of this name. Without it that is done when the name turns out to be taken
    /// by one. Default: `default`.
    #[schemars(extend("enum" = ["default", "recover"]))]
    create_mode: Option<String>,
}

fn standard() -> String {
    "standard".into()
}

impl Kind for KeyVault {
    const NAME: &'static str = "key_vault";
    const SUMMARY: &'static str = "A key vault for secrets, keys and certificates";
    const TYPE: &'static str = "Microsoft.KeyVault/vaults";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("vault_uri", "/properties/vaultUri", "URL of its secrets, keys and certificates"),
        Output::new("tenant_id", "/properties/tenantId", "Directory whose identities may be given access"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const CLOSED: &str = "Clients that are no longer allowed lose access at once.";
        let mut list = rules::tracked("A key vault");
        list.extend([
            Rule::in_place("/properties/createMode").compare(Compare::WriteOnly),
            Rule::in_place("/properties/enablePurgeProtection").costs("Purge protection cannot be turned off again."),
            Rule::data_loss(
                "/properties/softDeleteRetentionInDays",
                "It cannot be changed: the vault is deleted with its secrets, and its name stays taken for that time.",
            ),
            Rule::disruptive("/properties/tenantId", "Identities of the former directory lose access at once."),
            Rule::disruptive(
                "/properties/enableRbacAuthorization",
                "Who has access by the other way only loses it at once.",
            ),
            Rule::disruptive("/properties/publicNetworkAccess", CLOSED),
            Rule::disruptive("/properties/networkAcls/defaultAction", CLOSED),
            Rule::in_place("/properties/accessPolicies/*/permissions/*").compare(Compare::Set),
            Rule::in_place("/properties/accessPolicies").compare(Compare::Set),
        ]);
        list.extend(rules::network_acls());
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let mut vault = Builder::in_group(&types::KEY_VAULT, declaration, context, self.resource_group.as_deref());
        vault.details.recover = Some(recover());
        if self.purge_protection.as_ref().and_then(Prop::known) == Some(&false) {
            vault.diagnostics.push(
                Diagnostic::error("key_vault/purge_protection", "purge protection cannot be off")
                    .at("/purge_protection")
                    .help("leave the property out; Azure refuses `false`"),
            );
        }
        let rbac = self.rbac_authorization.unwrap_or(Prop::Known(self.access_policies.is_none()));
        if rbac.known() == Some(&true) && self.access_policies.as_ref().is_some_and(|list| !list.is_empty()) {
            let message = "access policies have no effect while `rbac_authorization` is on";
            vault.problem("access_policies", message, "/access_policies");
        }
        let policies = match self.access_policies {
            None if rbac.known() == Some(&false) => Some(Vec::new()),
            policies => policies,
        };
        let tenant = tenant(&mut vault, self.tenant_id, context);
        vault
            .location(self.location, context)
            .tags(self.tags)
            .set("/properties/sku/family", "A")
            .set("/properties/sku/name", self.sku)
            .set("/properties/tenantId", tenant.clone())
            .set("/properties/createMode", self.create_mode)
            .set("/properties/enabledForTemplateDeployment", self.enabled_for_template_deployment)
            .set("/properties/enabledForDeployment", self.enabled_for_deployment)
            .set("/properties/enabledForDiskEncryption", self.enabled_for_disk_encryption)
            .set("/properties/enableRbacAuthorization", rbac)
            .set("/properties/enablePurgeProtection", self.purge_protection)
            .set("/properties/softDeleteRetentionInDays", self.soft_delete_retention_days)
            .set("/properties/publicNetworkAccess", self.public_network_access);
        if let Some(policies) = policies {
            access::write(policies, tenant.as_deref(), &mut vault);
        }
        if let Some(acls) = self.network_acls {
            acls.write(Self::NAME, None, &mut vault.body, &mut vault.diagnostics);
        }
        vault.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::KEY_VAULT, declaration, context)
    }
}

/// What to do when the name is taken by a deleted vault: bring it back, then make it as declared.
fn recover() -> Recover {
    let body = Map::from_iter([("/properties/createMode".to_owned(), "recover".into())]);
    Recover { code: "ConflictError".into(), body }
}

fn tenant(vault: &mut Builder, property: Option<String>, context: &Context) -> Option<String> {
    let tenant = property.or_else(|| context.facts.text("tenant_id").map(str::to_owned));
    match tenant.as_deref() {
        None => vault.diagnostics.push(
            Diagnostic::error("arm/no-tenant", "the environment names no directory (tenant)")
                .at("/tenant_id")
                .help("set `tenant_id` here, or for the whole environment in the project file"),
        ),
        Some(text) if !token::holds_token(text) && !id::is_guid(text) => {
            vault.problem("tenant_id", format!("`{text}` is not a GUID"), "/tenant_id");
        }
        Some(_) => {}
    }
    tenant
}

resource_plugin!(KeyVault);

#[cfg(test)]
mod tests;
