//! What happens while a plan is carried out, for whoever watches: progress displays, streams and tallies.
//!
//! The engine reports every change of a plan that does something exactly once as started and exactly once as completed,
//! failed or skipped. A replacement is one change: started before its deletion, completed after its creation.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::model::plan::Action;
use crate::model::source::Place;

/// Something that is under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Running {
    /// The resource's address.
    pub address: String,
    /// What happens to it.
    pub action: Action,
    /// Since it started.
    #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
    pub elapsed: Duration,
}

/// Why a change failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Cause {
    /// The control plane's own code (innermost), or one of mlhost's.
    pub code: String,
    /// Its message.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// An event of a run that changes something.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ApplyEvent {
    /// The run begins.
    Begin {
        /// How many changes it will make.
        total: usize,
    },
    /// A change begins.
    Started {
        /// The resource's address.
        address: String,
        /// What happens to it.
        action: Action,
        /// The resource's id.
        id: String,
    },
    /// The control plane said how far it is.
    Progress {
        /// The resource's address.
        address: String,
        /// The control plane's word for it.
        status: String,
        /// Since the change started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A call failed and will be repeated.
    Retry {
        /// The resource's address.
        address: String,
        /// Why.
        cause: Cause,
        /// How long it waits.
        #[serde(rename = "after_ms", serialize_with = "milliseconds")]
        after: Duration,
        /// Number of the coming attempt; the first repetition is 2.
        attempt: u32,
    },
    /// A change is done.
    Completed {
        /// The resource's address.
        address: String,
        /// What happened to it.
        action: Action,
        /// The resource's id.
        id: String,
        /// Since the change started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A change failed for good.
    Failed {
        /// The resource's address.
        address: String,
        /// What was tried.
        action: Action,
        /// Why.
        cause: Cause,
        /// The script line that declares the resource.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        /// Since the change started.
        #[serde(rename = "elapsed_ms", serialize_with = "milliseconds")]
        elapsed: Duration,
    },
    /// A change was not tried.
    Skipped {
        /// The resource's address.
        address: String,
        /// What would have happened to it.
        action: Action,
        /// Address of the resource whose failure is the reason; `None` when the run was cancelled.
        #[serde(skip_serializing_if = "Option::is_none")]
        because_of: Option<String>,
    },
    /// Sent every few seconds, whether or not anything happened.
    Heartbeat {
        /// All that is under way, in the order in which it started.
        running: Vec<Running>,
    },
}

/// Durations travel as whole milliseconds.
///
/// # Errors
/// Those of the serializer.
pub fn milliseconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_travel_with_their_name_and_milliseconds() {
        let event = ApplyEvent::Completed {
            address: "a.b".to_owned(),
            action: Action::Create,
            id: "/a/b".to_owned(),
            elapsed: Duration::from_micros(1_234_567),
        };
        let expected =
            json!({"event": "completed", "address": "a.b", "action": "create", "id": "/a/b", "elapsed_ms": 1234});
        assert_eq!(serde_json::to_value(event).unwrap(), expected);
    }
}
