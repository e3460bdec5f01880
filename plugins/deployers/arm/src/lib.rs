//! Deploys through Azure Resource Manager.
//!
//! Reading and changing a resource is a small state machine ([`task`]) that says which request comes next and what an
//! answer means; [`drive`] sends the requests of many of them together. What an operation's token holds is such a state
//! machine, written as JSON.

mod describe;
mod drive;
mod failure;
mod help;
mod input;
#[cfg(test)]
mod laws;
mod read;
mod response;
mod task;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod wait;

use mlhost_plugin::deployer::{Action, Outcome, Reading, Subject};
use mlhost_plugin::{Context, Deployer, Http, Value, deployer_plugin};

/// The deployer.
pub struct Arm;

impl Deployer for Arm {
    fn describe() -> Value {
        describe::document()
    }

    fn read(http: &mut dyn Http, context: &Context, subjects: Vec<Subject>) -> Vec<Reading> {
        read::read(http, context, &subjects)
    }

    fn submit(http: &mut dyn Http, context: &Context, actions: Vec<Action>) -> Vec<Outcome> {
        drive::submit(http, context, actions)
    }

    fn poll(http: &mut dyn Http, context: &Context, tokens: Vec<String>) -> Vec<Outcome> {
        drive::poll(http, context, &tokens)
    }
}

deployer_plugin!(Arm);
