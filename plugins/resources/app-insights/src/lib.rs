//! Azure application insights.

use mlhost_arm::{Builder, Tags, find_in_group, rules, types};
use mlhost_plugin::kind::Output;
use mlhost_plugin::{
    Compare, Context, Declaration, Diagnostic, Expansion, Kind, Prop, Relation, Rule, json, resource_plugin, token,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Telemetry of an application, kept in a Log Analytics workspace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AppInsights {
    /// Handle, name or id of the resource group. Default: the one declared before it.
    resource_group: Option<String>,
    /// Region. Default: the environment's location.
    location: Option<String>,
    /// Names and values of your own, at most 50.
    #[serde(default)]
    tags: Tags,
    /// Handle or id of the Log Analytics workspace that holds the data. Default: one of its own, named `NAME-logs`.
    workspace: Option<String>,
    /// Kind of application: `web`, `ios`, `java`, … It only changes how the portal looks.
    #[serde(default = "web")]
    kind: String,
    /// Kind of application, in the coarser words of the API.
    #[serde(default = "web")]
    #[schemars(extend("enum" = ["web", "other"]))]
    application_type: String,
    /// Days for which data is kept. Default: chosen by Azure (90).
    #[schemars(extend("enum" = [30, 60, 90, 120, 180, 270, 365, 550, 730]))]
    retention_days: Option<Prop<u32>>,
    /// Percentage of the telemetry that is kept. Default: chosen by Azure (100).
    #[schemars(range(min = 0, max = 100))]
    sampling_percentage: Option<Prop<f64>>,
    /// Keep the addresses of clients. Default: chosen by Azure (false).
    disable_ip_masking: Option<Prop<bool>>,
    /// Refuse the instrumentation key, so that only Entra ID gives access. Default: chosen by Azure (false).
    disable_local_auth: Option<Prop<bool>>,
    /// Whether data may come in from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    public_network_access_for_ingestion: Option<String>,
    /// Whether it may be queried from public networks. Default: chosen by Azure (`Enabled`).
    #[schemars(extend("enum" = ["Enabled", "Disabled"]))]
    public_network_access_for_query: Option<String>,
}

fn web() -> String {
    "web".into()
}

impl Kind for AppInsights {
    const NAME: &'static str = "app_insights";
    const SUMMARY: &'static str = "Application Insights: telemetry, kept in a Log Analytics workspace";
    const TYPE: &'static str = "Microsoft.Insights/components";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const OUTPUTS: &'static [Output] = &[
        Output::new("location", "/location", "Its region"),
        Output::new("app_id", "/properties/AppId", "Id for queries (a GUID)"),
        Output::new("connection_string", "/properties/ConnectionString", "What applications need to send telemetry"),
        Output::new("instrumentation_key", "/properties/InstrumentationKey", "Its older form (a GUID)"),
        Output::new("workspace_id", "/properties/WorkspaceResourceId", "Id of the workspace that holds the data"),
    ];

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        const CLOSED: &str = "Clients that are no longer allowed lose access at once.";
        let mut list = rules::tracked("An Application Insights component");
        list.extend([
            Rule::data_loss("/kind", "The component is deleted and created again; its instrumentation key changes."),
            Rule::data_loss(
                "/properties/Application_Type",
                "The component is deleted and created again; its instrumentation key changes.",
            ),
            Rule::in_place("/properties/WorkspaceResourceId")
                .costs("New telemetry goes to the other workspace; what there is stays where it is."),
            Rule::in_place("/properties/RetentionInDays").costs("Data older than the new retention is deleted."),
            Rule::disruptive("/properties/publicNetworkAccessForIngestion", CLOSED),
            Rule::disruptive("/properties/publicNetworkAccessForQuery", CLOSED),
            Rule::disruptive("/properties/DisableLocalAuth", CLOSED),
        ]);
        list
    }

    fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
        let group = self.resource_group.as_deref();
        let mut insights = Builder::in_group(&types::APP_INSIGHTS, declaration, context, group);
        let workspace = self.workspace.clone().unwrap_or_else(|| self.own_workspace(declaration, &mut insights));
        insights
            .set("/kind", self.kind)
            .location(self.location, context)
            .tags(self.tags)
            .set("/properties/Application_Type", self.application_type)
            .refer("/properties/WorkspaceResourceId", "/workspace", Some(workspace), &types::LOG_ANALYTICS_WORKSPACE)
            .set("/properties/IngestionMode", "LogAnalytics")
            .set("/properties/RetentionInDays", self.retention_days)
            .set("/properties/SamplingPercentage", self.sampling_percentage)
            .set("/properties/DisableIpMasking", self.disable_ip_masking)
            .set("/properties/DisableLocalAuth", self.disable_local_auth)
            .set("/properties/publicNetworkAccessForIngestion", self.public_network_access_for_ingestion)
            .set("/properties/publicNetworkAccessForQuery", self.public_network_access_for_query);
        insights.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        find_in_group(&types::APP_INSIGHTS, declaration, context)
    }
}

