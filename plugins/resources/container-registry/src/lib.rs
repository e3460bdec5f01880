//! Azure container registries.

use mlhost_arm::parts::no;
use mlhost_arm::{Builder, Identity, Tags, find_in_group, rules, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{
    Compare, Context, Declaration, Expansion, Kind, Prop, Relation, Rule, Value, json, resource_plugin,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A registry for container images.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContainerRegistry {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// Throughput, storage and features.
    #[serde(default = "basic")]
    #[schemars(extend("enum" = ["Basic", "Standard", "Premium"]))]
    sku: String,
    /// Whether there is an account with a password. Azure ML wants it in the registry of a workspace whose identity is the
    /// system's.
    #[serde(default = "no")]
    admin_user_enabled: Prop<bool>,
    /// Whether images may be pulled by anybody; not with `Basic`. Default: chosen by Azure (false).
    anonymous_pull_enabled: Option<Prop<bool>>,
    /// Whether it can be reached from public networks; `Disabled` needs `Premium`. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    public_network_access: Option<String>,
    /// Whether trusted services of Azure pass the network rules. Default: chosen by Azure (`AzureServices`).
    #[schemars(extend("enum" = ["AzureServices", "None"]))]
    network_rule_bypass: Option<String>,
    /// Rules for the networks it can be reached from; needs `Premium`. Default: all.
    network_rules: Option<NetworkRules>,
    /// Copies in several zones of the region; needs `Premium`; cannot be changed later. Default: chosen by Azure.
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    zone_redundancy: Option<String>,
    /// A data endpoint per region, for firewall rules; needs `Premium`. Default: chosen by Azure (false).
    data_endpoint_enabled: Option<Prop<bool>>,
    /// Days after which manifests without a tag are deleted; needs `Premium`. Default: never.
    #[schemars(range(min = 0, max = 365))]
    untagged_retention_days: Option<Prop<u32>>,
    /// Whether artefacts may leave the registry; `false` needs `Premium` and no public access. Default: chosen by Azure (true).
    export_enabled: Option<bool>,
    /// Whether access is by repository or for the whole registry. Default: chosen by Azure.
    #[schemars(extend("enum" = ["AbacRepositoryPermissions", "LegacyRegistryPermissions"]))]
    role_assignment_mode: Option<String>,
    /// Managed identity. Default: none.
    identity: Option<Identity>,
}

/// Rules for the networks a registry can be reached from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkRules {
    /// What happens to traffic that no rule allows.
    #[schemars(extend("enum" = ["Allow", "Deny"]))]
    default_action: String,
    /// Addresses or ranges of addresses (CIDR) that are allowed.
    #[serde(default)]
    ip_rules: Vec<String>,
}

fn basic() -> String {
    "Basic".into()
}

impl Kind for ContainerRegistry {
    const NAME: &'static str = "container_registry";
    const SUMMARY: &'static str = "A registry for container images";
    const TYPE: &'static str = "Microsoft.ContainerRegistry/registries";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("login_server", "/properties/loginServer", "Host name to push to and pull from"),
        Output::new("identity.principal_id", "/identity/principalId", "Object id of its own identity"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const CLOSED: &str = "Clients that are no longer allowed lose access at once.";
        let mut list = rules::tracked("A container registry");
        list.extend([
            Rule::in_place("/sku/name").costs("A smaller sku has less throughput and fewer features."),
            Rule::data_loss(
                "/properties/zoneRedundancy",
                "It cannot be changed: the registry is deleted with its images.",
            ),
            Rule::disruptive("/properties/adminUserEnabled", "Whoever logs in with the admin account loses access."),
            Rule::disruptive("/properties/anonymousPullEnabled", CLOSED),
            Rule::disruptive("/properties/publicNetworkAccess", CLOSED),
            Rule::disruptive("/properties/networkRuleSet/defaultAction", CLOSED),
            Rule::disruptive("/properties/roleAssignmentMode", "Role assignments of the former mode have no effect."),
            Rule::in_place("/properties/networkRuleSet/ipRules").compare(Compare::Set),
        ]);
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let group = self.resource_group.as_deref();
        let mut registry = Builder::in_group(&types::CONTAINER_REGISTRY, declaration, context, group);
        self.check_sku(&mut registry);
        let export = self.export_enabled.map(|on| if on { "enabled" } else { "disabled" });
        registry
            .set("/sku/name", self.sku)
            .location(self.location, context)
            .tags(self.tags)
            .set("/properties/adminUserEnabled", self.admin_user_enabled)
            .set("/properties/anonymousPullEnabled", self.anonymous_pull_enabled)
            .set("/properties/publicNetworkAccess", self.public_network_access)
            .set("/properties/networkRuleBypassOptions", self.network_rule_bypass)
            .set("/properties/zoneRedundancy", self.zone_redundancy)
            .set("/properties/dataEndpointEnabled", self.data_endpoint_enabled)
            .set("/properties/policies/exportPolicy/status", export)
            .set("/properties/roleAssignmentMode", self.role_assignment_mode);
        if let Some(days) = self.untagged_retention_days {
            registry
                .set("/properties/policies/retentionPolicy/days", days)
                .set("/properties/policies/retentionPolicy/status", "enabled");
        }
        if let Some(rules) = self.network_rules {
            let ip_rules: Vec<Value> =
                rules.ip_rules.iter().map(|value| json!({"action": "Allow", "value": value})).collect();
            registry
                .set("/properties/networkRuleSet/defaultAction", rules.default_action)
                .set("/properties/networkRuleSet/ipRules", ip_rules);
        }
        if let Some(identity) = self.identity {
            // This service alone writes the two words with a space between.
            identity.write(Self::NAME, ", ", &mut registry.body, &mut registry.diagnostics);
        }
        registry.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::CONTAINER_REGISTRY, declaration, context)
    }
}

