//! One JSON document for each command that answers at once.

use std::collections::BTreeMap;

use mlhost::model::kind::{OutputDocument, Rule};
use mlhost::model::plan::{Counts, Plan};
use mlhost::model::state::State;
use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plugin::certify::Certificate;
use mlhost::plugin::limits::{Description, Unit};
use mlhost::plugin::lock::Locked;
use mlhost::plugin::{Limit, Limits};
use serde::Serialize;
use serde_json::Value;

use super::super::chaos::Fault;
use super::super::plan::PolicyCounts;
use super::super::plugins::PluginPage;
use super::views::{self, ChangeView, DiagnosticView, DriftView, OutputView, StateResourceView};
use super::{FORMAT, pretty};

/// What every document starts with.
#[derive(Debug, Serialize)]
struct Head {
    #[serde(rename = "type")]
    name: &'static str,
    format: u32,
    mlhost: &'static str,
}

impl Head {
    fn new(name: &'static str) -> Self {
        Self { name, format: FORMAT, mlhost: env!("CARGO_PKG_VERSION") }
    }
}

/// `mlhost plan`. Resources that stay as they are only count.
pub fn plan(plan: &Plan, policies: Option<PolicyCounts>, diagnostics: &[Diagnostic], sources: &Sources) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        project: &'a str,
        environment: &'a str,
        target: &'a str,
        script: &'a str,
        has_changes: bool,
        counts: Counts,
        #[serde(skip_serializing_if = "Option::is_none")]
        policies: Option<PolicyCounts>,
        drift: Vec<DriftView<'a>>,
        changes: Vec<ChangeView<'a>>,
        outputs: Vec<OutputView<'a>>,
        diagnostics: Vec<DiagnosticView<'a>>,
    }
    pretty(&Document {
        head: Head::new("plan"),
        project: &plan.project,
        environment: &plan.environment,
        target: &plan.target,
        script: &plan.script,
        has_changes: plan.has_changes(),
        counts: plan.counts(),
        policies,
        drift: plan.drift.iter().map(DriftView::new).collect(),
        changes: super::lines::changes(plan).map(ChangeView::new).collect(),
        outputs: plan.outputs.iter().map(OutputView::new).collect(),
        diagnostics: views::diagnostics(diagnostics, sources),
    })
}

/// `mlhost check` that found no error.
pub fn check(
    environment: &str,
    resources: usize,
    policies: Option<PolicyCounts>,
    diagnostics: &[Diagnostic],
    sources: &Sources,
) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        environment: &'a str,
        resources: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        policies: Option<PolicyCounts>,
        diagnostics: Vec<DiagnosticView<'a>>,
    }
    let diagnostics = views::diagnostics(diagnostics, sources);
    pretty(&Document { head: Head::new("check"), environment, resources, policies, diagnostics })
}

/// Any command that failed before it had an answer.
pub fn failure(failure: &Failure, sources: &Sources) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        kind: ErrorKind,
        exit_code: u8,
        diagnostics: Vec<DiagnosticView<'a>>,
    }
    pretty(&Document {
        head: Head::new("failure"),
        kind: failure.kind,
        exit_code: failure.kind.exit_code(),
        diagnostics: views::diagnostics(&failure.diagnostics, sources),
    })
}

/// `mlhost output`.
pub fn output(environment: &str, outputs: &BTreeMap<String, Value>) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        environment: &'a str,
        outputs: BTreeMap<&'a str, Value>,
    }
    pretty(&Document { head: Head::new("output"), environment, outputs: views::outputs(outputs) })
}

/// `mlhost show`.
pub fn state(state: &State) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        project: &'a str,
        environment: &'a str,
        target: &'a str,
        lineage: &'a str,
        serial: u64,
        resources: Vec<StateResourceView<'a>>,
        outputs: BTreeMap<&'a str, Value>,
    }
    pretty(&Document {
        head: Head::new("state"),
        project: &state.project,
        environment: &state.environment,
        target: &state.target,
        lineage: &state.lineage,
        serial: state.serial,
        resources: state.resources.iter().map(|(address, one)| StateResourceView::new(address, one)).collect(),
        outputs: views::outputs(&state.outputs),
    })
}

/// A plugin of the lock file, and what `mlhost plugin update` changes about it.
#[derive(Debug, Serialize)]
pub struct LockChange {
    /// What is pinned now; of one that goes, what was.
    #[serde(flatten)]
    pub plugin: Locked,
    /// `added`, `changed`, `removed` or `same`.
    pub change: &'static str,
    /// What is new, a sentence each.
    pub differences: Vec<String>,
}