impl AppInsights {
    /// Declares a workspace beside the component, in its group and region, and gives the token of its id.
    fn own_workspace(&self, declaration: &Declaration, insights: &mut Builder) -> String {
        let kind = types::LOG_ANALYTICS_WORKSPACE.kind;
        let name = format!("{}-logs", declaration.name);
        if let Some(message) = types::LOG_ANALYTICS_WORKSPACE.names.problem(&name) {
            insights.diagnostics.push(
                Diagnostic::error(
                    "app_insights/workspace",
                    format!("its Log Analytics workspace cannot be named after it: {message}"),
                )
                .help("declare a log_analytics_workspace(…) and give it as `workspace`"),
            );
        }
        let mut properties = json!({});
        if let Some(map) = properties.as_object_mut() {
            map.extend(self.resource_group.clone().map(|group| ("resource_group".to_owned(), group.into())));
            map.extend(self.location.clone().map(|location| ("location".to_owned(), location.into())));
            if !self.tags.is_empty() {
                map.insert("tags".into(), json!(self.tags));
            }
        }
        let address = format!("{kind}.{name}");
        let id = token::id_of(&address);
        insights.declarations.push(Declaration {
            address,
            kind: kind.into(),
            name,
            mode: "managed".into(),
            properties: properties.to_string(),
        });
        id
    }
}

resource_plugin!(AppInsights);

#[cfg(test)]
mod tests {
    use mlhost_arm::testing::{assert_paths_known, assert_valid, body, expand, property_violations};
    use mlhost_plugin::testing::complaints;

    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn the_original_component_gets_a_workspace_of_its_own() {
        let expansion = expand::<AppInsights>("mlops-ain-dev", json!({"tags": {"a": "b"}, "location": "northeurope"}));
        assert_valid(HERE, &expansion);
        assert_eq!(
            body(&expansion),
            json!({
                "kind": "web",
                "location": "northeurope",
                "tags": {"a": "b"},
                "properties": {
                    "Application_Type": "web",
                    "WorkspaceResourceId": "${log_analytics_workspace.mlops-ain-dev-logs#/id}",
                    "IngestionMode": "LogAnalytics",
                },
            })
        );
        let [logs] = expansion.declarations.as_slice() else { panic!("{:?}", expansion.declarations) };
        assert_eq!(
            (logs.address.as_str(), logs.name.as_str()),
            ("log_analytics_workspace.mlops-ain-dev-logs", "mlops-ain-dev-logs")
        );
        let group = "${resource_group.main#/id}";
        let expected = json!({"resource_group": group, "location": "northeurope", "tags": {"a": "b"}});
        assert_eq!(mlhost_plugin::testing::parse(&logs.properties), expected);
    }

    #[test]
    fn all_properties_are_valid() {
        let properties = json!({
            "location": "northeurope", "tags": {"team": "ml"}, "workspace": "${log_analytics_workspace.logs#/id}",
            "kind": "java", "application_type": "other", "retention_days": 30, "sampling_percentage": 12.5,
            "disable_ip_masking": true, "disable_local_auth": true,
            "public_network_access_for_ingestion": "Disabled", "public_network_access_for_query": "Enabled",
        });
        assert_eq!(property_violations::<AppInsights>(&properties), Vec::<String>::new());
        let expansion = expand::<AppInsights>("mlops-ain-dev", properties.clone());
        assert_valid(HERE, &expansion);
        assert!(expansion.declarations.is_empty());
        let schema = mlhost_plugin::schema::of::<AppInsights>();
        for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "resource_group") {
            assert!(properties.get(name).is_some(), "{name} is not tried");
        }
        assert_paths_known::<AppInsights>(HERE);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let storage = json!({"workspace": "${storage_account.s#/id}"});
        assert_eq!(complaints(&expand::<AppInsights>("ain", storage)), [("app_insights/reference", "/workspace")]);
        assert_eq!(complaints(&expand::<AppInsights>("a b", json!({}))), [("app_insights/workspace", "")]);
        assert!(!property_violations::<AppInsights>(&json!({"retention_days": 31})).is_empty());
    }

    #[test]
    fn its_document_is_up_to_date() {
        mlhost_plugin::testing::assert_kind_document::<AppInsights>(HERE, "kind.json");
    }
}