impl ContainerRegistry {
    /// Some features need a larger sku.
    fn check_sku(&self, registry: &mut Builder) {
        let premium = [
            ("public_network_access", self.public_network_access.as_deref() == Some("Disabled")),
            ("network_rules", self.network_rules.is_some()),
            ("zone_redundancy", self.zone_redundancy.as_deref() == Some("Enabled")),
            ("data_endpoint_enabled", on(self.data_endpoint_enabled.as_ref())),
            ("untagged_retention_days", self.untagged_retention_days.is_some()),
            ("export_enabled", self.export_enabled == Some(false)),
        ];
        if matches!(self.sku.as_str(), "Basic" | "Standard") {
            for (property, used) in premium {
                if used {
                    let message = format!("`{property}` needs the sku `Premium`, not `{}`", self.sku);
                    registry.problem("sku", message, &format!("/{property}"));
                }
            }
        }
        if self.sku == "Basic" && on(self.anonymous_pull_enabled.as_ref()) {
            registry.problem("sku", "anonymous pull needs the sku `Standard` or `Premium`", "/anonymous_pull_enabled");
        }
        if self.export_enabled == Some(false)
            && self.public_network_access.as_deref().is_none_or(|access| access == "Enabled")
        {
            let message = "`export_enabled: false` needs `public_network_access: \"Disabled\"`";
            registry.problem("export_enabled", message, "/export_enabled");
        }
    }
}

fn on(value: Option<&Prop<bool>>) -> bool {
    value.and_then(Prop::known) == Some(&true)
}

resource_plugin!(ContainerRegistry);

#[cfg(test)]
mod tests {
    use mlhost_arm::testing::{assert_paths_known, assert_valid, body, expand, property_violations};
    use mlhost_plugin::testing::complaints;

    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn the_original_registry() {
        let expansion = expand::<ContainerRegistry>("mlopscrdev", json!({"sku": "Basic", "admin_user_enabled": true}));
        assert_valid(HERE, &expansion);
        let expected =
            json!({"sku": {"name": "Basic"}, "location": "westeurope", "properties": {"adminUserEnabled": true}});
        assert_eq!(body(&expansion), expected);
        assert_valid(HERE, &expand::<ContainerRegistry>("mlopscrdev", json!({})));
    }

    #[test]
    fn all_properties_are_valid() {
        let identity = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i";
        let properties = json!({
            "location": "northeurope", "tags": {"team": "ml"}, "sku": "Premium", "admin_user_enabled": false,
            "anonymous_pull_enabled": true, "public_network_access": "Disabled", "network_rule_bypass": "None",
            "network_rules": {"default_action": "Deny", "ip_rules": ["1.2.3.4"]}, "zone_redundancy": "Enabled",
            "data_endpoint_enabled": true, "untagged_retention_days": 7, "export_enabled": false,
            "role_assignment_mode": "AbacRepositoryPermissions",
            "identity": {"type": "SystemAssigned,UserAssigned", "user_assigned": [identity]},
        });
        assert_eq!(property_violations::<ContainerRegistry>(&properties), Vec::<String>::new());
        assert_valid(HERE, &expand::<ContainerRegistry>("mlopscrdev", properties.clone()));
        let schema = mlhost_plugin::schema::of::<ContainerRegistry>();
        for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
            assert!(properties.get(name).is_some(), "{name} is not tried");
        }
        assert_paths_known::<ContainerRegistry>(HERE);
    }

    #[test]
    fn features_need_their_sku() {
        let cases = [
            (json!({"zone_redundancy": "Enabled"}), "/zone_redundancy"),
            (json!({"sku": "Standard", "network_rules": {"default_action": "Deny"}}), "/network_rules"),
            (json!({"anonymous_pull_enabled": true}), "/anonymous_pull_enabled"),
            (json!({"sku": "Standard", "untagged_retention_days": 3}), "/untagged_retention_days"),
        ];
        for (properties, pointer) in cases {
            let expansion = expand::<ContainerRegistry>("mlopscrdev", properties);
            assert_eq!(complaints(&expansion), [("container_registry/sku", pointer)]);
        }
        let open = json!({"sku": "Premium", "export_enabled": false});
        let expected = [("container_registry/export_enabled", "/export_enabled")];
        assert_eq!(complaints(&expand::<ContainerRegistry>("mlopscrdev", open)), expected);
        assert_eq!(complaints(&expand::<ContainerRegistry>("mlops-cr", json!({}))), [("container_registry/name", "")]);
    }

    #[test]
    fn its_document_is_up_to_date() {
        mlhost_plugin::testing::assert_kind_document::<ContainerRegistry>(HERE, "kind.json");
    }
}
