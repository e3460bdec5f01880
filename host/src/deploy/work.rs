//! One action from its submission to its end: waiting, polling, repeating.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::event::{ApplyEvent, Cause};
use super::target::Target;
use crate::model::{ErrorKind, Failure};
use crate::plugin::deployer_api::{Action as Request, Outcome};

/// How often a call that may succeed later is made.
const ATTEMPTS: u32 = 6;
/// Before the first repetition; doubled for each further one.
const BACKOFF: Duration = Duration::from_millis(500);
/// No single wait is longer.
const MAX_WAIT: Duration = Duration::from_secs(120);
/// No operation is followed for longer.
const MAX_OPERATION: Duration = Duration::from_secs(4 * 3600);

/// News from an action under way.
pub enum News {
    /// For whoever watches.
    Event(ApplyEvent),
    /// The control plane works on it: the token by which a later run can ask after it.
    Pending {
        /// The resource's address.
        address: String,
        /// The deployer's own form.
        token: String,
    },
}

/// Why an action failed, with what decides the exit code.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// The control plane, or we, refused before anything was done.
    pub refused: bool,
    /// For whoever watches.
    pub cause: Cause,
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let diagnostic = failure.diagnostics.into_iter().next();
        let cause = diagnostic.map_or_else(Cause::default, |diagnostic| Cause {
            code: diagnostic.code,
            message: diagnostic.message,
            help: diagnostic.help,
        });
        Self { kind: failure.kind, refused: false, cause }
    }
}

/// Carries out one request and gives the body as deployed (null after a deletion).
pub async fn carry_out(target: &Target<'_>, request: Request, news: &UnboundedSender<News>) -> Result<Value, Fault> {
    let started = Instant::now();
    let mut attempt = 1;
    loop {
        let outcome = match target.submit(request.clone()).await? {
            Outcome::Pending(operation) => follow(target, &request.address, operation, started, news).await?,
            outcome => outcome,
        };
        let failure = match outcome {
            Outcome::Done(body) => return live(&body),
            // `follow` only ends with an end.
            Outcome::Pending(_) => return Err(unfinished()),
            Outcome::Failed(failure) => failure,
        };
        if !failure.retryable || attempt >= ATTEMPTS {
            return Err(fault(failure));
        }
        attempt += 1;
        let after = pause(attempt, failure.retry_after_ms);
        let cause = fault(failure).cause;
        let _ = news.send(News::Event(ApplyEvent::Retry { address: request.address.clone(), cause, after, attempt }));
        tokio::time::sleep(after).await;
    }
}

/// Asks after an operation until it ends. The deployer itself asks again when a status cannot be read; its `failed` is final.
pub async fn follow(
    target: &Target<'_>,
    address: &str,
    mut operation: crate::plugin::deployer_api::Operation,
    started: Instant,
    news: &UnboundedSender<News>,
) -> Result<Outcome, Fault> {
    let mut status = String::new();
    loop {
        if operation.status != status {
            status.clone_from(&operation.status);
            let elapsed = started.elapsed();
            let _ = news.send(News::Event(ApplyEvent::Progress {
                address: address.to_owned(),
                status: status.clone(),
                elapsed,
            }));
        }
        let _ = news.send(News::Pending { address: address.to_owned(), token: operation.token.clone() });
        if started.elapsed() > MAX_OPERATION {
            return Err(unfinished());
        }
        let wait = Duration::from_millis(operation.retry_after_ms.into()).min(MAX_WAIT);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        match target.poll(operation.token.clone()).await? {
            Outcome::Pending(next) => operation = next,
            end => return Ok(end),
        }
    }
}

/// Exponential, at least what the control plane asks for, with jitter so that the repetitions of a throttled batch do
/// not arrive together.
fn pause(attempt: u32, asked_ms: u32) -> Duration {
    let base = BACKOFF.saturating_mul(1 << attempt.saturating_sub(2).min(10));
    let mut byte = [0_u8; 1];
    // Without randomness there is no jitter, and that is all.
    let _ = getrandom::fill(&mut byte);
    let jittered = base + base.mul_f64(f64::from(byte[0]) / 512.0);
    jittered.max(Duration::from_millis(asked_ms.into())).min(MAX_WAIT)
}

fn live(body: &str) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(body).map_err(|error| Fault {
        kind: ErrorKind::Plugin,
        refused: false,
        cause: Cause {
            code: "plugin/contract".to_owned(),
            message: format!("the deployer gave a body that is no JSON: {error}"),
            help: Some("report it to the author of the deployer plugin".to_owned()),
        },
    })
}

fn fault(failure: crate::plugin::deployer_api::Failure) -> Fault {
    let kind = if failure.status == 401 { ErrorKind::Authentication } else { ErrorKind::Operation };
    // Without an answer, after a time-out or a fault of the service nobody knows what was done.
    let refused = (400..500).contains(&failure.status) && failure.status != 408;
    let help = (!failure.help.is_empty()).then_some(failure.help);
    Fault { kind, refused, cause: Cause { code: failure.code, message: failure.message, help } }
}

fn unfinished() -> Fault {
    Fault {
        kind: ErrorKind::TimedOut,
        refused: false,
        cause: Cause {
            code: "deploy/unfinished".to_owned(),
            message: "the control plane did not end the operation in time".to_owned(),
            help: Some("run apply again: it takes up the operation where it is".to_owned()),
        },
    }
}
