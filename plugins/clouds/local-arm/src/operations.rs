//! Operations that outlive their request. An operation answers "still running" to a fixed number of polls and is then
//! carried out; one that nobody polls is carried out when somebody looks at its resource later. All of it is stored, so
//! a client that was killed may go on polling.

use mlhost_plugin::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::Wait;
use crate::describe::{REGION, SUBSCRIPTION};
use crate::fault::Fault;
use crate::record::{Record, next_seed};
use crate::resources::remove;
use crate::{groups, time};

/// Polls that are answered with "still running".
const RUNNING_POLLS: u32 = 1;

/// After this time an operation ends without being polled.
const LONGEST_MS: u64 = 5_000;

/// What an operation does when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The resource becomes ready.
    Ready,
    /// The resource goes away.
    Deleted,
    /// The resource goes away without leaving something to recover.
    Purged,
    /// The resource group goes away with all that is in it.
    GroupDeleted,
}

/// What somebody wants to become of an operation, other than its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doom {
    /// When it would end well, it fails.
    Fails,
    /// It goes on for ever.
    Endless,
}

#[derive(Debug, Serialize, Deserialize)]
struct Operation {
    ending: Ending,
    key: String,
    path: String,
    polls: u32,
    started: u64,
    ended: Option<u64>,
    /// Whether reads of the resource count as polls, because the client was given no URL to poll.
    by_state: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doom: Option<Doom>,
}

/// Starts an operation on the record under a key and gives its id, which belongs into the record.
pub fn start(call: &mut Call<'_>, ending: Ending, key: &str, path: &str, wait: Wait) -> String {
    let id = next_seed(call.store, key);
    let operation = Operation {
        ending,
        key: key.to_owned(),
        path: path.to_owned(),
        polls: 0,
        started: call.now_ms,
        ended: None,
        by_state: wait == Wait::State,
        doom: None,
    };
    save(call.store, &id, &operation);
    call.started = Some(id.clone());
    id
}

/// Seals the fate of an operation that has not ended, or lifts it.
pub fn doom(store: &mut dyn Store, id: &str, doom: Option<Doom>) {
    if let Some(mut operation) = load(store, id).filter(|operation| operation.ended.is_none()) {
        operation.doom = doom;
        save(store, id, &operation);
    }
}

/// Path of the resource that an operation is on.
pub fn subject(store: &dyn Store, id: &str) -> Option<String> {
    load(store, id).map(|operation| operation.path)
}

/// Tells the client where to poll.
pub fn announce(
    answer: Answer,
    call: &Call<'_>,
    id: &str,
    wait: Wait,
    namespace: &str,
    region: Option<&str>,
) -> Answer {
    let region = region.unwrap_or(REGION);
    let url = |word: &str| {
        call.link(&format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}/locations/{region}/{word}/{id}"))
    };
    let answer = match wait {
        Wait::No | Wait::State => return answer,
        Wait::Location => answer.header("location", url("operationResults")),
        Wait::AsyncOperation => answer.header("azure-asyncoperation", url("operationStatuses")),
        Wait::Both => {
            answer.header("azure-asyncoperation", url("operationStatuses")).header("location", url("operationResults"))
        }
    };
    answer.header("retry-after", "0")
}

/// Answers a poll: of the status when `status` is set, of the result otherwise.
///
/// # Errors
/// When there is no such operation.
pub fn poll(call: &mut Call<'_>, id: &str, status: bool) -> Result<Answer, Fault> {
    let Some(mut operation) = load(call.store, id) else {
        return Err(Fault::gateway(404, "NotFound", format!("The operation '{id}' could not be found.")));
    };
    advance(call.store, call.now_ms, id, &mut operation);
    if status {
        return Ok(status_answer(call, id, &operation));
    }
    if operation.ended.is_none() {
        let here = call.link(call.url.raw_path);
        return Ok(Answer::empty(202).header("location", here).header("retry-after", "0"));
    }
    if operation.failed() {
        return Err(Fault::operation_failed(&operation.path));
    }
    let body = match operation.ending {
        Ending::Ready => Record::load(call.store, &operation.key).map(|record| record.body),
        _ => None,
    };
    Ok(body.map_or_else(|| Answer::empty(200), |body| Answer::bytes(200, body)))
}

