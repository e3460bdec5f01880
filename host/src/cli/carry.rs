//! Carrying a plan out: events to the watchers, Ctrl-C, the end of the state.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use mlhost::deploy::event::ApplyEvent;
use mlhost::deploy::read_back::read_back;
use mlhost::deploy::target::Target;
use mlhost::deploy::{Course, Deployment, deploy};
use mlhost::model::plan::Plan;
use mlhost::model::reference::{self, TokenTarget};
use mlhost::model::{Diagnostic, ErrorKind, Failure};
use mlhost::net::Boundary;
use mlhost::state::{Store, bookkeeping};
use serde_json::Value;
use tokio::sync::watch;

use super::interrupt::follow_interrupts;
use super::log;
use super::planning::Planned;
use super::report::live::LiveProgress;
use super::report::progress::PlainProgress;
use super::report::read_back::{Script, warnings};
use super::report::summary::{Ending, Tally, summary};
use super::stream::Stream;
use super::terminal::Terminal;

/// What carries a plan out.
pub struct Carrier<'a> {
    /// `apply` or `destroy`.
    pub command: &'a str,
    /// The way to the control plane.
    pub target: &'a Target<'a>,
    /// Behind it.
    pub boundary: &'a Boundary,
    /// How many actions at once.
    pub parallelism: usize,
    /// How long one change is followed.
    pub timeout: Duration,
    /// Look at what was changed once more.
    pub read_back: bool,
    /// For the places of what that finds.
    pub script: Script<'a>,
    /// Where to speak.
    pub terminal: &'a Terminal,
    /// Commands to go on with.
    pub next: NextCommands,
}

/// The commands to go on with after a run, as the user would type them.
pub struct NextCommands {
    /// This run once more.
    pub again: String,
    /// Shows what is deployed.
    pub show: String,
}

impl NextCommands {
    /// What to do next, a sentence each. An apply that went well names where to look; a destroy leaves nothing to do.
    fn after(&self, command: &str, failed: bool, cancelled: bool) -> Vec<String> {
        let Self { again, show } = self;
        match (failed, cancelled) {
            (true, _) => vec![format!("mend the cause, then `{again}`: it goes on from what is done")],
            (false, true) => vec![format!("`{again}` goes on from what is done")],
            (false, false) if command == "apply" => vec![format!("`{show}` lists what is deployed")],
            (false, false) => Vec::new(),
        }
    }
}

/// Who hears of the run: a person at a terminal, a log, or a program.
enum Watcher<'a> {
    Live(LiveProgress),
    Plain(PlainProgress),
    Stream(Stream<'a>),
}

impl<'a> Watcher<'a> {
    fn new(terminal: &Terminal, stream: Option<Stream<'a>>) -> Self {
        match stream {
            Some(stream) => Self::Stream(stream),
            // Lines of the log would tear a display that is drawn again and again.
            None if terminal.err.tty && !terminal.logging => {
                Self::Live(LiveProgress::new(terminal.err, indicatif::ProgressDrawTarget::stderr()))
            }
            None => Self::Plain(PlainProgress::new(terminal.err)),
        }
    }

    fn event(&mut self, event: &ApplyEvent, terminal: &Terminal) {
        match self {
            Self::Live(live) => live.event(event),
            Self::Plain(plain) => terminal.say(&plain.event(event)),
            Self::Stream(stream) => stream.event(event),
        }
    }
}

