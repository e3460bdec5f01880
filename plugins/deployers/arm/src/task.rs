//! One change as a state machine: which request comes next, and what its answer means.
//!
//! The order of looking at an answer is that of Azure's own SDKs: `Azure-AsyncOperation`, then `Location`, then
//! `properties.provisioningState` of the resource itself.

mod answer;
mod settle;

use mlhost_plugin::Request;
use mlhost_plugin::deployer::{Action, Failure, Operation, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::own;
use crate::input::{Recover, details, poll_url, resource_url, with_query};

/// What a change does to its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

/// Where a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// GET: is it there already?
    Check,
    /// PUT the body.
    Put,
    /// PUT the body that brings a soft-deleted resource back.
    Recover,
    /// DELETE.
    Delete,
    /// GET the operation: `status` tells.
    Operation {
        /// Out of `Azure-AsyncOperation`.
        url: String,
    },
    /// GET the operation: 202 means at work.
    Location {
        /// Out of the last `Location`.
        url: String,
    },
    /// GET the resource until its provisioning state is final.
    State,
    /// GET the resource until it is gone.
    Gone,
    /// GET the resource: it is done, this is how it came out.
    Fetch,
}

/// A change. Its JSON is what `poll` gets as a token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What it does.
    pub verb: Verb,
    /// URL of the resource with its api-version.
    pub resource: String,
    /// URL of the DELETE, where it has query parameters of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delete_url: Option<String>,
    /// Where it is.
    pub step: Step,
    /// Body of the PUT, as JSON text, as long as it may still be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// How to bring back a soft-deleted resource, as long as that was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recover: Option<Recover>,
    /// What is at work brings back a soft-deleted resource: the PUT of the body comes after it.
    #[serde(default, skip_serializing_if = "is_false")]
    recovering: bool,
    /// The resource was not there when the task began: whatever is there now is this task's own.
    #[serde(default, skip_serializing_if = "is_false")]
    ours: bool,
    /// Something of this task's may be there already: to begin anew would be to take it for somebody else's.
    #[serde(default, skip_serializing_if = "is_false")]
    begun: bool,
    /// Polls so far.
    #[serde(default)]
    polls: u32,
    /// Polls in a row that found out nothing.
    #[serde(default)]
    misses: u32,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// What comes next.
#[derive(Debug)]
pub enum Next {
    /// Send the task's request, now.
    Send(Task),
    /// Nothing for now.
    End(Outcome),
}

impl Task {
    /// The task of an action.
    ///
    /// # Errors
    /// When the action cannot be carried out as it is.
    pub fn new(origin: &str, action: Action) -> Result<Self, Failure> {
        let refused = |message: String| own("InvalidDetails", message);
        let details = details(&action.details).map_err(refused)?;
        let resource = resource_url(origin, &action.id, &details.api_version).map_err(refused)?;
        let (verb, step) = match action.verb.as_str() {
            "create" => (Verb::Put, Step::Check),
            "update" => (Verb::Put, Step::Put),
            "delete" => (Verb::Delete, Step::Delete),
            other => return Err(own("InvalidAction", format!("there is no verb `{other}`"))),
        };
        let has_query = verb == Verb::Delete && !details.delete_query.is_empty();
        if verb == Verb::Put && action.body.is_empty() {
            return Err(own("InvalidAction", "there is no body to send"));
        }
        Ok(Self {
            verb,
            delete_url: has_query.then(|| with_query(&resource, &details.delete_query)),
            resource,
            step,
            body: (verb == Verb::Put).then_some(action.body),
            recover: details.recover.filter(|_| verb == Verb::Put),
            recovering: false,
            ours: false,
            begun: false,
            polls: 0,
            misses: 0,
        })
    }

    /// The task in a token. It comes out of a journal: its URLs are looked at again.
    ///
    /// # Errors
    /// When the token is none of this plugin's.
    pub fn from_token(origin: &str, token: &str) -> Result<Self, Failure> {
        let refused = |message: String| own("InvalidToken", message);
        let task: Self = serde_json::from_str(token)
            .map_err(|error| refused(format!("the token is none of this deployer's: {error}")))?;
        if let Step::Operation { url } | Step::Location { url } = &task.step {
            poll_url(origin, url).map_err(refused)?;
        }
        for url in [Some(&task.resource), task.delete_url.as_ref()].into_iter().flatten() {
            if url.strip_prefix(origin).is_none_or(|path| !path.starts_with('/')) {
                return Err(refused(format!("the token's resource is not at `{origin}`")));
            }
            poll_url(origin, url).map_err(refused)?;
        }
        if matches!(task.step, Step::Put | Step::Recover) && task.body.is_none() {
            return Err(refused("the token holds no body to send".to_owned()));
        }
        Ok(task)
    }

    /// The request that the task waits for.
    ///
    /// # Errors
    /// When the body that brings back a soft-deleted resource cannot be made.
    pub fn request(&self) -> Result<Request, Failure> {
        let accept = ("accept".to_owned(), "application/json".to_owned());
        let send = |method: &str, url: &str| Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: vec![accept.clone()],
            body: None,
        };
        let put = |body: String| {
            let mut request = send("PUT", &self.resource);
            request.headers.push(("content-type".to_owned(), "application/json".to_owned()));
            request.body = Some(body.into_bytes());
            request
        };
        Ok(match &self.step {
            Step::Put => put(self.body.clone().unwrap_or_default()),
            Step::Recover => put(self.recovery_body()?),
            Step::Delete => send("DELETE", self.delete_url.as_ref().unwrap_or(&self.resource)),
            Step::Operation { url } | Step::Location { url } => send("GET", url),
            Step::Check | Step::State | Step::Gone | Step::Fetch => send("GET", &self.resource),
        })
    }

    fn recovery_body(&self) -> Result<String, Failure> {
        let mut body: Value = serde_json::from_str(self.body.as_deref().unwrap_or_default())
            .map_err(|error| own("InvalidAction", format!("the body is no JSON: {error}")))?;
        for (pointer, value) in self.recover.iter().flat_map(|recover| &recover.body) {
            if !set(&mut body, pointer, value) {
                return Err(own("InvalidDetails", format!("the body has no place for `{pointer}` of `recover`")));
            }
        }
        Ok(body.to_string())
    }

    fn pending(&self, retry_after_ms: u32, status: &str) -> Outcome {
        let status = status.chars().filter(|c| !c.is_control()).take(80).collect();
        match serde_json::to_string(self) {
            Ok(token) => Outcome::Pending(Operation { token, retry_after_ms, status }),
            Err(error) => {
                Outcome::Failed(own("InvalidToken", format!("the operation cannot be written down: {error}")))
            }
        }
    }
}

/// Sets a member of nested objects, making those that are missing.
fn set(body: &mut Value, pointer: &str, value: &Value) -> bool {
    let Some(path) = pointer.strip_prefix('/') else { return false };
    let mut at = body;
    for segment in path.split('/') {
        let Some(map) = at.as_object_mut() else { return false };
        let key = segment.replace("~1", "/").replace("~0", "~");
        at = map.entry(key).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    *at = value.clone();
    true
}
