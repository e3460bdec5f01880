//! Looks once more at what was changed: a control plane may take a request and not do all that it says.

use std::collections::BTreeMap;

use super::reading;
use super::retry::pause;
use super::target::{Subject, Target};
use crate::model::Failure;
use crate::model::plan::{Action, Change, Plan, PropertyChange};
use crate::model::state::StateResource;
use crate::plan::Comparison;
use crate::plugin::deployer_api::Reading;

/// How often it looks: reads may be behind for a while.
const LOOKS: u32 = 3;

/// What became of a change.
#[derive(Debug, Clone, PartialEq)]
pub enum NotApplied<'a> {
    /// The resource is not there.
    Absent(&'a Change),
    /// These properties are not as they were sent: `before` as deployed, `after` as sent, with their places.
    Differs(&'a Change, Vec<PropertyChange>),
    /// It could not be read, and why.
    Unread(&'a Change, String),
}

/// Reads what a plan created, updated or replaced, and tells what is not as it was sent. `resources` is the state after the
/// run: changes that did not end well are left out.
///
/// # Errors
/// When the deployer fails.
pub async fn read_back<'a>(
    plan: &'a Plan,
    resources: &BTreeMap<String, StateResource>,
    target: &Target<'_>,
) -> Result<Vec<NotApplied<'a>>, Failure> {
    let mut comparison = Comparison::default();
    let mut open: Vec<(&'a Change, &StateResource)> = plan
        .changes
        .iter()
        .filter(|change| matches!(change.action, Action::Create | Action::Update | Action::Replace))
        .filter_map(|change| Some((change, resources.get(&change.address)?)))
        .filter(|(_, resource)| !resource.uncertain)
        .collect();
    let mut found = Vec::new();
    for look in 1..=LOOKS {
        if open.is_empty() {
            break;
        }
        if look > 1 {
            tokio::time::sleep(pause(look, 0)).await;
        }
        let subjects: Vec<Subject<'_>> = open.iter().map(|(change, _)| subject(change)).collect();
        let readings = reading::read(target, &subjects, &mut |_| {}).await?;
        found.clear();
        let mut still = Vec::new();
        for ((change, resource), reading) in open.into_iter().zip(readings) {
            if let Some(not_applied) = judge(&mut comparison, change, resource, reading) {
                found.push(not_applied);
                still.push((change, resource));
            }
        }
        open = still;
    }
    Ok(found)
}

fn subject(change: &Change) -> Subject<'_> {
    let Change { address, resource_type, id, details, .. } = change;
    Subject { address, resource_type, id, details }
}

fn judge<'a>(
    comparison: &mut Comparison,
    change: &'a Change,
    resource: &StateResource,
    reading: Reading,
) -> Option<NotApplied<'a>> {
    let live = match reading {
        Reading::Absent => return Some(NotApplied::Absent(change)),
        Reading::Failed(failure) => {
            return Some(NotApplied::Unread(change, format!("{}: {}", failure.code, failure.message)));
        }
        Reading::Found(body) => match serde_json::from_str(&body) {
            Ok(live) => live,
            Err(error) => return Some(NotApplied::Unread(change, format!("its body is no JSON: {error}"))),
        },
    };
    let mut properties = comparison.differences(&change.rules, &resource.body, &live);
    for property in &mut properties {
        let planned = change.properties.iter().find(|planned| planned.pointer == property.pointer);
        property.place = planned.and_then(|planned| planned.place.clone()).or_else(|| change.place.clone());
    }
    (!properties.is_empty()).then_some(NotApplied::Differs(change, properties))
}
