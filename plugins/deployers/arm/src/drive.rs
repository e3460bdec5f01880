//! Drives the state machines of many changes together: one `send` for all requests of a round.

use mlhost_plugin::deployer::{Action, Failure, Outcome};
use mlhost_plugin::{Context, Http, HttpError, Request};

use crate::failure::own;
use crate::input::origin;
use crate::task::{Next, Task};

/// Requests that one change may need in one call; the longest real chain has four.
const MOST_ROUNDS: usize = 8;

/// Starts changes.
pub fn submit(http: &mut dyn Http, context: &Context, actions: Vec<Action>) -> Vec<Outcome> {
    with_origin(context, actions.len(), |origin| {
        let tasks = actions.into_iter().map(|action| Task::new(origin, action)).collect();
        drive(http, origin, tasks)
    })
}

/// Goes on with operations.
pub fn poll(http: &mut dyn Http, context: &Context, tokens: &[String]) -> Vec<Outcome> {
    with_origin(context, tokens.len(), |origin| {
        let tasks = tokens.iter().map(|token| Task::from_token(origin, token)).collect();
        drive(http, origin, tasks)
    })
}

fn with_origin(context: &Context, count: usize, run: impl FnOnce(&str) -> Vec<Outcome>) -> Vec<Outcome> {
    match origin(context) {
        Ok(origin) => run(&origin),
        Err(message) => vec![Outcome::Failed(own("InvalidFacts", message)); count],
    }
}

/// Where a task of the batch is.
enum Slot {
    Running(Task),
    Ended(Outcome),
}

fn drive(http: &mut dyn Http, origin: &str, tasks: Vec<Result<Task, Failure>>) -> Vec<Outcome> {
    let mut slots: Vec<Slot> = tasks
        .into_iter()
        .map(|task| task.map_or_else(|failure| Slot::Ended(Outcome::Failed(failure)), Slot::Running))
        .collect();
    for _ in 0..MOST_ROUNDS {
        let requests = requests(&mut slots);
        if requests.is_empty() {
            break;
        }
        let mut answers = http.send(requests).into_iter();
        slots = slots
            .into_iter()
            .map(|slot| match slot {
                Slot::Running(task) => {
                    let answer = answers.next().unwrap_or_else(|| Err(no_answer()));
                    match task.answer(origin, answer) {
                        Next::Send(task) => Slot::Running(task),
                        Next::End(outcome) => Slot::Ended(outcome),
                    }
                }
                ended @ Slot::Ended(_) => ended,
            })
            .collect();
    }
    slots.into_iter().map(outcome).collect()
}

/// The requests of all running tasks; those that cannot say theirs end here.
fn requests(slots: &mut [Slot]) -> Vec<Request> {
    let mut requests = Vec::new();
    for slot in slots {
        if let Slot::Running(task) = slot {
            match task.request() {
                Ok(request) => requests.push(request),
                Err(failure) => *slot = Slot::Ended(Outcome::Failed(failure)),
            }
        }
    }
    requests
}

fn outcome(slot: Slot) -> Outcome {
    match slot {
        Slot::Ended(outcome) => outcome,
        Slot::Running(_) => Outcome::Failed(own("UnexpectedResponse", "the control plane's answers lead in a circle")),
    }
}

fn no_answer() -> HttpError {
    HttpError { code: "invalid-request".to_owned(), message: "the host gave no answer to the request".to_owned() }
}
