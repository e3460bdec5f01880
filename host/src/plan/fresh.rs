//! Whether a plan that was made earlier is still true.

use std::collections::BTreeMap;

use crate::model::plan::{Action, Change, Plan};
use crate::model::state::State;
use crate::model::{Diagnostic, ErrorKind, Failure};

/// How many resources a message lists.
const LISTED: usize = 10;

/// Checks that the state is the one a plan was made from, and that each resource is as it was then. `live` gives the
/// digests of the resources of the plan as they are now, by address, with `None` for one that is not there; what the plan
/// creates need not be in it.
///
/// # Errors
/// Stale plan, `plan/stale`, with what moved.
pub fn check_fresh(plan: &Plan, state: &State, live: &BTreeMap<String, Option<String>>) -> Result<(), Failure> {
    let mut moved = Vec::new();
    if (&plan.environment, &plan.target) != (&state.environment, &state.target) {
        moved.push(format!(
            "it is for environment `{}` on `{}`, not `{}` on `{}`",
            plan.environment, plan.target, state.environment, state.target
        ));
    } else if plan.basis.lineage != state.lineage && !(plan.basis.serial == 0 && state.serial == 0) {
        moved.push("the environment was created anew since".to_owned());
    } else if plan.basis.serial != state.serial {
        let (then, now) = (plan.basis.serial, state.serial);
        moved.push(format!("the state has been changed since: its serial was {then} and is {now}"));
    }
    let resources: Vec<String> = plan.changes.iter().filter_map(|change| resource(change, live)).collect();
    let more = resources.len().saturating_sub(LISTED);
    moved.extend(resources.into_iter().take(LISTED));
    if more > 0 {
        moved.push(format!("and {more} more"));
    }
    if moved.is_empty() {
        return Ok(());
    }
    let mut diagnostic = Diagnostic::error("plan/stale", "the plan is no longer true, and was not carried out");
    diagnostic.notes = moved;
    Err(Failure::new(ErrorKind::StalePlan, diagnostic.help("make it again with `mlhost plan --out FILE`")))
}

fn resource(change: &Change, live: &BTreeMap<String, Option<String>>) -> Option<String> {
    let address = &change.address;
    let now = live.get(address).and_then(Option::as_ref);
    match (&change.live_digest, now) {
        (Some(then), Some(now)) if then != now => Some(format!("`{address}` has been changed by somebody else since")),
        (Some(_), None) => Some(format!("`{address}` is no longer there")),
        (None, Some(_)) if change.action == Action::Create => Some(format!("`{address}` is there already")),
        _ => None,
    }
}