/// `mlhost plugin update`.
pub fn lock(plugins: &[LockChange]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        plugins: &'a [LockChange],
    }
    pretty(&Document { head: Head::new("lock"), plugins })
}

/// `mlhost plugin certify`.
pub fn certificate(name: &str, certificate: &Certificate, sources: &Sources) -> String {
    #[derive(Serialize)]
    struct Check<'a> {
        name: &'a str,
        passed: bool,
        problems: Vec<DiagnosticView<'a>>,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        name: &'a str,
        digest: Option<&'a str>,
        passed: bool,
        checks: Vec<Check<'a>>,
    }
    let checks = certificate.checks.iter().map(|check| Check {
        name: &check.name,
        passed: check.problems.is_empty(),
        problems: check.problems.iter().map(|problem| DiagnosticView::new(problem, sources)).collect(),
    });
    pretty(&Document {
        head: Head::new("certificate"),
        name,
        digest: certificate.manifest.as_ref().map(|manifest| manifest.digest.as_str()),
        passed: certificate.passed(),
        checks: checks.collect(),
    })
}

/// `mlhost plugin limits`: in bytes, milliseconds or numbers.
pub fn limits(limits: &Limits) -> String {
    #[derive(Serialize)]
    struct One {
        name: &'static str,
        unit: &'static str,
        value: u64,
        default: u64,
        least: u64,
        most: u64,
        summary: &'static str,
    }
    let one = |limit: Limit| {
        let Description { name, unit, default, least, most, summary } = limit.description();
        let unit = match unit {
            Unit::Bytes => "bytes",
            Unit::Count => "count",
            Unit::Time => "milliseconds",
        };
        One { name, unit, value: limits.get(limit), default, least, most, summary }
    };
    #[derive(Serialize)]
    struct Document {
        #[serde(flatten)]
        head: Head,
        limits: Vec<One>,
    }
    pretty(&Document { head: Head::new("limits"), limits: Limit::ALL.into_iter().map(one).collect() })
}

/// `mlhost cloud chaos …`: the rules as the cloud gives them, and the faults that it offers.
pub fn chaos(rules: &[Value], faults: &[Fault]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        rules: &'a [Value],
        faults: &'a [Fault],
    }
    pretty(&Document { head: Head::new("chaos"), rules, faults })
}

/// `mlhost plugin list` and `mlhost plugin inspect`, which differ in how many plugins they hold.
pub fn plugins(plugins: &[PluginPage<'_>]) -> String {
    #[derive(Serialize)]
    struct Kind<'a> {
        name: &'a str,
        summary: &'a str,
        #[serde(rename = "type")]
        resource_type: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        parent: Option<&'a str>,
        modelled: bool,
        properties: &'a Value,
        outputs: &'a BTreeMap<String, OutputDocument>,
        rules: &'a [Rule],
    }
    #[derive(Serialize)]
    struct Policy<'a> {
        name: &'a str,
        summary: &'a str,
        parameters: &'a Value,
    }
    #[derive(Serialize)]
    struct Plugin<'a> {
        name: &'a str,
        origin: &'a str,
        digest: &'a str,
        exports: &'a [String],
        imports: &'a [String],
        methods: &'a [String],
        kinds: Vec<Kind<'a>>,
        policies: Vec<Policy<'a>>,
    }
    #[derive(Serialize)]
    struct Document<'a> {
        #[serde(flatten)]
        head: Head,
        plugins: Vec<Plugin<'a>>,
    }
    let plugins = plugins
        .iter()
        .map(|plugin| Plugin {
            name: plugin.name,
            origin: plugin.origin,
            digest: plugin.digest,
            exports: plugin.exports,
            imports: plugin.imports,
            methods: &plugin.methods,
            kinds: plugin
                .kinds
                .iter()
                .map(|kind| Kind {
                    name: kind.name,
                    summary: kind.summary,
                    resource_type: &kind.document.resource_type,
                    parent: kind.document.parent.as_ref().map(|parent| parent.kind.as_str()),
                    modelled: kind.document.modelled,
                    properties: &kind.document.properties,
                    outputs: &kind.document.outputs,
                    rules: &kind.document.rules,
                })
                .collect(),
            policies: plugin
                .policies
                .iter()
                .map(|policy| Policy { name: policy.name, summary: policy.summary, parameters: policy.parameters })
                .collect(),
        })
        .collect();
    pretty(&Document { head: Head::new("plugins"), plugins })
}
