//! Reading resources.

use mlhost_plugin::deployer::{Failure, Reading, Subject};
use mlhost_plugin::{Context, Http, HttpError, Request, Response};

use crate::failure::{from_http, from_response, own, unexpected};
use crate::input::{details, origin, resource_url};
use crate::response::{is_absent, object, object_text, provisioning_state};
use crate::wait::retry_after_ms;

/// The provisioning state of what is being deleted.
const GOING: &str = "Deleting";

/// Reads all subjects with one `send`.
pub fn read(http: &mut dyn Http, context: &Context, subjects: &[Subject]) -> Vec<Reading> {
    let origin = match origin(context) {
        Ok(origin) => origin,
        Err(message) => return subjects.iter().map(|_| Reading::Failed(own("InvalidFacts", &message))).collect(),
    };
    let mut readings: Vec<Option<Reading>> = Vec::with_capacity(subjects.len());
    let mut requests = Vec::with_capacity(subjects.len());
    for subject in subjects {
        match request(&origin, subject) {
            Ok(request) => {
                requests.push(request);
                readings.push(None);
            }
            Err(message) => readings.push(Some(Reading::Failed(own("InvalidDetails", message)))),
        }
    }
    let mut answers = http.send(requests).into_iter();
    let missing = || Reading::Failed(own("MissingAnswer", "the host gave no answer to the request"));
    readings
        .into_iter()
        .map(|reading| reading.unwrap_or_else(|| answers.next().map_or_else(missing, reading_of)))
        .collect()
}

fn request(origin: &str, subject: &Subject) -> Result<Request, String> {
    let details = details(&subject.details)?;
    let url = resource_url(origin, &subject.id, &details.api_version)?;
    Ok(Request {
        method: "GET".to_owned(),
        url,
        headers: vec![("accept".to_owned(), "application/json".to_owned())],
        body: None,
    })
}

fn reading_of(answer: Result<Response, HttpError>) -> Reading {
    match answer {
        Err(error) => Reading::Failed(from_http(&error)),
        Ok(response) if response.status == 200 => match object_text(&response) {
            Some(_) if is_going(&response) => Reading::Failed(Failure {
                status: response.status,
                retryable: true,
                retry_after_ms: retry_after_ms(&response).unwrap_or(0),
                ..own("BeingDeleted", "it is being deleted")
            }),
            Some(body) => Reading::Found(body),
            None => Reading::Failed(unexpected(&response, "a resource as a JSON object")),
        },
        Ok(response) if is_absent(&response) => Reading::Absent,
        Ok(response) => Reading::Failed(from_response(&response)),
    }
}

/// A deletion is under way, of an interrupted run or of somebody else: what is there is no ground to plan on.
fn is_going(response: &Response) -> bool {
    // Most bodies need not be parsed for that.
    let mentioned = response.body.windows(GOING.len()).any(|word| word.eq_ignore_ascii_case(GOING.as_bytes()));
    mentioned
        && object(response)
            .is_some_and(|body| provisioning_state(&body).is_some_and(|state| state.eq_ignore_ascii_case(GOING)))
}
