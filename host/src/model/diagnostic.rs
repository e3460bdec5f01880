//! Messages about the input and failures of a run.

use serde::{Deserialize, Serialize};

use super::source::Span;

/// How grave a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not meant.
    Warning,
    /// Stops the run before anything is changed.
    Error,
}

/// A message with a stable code and the place it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave it is.
    pub severity: Severity,
    /// Stable and searchable, for example `script/syntax`.
    pub code: String,
    /// What is wrong, in one sentence without the place.
    pub message: String,
    /// Where in the sources.
    pub span: Option<Span>,
    /// File that it speaks of where there is no span in it, for example a state file.
    pub file: Option<String>,
    /// Declaration or resource that it speaks of.
    pub address: Option<String>,
    /// JSON Pointer below the address.
    pub pointer: Option<String>,
    /// Plugin that said it, or that it speaks of.
    pub plugin: Option<String>,
    /// Facts that help to understand it (what was expected, the underlying cause), a sentence each.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without a place.
    pub fn new(severity: Severity, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.into(),
            message: message.into(),
            span: None,
            file: None,
            address: None,
            pointer: None,
            plugin: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// An error without a place.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// A warning without a place.
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Adds the place in a source text.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Adds the file it speaks of.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Adds the address it speaks of.
    #[must_use]
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// Adds the JSON Pointer below the address.
    #[must_use]
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Names the plugin.
    #[must_use]
    pub fn plugin(mut self, plugin: impl Into<String>) -> Self {
        self.plugin = Some(plugin.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What kind of failure ended a run; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Anything without a kind of its own.
    Other,
    /// The target did not accept the credentials, or there were none.
    Authentication,
    /// An operation failed; the state was saved.
    Operation,
    /// A policy or a gate said no.
    Refused,
    /// No such environment, or no state.
    NotFound,
    /// Interrupted by the user.
    Cancelled,
    /// A limit of time was reached.
    TimedOut,
    /// Usage, script or configuration is wrong.
    Input,
    /// Another run holds the lock.
    Locked,
    /// The plan is no longer true.
    StalePlan,
    /// What is deployed is not what was declared.
    Drift,
    /// A plugin trapped, reached a limit or lacks a capability.
    Plugin,
    /// An approval or a receipt is missing.
    Approval,
    /// A fault of mlhost itself.
    Bug,
}

impl ErrorKind {
    /// The process exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Authentication => 3,
            Self::Operation => 4,
            Self::Refused => 5,
            Self::NotFound => 6,
            Self::Cancelled => 8,
            Self::TimedOut => 9,
            Self::Input => 10,
            Self::Locked => 11,
            Self::StalePlan => 12,
            Self::Drift => 13,
            Self::Plugin => 14,
            Self::Approval => 15,
            Self::Bug => 255,
        }
    }
}

/// Diagnostics gathered by a stage.
pub type Diagnostics = Vec<Diagnostic>;

/// Why a run ended without its answer: at least one error, and what kind it is.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Decides the exit code.
    pub kind: ErrorKind,
    /// All that there is to say, errors and the warnings gathered on the way.
    pub diagnostics: Diagnostics,
}

impl Failure {
    /// A failure with one diagnostic.
    pub fn new(kind: ErrorKind, diagnostic: Diagnostic) -> Self {
        Self { kind, diagnostics: vec![diagnostic] }
    }

    /// Wrong usage, script or configuration.
    pub fn input(diagnostic: Diagnostic) -> Self {
        Self::new(ErrorKind::Input, diagnostic)
    }
}
