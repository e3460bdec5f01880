//! What a script declares.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::source::Span;

/// Whether a declaration is to be made true or only to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Created and kept as declared.
    Managed,
    /// Made by somebody else; only read.
    Existing,
}

impl Mode {
    /// The word in the plugin contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Existing => "existing",
        }
    }
}

/// One declaration.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// `KIND.NAME`, for a kind with a parent `KIND.PARENT-NAME/NAME`.
    pub address: String,
    /// The kind's word.
    pub kind: String,
    /// Name of the resource (the last segment, for a kind with a parent).
    pub name: String,
    /// Whether to make it or to find it.
    pub mode: Mode,
    /// Properties; strings may hold reference tokens.
    pub properties: Map<String, Value>,
    /// Where the script declares it; for one that came from an expansion, where the script declared its origin.
    pub span: Option<Span>,
    /// Where the values of literal properties stand, by JSON Pointer.
    pub property_spans: BTreeMap<String, Span>,
    /// `protect()` was called on it.
    pub protected: bool,
    /// Address of the declaration whose expansion gave this one; `None` when the script did.
    pub expanded_from: Option<String>,
}

/// A named value that a run hands to its user.
#[derive(Debug, Clone)]
pub struct Output {
    /// Name, unique in an environment.
    pub name: String,
    /// Value; strings may hold reference tokens.
    pub value: Value,
    /// Where the script gives it.
    pub span: Option<Span>,
}

/// All that a script asks for, in source order.
#[derive(Debug, Clone, Default)]
pub struct Definition {
    /// Declarations in source order.
    pub declarations: Vec<Declaration>,
    /// Outputs in source order.
    pub outputs: Vec<Output>,
}
