//! Loads plugins, checks their contract and calls them.

mod bindings;
pub mod bundle;
pub mod catalog;
pub mod cloud;
pub mod contract;
pub mod describe;
pub mod engine;
pub mod imports;
pub mod instance;
pub mod kv;
pub mod limits;
pub mod logbook;
pub mod manifest;
pub mod roles;
mod wiring;

pub use bindings::{deployer_api, kinds_api, policies_api, types};
pub use catalog::{Catalog, Grants, Plugin, PluginFile};
pub use limits::Limits;
