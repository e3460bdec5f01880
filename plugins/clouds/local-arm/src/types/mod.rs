//! The resource types whose bodies this cloud knows. One file per namespace; all facts are from the public Azure REST
//! API definitions of the api-version that comes first in each type's list.

pub mod authorization;
pub mod container_registry;
pub mod fill;
pub mod insights;
pub mod key_vault;
pub mod machine_learning;
pub mod ml_compute;
pub mod names;
pub mod operational_insights;
pub mod resource_group;
pub mod shape;
pub mod storage;
pub mod validate;

use serde_json::{Map, Value};

use self::shape::Shape;
use crate::fault::Fault;
use crate::id::ResourceId;
use mlhost_plugin::Store;

/// What happens to a resource of a type when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftDelete {
    /// It is gone.
    No,
    /// It can be recovered by name and region until it is purged.
    Vault,
    /// It stands in the way of its own id until it is purged.
    Workspace,
    /// It comes back as it was when its id is created again.
    Revives,
}

/// A name that only one resource in the world may have.
pub struct Unique {
    /// Word that keeps the names of different types apart.
    pub space: &'static str,
    /// The refusal for a name that is taken.
    pub taken: fn(&str) -> Fault,
}

/// All that this cloud knows of a type.
pub struct Model {
    /// Namespace and type in ARM's spelling.
    pub name: &'static str,
    /// Known api-versions, newest first, separated by spaces.
    pub api_versions: &'static str,
    /// Form of the body, without `id`, `name`, `type` and `systemData`.
    pub shape: &'static Shape,
    /// Whether a location is required.
    pub located: bool,
    /// Holds a new name against the rule of the type.
    pub valid_name: fn(&str) -> Result<(), Fault>,
    /// Where names are unique beyond their parent.
    pub unique: Option<Unique>,
    /// What a deletion leaves behind.
    pub soft_delete: SoftDelete,
    /// JSON Pointers of what cannot change after creation.
    pub immutable: &'static [&'static str],
    /// `provisioningState` while it is being created.
    pub creating: &'static str,
    /// What the shape cannot say.
    pub check: fn(&Draft<'_>) -> Result<(), Fault>,
    /// Fills in what the service computes.
    pub fill: fn(&mut Map<String, Value>, &Facts<'_>),
}

/// A body that is to be checked.
pub struct Draft<'a> {
    /// Id of the resource.
    pub id: &'a ResourceId,
    /// The body after it was held against the shape.
    pub body: &'a Value,
    /// What is stored now.
    pub old: Option<&'a Value>,
    /// Where other resources can be looked up.
    pub store: &'a dyn Store,
}

/// What the service knows when it fills in a body.
pub struct Facts<'a> {
    /// Id of the resource, as it is answered.
    pub path: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The time in ARM's form.
    pub now: &'a str,
    /// Differs from call to call: what must stay is taken from `old` with [`Facts::keep`].
    pub seed: &'a str,
    /// What was stored before.
    pub old: Option<&'a Value>,
}

impl Facts<'_> {
    /// A value that stays what it was at creation.
    pub fn keep(&self, pointer: &str, create: impl FnOnce() -> Value) -> Value {
        self.old.and_then(|old| old.pointer(pointer)).cloned().unwrap_or_else(create)
    }
}

static MODELS: &[&Model] = &[
    &storage::ACCOUNT,
    &key_vault::VAULT,
    &container_registry::REGISTRY,
    &insights::COMPONENT,
    &operational_insights::WORKSPACE,
    &machine_learning::WORKSPACE,
    &ml_compute::COMPUTE,
    &authorization::LOCK,
    &authorization::ROLE_ASSIGNMENT,
];

/// The model of a type by its name in any case.
pub fn find(full_type: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.name.eq_ignore_ascii_case(full_type)).copied()
}

/// A model without anything beyond its shape.
pub(crate) fn nothing_to_check(_: &Draft<'_>) -> Result<(), Fault> {
    Ok(())
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod schema_tests;
