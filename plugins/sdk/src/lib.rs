//! What the author of an mlhost plugin depends on.
//!
//! A plugin is a `cdylib` crate that implements one of the traits here for its own types and names them in one macro:
//! [`Kind`] and [`resource_plugin!`], [`Policy`] and [`policy_plugin!`], [`Deployer`] and [`deployer_plugin!`], [`Cloud`]
//! and [`cloud_plugin!`], [`Exporter`] and [`exporter_plugin!`]. On any other target than `wasm32` the macros leave out
//! the glue, so that a plugin is tested natively like any other crate; [`testing`] helps with that.
//!
//! ```
//! use mlhost_plugin::kind::Output;
//! use mlhost_plugin::{Context, Declaration, Details, Expansion, JsonSchema, Kind, Prop, Resource, Rule, json, schema};
//!
//! /// A queue for messages.
//! #[derive(serde::Deserialize, JsonSchema)]
//! #[serde(deny_unknown_fields)]
//! pub struct Queue {
//!     /// Most messages. Default: no limit.
//!     capacity: Option<Prop<u32>>,
//! }
//!
//! impl Kind for Queue {
//!     const NAME: &'static str = "queue";
//!     const SUMMARY: &'static str = "A queue for messages";
//!     const TYPE: &'static str = "Example.Messaging/queues";
//!     const OUTPUTS: &'static [Output] = &[Output::new("url", "/properties/url", "Where to send messages")];
//!
//!     fn rules() -> Vec<Rule> {
//!         vec![Rule::data_loss("/properties/capacity", "The queue is deleted with its messages and created again.")]
//!     }
//!
//!     fn expand(self, declaration: &Declaration, context: &Context) -> Expansion {
//!         let mut expansion = Self::find(declaration, context);
//!         for resource in &mut expansion.resources {
//!             resource.body = json!({"properties": {"capacity": self.capacity}}).to_string();
//!         }
//!         expansion
//!     }
//!
//!     fn find(declaration: &Declaration, _: &Context) -> Expansion {
//!         Expansion::of(Resource {
//!             address: declaration.address.clone(),
//!             type_: Self::TYPE.into(),
//!             id: format!("/queues/{}", declaration.name),
//!             body: "{}".into(),
//!             depends_on: Vec::new(),
//!             details: schema::text(&Details::of_version("1")),
//!         })
//!     }
//! }
//!
//! mlhost_plugin::resource_plugin!(Queue);
//! # fn main() {
//! let expansion = mlhost_plugin::testing::expand::<Queue>("jobs", json!({"capacity": 5}), &Context::default());
//! assert_eq!(expansion.resources[0].body, r#"{"properties":{"capacity":5}}"#);
//! # }
//! ```

extern crate self as mlhost_plugin;

pub mod bindings;
pub mod cloud;
pub mod context;
pub mod deployer;
pub mod diagnostic;
pub mod documents;
pub mod exporter;
pub mod kind;
pub mod log;
mod place;
pub mod policy;
pub mod prop;
pub mod schema;
pub mod testing;
pub mod token;

pub use bindings::host::mlhost::plugin::types::{Declaration, Diagnostic, Request, Resource, Response, Severity};
pub use cloud::{Cloud, MemoryStore, Store};
pub use context::{Context, Facts};
pub use deployer::{Deployer, Http, HttpError};
pub use documents::details::Details;
pub use documents::kind::{Change, Compare, OutputDocument, Relation, Rule};
pub use exporter::Exporter;
pub use kind::{Expansion, Kind};
pub use policy::{Finding, Findings, Policy, Verdict};
pub use prop::Prop;
pub use schemars::{self, JsonSchema};
pub use serde_json::{self, Map, Value, json};

/// For the generated code.
#[doc(hidden)]
pub use wit_bindgen::rt as __rt;
