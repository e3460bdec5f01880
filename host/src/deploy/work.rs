//! One action from its submission to its end: waiting, polling, repeating.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::event::{ApplyEvent, Cause};
use super::retry::{ATTEMPTS, MAX_WAIT, pause};
use super::target::Target;
use crate::duration;
use crate::model::{ErrorKind, Failure};
use crate::plugin::deployer_api::{Action as Request, Failure as Refusal, Operation, Outcome};

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
    /// The control plane still works on it: the next run asks after it.
    pub left: bool,
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
        Self { kind: failure.kind, refused: false, left: false, cause }
    }
}

/// Carries out one request and gives the body as deployed (null after a deletion). It is followed, and repeated, for
/// `timeout` at most.
pub async fn carry_out(
    target: &Target<'_>,
    request: Request,
    timeout: Duration,
    news: &UnboundedSender<News>,
) -> Result<Value, Fault> {
    let started = Instant::now();
    let mut attempt = 1;
    loop {
        let (outcome, accepted) = match target.submit(request.clone()).await? {
            Outcome::Pending(operation) => {
                let begun = Begun { address: &request.address, started, timeout };
                (follow(target, begun, operation, news).await?, true)
            }
            outcome => (outcome, false),
        };
        let failure = match outcome {
            Outcome::Done(body) => return live(&body),
            // `follow` only ends with an end.
            Outcome::Pending(_) => return Err(unfinished(timeout)),
            Outcome::Failed(failure) => failure,
        };
        let after = pause(attempt + 1, failure.retry_after_ms);
        if !failure.retryable || attempt >= ATTEMPTS || started.elapsed() + after > timeout {
            return Err(fault(failure, accepted));
        }
        attempt += 1;
        let cause = fault(failure, accepted).cause;
        let _ = news.send(News::Event(ApplyEvent::Retry { address: request.address.clone(), cause, after, attempt }));
        tokio::time::sleep(after).await;
    }
}

/// An operation under way.
#[derive(Debug, Clone, Copy)]
pub struct Begun<'a> {
    /// The resource's address.
    pub address: &'a str,
    /// Since when somebody has followed it.
    pub started: Instant,
    /// For how long they will.
    pub timeout: Duration,
}

/// Asks after an operation until it ends. The deployer itself asks again when a status cannot be read; its `failed` is
/// final.
///
/// # Errors
/// When it cannot be asked after any more. Those that are [`Fault::left`] may still end well.
pub async fn follow(
    target: &Target<'_>,
    begun: Begun<'_>,
    mut operation: Operation,
    news: &UnboundedSender<News>,
) -> Result<Outcome, Fault> {
    let Begun { address, started, timeout } = begun;
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
        let left = timeout.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Err(unfinished(timeout));
        }
        let wait = Duration::from_millis(operation.retry_after_ms.into()).min(MAX_WAIT).min(left);
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        // Whatever keeps us from asking does not keep the control plane from working.
        let outcome =
            target.poll(operation.token.clone()).await.map_err(|failure| Fault { left: true, ..failure.into() })?;
        match outcome {
            Outcome::Pending(next) => operation = next,
            Outcome::Failed(failure) if failure.status == 401 => {
                return Err(Fault { left: true, ..fault(failure, true) });
            }
            end => return Ok(end),
        }
    }
}

fn live(body: &str) -> Result<Value, Fault> {
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(body).map_err(|error| Fault {
        kind: ErrorKind::Plugin,
        refused: false,
        left: false,
        cause: Cause {
            code: "plugin/contract".to_owned(),
            message: format!("the deployer gave a body that is no JSON: {error}"),
            help: Some("report it to the author of the deployer plugin".to_owned()),
        },
    })
}

/// `accepted` says that the control plane had taken the request before it failed.
fn fault(failure: Refusal, accepted: bool) -> Fault {
    let kind = if failure.status == 401 { ErrorKind::Authentication } else { ErrorKind::Operation };
    // Without an answer, after a time-out or a fault of the service nobody knows what was done.
    let refused = !accepted && (400..500).contains(&failure.status) && failure.status != 408;
    let help = (!failure.help.is_empty()).then_some(failure.help);
    Fault { kind, refused, left: false, cause: Cause { code: failure.code, message: failure.message, help } }
}

fn unfinished(timeout: Duration) -> Fault {
    Fault {
        kind: ErrorKind::TimedOut,
        refused: false,
        left: true,
        cause: Cause {
            code: "deploy/unfinished".to_owned(),
            message: format!("the control plane did not end the operation within {}", duration::show(timeout)),
            help: Some(
                "run the command again: it takes up the operation where it is; `--timeout` lets it wait longer"
                    .to_owned(),
            ),
        },
    }
}
