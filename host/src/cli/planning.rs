//! From an environment to a plan: the state, what is deployed, the difference.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mlhost::deploy::reading::{self, Again};
use mlhost::deploy::settle;
use mlhost::deploy::target::{Subject, Target};
use mlhost::gate;
use mlhost::model::plan::Plan;
use mlhost::model::state::State;
use mlhost::model::{Diagnostic, Environment, ErrorKind, Failure, Mode, Sources};
use mlhost::net::Boundary;
use mlhost::plan::{self, Live, PlanInput};
use mlhost::plugin::deployer_api::Reading;
use mlhost::project::PROJECT_FILE;
use mlhost::state::Store;
use serde_json::Value;

use super::args::PlanningArguments;
use super::report::progress;
use super::session::Session;
use super::terminal::Terminal;

/// A plan, and what it rests on.
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Bodies as deployed, by address.
    pub live: BTreeMap<String, Value>,
}

/// What a plan is made of.
pub struct Basis<'a> {
    /// The session.
    pub session: &'a Session,
    /// The way to the control plane.
    pub target: &'a Target<'a>,
    /// What was deployed.
    pub state: &'a State,
    /// The script, as the user named it; empty for `destroy`.
    pub script: &'a str,
    /// The plan is to be written to a file.
    pub digests: bool,
    /// The options.
    pub options: &'a PlanningArguments,
    /// Where to speak.
    pub terminal: &'a Terminal,
}

impl Basis<'_> {
    /// Looks at what is deployed and plans.
    ///
    /// # Errors
    /// When something cannot be read, or the plan or the gate refuses.
    pub async fn plan(&self, environment: &Environment, sources: &Sources) -> Result<Planned, Failure> {
        let began = Instant::now();
        let live = self.look(environment).await?;
        tracing::debug!(target: "mlhost", resources = live.len(), elapsed = ?began.elapsed(), "read");
        let began = Instant::now();
        let input = PlanInput {
            environment,
            state: self.state,
            live: &live,
            sources,
            script: self.script,
            target: &self.session.target.name,
            unprotect: &self.options.unprotect,
            adopt: self.options.adopt,
            digests: self.digests,
        };
        let plan = plan::plan(&input)?;
        gate::check(
            &plan,
            &gate::GateInput {
                environment_protected: self.session.project.protect,
                unprotect: &self.options.unprotect,
                project_file: Some(PROJECT_FILE),
            },
        )?;
        let live = found(live);
        tracing::debug!(target: "mlhost", changes = plan.changes.len(), elapsed = ?began.elapsed(), "planned");
        Ok(Planned { plan, live })
    }

    /// Reads what the state knows, what exists by somebody else's hand, and with `--adopt` everything.
    async fn look(&self, environment: &Environment) -> Result<BTreeMap<String, Live>, Failure> {
        let mut subjects: Vec<Subject<'_>> = Vec::new();
        if self.options.no_refresh {
            return Ok(self
                .state
                .resources
                .iter()
                .map(|(address, known)| (address.clone(), Live::Found(known.body.clone())))
                .collect());
        }
        for (address, known) in &self.state.resources {
            subjects.push(Subject {
                address,
                resource_type: &known.resource_type,
                id: &known.id,
                details: &known.details,
            });
        }
        for resource in &environment.resources {
            let known = self.state.resources.contains_key(&resource.address);
            if !known && (resource.mode == Mode::Existing || self.options.adopt) {
                subjects.push(Subject {
                    address: &resource.address,
                    resource_type: &resource.resource_type,
                    id: &resource.id,
                    details: &resource.details,
                });
            }
        }
        read_live(self.target, &subjects, self.terminal).await
    }
}

/// Reads resources as they are deployed, by address; says so when it takes more than one attempt.
///
/// # Errors
/// All of those that cannot be read; [`boundary_first`] may know better why.
pub async fn read_live(
    target: &Target<'_>,
    subjects: &[Subject<'_>],
    terminal: &Terminal,
) -> Result<BTreeMap<String, Live>, Failure> {
    if subjects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut live = BTreeMap::new();
    let mut problems = Vec::new();
    let mut kind = ErrorKind::Operation;
    let mut watch = |again: Again| terminal.say(&progress::again(&again, subjects.len()));
    let readings = reading::read(target, subjects, &mut watch).await?;
    for (subject, reading) in subjects.iter().zip(readings) {
        match reading {
            Reading::Found(body) => match serde_json::from_str(&body) {
                Ok(body) => {
                    live.insert(subject.address.to_owned(), Live::Found(body));
                }
                Err(error) => problems.push(unreadable(subject, &format!("its body is no JSON: {error}"))),
            },
            Reading::Absent => {
                live.insert(subject.address.to_owned(), Live::Absent);
            }
            Reading::Failed(failure) => {
                if failure.status == 401 {
                    kind = ErrorKind::Authentication;
                }
                let mut problem =
                    unreadable(subject, &failure.message).note(format!("the control plane's code is {}", failure.code));
                if !failure.help.is_empty() {
                    problem = problem.help(failure.help);
                }
                problems.push(problem);
            }
        }
    }
    if problems.is_empty() { Ok(live) } else { Err(Failure { kind, diagnostics: problems }) }
}

/// The bodies of what is there.
pub fn found(live: BTreeMap<String, Live>) -> BTreeMap<String, Value> {
    live.into_iter()
        .filter_map(|(address, live)| match live {
            Live::Found(body) => Some((address, body)),
            Live::Absent => None,
        })
        .collect()
}

/// The boundary's own failure (no credentials, a trap in the cloud) explains better than what it caused.
pub fn boundary_first(boundary: &Boundary, failure: Failure) -> Failure {
    boundary.take_failure().unwrap_or(failure)
}

fn unreadable(subject: &Subject<'_>, why: &str) -> Diagnostic {
    Diagnostic::error("target/read", format!("`{}` cannot be read: {why}", subject.address))
        .about(subject.address)
        .note(format!("its id is {}", subject.id))
}

/// Waits for operations that an interrupted run left behind, so that the plan sees their end. Each is followed for
/// `timeout` at most.
///
/// # Errors
/// When one has not ended by then, when the user interrupts it, when the deployer fails or the journal cannot be written.
pub async fn settle(
    store: &mut Store,
    target: &Target<'_>,
    timeout: Duration,
    terminal: &Terminal,
) -> Result<(), Failure> {
    settle::settle(store, target, timeout, &mut |waiting| terminal.say(&progress::waiting(&waiting))).await
}
