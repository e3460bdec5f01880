//! Azure Log Analytics workspaces.

use mlhost_arm::{Builder, Tags, find_in_group, rules, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{Compare, Context, Declaration, Expansion, Kind, Prop, Relation, Rule, resource_plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// A store for logs and metrics.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogAnalyticsWorkspace {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// How it is billed: `PerGB2018` by what comes in. The others are for old contracts.
    #[serde(default = "per_gb")]
    #[schemars(extend("enum" = ["Free", "Standard", "Premium", "PerNode", "PerGB2018", "Standalone", "CapacityReservation",
        "LACluster"]))]
    sku: String,
    /// Gigabytes per day that are reserved; only with `CapacityReservation`.
    #[schemars(range(min = 100))]
    capacity_reservation_gb: Option<Prop<u32>>,
    /// Days for which data is kept. Default: chosen by Azure (30 for `PerGB2018`).
    #[schemars(range(min = 7, max = 730))]
    retention_days: Option<Prop<u32>>,
    /// Gigabytes per day after which no more comes in; -1 for no limit. Default: no limit.
    #[schemars(range(min = -1))]
    daily_quota_gb: Option<Prop<f64>>,
    /// Whether data may come in from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled", "SecuredByPerimeter"]))]
    public_network_access_for_ingestion: Option<String>,
    /// Whether it may be queried from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled", "SecuredByPerimeter"]))]
    public_network_access_for_query: Option<String>,
    /// Refuse the workspace's keys, so that only Entra ID gives access. Default: chosen by Azure (false).
    disable_local_auth: Option<Prop<bool>>,
    /// Whether who may read a resource may read its logs. Default: chosen by Azure.
    resource_permissions: Option<Prop<bool>>,
    /// When it is deleted, delete it for good instead of keeping it for 14 days.
    #[serde(default)]
    purge_on_destroy: bool,
}

fn per_gb() -> String {
    "PerGB2018".into()
}

impl Kind for LogAnalyticsWorkspace {
    const NAME: &'static str = "log_analytics_workspace";
    const SUMMARY: &'static str = "A Log Analytics workspace: a store for logs and metrics";
    const TYPE: &'static str = "Microsoft.OperationalInsights/workspaces";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("customer_id", "/properties/customerId", "Id that agents and queries use (a GUID)"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const CLOSED: &str = "Clients that are no longer allowed lose access at once.";
        let mut list = rules::tracked("A Log Analytics workspace");
        list.extend([
            Rule::in_place("/properties/retentionInDays").costs("Data older than the new retention is deleted."),
            Rule::in_place("/properties/sku/name").costs("The workspace is billed in another way from then on."),
            Rule::disruptive("/properties/publicNetworkAccessForIngestion", CLOSED),
            Rule::disruptive("/properties/publicNetworkAccessForQuery", CLOSED),
            Rule::disruptive("/properties/features/disableLocalAuth", CLOSED),
        ]);
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let group = self.resource_group.as_deref();
        let mut workspace = Builder::in_group(&types::LOG_ANALYTICS_WORKSPACE, declaration, context, group);
        if (self.sku == "CapacityReservation") != self.capacity_reservation_gb.is_some() {
            let message = "`capacity_reservation_gb` goes with the sku `CapacityReservation`, and only with it";
            workspace.problem("sku", message, "/sku");
        }
        if self.purge_on_destroy {
            workspace.details.delete_query.insert("force".into(), "true".into());
        }
        workspace
            .location(self.location, context)
            .tags(self.tags)
            .set("/properties/sku/name", self.sku)
            .set("/properties/sku/capacityReservationLevel", self.capacity_reservation_gb)
            .set("/properties/retentionInDays", self.retention_days)
            .set("/properties/workspaceCapping/dailyQuotaGb", self.daily_quota_gb)
            .set("/properties/publicNetworkAccessForIngestion", self.public_network_access_for_ingestion)
            .set("/properties/publicNetworkAccessForQuery", self.public_network_access_for_query)
            .set("/properties/features/disableLocalAuth", self.disable_local_auth)
            .set("/properties/features/enableLogAccessUsingOnlyResourcePermissions", self.resource_permissions);
        workspace.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::LOG_ANALYTICS_WORKSPACE, declaration, context)
    }
}

resource_plugin!(LogAnalyticsWorkspace);

#[cfg(test)]
mod tests {
    use mlhost_arm::testing::{assert_paths_known, assert_valid, body, expand, property_violations};
    use mlhost_plugin::json;
    use mlhost_plugin::testing::{complaints, parse};

    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn the_least_is_valid() {
        let expansion = expand::<LogAnalyticsWorkspace>("mlops-ain-dev-logs", json!({}));
        assert_valid(HERE, &expansion);
        assert_eq!(body(&expansion), json!({"location": "westeurope", "properties": {"sku": {"name": "PerGB2018"}}}));
    }

    #[test]
    fn all_properties_are_valid() {
        let properties = json!({
            "location": "northeurope", "tags": {"team": "ml"}, "sku": "CapacityReservation",
            "capacity_reservation_gb": 100, "retention_days": 90, "daily_quota_gb": 0.5,
            "public_network_access_for_ingestion": "Disabled", "public_network_access_for_query": "Enabled",
            "disable_local_auth": true, "resource_permissions": true, "purge_on_destroy": true,
        });
        assert_eq!(property_violations::<LogAnalyticsWorkspace>(&properties), Vec::<String>::new());
        let expansion = expand::<LogAnalyticsWorkspace>("mlops-ain-dev-logs", properties.clone());
        assert_valid(HERE, &expansion);
        let details = parse(&expansion.resources.first().unwrap().details);
        assert_eq!(details, json!({"api_version": "2026-03-01", "delete_query": {"force": "true"}}));
        let schema = mlhost_plugin::schema::of::<LogAnalyticsWorkspace>();
        for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
            assert!(properties.get(name).is_some(), "{name} is not tried");
        }
        assert_paths_known::<LogAnalyticsWorkspace>(HERE);
    }

    #[test]
    fn a_reservation_needs_its_sku() {
        let expansion = expand::<LogAnalyticsWorkspace>("logs", json!({"capacity_reservation_gb": 100}));
        assert_eq!(complaints(&expansion), [("log_analytics_workspace/sku", "/sku")]);
    }

    #[test]
    fn its_document_is_up_to_date() {
        mlhost_plugin::testing::assert_kind_document::<LogAnalyticsWorkspace>(HERE, "kind.json");
    }
}
