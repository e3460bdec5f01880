//! Carries out a plan through a deployer plugin.
//!
//! One loop owns the order and the journal; the actions themselves run side by side and report to it. The
//! journal is synced once for all actions that start together, before they are sent. How earlier ones ended is written
//! along with that: an end that is lost makes the next run look, a beginning that is lost would make it forget.

mod ending;
pub mod event;
pub mod read_back;
pub mod reading;
mod retry;
pub mod settle;
pub mod target;
mod work;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::sync::watch;

use crate::model::plan::{Action, Change, Plan};
use crate::model::reference::{self, Token, TokenTarget};
use crate::model::state::StateResource;
use crate::model::{ErrorKind, Failure};
use crate::plan::{Schedule, Step, StepKind, steps};
use crate::plugin::deployer_api;
use crate::state::{Event, Outcome, Store, Verb, record};
use event::{ApplyEvent, Cause, Running};
use target::Target;
use work::{Fault, News, carry_out};

pub use ending::Ending;

/// How often watchers hear that the run is alive.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How far the user wants the run to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// To its end.
    Full,
    /// Start nothing more; wait for what is under way.
    Drain,
    /// Leave what is under way to the next run.
    Abandon,
}

/// What to carry out, and how.
pub struct Deployment<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Bodies as deployed when the plan was made, by address: what references to resources that stay are resolved from.
    pub live: BTreeMap<String, Value>,
    /// How many actions at once.
    pub parallelism: usize,
    /// How long one change is followed.
    pub timeout: Duration,
    /// The user's wish, which may change while it runs.
    pub course: watch::Receiver<Course>,
}

/// Carries out a plan. `deployed` gets the bodies of everything as it is deployed at the end, by address. The store is left with everything that happened journalled; the caller finishes it.
///
/// # Errors
/// Only when the journal cannot be written: everything else is in the events and the ending.
pub async fn deploy(
    deployment: Deployment<'_>,
    target: &Target<'_>,
    store: &mut Store,
    watch: &mut dyn FnMut(ApplyEvent),
    deployed: &mut BTreeMap<String, Value>,
) -> Result<Ending, Failure> {
    let (news, mut inbox) = mpsc::unbounded_channel();
    let schedule = Schedule::new(steps(deployment.plan));
    let total: HashSet<usize> = schedule.graph().steps().iter().map(|step| step.change).collect();
    let mut engine = Engine {
        plan: deployment.plan,
        live: deployment.live,
        schedule,
        started: HashMap::new(),
        sent: HashMap::new(),
        ending: Ending::default(),
        store,
        later: Vec::new(),
        watch,
    };
    let mut course = deployment.course;
    let timeout = deployment.timeout;
    let mut running = FuturesUnordered::new();
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    (engine.watch)(ApplyEvent::Begin { total: total.len() });
    loop {
        let stop = *course.borrow_and_update();
        if stop == Course::Abandon {
            break;
        }
        if stop == Course::Full {
            for (step, request) in engine.start(deployment.parallelism.saturating_sub(running.len()))? {
                let news = news.clone();
                running.push(async move { (step, carry_out(target, request, timeout, &news).await) });
            }
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            // What was said before an action ended is heard before its end.
            biased;
            Some(said) = inbox.recv() => engine.hear(said),
            Some(first) = running.next() => {
                let mut ended = vec![first];
                while let Some(Some(next)) = running.next().now_or_never() {
                    ended.push(next);
                }
                while let Ok(said) = inbox.try_recv() {
                    engine.hear(said);
                }
                engine.end(ended);
            }
            _ = course.changed() => {}
            _ = heartbeat.tick() => engine.beat()?,
        }
    }
    engine.abandon(*course.borrow());
    engine.flush()?;
    *deployed = engine.live;
    Ok(engine.ending)
}

struct Engine<'a> {
    plan: &'a Plan,
    live: BTreeMap<String, Value>,
    schedule: Schedule,
    /// Changes under way, by their index in the plan.
    started: HashMap<usize, Instant>,
    /// What was sent and has not ended, by step: as the state will know it.
    sent: HashMap<usize, Box<StateResource>>,
    ending: Ending,
    store: &'a mut Store,
    /// What the journal gets with the next group.
    later: Vec<Event>,
    watch: &'a mut dyn FnMut(ApplyEvent),
}