impl Carrier<'_> {
    /// Carries a plan out, saves the state whatever happens, and says how it went.
    ///
    /// # Errors
    /// When not everything was done, with the kind of the first failure; when the state cannot be written.
    pub async fn carry(&self, planned: Planned, store: &mut Store, stream: Option<Stream<'_>>) -> Result<(), Failure> {
        let Planned { plan, live } = planned;
        self.check_secrets(&plan)?;
        let began = Instant::now();
        let mut tally = Tally::default();
        let mut watcher = Watcher::new(self.terminal, stream);
        let (course, interrupts) = follow_interrupts(self.terminal.err.tty);
        let mut deployed = BTreeMap::new();
        let ending = {
            let mut watch = |event: ApplyEvent| {
                tally.event(&event);
                log::event(&event);
                watcher.event(&event, self.terminal);
            };
            let deployment = Deployment {
                plan: &plan,
                live,
                parallelism: self.parallelism,
                timeout: self.timeout,
                course: course.clone(),
            };
            deploy(deployment, self.target, store, &mut watch, &mut deployed).await
        };
        let ending = ending?;
        let outputs = self.finish(&plan, store, &deployed, ending.error().is_none())?;
        let warnings = self.look_again(&plan, store, course).await;
        interrupts.abort();
        let next = self.next.after(self.command, !tally.failed.is_empty(), ending.cancelled);
        let shown = Ending {
            command: self.command,
            environment: &plan.environment,
            tally: &tally,
            cancelled: ending.cancelled,
            elapsed: began.elapsed(),
            outputs: &outputs,
            next: &next,
        };
        match watcher {
            // The plan has said that there is nothing to do.
            Watcher::Live(_) | Watcher::Plain(_) if !plan.has_changes() => {}
            Watcher::Stream(stream) => {
                stream.diagnostics(&warnings, self.script.sources);
                stream.end(&shown, ending.error().map_or(0, ErrorKind::exit_code));
            }
            watcher => {
                // The display leaves the terminal.
                drop(watcher);
                self.terminal.diagnostics(&warnings, self.script.sources);
                self.terminal.print(&summary(&shown, &self.terminal.out));
            }
        }
        match ending.error() {
            None => Ok(()),
            // Everything there is to say was said in the summary.
            Some(kind) => Err(self.boundary.take_failure().unwrap_or(Failure { kind, diagnostics: Vec::new() })),
        }
    }

    /// What the control plane has not done although it said so. An interrupt ends the looking.
    async fn look_again(&self, plan: &Plan, store: &Store, mut course: watch::Receiver<Course>) -> Vec<Diagnostic> {
        if !self.read_back || *course.borrow_and_update() != Course::Full {
            return Vec::new();
        }
        let found = tokio::select! {
            found = read_back(plan, &store.state().resources, self.target) => found,
            _ = course.changed() => return Vec::new(),
        };
        warnings(found, self.script)
    }

    /// Secrets are looked for before anything is changed.
    fn check_secrets(&self, plan: &Plan) -> Result<(), Failure> {
        let secrets = self.boundary.secrets();
        let missing: Vec<Diagnostic> = plan
            .changes
            .iter()
            .filter(|change| change.body.is_object())
            .filter(|change| {
                !matches!(change.action, mlhost::model::plan::Action::None | mlhost::model::plan::Action::Read)
            })
            .flat_map(|change| secrets.check(&change.address, &change.body))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Failure { kind: ErrorKind::Input, diagnostics: missing }) }
    }

    /// Writes the state and gives the outputs as they are now.
    fn finish(
        &self,
        plan: &Plan,
        store: &mut Store,
        live: &BTreeMap<String, Value>,
        complete: bool,
    ) -> Result<BTreeMap<String, Value>, Failure> {
        let mut outputs = None;
        if complete {
            let events = bookkeeping(plan, store.state());
            if !events.is_empty() {
                store.append(&events)?;
            }
            outputs = Some(resolve_outputs(plan, live));
        }
        store.finish(outputs)?;
        Ok(store.state().outputs.clone())
    }
}

fn resolve_outputs(plan: &Plan, live: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    plan.outputs
        .iter()
        .filter(|output| output.after.is_some())
        .map(|output| {
            let mut value = output.value.clone();
            reference::resolve(&mut value, &mut |token| match &token.0 {
                TokenTarget::Resource { address, pointer } => live.get(address)?.pointer(pointer).cloned(),
                TokenTarget::Secret { .. } => None,
            });
            reference::finish(&mut value);
            (output.name.clone(), value)
        })
        .collect()
}
