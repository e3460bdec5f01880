//! The steps of a plan and which has to wait for which.
//!
//! - A resource is created or changed after those it depends on.
//! - A resource is deleted after what depends on it, or lies within it, is deleted, and after the changes that drop a
//!   reference to it.
//! - A replacement is a deletion and, after it, a creation.
//!
//! There are no cycles, by construction: deletions that must precede a replacement come first and wait for no creation;
//! creations follow the order of the plan; the other deletions come last and only other deletions wait for them.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::order::{Deletion, DeletionOrder, ancestors, deletion_order};
use crate::model::plan::{Action, Change, Plan, Shown};

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// Deletes the resource; of a replacement, what [`Change::replaces`] names.
    Delete,
    /// Creates or changes it.
    Upsert,
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Index into [`Plan::changes`].
    pub change: usize,
    /// What it does.
    pub kind: StepKind,
}

/// The steps of a plan. A step is named by its index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepGraph {
    steps: Vec<Step>,
    successors: Vec<Vec<usize>>,
    predecessors: Vec<Vec<usize>>,
}

impl StepGraph {
    fn new(steps: Vec<Step>, edges: BTreeSet<(usize, usize)>) -> Self {
        let mut successors = vec![Vec::new(); steps.len()];
        let mut predecessors = vec![Vec::new(); steps.len()];
        for (first, then) in edges {
            if let (Some(after), Some(before)) = (successors.get_mut(first), predecessors.get_mut(then)) {
                after.push(then);
                before.push(first);
            }
        }
        Self { steps, successors, predecessors }
    }

    /// The steps, in no particular order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps that wait for a step.
    pub fn successors(&self, step: usize) -> &[usize] {
        self.successors.get(step).map_or(&[], Vec::as_slice)
    }

    /// The steps that a step waits for.
    pub fn predecessors(&self, step: usize) -> &[usize] {
        self.predecessors.get(step).map_or(&[], Vec::as_slice)
    }
}

/// The steps of a plan; linear in its size.
pub fn steps(plan: &Plan) -> StepGraph {
    let mut builder = Builder { plan, steps: Vec::new(), upserts: HashMap::new(), deletes: HashMap::new() };
    builder.add_steps();
    let deletions = builder.deletions();
    let early = early(&builder.steps, plan, &deletions);
    let mut edges: BTreeSet<(usize, usize)> = deletions.edges.iter().copied().collect();
    builder.upsert_edges(&mut edges);
    builder.dropping_edges(&early, &mut edges);
    StepGraph::new(builder.steps, edges)
}

struct Builder<'a> {
    plan: &'a Plan,
    /// Deletions first, so that their indices are those of the deletion order.
    steps: Vec<Step>,
    /// Steps by address.
    upserts: HashMap<&'a str, usize>,
    deletes: HashMap<&'a str, usize>,
}

impl<'a> Builder<'a> {
    fn add_steps(&mut self) {
        for (change, planned) in self.plan.changes.iter().enumerate() {
            if matches!(planned.action, Action::Delete | Action::Replace) {
                self.deletes.insert(&planned.address, self.steps.len());
                self.steps.push(Step { change, kind: StepKind::Delete });
            }
        }
        for (change, planned) in self.plan.changes.iter().enumerate() {
            if matches!(planned.action, Action::Create | Action::Update | Action::Replace) {
                self.upserts.insert(&planned.address, self.steps.len());
                self.steps.push(Step { change, kind: StepKind::Upsert });
            }
        }
    }

    fn change(&self, step: usize) -> Option<&'a Change> {
        self.plan.changes.get(self.steps.get(step)?.change)
    }

    fn deletions(&self) -> DeletionOrder {
        let deletion = |step: usize| {
            let change = self.change(step)?;
            let (id, depends_on) = deleted(change);
            Some(Deletion { address: &change.address, id, depends_on })
        };
        let deletions: Vec<Deletion<'_>> = (0..self.deletes.len()).filter_map(deletion).collect();
        deletion_order(&deletions)
    }

    fn upsert_edges(&self, edges: &mut BTreeSet<(usize, usize)>) {
        for (address, step) in &self.upserts {
            if let Some(delete) = self.deletes.get(address) {
                edges.insert((*delete, *step));
            }
            let depends_on = self.change(*step).map_or(&[][..], |change| change.depends_on.as_slice());
            let first = depends_on.iter().filter_map(|address| self.upserts.get(address.as_str()));
            // Steps have the order of the plan, which has a dependency first; anything else is no plan of ours.
            edges.extend(first.filter(|first| *first < step).map(|first| (*first, *step)));
        }
    }

    /// A deletion waits for the changes that drop a reference to what it deletes.
    fn dropping_edges(&self, early: &[bool], edges: &mut BTreeSet<(usize, usize)>) {
        let id = |step: &usize| Some((deleted(self.change(*step)?).0.to_ascii_lowercase(), *step));
        let late: HashMap<String, usize> =
            self.deletes.values().filter(|step| early.get(**step) == Some(&false)).filter_map(id).collect();
        if late.is_empty() {
            return;
        }
        for step in self.upserts.values() {
            let Some(change) = self.change(*step) else { continue };
            for property in &change.properties {
                if let Some(Shown::Value(before)) = &property.before {
                    ids_in(before, &late, &mut |delete| {
                        edges.insert((*step, delete));
                    });
                }
            }
        }
    }
}

/// The id of what a step deletes, and what it was deployed after.
fn deleted(change: &Change) -> (&str, &[String]) {
    match &change.replaces {
        Some(replaced) => (&replaced.id, &replaced.depends_on),
        None => (&change.id, &change.depends_on),
    }
}

/// Which deletions a replacement waits for: it and all that must go before it.
fn early(steps: &[Step], plan: &Plan, deletions: &DeletionOrder) -> Vec<bool> {
    let replaced = |step: &usize| {
        let change = steps.get(*step).and_then(|step| plan.changes.get(step.change));
        change.is_some_and(|change| change.action == Action::Replace)
    };
    let count = deletions.order.len();
    let mut early: Vec<bool> = (0..count).map(|step| replaced(&step)).collect();
    let mut before = vec![Vec::new(); count];
    for (first, then) in &deletions.edges {
        if let Some(list) = before.get_mut(*then) {
            list.push(*first);
        }
    }
    for step in deletions.order.iter().rev() {
        if early.get(*step) == Some(&true) {
            for first in before.get(*step).into_iter().flatten() {
                if let Some(flag) = early.get_mut(*first) {
                    *flag = true;
                }
            }
        }
    }
    early
}

fn ids_in(value: &Value, ids: &HashMap<String, usize>, found: &mut dyn FnMut(usize)) {
    match value {
        Value::String(text) if text.starts_with('/') => {
            let lower = text.to_ascii_lowercase();
            for id in std::iter::once(lower.as_str()).chain(ancestors(&lower)) {
                if let Some(step) = ids.get(id) {
                    found(*step);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids_in(item, ids, found)),
        Value::Object(map) => map.values().for_each(|item| ids_in(item, ids, found)),
        _ => {}
    }
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
