//! Loads plugins, checks their contract and calls them.

mod bindings;
pub mod bundle;
mod cache;
pub mod catalog;
pub mod certify;
pub mod cloud;
mod contain;
pub mod contract;
pub mod describe;
pub mod engine;
mod file;
pub mod imports;
pub mod instance;
pub mod kv;
pub mod limits;
pub mod lock;
pub mod logbook;
pub mod manifest;
mod meter;
pub mod roles;
pub mod signature;
pub(crate) mod wellformed;
mod wiring;

pub use bindings::{deployer_api, kinds_api, policies_api, types};
pub use cache::Cache;
pub use catalog::{Catalog, Grants, Loading, Plugin, PluginFile, Trust};
pub use limits::{Limit, Limits};
