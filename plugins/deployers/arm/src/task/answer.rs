//! What the answer to a task's request means.

use mlhost_plugin::deployer::{Failure, Outcome};
use mlhost_plugin::{HttpError, Response};

use crate::failure::{codes, from_http, from_operation, from_response, own, unexpected};
use crate::input::poll_url;
use crate::response::{Progress, header, is_absent, object, progress, provisioning_state};
use crate::wait::{backoff_ms, before_poll_ms};

use super::{Next, Step, Task, Verb};

/// So many polls in a row may find out nothing before the operation is given up.
const MOST_MISSES: u32 = 10;

impl Task {
    /// Goes on after the answer to [`Task::request`].
    pub fn answer(self, origin: &str, answer: Result<Response, HttpError>) -> Next {
        match self.step.clone() {
            Step::Check => self.checked(answer),
            Step::Put | Step::Recover | Step::Delete => self.sent(origin, answer),
            Step::Operation { .. } | Step::Location { .. } | Step::State | Step::Gone | Step::Fetch => match answer {
                Ok(response) if is_poll_answer(&response, &self.step) => self.polled(origin, response),
                other => self.missed(other),
            },
        }
    }

    fn checked(mut self, answer: Result<Response, HttpError>) -> Next {
        match answer {
            Err(error) => failed(from_http(&error)),
            Ok(response) if is_absent(&response) => {
                self.ours = true;
                self.step = Step::Put;
                Next::Send(self)
            }
            Ok(response) if response.status == 200 && object(&response).is_some() => {
                let mut failure =
                    own("ResourceExists", "a resource with this id exists already, and the state does not know it");
                // As a PUT with `if-none-match: *` is answered: what the host reads out of it is that nothing was done.
                failure.status = 412;
                failed(failure)
            }
            Ok(response) if response.status == 200 => failed(unexpected(&response, "a resource as a JSON object")),
            Ok(response) => failed(from_response(&response)),
        }
    }

    /// After the PUT or DELETE itself.
    fn sent(mut self, origin: &str, answer: Result<Response, HttpError>) -> Next {
        let response = match answer {
            Ok(response) => response,
            Err(error) => {
                let failure = from_http(&error);
                return if failure.retryable { self.sent_in_doubt(failure) } else { failed(failure) };
            }
        };
        match response.status {
            200 | 201 | 202 | 204 => self.accepted(origin, &response),
            _ if self.verb == Verb::Delete && is_absent(&response) => Next::End(Outcome::Done(String::new())),
            409 if self.step == Step::Put && self.can_recover(&response) => {
                self.step = Step::Recover;
                Next::Send(self)
            }
            408 | 500..=599 => self.sent_in_doubt(from_response(&response)),
            // Refused for now; what was sent before may have been carried out.
            _ if self.begun => self.sent_in_doubt(from_response(&response)),
            _ => failed(from_response(&response)),
        }
    }

    fn can_recover(&self, response: &Response) -> bool {
        let codes = object(response).map(|body| codes(&body)).unwrap_or_default();
        self.recover.as_ref().is_some_and(|recover| codes.iter().any(|code| code.eq_ignore_ascii_case(&recover.code)))
    }

    /// Nobody knows whether the request was carried out. A `create` that found nothing before must not be asked again
    /// whether there is something: it goes on from here. The others are repeated by the host.
    fn sent_in_doubt(mut self, failure: Failure) -> Next {
        if !(self.ours || self.recovering) || !failure.retryable {
            return failed(failure);
        }
        if self.misses >= MOST_MISSES {
            return given_up(failure);
        }
        let wait = failure.retry_after_ms.max(backoff_ms(self.misses));
        self.misses += 1;
        self.begun = true;
        Next::End(self.pending(wait, &format!("sending it again after {}", failure.code)))
    }

    /// The control plane has taken the request.
    fn accepted(mut self, origin: &str, response: &Response) -> Next {
        self.misses = 0;
        if self.step == Step::Recover {
            self.recovering = true;
            self.recover = None;
        } else if !self.recovering {
            self.body = None;
        }
        let operation = header(response, "azure-asyncoperation").map(|url| (url, true));
        let location = header(response, "location").map(|url| (url, false));
        if let Some((url, has_status)) = operation.or(location).filter(|_| response.status != 204) {
            let url = match poll_url(origin, url) {
                Ok(url) => url,
                Err(message) => return failed(own("UnexpectedResponse", message)),
            };
            self.step = if has_status { Step::Operation { url } } else { Step::Location { url } };
            let state = object(response).and_then(|body| provisioning_state(&body).map(str::to_owned));
            return Next::End(self.pending(before_poll_ms(response, 0), state.as_deref().unwrap_or("Accepted")));
        }
        match self.verb {
            Verb::Delete if response.status == 202 => {
                self.step = Step::Gone;
                Next::End(self.pending(before_poll_ms(response, 0), "Accepted"))
            }
            Verb::Delete => Next::End(Outcome::Done(String::new())),
            Verb::Put => self.accepted_without_operation(response),
        }
    }

