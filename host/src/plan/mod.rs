//! Holds an environment against the state and what is deployed, and says what to do.
//!
//! [`plan`] is pure: the same input gives the same plan, and nothing is read or sent. It takes one pass over the resources
//! in dependency order, so that what a reference stands for is decided before it is asked for, and a second one over what
//! the state holds beyond them. [`steps`] turns a plan into the graph that the deployment works through.

mod compare;
mod diff;
mod file;
mod fresh;
mod order;
mod outputs;
mod planner;
mod problems;
mod read_back;
mod refuse;
mod removal;
mod resolve;
mod rules;
mod schedule;
mod steps;
mod text;

use std::collections::BTreeMap;

use serde_json::Value;

pub use file::{looks_like_plan, read_plan, write_plan};
pub use fresh::check_fresh;
pub use read_back::Comparison;
pub use schedule::{Schedule, Skipped};
pub use steps::{Step, StepGraph, StepKind, steps};
pub use text::{has_reference, may_hold};

use crate::model::environment::Environment;
use crate::model::plan::Plan;
use crate::model::state::State;
use crate::model::{Failure, Sources};

/// The format of plans that this version writes and reads.
pub const FORMAT: u32 = 1;

/// What a look at a resource found.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// Its body as the control plane gives it (a plain value, without tokens).
    Found(Value),
    /// It is not there.
    Absent,
}

/// All that a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// What is declared. To destroy an environment: one without resources and outputs.
    pub environment: &'a Environment,
    /// What was applied.
    pub state: &'a State,
    /// What is deployed, by address: for each resource of the state (read by the id it has there), for each that is
    /// declared as existing, and with `adopt` for all that are declared.
    pub live: &'a BTreeMap<String, Live>,
    /// For the places of declarations.
    pub sources: &'a Sources,
    /// The script as the user named it; empty to destroy.
    pub script: &'a str,
    /// Name of the target.
    pub target: &'a str,
    /// Addresses whose protection does not hold for this run.
    pub unprotect: &'a [String],
    /// Takes resources that are deployed and not in the state for the ones declared.
    pub adopt: bool,
    /// The plan is to be written to a file: takes the digests of what is deployed, by which [`check_fresh`] tells later
    /// whether it is still true. A plan that is carried out at once needs none.
    pub digests: bool,
}

/// Makes the plan.
///
/// # Errors
/// - Input `plan/not-found`: a resource declared as existing is not there;
/// - Input `plan/unknown-address`: `unprotect` names what neither the environment nor the state has;
/// - Refused `plan/protected`: a protected resource would be deleted or replaced;
/// - Refused `plan/still-referenced`: a resource would be deleted that a remaining one refers to or lies within;
/// - Refused `plan/contains-existing`: the same for a resource that is only looked up;
/// - Bug `plan/not-read`: `live` lacks a resource.
///
/// All that is wrong is told at once.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Failure> {
    planner::Planner::new(input).run()
}

#[cfg(test)]
mod tests;