impl<'a> Engine<'a> {
    /// Takes up to `room` steps that are ready, journals that they begin, and gives what to send.
    fn start(&mut self, room: usize) -> Result<Vec<(usize, deployer_api::Action)>, Failure> {
        let mut requests = Vec::new();
        while requests.len() < room {
            let Some(step) = self.schedule.ready(1).pop() else { break };
            let Some((at, change)) = self.change(step) else { continue };
            if let Entry::Vacant(entry) = self.started.entry(at.change) {
                entry.insert(Instant::now());
                (self.watch)(ApplyEvent::Started {
                    address: change.address.clone(),
                    action: change.action,
                    id: change.id.clone(),
                });
            }
            match self.request(change, at.kind) {
                Ok((request, verb, resource)) => {
                    self.sent.extend(resource.clone().map(|resource| (step, resource)));
                    self.later.push(Event::Begin { address: change.address.clone(), verb, resource });
                    requests.push((step, request));
                }
                Err(fault) => self.fail(step, fault),
            }
        }
        if !requests.is_empty() {
            self.flush()?;
        }
        Ok(requests)
    }

    fn change(&self, step: usize) -> Option<(Step, &'a Change)> {
        let step = *self.schedule.graph().steps().get(step)?;
        Some((step, self.plan.changes.get(step.change)?))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let events = std::mem::take(&mut self.later);
        if events.is_empty() { Ok(()) } else { self.store.append(&events) }
    }

    /// The request of a step, and the resource as the state will know it.
    fn request(
        &self,
        change: &Change,
        kind: StepKind,
    ) -> Result<(deployer_api::Action, Verb, Option<Box<StateResource>>), Fault> {
        let request = |verb: Verb, body: String| deployer_api::Action {
            verb: verb.as_str().to_owned(),
            address: change.address.clone(),
            type_: change.resource_type.clone(),
            id: change.id.clone(),
            body,
            details: Value::Object(change.details.clone()).to_string(),
        };
        if kind == StepKind::Delete {
            let mut request = request(Verb::Delete, String::new());
            if let Some(old) = &change.replaces {
                request.id.clone_from(&old.id);
                request.type_.clone_from(&old.resource_type);
                request.details = Value::Object(old.details.clone()).to_string();
            }
            return Ok((request, Verb::Delete, None));
        }
        // In token form: the HTTP boundary puts secrets in and takes escapes out.
        let resource = Box::new(record(change, self.resolved(change)?));
        let body = resource.body.to_string();
        let verb = if change.action == Action::Update { Verb::Update } else { Verb::Create };
        Ok((request(verb, body), verb, Some(resource)))
    }

    /// The body of a change with values for all its references; secrets stay handles.
    fn resolved(&self, change: &Change) -> Result<Value, Fault> {
        let mut body = change.body.clone();
        reference::resolve(&mut body, &mut |token| self.value(token));
        let mut open = None;
        let well_formed = reference::visit_tokens(&body, &mut |_, token| {
            if matches!(token.0, TokenTarget::Resource { .. }) {
                open = Some(token);
            }
        });
        if well_formed.is_err() || open.is_some() { Err(unresolved(open)) } else { Ok(body) }
    }

    fn value(&self, token: &Token) -> Option<Value> {
        let TokenTarget::Resource { address, pointer } = &token.0 else { return None };
        self.live.get(address)?.pointer(pointer).cloned()
    }

    fn hear(&mut self, said: News) {
        match said {
            News::Event(event) => (self.watch)(event),
            News::Pending { address, token } => {
                // Only the last token counts.
                self.later.retain(|event| !matches!(event, Event::Pending { address: other, .. } if *other == address));
                self.later.push(Event::Pending { address, token: Value::String(token) });
            }
        }
    }