fn status_answer(call: &Call<'_>, id: &str, operation: &Operation) -> Answer {
    let mut body = Map::new();
    body.insert("id".to_owned(), Value::from(call.url.raw_path));
    body.insert("name".to_owned(), Value::from(id));
    body.insert("startTime".to_owned(), Value::from(time::round_trip(operation.started)));
    match operation.ended {
        Some(ended) => {
            body.insert("status".to_owned(), Value::from(if operation.failed() { "Failed" } else { "Succeeded" }));
            body.insert("endTime".to_owned(), Value::from(time::round_trip(ended)));
            body.insert("percentComplete".to_owned(), json!(100));
            if operation.failed() {
                body.insert("error".to_owned(), Fault::operation_failed(&operation.path).body());
            }
            Answer::json(200, &Value::Object(body))
        }
        None => {
            body.insert("status".to_owned(), Value::from("InProgress"));
            Answer::json(200, &Value::Object(body)).header("retry-after", "0")
        }
    }
}

/// Who looks at a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A request for it.
    Read,
    /// A list that it is in.
    List,
}

/// The record as it is now: an operation on it that is due is carried out first. `None` when that removed it.
pub fn settle(store: &mut dyn Store, now_ms: u64, key: &str, record: Record, look: Look) -> Option<Record> {
    let Some(id) = &record.operation else { return Some(record) };
    let Some(mut operation) = load(store, id) else { return Some(Record { operation: None, ..record }) };
    let due = now_ms.saturating_sub(operation.started) >= LONGEST_MS;
    if operation.ended.is_none() && (due || operation.by_state && look == Look::Read) {
        if due {
            operation.polls = RUNNING_POLLS;
        }
        advance(store, now_ms, id, &mut operation);
        if operation.ended.is_some() {
            return Record::load(store, key);
        }
    }
    Some(record)
}

/// Whether an operation is going to remove its resource.
pub fn is_deletion(store: &dyn Store, id: &str) -> bool {
    load(store, id).is_some_and(|operation| operation.ended.is_none() && operation.ending != Ending::Ready)
}

impl Operation {
    fn failed(&self) -> bool {
        self.ended.is_some() && self.doom == Some(Doom::Fails)
    }
}

fn advance(store: &mut dyn Store, now_ms: u64, id: &str, operation: &mut Operation) {
    if operation.ended.is_some() || operation.doom == Some(Doom::Endless) {
        return;
    }
    if operation.polls < RUNNING_POLLS {
        operation.polls += 1;
    } else {
        operation.ended = Some(now_ms);
        finish(store, now_ms, id, operation);
    }
    save(store, id, operation);
}

fn finish(store: &mut dyn Store, now_ms: u64, id: &str, operation: &Operation) {
    // A later write or deletion of the same resource took over: what this operation was to do is moot.
    let Some(mut record) = Record::load(store, &operation.key).filter(|record| record.operation.as_deref() == Some(id))
    else {
        return;
    };
    if operation.failed() || operation.ending == Ending::Ready {
        record.operation = None;
        if let Some(body) = with_state(&record.body, if operation.failed() { "Failed" } else { "Succeeded" }) {
            record.body = body;
        }
        record.save(store, &operation.key);
        return;
    }
    match operation.ending {
        Ending::Ready => {}
        Ending::Deleted => remove::with_children(store, now_ms, &operation.key, &operation.path, false),
        Ending::Purged => remove::with_children(store, now_ms, &operation.key, &operation.path, true),
        Ending::GroupDeleted => groups::remove(store, now_ms, &operation.key, &operation.path),
    }
}

/// A body with another `provisioningState`.
pub fn with_state(body: &[u8], state: &str) -> Option<Vec<u8>> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    set_state(&mut body, state);
    serde_json::to_vec(&body).ok()
}

/// Sets the `provisioningState` of a body that has properties.
pub fn set_state(body: &mut Value, state: &str) {
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("provisioningState".to_owned(), Value::from(state));
    }
}

fn load(store: &dyn Store, id: &str) -> Option<Operation> {
    serde_json::from_slice(&store.get(&format!("o/{id}"))?).ok()
}

fn save(store: &mut dyn Store, id: &str, operation: &Operation) {
    if let Ok(bytes) = serde_json::to_vec(operation) {
        store.set(&format!("o/{id}"), bytes);
    }
}
