//! Resources as the control plane takes them, with their dependencies.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::definition::{Declaration, Mode, Output};
use super::kind::{Compare, Rule};
use super::source::Span;

/// How the properties of a resource change and compare; shared by all resources of a kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// The first that matches counts.
    pub rules: Vec<Rule>,
    /// For properties without one.
    pub compare: Compare,
}

/// A resource of an environment.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Unique in the environment.
    pub address: String,
    /// Kind of the declaration it stands for.
    pub kind: Arc<str>,
    /// Plugin that expanded it.
    pub plugin: Arc<str>,
    /// Resource type.
    pub resource_type: String,
    /// Id, without tokens.
    pub id: String,
    /// Body to send. Tokens that are known at compose are resolved; the others stand in it.
    pub body: Value,
    /// Addresses of resources that must be there first: those its tokens name and those it lists. Sorted, without doubles.
    pub depends_on: Vec<String>,
    /// Details as the kind gave them, for the deployer (`wit/schemas/details.schema.json`).
    pub details: Map<String, Value>,
    /// How its properties change and compare.
    pub rules: Arc<RuleSet>,
    /// False: passed through unseen; the plan marks it.
    pub modelled: bool,
    /// Whether to make it or to find it.
    pub mode: Mode,
    /// Must not be deleted or replaced.
    pub protected: bool,
    /// Where the script declares it.
    pub span: Option<Span>,
}

/// The resources of an environment; dependencies form no cycle.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Name of the project.
    pub project: String,
    /// Name of the environment.
    pub name: String,
    /// Facts for the plugins (`wit/schemas/facts.schema.json`).
    pub facts: Map<String, Value>,
    /// Resources in an order in which each comes after those it depends on.
    pub resources: Vec<Resource>,
    /// Outputs; tokens that are known at compose are resolved.
    pub outputs: Vec<Output>,
    /// What the resources come from, by address: what the script declares, and what expansions asked for.
    pub declarations: BTreeMap<String, Declaration>,
}

impl Environment {
    /// The declaration that a resource comes from: the one with its address, or, for a further resource of one, with what
    /// stands before `:`.
    pub fn declaration_of(&self, address: &str) -> Option<&Declaration> {
        self.declarations.get(address).or_else(|| self.declarations.get(address.rsplit_once(':')?.0))
    }
}
