//! The plugins' crates in the place of their instances.

use std::time::{Duration, Instant};

use mlhost::compose::Expander;
use mlhost::judge::Evaluator;
use mlhost::model::{Diagnostic, ErrorKind, Failure};
use mlhost::plugin::{Catalog, kinds_api, policies_api, types};
use mlhost_plugin::kind::Kinds;
use mlhost_plugin::policy::Policies;
use mlhost_plugin::serde_json::{Map, Value};
use mlhost_plugin::{self as sdk, Context};

type Expand = fn(&sdk::Declaration, &Context) -> Option<sdk::Expansion>;
type Evaluate = fn(&str, &str, &Context, &[sdk::Resource]) -> Option<Vec<sdk::Finding>>;

/// Plugins as functions, by the names that the catalog has for them.
pub struct Native<'a> {
    catalog: &'a Catalog,
    /// The environment in the plugins' own types.
    environment: Option<Vec<sdk::Resource>>,
    /// Time spent between the two sets of generated types, which a native program would not have.
    converting: Duration,
}

impl<'a> Native<'a> {
    /// The plugins of a catalog.
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, environment: None, converting: Duration::ZERO }
    }

    /// A time without what was spent on conversion since the last time this was asked.
    pub fn without_conversion(&mut self, time: Duration) -> Duration {
        time.saturating_sub(std::mem::take(&mut self.converting))
    }

    fn converted<T>(&mut self, convert: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let converted = convert();
        self.converting += began.elapsed();
        converted
    }

    fn name(&self, plugin: usize) -> &'a str {
        self.catalog.plugin(plugin).map_or("", |plugin| plugin.manifest.name.as_str())
    }
}

fn kinds(plugin: &str) -> Option<Expand> {
    Some(match plugin {
        "resource-group" => mlhost_resource_resource_group::Plugin::expand_one,
        "storage-account" => mlhost_resource_storage_account::Plugin::expand_one,
        "key-vault" => mlhost_resource_key_vault::Plugin::expand_one,
        "log-analytics" => mlhost_resource_log_analytics::Plugin::expand_one,
        "app-insights" => mlhost_resource_app_insights::Plugin::expand_one,
        "container-registry" => mlhost_resource_container_registry::Plugin::expand_one,
        "machine-learning" => mlhost_resource_machine_learning::Plugin::expand_one,
        _ => return None,
    })
}

/// `Kinds::expand`; the type also has the contract's own function of that name.
trait One {
    fn expand_one(declaration: &sdk::Declaration, context: &Context) -> Option<sdk::Expansion>;
}

impl<P: Kinds> One for P {
    fn expand_one(declaration: &sdk::Declaration, context: &Context) -> Option<sdk::Expansion> {
        <P as Kinds>::expand(declaration, context)
    }
}

fn policies(plugin: &str) -> Option<Evaluate> {
    Some(match plugin {
        "naming" => <mlhost_policy_naming::Plugin as Policies>::evaluate,
        "compute-limits" => <mlhost_policy_compute_limits::Plugin as Policies>::evaluate,
        _ => return None,
    })
}

impl Expander for Native<'_> {
    async fn expand(
        &mut self,
        plugin: usize,
        context: &types::Context,
        declarations: Vec<types::Declaration>,
    ) -> Result<Vec<kinds_api::Expansion>, Failure> {
        let name = self.name(plugin);
        let expand = kinds(name).ok_or_else(|| missing(name))?;
        let context = self::context(context);
        let declarations: Vec<sdk::Declaration> =
            self.converted(|| declarations.into_iter().map(declaration_in).collect());
        let expansions: Vec<sdk::Expansion> =
            declarations.iter().map(|declaration| expand(declaration, &context).unwrap_or_else(nothing)).collect();
        Ok(self.converted(|| expansions.into_iter().map(expansion_out).collect()))
    }
}

impl Evaluator for Native<'_> {
    async fn evaluate(
        &mut self,
        plugin: usize,
        context: &types::Context,
        environment: &[types::Resource],
        parameters: &str,
    ) -> Result<Vec<policies_api::Finding>, Failure> {
        let name = self.name(plugin);
        let evaluate = policies(name).ok_or_else(|| missing(name))?;
        let context = self::context(context);
        let resources = match self.environment.take() {
            Some(resources) => resources,
            None => self.converted(|| environment.iter().cloned().map(resource_in).collect()),
        };
        let parameters: Map<String, Value> = serde_json::from_str(parameters).unwrap_or_default();
        let findings: Vec<sdk::Finding> = parameters
            .iter()
            .filter_map(|(policy, parameters)| evaluate(policy, &parameters.to_string(), &context, &resources))
            .flatten()
            .collect();
        self.environment = Some(resources);
        Ok(self.converted(|| findings.into_iter().map(finding_out).collect()))
    }
}

fn missing(plugin: &str) -> Failure {
    let message = format!("the plugin `{plugin}` is not linked natively: add it to tests/twin");
    Failure::new(ErrorKind::Plugin, Diagnostic::error("twin/plugin", message))
}

fn nothing() -> sdk::Expansion {
    sdk::Expansion::refused(Vec::new())
}

fn context(context: &types::Context) -> Context {
    let facts: Map<String, Value> = serde_json::from_str(&context.facts).unwrap_or_default();
    Context { project: context.project.clone(), environment: context.environment.clone(), facts: facts.into() }
}

fn declaration_in(declaration: types::Declaration) -> sdk::Declaration {
    let types::Declaration { address, kind, name, mode, properties } = declaration;
    sdk::Declaration { address, kind, name, mode, properties }
}

fn declaration_out(declaration: sdk::Declaration) -> types::Declaration {
    let sdk::Declaration { address, kind, name, mode, properties } = declaration;
    types::Declaration { address, kind, name, mode, properties }
}

fn resource_in(resource: types::Resource) -> sdk::Resource {
    let types::Resource { address, type_, id, body, depends_on, details } = resource;
    sdk::Resource { address, type_, id, body, depends_on, details }
}

fn resource_out(resource: sdk::Resource) -> types::Resource {
    let sdk::Resource { address, type_, id, body, depends_on, details } = resource;
    types::Resource { address, type_, id, body, depends_on, details }
}

fn diagnostic_out(diagnostic: sdk::Diagnostic) -> types::Diagnostic {
    let sdk::Diagnostic { severity, code, message, address, pointer, help } = diagnostic;
    let severity = match severity {
        sdk::Severity::Error => types::Severity::Error,
        sdk::Severity::Warning => types::Severity::Warning,
        sdk::Severity::Info => types::Severity::Info,
    };
    types::Diagnostic { severity, code, message, address, pointer, help }
}

fn expansion_out(expansion: sdk::Expansion) -> kinds_api::Expansion {
    kinds_api::Expansion {
        resources: expansion.resources.into_iter().map(resource_out).collect(),
        declarations: expansion.declarations.into_iter().map(declaration_out).collect(),
        diagnostics: expansion.diagnostics.into_iter().map(diagnostic_out).collect(),
    }
}

fn finding_out(finding: sdk::Finding) -> policies_api::Finding {
    let verdict = match finding.verdict {
        sdk::Verdict::Violated => policies_api::Verdict::Violated,
        sdk::Verdict::Undetermined => policies_api::Verdict::Undetermined,
    };
    policies_api::Finding { policy: finding.policy, verdict, diagnostic: diagnostic_out(finding.diagnostic) }
}
