//! What plugins did and said during a run, for whoever wants to show it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::model::Severity;

/// Something that a plugin did or said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It was loaded.
    Loaded {
        /// The plugin.
        plugin: String,
        /// SHA-256 of its component, hexadecimal.
        digest: String,
        /// How long that took.
        elapsed: Duration,
    },
    /// It wrote to its log.
    Said {
        /// The plugin.
        plugin: String,
        /// `None` for trace and debug.
        severity: Option<Severity>,
        /// The text, control characters removed, cut to the limit.
        message: String,
    },
}

/// The entries of a run, in order.
#[derive(Debug, Default)]
pub struct LogBook(Mutex<Vec<Entry>>);

impl LogBook {
    /// Adds an entry.
    pub(super) fn add(&self, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Takes the entries since the last time.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
