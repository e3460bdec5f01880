//! A plan: what a run will do, in words that can be shown, written to a file and carried out later.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::environment::RuleSet;
use super::kind::ChangeClass;
use super::source::Place;

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is as declared.
    None,
    /// Made by somebody else; looked up.
    Read,
    /// It is not there yet.
    Create,
    /// Changed in place.
    Update,
    /// Deleted and created again.
    Replace,
    /// It is no longer declared.
    Delete,
}

/// A value as a plan shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// The value itself.
    Value(Value),
    /// It hangs on something that is known only after apply.
    KnownAfterApply,
    /// It is, or holds, a secret.
    Secret,
}

/// A property that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertyChange {
    /// JSON Pointer into the body.
    pub pointer: String,
    /// As deployed; absent when it is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// As declared; absent when it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown>,
    /// What the change means.
    pub class: ChangeClass,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consequence: Option<String>,
    /// The script line to look at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// What a replacement deletes: the resource as the state has it, which may have another id or type than the new one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    /// Its resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// For the deployer.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// Addresses it was deployed after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
}

/// What happens to one resource, and all that is needed to carry it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The resource's address.
    pub address: String,
    /// Its kind.
    pub kind: Arc<str>,
    /// The plugin that expanded it.
    pub plugin: Arc<str>,
    /// Its resource type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Its id.
    pub id: String,
    /// What happens.
    pub action: Action,
    /// Why, where it is not plain from the properties (`its parent ml_workspace.main is replaced`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The properties that change; for `create`, all of the body's leaves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyChange>,
    /// How many declared properties stay as they are.
    #[serde(default)]
    pub unchanged: usize,
    /// Body to send, in token form (escapes kept), tokens unresolved where they hang on what is not deployed yet; null for
    /// `delete`, and for `none` where the state has it already.
    #[serde(default)]
    pub body: Value,
    /// SHA-256 of the body as deployed when the plan was made, to tell whether it is still true; only in a plan that was
    /// made to be written to a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_digest: Option<String>,
    /// Addresses that must be there first (as declared; for `delete`, as in the state).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// For the deployer.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub details: Map<String, Value>,
    /// What is deleted first, for `replace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Box<Replaced>>,
    /// How its properties compare, for the read-back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rules: Arc<RuleSet>,
    /// Whether its kind knows its type.
    #[serde(default)]
    pub modelled: bool,
    /// Protected from deletion and replacement from now on.
    #[serde(default)]
    pub protected: bool,
    /// The script line that declares it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

fn is_default(rules: &Arc<RuleSet>) -> bool {
    **rules == RuleSet::default()
}

/// A deployed resource that is no longer what was last applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// The resource's address.
    pub address: String,
    /// It was deleted by somebody else.
    pub deleted: bool,
    /// What differs: `before` as last applied, `after` as deployed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<PropertyChange>,
}

/// An output after the plan is carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputChange {
    /// Name.
    pub name: String,
    /// As in the state; absent when it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// As it will be; absent when it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown>,
    /// Value with its tokens, to be resolved when all is deployed; null when it goes.
    #[serde(default)]
    pub value: Value,
}

impl OutputChange {
    /// Whether carrying out the plan gives it another value, as far as can be told.
    pub fn changes(&self) -> bool {
        match &self.after {
            None => self.before.is_some(),
            Some(Shown::Value(after)) => self.before.as_ref() != Some(after),
            // A secret is only known by its handle, and that is what the state keeps.
            Some(Shown::Secret) => self.before.as_ref() != Some(&self.value),
            Some(Shown::KnownAfterApply) => true,
        }
    }
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// To create.
    pub create: usize,
    /// To change in place.
    pub update: usize,
    /// To delete and create again.
    pub replace: usize,
    /// To delete.
    pub delete: usize,
    /// To look up.
    pub read: usize,
    /// As declared.
    pub none: usize,
}

/// The state that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Lineage of the state; empty when there was none.
    pub lineage: String,
    /// Serial of the state.
    pub serial: u64,
}

/// What a run will do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of this format: 1.
    pub format: u32,
    /// Name of the project.
    pub project: String,
    /// Name of the environment.
    pub environment: String,
    /// Name of the target (`local`, `azure`).
    pub target: String,
    /// The script, as the user named it; empty for `destroy`.
    pub script: String,
    /// Facts for the deployer.
    pub facts: Map<String, Value>,
    /// The state it was made from.
    pub basis: Basis,
    /// One for each resource, in an order in which each comes after those it depends on, deletions last.
    pub changes: Vec<Change>,
    /// What others changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// Outputs, changed or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputChange>,
}

impl Plan {
    /// How many of each action.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for change in &self.changes {
            *match change.action {
                Action::Create => &mut counts.create,
                Action::Update => &mut counts.update,
                Action::Replace => &mut counts.replace,
                Action::Delete => &mut counts.delete,
                Action::Read => &mut counts.read,
                Action::None => &mut counts.none,
            } += 1;
        }
        counts
    }

    /// Whether carrying it out would change a resource or an output.
    pub fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| !matches!(change.action, Action::None | Action::Read))
            || self.outputs.iter().any(OutputChange::changes)
    }
}