    /// Notes how steps ended, and goes on from there.
    fn end(&mut self, ended: Vec<(usize, Result<Value, Fault>)>) {
        for (step, result) in ended {
            let Some((_, change)) = self.change(step) else { continue };
            let outcome = match (&result, self.sent.remove(&step)) {
                // It has not ended: the journal goes on to know it as pending.
                (Err(fault), _) if fault.left => {
                    self.ending.left += 1;
                    self.fail(step, fault.clone());
                    continue;
                }
                (Ok(_), None) => Outcome::Deleted,
                (Ok(_), Some(resource)) => Outcome::Upserted(resource),
                (Err(fault), _) => Outcome::Failed {
                    code: fault.cause.code.clone(),
                    message: fault.cause.message.clone(),
                    refused: fault.refused,
                },
            };
            self.later.push(Event::End { address: change.address.clone(), result: outcome });
            match result {
                Ok(body) => self.succeed(step, body),
                Err(fault) => self.fail(step, fault),
            }
        }
    }

    fn succeed(&mut self, step: usize, body: Value) {
        let Some((at, change)) = self.change(step) else { return };
        self.schedule.done(step);
        if at.kind == StepKind::Upsert {
            self.live.insert(change.address.clone(), body);
        } else if change.action == Action::Replace {
            return;
        }
        let elapsed = self.elapsed(at.change);
        (self.watch)(ApplyEvent::Completed {
            address: change.address.clone(),
            action: change.action,
            id: change.id.clone(),
            elapsed,
        });
    }

    fn elapsed(&mut self, change: usize) -> Duration {
        self.started.remove(&change).map(|started| started.elapsed()).unwrap_or_default()
    }

    fn fail(&mut self, step: usize, fault: Fault) {
        let Some((at, change)) = self.change(step) else { return };
        self.ending.failure.get_or_insert(fault.kind);
        let elapsed = self.elapsed(at.change);
        (self.watch)(ApplyEvent::Failed {
            address: change.address.clone(),
            action: change.action,
            cause: fault.cause,
            place: change.place.clone(),
            elapsed,
        });
        let mut told = HashSet::from([at.change]);
        for skipped in self.schedule.failed(step) {
            let Some((at, skipped)) = self.change(skipped.step) else { continue };
            if told.insert(at.change) && !self.started.contains_key(&at.change) {
                (self.watch)(ApplyEvent::Skipped {
                    address: skipped.address.clone(),
                    action: skipped.action,
                    because_of: Some(change.address.clone()),
                });
            }
        }
    }

    fn beat(&mut self) -> Result<(), Failure> {
        let mut running: Vec<(Instant, Running)> = self
            .started
            .iter()
            .filter_map(|(change, started)| {
                let change = self.plan.changes.get(*change)?;
                Some((
                    *started,
                    Running { address: change.address.clone(), action: change.action, elapsed: started.elapsed() },
                ))
            })
            .collect();
        running.sort_by_key(|(started, _)| *started);
        (self.watch)(ApplyEvent::Heartbeat { running: running.into_iter().map(|(_, running)| running).collect() });
        self.flush()
    }

    /// Says of everything that was not started that it was not.
    fn abandon(&mut self, course: Course) {
        if course == Course::Full {
            return;
        }
        self.ending.cancelled = true;
        self.ending.left += self.started.len();
        let mut told = HashSet::new();
        while let Some(step) = self.schedule.ready(1).pop() {
            let Some((at, change)) = self.change(step) else { continue };
            let mut skipped = vec![(at, change)];
            skipped.extend(self.schedule.failed(step).iter().filter_map(|skipped| self.change(skipped.step)));
            for (at, change) in skipped {
                if told.insert(at.change) && !self.started.contains_key(&at.change) {
                    (self.watch)(ApplyEvent::Skipped {
                        address: change.address.clone(),
                        action: change.action,
                        because_of: None,
                    });
                }
            }
        }
    }
}

fn unresolved(token: Option<Token>) -> Fault {
    let what = token.map_or_else(|| "a reference".to_owned(), |token| token.to_string());
    Fault {
        kind: ErrorKind::Operation,
        refused: true,
        left: false,
        cause: Cause {
            code: "deploy/unresolved".to_owned(),
            message: format!("{what} has no value: the resource it points to was deployed without it"),
            help: Some("read another field of that resource, or report it to the author of its kind".to_owned()),
        },
    }
}
