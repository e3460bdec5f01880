//! mlhost: infrastructure as code in which everything an organisation may want to change is a WebAssembly plugin.
//!
//! The stages, in the order in which data travels; each is a module with plain data in and out:
//! [`script`] → [`compose`] → [`judge`] → [`plan`] → [`gate`] → [`deploy`]. The data they exchange is in [`model`].
//! This library never touches the terminal, the process environment or the home directory: that is the binary's part.

pub mod compose;
pub mod deploy;
pub mod duration;
pub mod gate;
pub mod judge;
pub mod model;
pub mod net;
pub mod plan;
pub mod plugin;
pub mod project;
pub mod script;
pub mod state;
pub mod suggest;
