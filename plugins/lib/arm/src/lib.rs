//! Azure Resource Manager ids, names and common properties, shared by plugins.
//!
//! Facts of the resource types come from the public Azure REST API definitions (Azure/azure-rest-api-specs) and the page
//! "Naming rules and restrictions for Azure resources" of the Azure documentation.

pub mod body;
pub mod builder;
pub mod duration;
pub mod handle;
pub mod id;
pub mod names;
pub mod parts;
pub mod rules;
#[cfg(feature = "testing")]
pub mod testing;
pub mod types;

pub use body::{Body, IntoBody};
pub use builder::{Builder, find_child, find_in_group};
pub use handle::handle;
pub use id::ResourceId;
pub use names::NameRule;
pub use parts::{Identity, Tags};
pub use types::ResourceType;
