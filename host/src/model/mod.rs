//! The data that the stages exchange. No behaviour beyond construction, lookup and (de)serialisation.

pub mod definition;
pub mod diagnostic;
pub mod environment;
pub mod kind;
mod place;
pub mod plan;
pub mod reference;
pub mod source;
pub mod state;

pub use definition::{Declaration, Definition, Mode, Output};
pub use diagnostic::{Diagnostic, Diagnostics, ErrorKind, Failure, Severity};
pub use environment::{Environment, Resource};
pub use kind::{ChangeClass, Compare, KindDocument, Rule};
pub use reference::{Token, TokenTarget};
pub use source::{Sources, Span};
