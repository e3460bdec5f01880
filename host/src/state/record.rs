//! What the state keeps of a planned change, and what a plan changes in the state alone.

use serde_json::Value;

use super::digest::digest;
use super::journal::{Event, Outcome};
use crate::model::plan::{Action, Change, Plan};
use crate::model::state::{State, StateResource};

/// A resource as the state keeps it once `change` is carried out with `body`: the body that is sent, in token form, that
/// is with secrets as handles and escapes kept (before `reference::finish`).
pub fn record(change: &Change, body: Value) -> StateResource {
    StateResource { digest: digest(&body), body, ..mark(change) }
}

/// All but the body.
fn mark(change: &Change) -> StateResource {
    StateResource {
        kind: change.kind.clone(),
        plugin: change.plugin.clone(),
        resource_type: change.resource_type.clone(),
        id: change.id.clone(),
        depends_on: change.depends_on.clone(),
        details: change.details.clone(),
        protected: change.protected,
        ..StateResource::default()
    }
}

/// The events that put the state right where the cloud needs no change: what turned out to be as declared after all, a new
/// protection mark or dependency, an address that another one took over, what is only looked up now, and what somebody
/// else has deleted. To be appended once the rest of the plan is carried out.
pub fn bookkeeping(plan: &Plan, state: &State) -> Vec<Event> {
    let mut kept = std::collections::HashSet::with_capacity(plan.changes.len());
    let mut events = Vec::new();
    for change in &plan.changes {
        if change.action != Action::Read {
            kept.insert(change.address.as_str());
        }
        if change.action == Action::None {
            let known = state.resources.get(&change.address);
            // Where a reference is left its value cannot be read: what was last applied stays, as it does without a body.
            let resource = match known {
                Some(known) if change.body.is_null() || crate::plan::has_reference(&change.body) => {
                    StateResource { body: known.body.clone(), digest: known.digest.clone(), ..mark(change) }
                }
                _ => record(change, change.body.clone()),
            };
            if known != Some(&resource) {
                let result = Outcome::Upserted(Box::new(resource));
                events.push(Event::End { address: change.address.clone(), result });
            }
        }
    }
    for address in state.resources.keys().filter(|address| !kept.contains(address.as_str())) {
        events.push(Event::End { address: address.clone(), result: Outcome::Deleted });
    }
    events
}
