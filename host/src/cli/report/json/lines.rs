//! What the stream of a run is made of: JSON objects told apart by `type`.

use std::collections::BTreeMap;
use std::time::Duration;

use mlhost::deploy::event::{ApplyEvent, Cause, milliseconds};
use mlhost::model::plan::{Action, Change, Counts, Plan};
use mlhost::model::source::Place;
use serde::Serialize;
use serde_json::Value;

use super::super::plan::counts_sentence;
use super::super::summary::{self, Ending};
use super::super::{progress, text};
use super::FORMAT;
use super::views::{self, ChangeView, DiagnosticView, DriftView};

/// A line. What it means is said by its `message`; the fields are for programs.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Line<'a> {
    /// The first line of every stream.
    Version {
        /// Version of the format.
        format: u32,
        /// Version of mlhost.
        mlhost: &'a str,
    },
    /// What a plugin, or mlhost, wrote to the log; the message is the text.
    Log {
        /// `trace` … `error`.
        level: &'a str,
        /// The plugin.
        #[serde(skip_serializing_if = "Option::is_none")]
        plugin: Option<&'a str>,
        /// The text.
        #[serde(skip)]
        text: &'a str,
    },
    /// A message about the input.
    Diagnostic {
        /// All of it.
        diagnostic: DiagnosticView<'a>,
    },
    /// A plugin is ready.
    PluginLoad {
        /// Its name.
        plugin: &'a str,
        /// SHA-256 of its component, hexadecimal.
        digest: &'a str,
        /// How long that took.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// Somebody else changed a resource.
    ResourceDrift {
        /// What differs.
        drift: DriftView<'a>,
        /// Its address, for the message.
        #[serde(skip)]
        address: &'a str,
        /// It is gone, for the message.
        #[serde(skip)]
        deleted: bool,
    },
    /// What will happen to a resource.
    PlannedChange {
        /// All of it.
        change: ChangeView<'a>,
        /// For the message.
        #[serde(skip)]
        of: &'a Change,
    },
    /// What a policy found.
    PolicyResult {
        /// Its name.
        policy: &'a str,
        /// `violated` or `undetermined`.
        verdict: &'a str,
        /// What it says.
        diagnostic: DiagnosticView<'a>,
    },
    /// The plan in numbers.
    ChangeSummary {
        /// How many of each action.
        counts: Counts,
        /// Resources that somebody else changed.
        drift: usize,
        /// Whether carrying it out changes anything.
        has_changes: bool,
    },
    /// Whether the plan may be carried out.
    Gate {
        /// It may.
        allowed: bool,
        /// Why not.
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        reasons: &'a [String],
    },
    /// A change begins.
    ApplyStart {
        /// The resource's address.
        address: &'a str,
        /// What happens to it.
        action: Action,
        /// Its id.
        id: &'a str,
    },
    /// A change is under way.
    ApplyProgress {
        /// The resource's address.
        address: &'a str,
        /// The control plane's word for how far it is.
        status: &'a str,
        /// Since it started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A call failed and will be repeated.
    ApplyRetry {
        /// The resource's address.
        address: &'a str,
        /// Why.
        error: &'a Cause,
        /// When.
        #[serde(rename = "after_ms", serialize_with = "milliseconds")]
        after: Duration,
        /// Number of the coming attempt.
        attempt: u32,
    },
    /// A change is done.
    ApplyComplete {
        /// The resource's address.
        address: &'a str,
        /// What happened to it.
        action: Action,
        /// Its id.
        id: &'a str,
        /// Since it started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A change failed for good.
    ApplyErrored {
        /// The resource's address.
        address: &'a str,
        /// What was tried.
        action: Action,
        /// Why.
        error: &'a Cause,
        /// The script line that declares the resource.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<&'a Place>,
        /// Since it started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A change was not tried.
    ApplySkipped {
        /// The resource's address.
        address: &'a str,
        /// What would have happened to it.
        action: Action,
        /// Whose failure is the reason; absent when the run was cancelled.
        #[serde(skip_serializing_if = "Option::is_none")]
        because_of: Option<&'a str>,
    },
    /// The values the run hands to its user.
    Outputs {
        /// By name.
        outputs: BTreeMap<&'a str, Value>,
    },
    /// The last line of every stream.
    Summary {
        /// `apply` or `destroy`.
        command: &'a str,
        /// Name of the environment.
        environment: &'a str,
        /// Nothing failed and nothing was skipped.
        ok: bool,
        /// The user interrupted it.
        cancelled: bool,
        /// Changes that were made.
        applied: Counts,
        /// How many failed.
        failed: usize,
        /// How many were not tried.
        skipped: usize,
        /// How long it took.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
        /// The process exit code.
        exit_code: u8,
        /// What to do next, a sentence each.
        next: &'a [String],
        /// For the message.
        #[serde(skip)]
        sentence: String,
    },
}

impl<'a> Line<'a> {
    /// The first line.
    pub fn version() -> Self {
        Self::Version { format: FORMAT, mlhost: env!("CARGO_PKG_VERSION") }
    }

    /// The last line.
    pub fn summary(ending: &Ending<'a>, exit_code: u8) -> Self {
        Self::Summary {
            command: ending.command,
            environment: ending.environment,
            ok: exit_code == 0,
            cancelled: ending.cancelled,
            applied: ending.tally.applied,
            failed: ending.tally.failed.len(),
            skipped: ending.tally.skipped.len(),
            elapsed: ending.elapsed,
            exit_code,
            next: ending.next,
            sentence: summary::sentence(ending),
        }
    }

    /// The outputs, secrets masked.
    pub fn outputs(outputs: &'a BTreeMap<String, Value>) -> Self {
        Self::Outputs { outputs: views::outputs(outputs) }
    }

    /// The lines of a plan: drift, changes, summary.
    pub fn plan(plan: &'a Plan) -> Vec<Self> {
        let drift = plan.drift.iter().map(|drift| Self::ResourceDrift {
            drift: DriftView::new(drift),
            address: &drift.address,
            deleted: drift.deleted,
        });
        let changes = changes(plan).map(|of| Self::PlannedChange { change: ChangeView::new(of), of });
        let (counts, has_changes) = (plan.counts(), plan.has_changes());
        let summary = Self::ChangeSummary { counts, drift: plan.drift.len(), has_changes };
        drift.chain(changes).chain([summary]).collect()
    }

    /// The line of an event; none for those that only mark time.
    pub fn event(event: &'a ApplyEvent) -> Option<Self> {
        Some(match event {
            ApplyEvent::Begin { .. } | ApplyEvent::Heartbeat { .. } => return None,
            ApplyEvent::Started { address, action, id } => Self::ApplyStart { address, action: *action, id },
            ApplyEvent::Progress { address, status, elapsed } => {
                Self::ApplyProgress { address, status, elapsed: *elapsed }
            }
            ApplyEvent::Retry { address, cause, after, attempt } => {
                Self::ApplyRetry { address, error: cause, after: *after, attempt: *attempt }
            }
            ApplyEvent::Completed { address, action, id, elapsed } => {
                Self::ApplyComplete { address, action: *action, id, elapsed: *elapsed }
            }
            ApplyEvent::Failed { address, action, cause, place, elapsed } => {
                let place = place.as_ref();
                Self::ApplyErrored { address, action: *action, error: cause, place, elapsed: *elapsed }
            }
            ApplyEvent::Skipped { address, action, because_of } => {
                Self::ApplySkipped { address, action: *action, because_of: because_of.as_deref() }
            }
        })
    }

    /// The value of `type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Version { .. } => "version",
            Self::Log { .. } => "log",
            Self::Diagnostic { .. } => "diagnostic",
            Self::PluginLoad { .. } => "plugin_load",
            Self::ResourceDrift { .. } => "resource_drift",
            Self::PlannedChange { .. } => "planned_change",
            Self::PolicyResult { .. } => "policy_result",
            Self::ChangeSummary { .. } => "change_summary",
            Self::Gate { .. } => "gate",
            Self::ApplyStart { .. } => "apply_start",
            Self::ApplyProgress { .. } => "apply_progress",
            Self::ApplyRetry { .. } => "apply_retry",
            Self::ApplyComplete { .. } => "apply_complete",
            Self::ApplyErrored { .. } => "apply_errored",
            Self::ApplySkipped { .. } => "apply_skipped",
            Self::Outputs { .. } => "outputs",
            Self::Summary { .. } => "summary",
        }
    }

    /// The sentence for people.
    pub fn message(&self) -> String {
        match self {
            Self::Version { format, mlhost } => format!("mlhost {mlhost}, output format {format}"),
            Self::Log { text, .. } => (*text).to_owned(),
            Self::Diagnostic { diagnostic } => diagnostic.message().to_owned(),
            Self::PluginLoad { plugin, elapsed, .. } => {
                format!("plugin {plugin} loaded in {}", text::duration(*elapsed))
            }
            Self::ResourceDrift { address, deleted: true, .. } => format!("{address} was deleted outside mlhost"),
            Self::ResourceDrift { address, .. } => format!("{address} was changed outside mlhost"),
            Self::PlannedChange { of, .. } => format!("{} {}", of.address, fate(of.action)),
            Self::PolicyResult { policy, verdict, diagnostic } => {
                format!("policy {policy} is {verdict}: {}", diagnostic.message())
            }
            Self::ChangeSummary { has_changes: false, .. } => "no changes".to_owned(),
            Self::ChangeSummary { counts, .. } => counts_sentence(counts),
            Self::Gate { allowed: true, .. } => "the plan may be carried out".to_owned(),
            Self::Gate { reasons, .. } => format!("the plan may not be carried out: {}", reasons.join("; ")),
            Self::Outputs { outputs } => text::count(outputs.len(), "output"),
            Self::Summary { sentence, .. } => sentence.clone(),
            _ => self.apply_message(),
        }
    }

    fn apply_message(&self) -> String {
        match self {
            Self::ApplyStart { address, action, .. } => format!("{address}: {}", progress::verb(*action).0),
            Self::ApplyProgress { address, status, elapsed } => {
                let status = if status.is_empty() { "under way" } else { status };
                format!("{address}: {status}, {}", text::duration(*elapsed))
            }
            Self::ApplyRetry { address, error, after, attempt } => {
                format!("{address}: attempt {attempt} in {}, after {}", text::duration(*after), progress::said(error))
            }
            Self::ApplyComplete { address, action, elapsed, .. } => {
                format!("{address}: {} in {}", progress::verb(*action).1, text::duration(*elapsed))
            }
            Self::ApplyErrored { address, action, error, .. } => {
                format!("{address}: {} failed: {}", progress::verb(*action).0, progress::said(error))
            }
            Self::ApplySkipped { address, because_of, .. } => {
                format!("{address}: skipped, {}", progress::reason(*because_of))
            }
            _ => String::new(),
        }
    }
}

/// The changes of a plan that do something.
pub(super) fn changes(plan: &Plan) -> impl Iterator<Item = &Change> {
    plan.changes.iter().filter(|change| change.action != Action::None)
}

fn fate(action: Action) -> &'static str {
    match action {
        Action::None => "stays as it is",
        Action::Read => "will be read",
        Action::Create => "will be created",
        Action::Update => "will be updated",
        Action::Replace => "will be deleted and created again",
        Action::Delete => "will be deleted",
    }
}
