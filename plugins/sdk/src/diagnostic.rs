//! Builds diagnostics.

use crate::bindings::host::mlhost::plugin::types::{Diagnostic, Severity};

impl Diagnostic {
    /// A diagnostic of no place. `code` is stable and searchable (`storage_account/name`), `message` one sentence.
    pub fn new(severity: Severity, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.into(),
            message: message.into(),
            address: String::new(),
            pointer: String::new(),
            help: String::new(),
        }
    }

    /// Something that stops the run before anything is changed.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Something that is probably not meant.
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message)
    }

    /// Something worth knowing.
    pub fn info(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, code, message)
    }

    /// Names the declaration or resource it speaks of.
    #[must_use]
    pub fn about(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Adds the JSON Pointer below the address.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = pointer.into();
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