    fn accepted_without_operation(mut self, response: &Response) -> Next {
        let body = object(response);
        let state = body.as_ref().and_then(provisioning_state);
        match (state.map(progress), &body) {
            (Some(Progress::Failed), Some(body)) => failed(from_operation(body, state.unwrap_or_default(), response)),
            (Some(Progress::Succeeded), _) => self.settled(response),
            (Some(Progress::Running), _) => {
                self.step = Step::State;
                Next::End(self.pending(before_poll_ms(response, 0), state.unwrap_or_default()))
            }
            (None, _) if response.status == 202 => {
                self.step = Step::State;
                Next::End(self.pending(before_poll_ms(response, 0), "Accepted"))
            }
            // Created, and the body does not say that it is ready: the resource itself does.
            (None, Some(_)) if response.status == 201 => {
                self.step = Step::State;
                Next::Send(self)
            }
            _ => self.settled(response),
        }
    }

    /// An answer to a poll that tells something.
    fn polled(mut self, origin: &str, response: Response) -> Next {
        self.misses = 0;
        self.polls = self.polls.saturating_add(1);
        match self.step.clone() {
            Step::Operation { .. } => self.polled_operation(&response),
            Step::Location { .. } => self.polled_location(origin, &response),
            Step::Gone if response.status == 404 => Next::End(Outcome::Done(String::new())),
            Step::Gone => {
                let state = object(&response).and_then(|body| provisioning_state(&body).map(str::to_owned));
                Next::End(self.pending(before_poll_ms(&response, self.polls), state.as_deref().unwrap_or("Deleting")))
            }
            Step::State => self.polled_state(&response),
            _ => self.settled(&response),
        }
    }

    fn polled_operation(self, response: &Response) -> Next {
        let body = object(response);
        let word = body
            .as_ref()
            .and_then(|body| body.get("status").and_then(|status| status.as_str()).or(provisioning_state(body)));
        match (word.map(progress), &body) {
            (Some(Progress::Succeeded), _) => self.finished(),
            (Some(Progress::Failed), Some(body)) => failed(from_operation(body, word.unwrap_or_default(), response)),
            (Some(_), _) => Next::End(self.pending(before_poll_ms(response, self.polls), word.unwrap_or_default())),
            (None, _) if response.status == 202 || response.status == 201 => {
                Next::End(self.pending(before_poll_ms(response, self.polls), "Running"))
            }
            (None, _) if response.status == 204 => self.finished(),
            (None, _) => failed(unexpected(response, "an operation with a `status`")),
        }
    }

    fn polled_location(mut self, origin: &str, response: &Response) -> Next {
        let body = object(response);
        if response.status == 202 {
            if let Some(next) = header(response, "location") {
                match poll_url(origin, next) {
                    Ok(url) => self.step = Step::Location { url },
                    Err(message) => return failed(own("UnexpectedResponse", message)),
                }
            }
            let word = body.as_ref().and_then(|body| body.get("status")).and_then(|status| status.as_str());
            return Next::End(self.pending(before_poll_ms(response, self.polls), word.unwrap_or("Running")));
        }
        // Some operations end with 200 and say in the body that they failed.
        let word =
            body.as_ref().filter(|body| body.get("error").is_some()).and_then(|body| body.get("status")?.as_str());
        match (word.map(progress), &body) {
            (Some(Progress::Failed), Some(body)) => failed(from_operation(body, word.unwrap_or_default(), response)),
            _ => self.finished(),
        }
    }

    fn polled_state(self, response: &Response) -> Next {
        let body = object(response);
        let state = body.as_ref().and_then(provisioning_state);
        match (state.map(progress), &body) {
            (Some(Progress::Failed), Some(body)) => failed(from_operation(body, state.unwrap_or_default(), response)),
            (Some(Progress::Running), _) => {
                Next::End(self.pending(before_poll_ms(response, self.polls), state.unwrap_or_default()))
            }
            (None, _) if matches!(response.status, 201 | 202) => {
                Next::End(self.pending(before_poll_ms(response, self.polls), "Running"))
            }
            _ => self.settled(response),
        }
    }

    /// The state could not be read: that says nothing about the operation. Tried again, but not for ever.
    fn missed(mut self, answer: Result<Response, HttpError>) -> Next {
        let failure = match &answer {
            Err(error) => from_http(error),
            Ok(response) => from_response(response),
        };
        let is_final = match &answer {
            Err(_) => !failure.retryable,
            // Of a `Location`, other statuses are how the operation ended.
            Ok(response) => {
                let final_at_location = matches!(self.step, Step::Location { .. }) && !failure.retryable;
                final_at_location || response.status == 401 || response.status == 403
            }
        };
        if is_final || self.misses >= MOST_MISSES {
            return given_up(failure);
        }
        let wait = failure.retry_after_ms.max(backoff_ms(self.misses));
        self.misses += 1;
        Next::End(self.pending(wait, &format!("asking again after {}", failure.code)))
    }
}

/// Whether an answer to a poll tells something about the operation.
fn is_poll_answer(response: &Response, step: &Step) -> bool {
    match response.status {
        200..=202 | 204 => true,
        404 => *step == Step::Gone && is_absent(response),
        _ => false,
    }
}

fn failed(failure: Failure) -> Next {
    Next::End(Outcome::Failed(failure))
}

/// It was repeated here as often as makes sense: the host need not.
fn given_up(failure: Failure) -> Next {
    failed(Failure { retryable: false, ..failure })
}
