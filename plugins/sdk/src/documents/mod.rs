//! The JSON documents of the plugin contract. Their schemas in `wit/schemas/` are generated from these types.
//!
//! A document may gain members in later versions of mlhost: whoever reads one ignores what it does not know.

pub mod cloud;
pub mod deployer;
pub mod details;
pub mod facts;
pub mod format;
pub mod kind;
pub mod policy;
