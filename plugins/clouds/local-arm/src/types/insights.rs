//! Microsoft.Insights/components.

use serde_json::{Map, Value};

use super::fill;
use super::names::{invalid, plausible};
use super::shape::{ENABLED, Fallback, INTEGER, Shape, TAGS, object};
use super::{Draft, Facts, Model, SoftDelete};
use crate::describe::TENANT;
use crate::fault::Fault;
use crate::guid::guid;
use crate::links;

static SHAPE: Shape = object! {
    Required "location": Shape::Text,
    Optional "tags": TAGS,
    Required "kind": Shape::Text,
    Optional "etag": Shape::Text,
    Optional "properties": object! {
        ReadOnly "ApplicationId": Shape::Text,
        ReadOnly "AppId": Shape::Text,
        ReadOnly "Name": Shape::Text,
        Required "Application_Type": Shape::Choice(&["web", "other"]),
        Optional "Flow_Type": Shape::Choice(&["Bluefield"]) => Fallback::Text("Bluefield"),
        Optional "Request_Source": Shape::Choice(&["rest"]) => Fallback::Text("rest"),
        ReadOnly "InstrumentationKey": Shape::Text,
        ReadOnly "CreationDate": Shape::Text,
        ReadOnly "TenantId": Shape::Text,
        Optional "HockeyAppId": Shape::Text,
        ReadOnly "HockeyAppToken": Shape::Text,
        ReadOnly "provisioningState": Shape::Text,
        Optional "SamplingPercentage": Shape::Number,
        ReadOnly "ConnectionString": Shape::Text,
        Optional "RetentionInDays": INTEGER => Fallback::Int(90),
        Optional "DisableIpMasking": Shape::Bool,
        Optional "ImmediatePurgeDataOn30Days": Shape::Bool,
        Optional "WorkspaceResourceId": Shape::Text,
        ReadOnly "LaMigrationDate": Shape::Text,
        ReadOnly "PrivateLinkScopedResources": Shape::Any,
        Optional "publicNetworkAccessForIngestion": ENABLED => Fallback::Text("Enabled"),
        Optional "publicNetworkAccessForQuery": ENABLED => Fallback::Text("Enabled"),
        Optional "IngestionMode":
            Shape::Choice(&["ApplicationInsights", "ApplicationInsightsWithDiagnosticSettings", "LogAnalytics"]),
        Optional "DisableLocalAuth": Shape::Bool,
        Optional "ForceCustomerStorageForProfiler": Shape::Bool,
    } => Fallback::EmptyObject,
};

/// Application Insights components.
pub static COMPONENT: Model = Model {
    name: "Microsoft.Insights/components",
    api_versions: "2020-02-02-preview 2020-02-02 2018-05-01-preview 2015-05-01",
    shape: &SHAPE,
    located: true,
    valid_name: |name| {
        if plausible(name) {
            return Ok(());
        }
        Err(invalid(name, r"Use 1 to 260 characters other than % & \ ? / and do not end with a period or a space."))
    },
    unique: None,
    soft_delete: SoftDelete::No,
    immutable: &[],
    creating: "Creating",
    check,
    fill: fill_component,
};

fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    links::exists(draft, "/properties/WorkspaceResourceId", "Microsoft.OperationalInsights/workspaces").map(|_| ())
}

fn fill_component(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let region = body.get("location").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(properties) = fill::object(body, "properties") else { return };
    let app_id = facts.keep("/properties/AppId", || Value::from(guid(&["app", facts.seed])));
    let key = facts.keep("/properties/InstrumentationKey", || Value::from(guid(&["instrumentation", facts.seed])));
    let connection = format!(
        "InstrumentationKey={};IngestionEndpoint=https://{region}-0.in.applicationinsights.azure.com/;\
         LiveEndpoint=https://{region}.livediagnostics.monitor.azure.com/;ApplicationId={}",
        key.as_str().unwrap_or_default(),
        app_id.as_str().unwrap_or_default(),
    );
    let mut put = |name: &str, value: Value| properties.insert(name.to_owned(), value);
    put("ApplicationId", Value::from(facts.name));
    put("Name", Value::from(facts.name));
    put("AppId", app_id);
    put("InstrumentationKey", key);
    put("ConnectionString", Value::from(connection));
    put("CreationDate", facts.keep("/properties/CreationDate", || Value::from(facts.now)));
    put("TenantId", Value::from(TENANT));
    if !properties.contains_key("IngestionMode") {
        let mode = if properties.contains_key("WorkspaceResourceId") { "LogAnalytics" } else { "ApplicationInsights" };
        properties.insert("IngestionMode".to_owned(), Value::from(mode));
    }
}
