//! What a project file says, typed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::ParamValue;
use crate::model::{Severity, Span};

/// A plugin that the project brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// The component, relative to the project folder.
    pub path: String,
    /// Where the project file names it.
    pub span: Option<Span>,
}

/// What a project makes of a policy's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicySeverity {
    /// They are not asked for.
    Off,
    /// They are given this severity.
    Set(Severity),
}

/// What is set for a policy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicySettings {
    /// Overrides the policy's own severity.
    pub severity: Option<PolicySeverity>,
    /// Goes to the plugin.
    pub parameters: Map<String, Value>,
    /// Where it is set.
    pub span: Option<Span>,
}

impl PolicySettings {
    /// Puts other settings on top of these, parameter by parameter.
    pub(super) fn override_with(&mut self, other: Self) {
        self.severity = other.severity.or(self.severity);
        self.parameters.extend(other.parameters);
        self.span = other.span.or(self.span);
    }
}

/// What a project says of a target, for all environments in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct TargetSettings {
    /// Requests may go to addresses that are not public.
    pub(super) private_network: bool,
    /// Facts of the environments in it, unless they have their own.
    pub(super) facts: Map<String, Value>,
}

/// One environment as the project file has it.
#[derive(Debug, Clone, Default)]
pub(super) struct EnvironmentSettings {
    /// The target.
    pub(super) target: Option<String>,
    /// Parameter files, each with the place that names it.
    pub(super) params: Vec<(String, Option<Span>)>,
    /// Values for `param()`.
    pub(super) values: BTreeMap<String, ParamValue>,
    /// Everything in it is protected.
    pub(super) protect: bool,
    /// Everything else.
    pub(super) facts: Map<String, Value>,
    /// Settings for policies.
    pub(super) policies: BTreeMap<String, PolicySettings>,
}
