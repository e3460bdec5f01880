//! Operations that an interrupted run left behind: waits for their end, so that the next plan sees it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;

use super::event::ApplyEvent;
use super::target::Target;
use super::work::{Begun, Fault, News, follow};
use crate::model::{Diagnostic, Failure};
use crate::plugin::deployer_api::{Operation, Outcome};
use crate::state::{Event, Outcome as Fate, Store, Verb};

/// How often watchers hear that it still waits.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// The waiting begins, for so many operations.
    Begin(usize),
    /// It goes on for one of them.
    Still {
        /// The resource's address.
        address: String,
        /// The control plane's word for how far it is.
        status: String,
        /// Since the waiting began.
        elapsed: Duration,
    },
}

/// Asks after all operations that are pending, side by side, each for `timeout` at most. Where one ends, the journal notes
/// it; what a creation or an update made is looked at with everything else. One that failed is no error: the plan will see
/// what it left.
///
/// # Errors
/// - `TimedOut`, `deploy/unfinished`: an operation has not ended;
/// - when the deployer fails, the credentials are refused, or the journal cannot be written.
///
/// What has not ended stays pending, for the next run.
pub async fn settle(
    store: &mut Store,
    target: &Target<'_>,
    timeout: Duration,
    watch: &mut dyn FnMut(Waiting),
) -> Result<(), Failure> {
    let pending: Vec<(String, Verb, String)> = store
        .pending()
        .into_iter()
        .filter_map(|pending| match pending.token {
            Value::String(token) => Some((pending.address, pending.verb, token)),
            // No deployer of ours wrote that.
            _ => None,
        })
        .collect();
    if pending.is_empty() {
        return Ok(());
    }
    watch(Waiting::Begin(pending.len()));
    let (news, mut inbox) = mpsc::unbounded_channel();
    let started = Instant::now();
    let mut running: FuturesUnordered<_> = pending
        .iter()
        .map(|(address, verb, token)| {
            let begun = Begun { address, started, timeout };
            let operation = Operation { token: token.clone(), retry_after_ms: 0, status: String::new() };
            let ended = follow(target, begun, operation, &news);
            async move { (address, *verb, ended.await) }
        })
        .collect();
    let mut open: BTreeMap<&str, Open> =
        pending.iter().map(|(address, _, _)| (address.as_str(), Open::default())).collect();
    let mut faults = Vec::new();
    let mut heartbeat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    loop {
        tokio::select! {
            biased;
            Some(said) = inbox.recv() => hear(&mut open, said),
            ended = running.next() => match ended {
                None => break,
                Some((address, verb, Ok(outcome))) => {
                    open.remove(address.as_str());
                    store.append(&end(address, verb, outcome))?;
                }
                Some((address, _, Err(fault))) => faults.push((address.clone(), fault)),
            },
            _ = heartbeat.tick() => {
                for (address, one) in &open {
                    let (address, status) = ((*address).to_owned(), one.status.clone());
                    watch(Waiting::Still { address, status, elapsed: started.elapsed() });
                }
            }
        }
    }
    while let Ok(said) = inbox.try_recv() {
        hear(&mut open, said);
    }
    let left: Vec<Event> = open
        .into_iter()
        .filter_map(|(address, one)| {
            Some(Event::Pending { address: address.to_owned(), token: Value::String(one.token?) })
        })
        .collect();
    store.append(&left)?;
    failure(faults)
}

/// An operation that has not ended, and the last that was heard of it.
#[derive(Default)]
struct Open {
    status: String,
    token: Option<String>,
}

fn hear(open: &mut BTreeMap<&str, Open>, said: News) {
    match said {
        News::Event(ApplyEvent::Progress { address, status, .. }) => {
            if let Some(one) = open.get_mut(address.as_str()) {
                one.status = status;
            }
        }
        News::Event(_) => {}
        News::Pending { address, token } => {
            if let Some(one) = open.get_mut(address.as_str()) {
                one.token = Some(token);
            }
        }
    }
}

/// What the journal is told of an end.
fn end(address: &str, verb: Verb, outcome: Outcome) -> Vec<Event> {
    let result = match outcome {
        Outcome::Done(_) if verb == Verb::Delete => Fate::Deleted,
        Outcome::Failed(failure) => Fate::Failed { code: failure.code, message: failure.message, refused: false },
        // What it made is looked at with everything else; `follow` gives nothing that is pending.
        Outcome::Done(_) | Outcome::Pending(_) => return Vec::new(),
    };
    vec![Event::End { address: address.to_owned(), result }]
}

fn failure(faults: Vec<(String, Fault)>) -> Result<(), Failure> {
    let Some((_, Fault { kind, .. })) = faults.first() else { return Ok(()) };
    let kind = *kind;
    let diagnostics = faults.into_iter().map(|(address, fault)| {
        let message = format!("an operation that an interrupted run left behind: {}", fault.cause.message);
        let diagnostic = Diagnostic::error(fault.cause.code, message).about(address);
        match fault.cause.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    });
    Err(Failure { kind, diagnostics: diagnostics.collect() })
}
