//! Lets policy plugins judge an environment.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::compose::incoming_diagnostic;
use crate::model::{Diagnostic, Environment, ErrorKind, Failure, Resource, Severity, Span};
use crate::plugin::policies_api::{self, Verdict};
use crate::plugin::roles::Policies;
use crate::plugin::{Catalog, Grants, types};
use crate::project::{PolicySettings, PolicySeverity};
use crate::suggest;

/// What a policy says of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The policy.
    pub policy: String,
    /// It hangs on a value that is known only after apply; otherwise the policy is broken.
    pub undetermined: bool,
    /// What it says.
    pub diagnostic: Diagnostic,
}

/// What the policies say of an environment.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// Names of the policies that were asked, sorted.
    pub asked: Vec<String>,
    /// One for each violation, and a remark for each open question.
    pub findings: Vec<Finding>,
}

/// Has policy plugins evaluate an environment.
pub trait Evaluator {
    /// Lets the plugin at this place in the catalog judge by the policies that parameters are given for.
    fn evaluate(
        &mut self,
        plugin: usize,
        context: &types::Context,
        environment: &[types::Resource],
        parameters: &str,
    ) -> impl Future<Output = Result<Vec<policies_api::Finding>, Failure>>;
}

/// A new instance of a plugin for each call.
pub struct Instances<'a>(pub &'a Catalog);

impl Evaluator for Instances<'_> {
    async fn evaluate(
        &mut self,
        plugin: usize,
        context: &types::Context,
        environment: &[types::Resource],
        parameters: &str,
    ) -> Result<Vec<policies_api::Finding>, Failure> {
        let failure = |diagnostic| Failure::new(ErrorKind::Plugin, diagnostic);
        let core = self.0.instantiate(plugin, Grants::default()).await?;
        let mut policies = Policies::new(core).map_err(failure)?;
        policies.evaluate(context, environment, &parameters.to_owned()).await.map_err(failure)
    }
}

/// Judges an environment by all policies of the catalog that are not off. `evaluator` is where they run: [`Instances`],
/// but for a benchmark that runs the same code natively.
///
/// # Errors
/// Kind [`ErrorKind::Input`] when a setting names no policy, [`ErrorKind::Plugin`] when a plugin fails.
pub async fn judge(
    catalog: &Catalog,
    context: &types::Context,
    environment: &Environment,
    settings: &BTreeMap<String, PolicySettings>,
    evaluator: &mut impl Evaluator,
) -> Result<Judgement, Failure> {
    known(catalog, settings)?;
    let mut judgement = Judgement::default();
    let mut resources = None;
    let by_address: HashMap<&str, &Resource> =
        environment.resources.iter().map(|resource| (resource.address.as_str(), resource)).collect();
    for (index, plugin) in catalog.plugins().iter().enumerate() {
        let asked: Vec<&str> = plugin
            .manifest
            .policies
            .iter()
            .map(|policy| policy.name.as_str())
            .filter(|name| !settings.get(*name).is_some_and(|setting| setting.severity == Some(PolicySeverity::Off)))
            .collect();
        if asked.is_empty() {
            continue;
        }
        let resources = resources.get_or_insert_with(|| outgoing(environment));
        let findings = evaluator.evaluate(index, context, resources, &parameters(&asked, settings)).await?;
        for finding in findings {
            if !asked.contains(&finding.policy.as_str()) {
                let diagnostic = not_asked(&plugin.manifest.name, &finding.policy, &asked);
                return Err(Failure::new(ErrorKind::Plugin, diagnostic));
            }
            let mut finding = incoming(finding, &plugin.manifest.name, settings);
            let address = finding.diagnostic.address.as_deref();
            if let Some(resource) = address.and_then(|address| by_address.get(address)) {
                finding.diagnostic.span = place(environment, resource, finding.diagnostic.pointer.as_deref());
            }
            judgement.findings.push(finding);
        }
        judgement.asked.extend(asked.into_iter().map(str::to_owned));
    }
    judgement.asked.sort();
    Ok(judgement)
}

fn incoming(finding: policies_api::Finding, plugin: &str, settings: &BTreeMap<String, PolicySettings>) -> Finding {
    let mut diagnostic = incoming_diagnostic(finding.diagnostic, plugin, "");
    if let Some(PolicySeverity::Set(severity)) = settings.get(&finding.policy).and_then(|setting| setting.severity) {
        diagnostic.severity = severity;
    }
    let undetermined = finding.verdict == Verdict::Undetermined;
    if undetermined {
        diagnostic.severity = Severity::Info;
    }
    Finding { policy: finding.policy, undetermined, diagnostic }
}

fn not_asked(plugin: &str, policy: &str, asked: &[&str]) -> Diagnostic {
    let message = format!("the plugin `{plugin}` broke the contract: it answered for the policy `{policy}`");
    Diagnostic::error("plugin/contract", message)
        .plugin(plugin)
        .note(format!("it was asked for: {}", asked.join(", ")))
        .help("report it to the plugin's author")
}

/// The script line that a finding speaks of: that of the property, where it can be told, else that of the resource.
fn place(environment: &Environment, resource: &Resource, pointer: Option<&str>) -> Option<Span> {
    let property = pointer.and_then(|pointer| {
        let declaration = environment.declaration_of(&resource.address)?;
        declaration.span_of(pointer, resource.body.pointer(pointer))
    });
    property.or(resource.span)
}

fn known(catalog: &Catalog, settings: &BTreeMap<String, PolicySettings>) -> Result<(), Failure> {
    let names: Vec<&str> = catalog
        .plugins()
        .iter()
        .flat_map(|plugin| plugin.manifest.policies.iter().map(|policy| policy.name.as_str()))
        .collect();
    match settings.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        None => Ok(()),
        Some((unknown, setting)) => Err(Failure::input(
            Diagnostic::error("judge/unknown-policy", format!("no plugin offers the policy `{unknown}`"))
                .at(setting.span)
                .help(suggest::help(unknown, "policies", names.iter().copied())),
        )),
    }
}

fn parameters(asked: &[&str], settings: &BTreeMap<String, PolicySettings>) -> String {
    let all: Map<String, Value> = asked
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                Value::Object(settings.get(*name).map(|setting| setting.parameters.clone()).unwrap_or_default()),
            )
        })
        .collect();
    Value::Object(all).to_string()
}

/// An environment in the contract's terms.
pub fn outgoing(environment: &Environment) -> Vec<types::Resource> {
    environment
        .resources
        .iter()
        .map(|resource| types::Resource {
            address: resource.address.clone(),
            type_: resource.resource_type.clone(),
            id: resource.id.clone(),
            body: resource.body.to_string(),
            depends_on: resource.depends_on.clone(),
            details: Value::Object(resource.details.clone()).to_string(),
        })
        .collect()
}
