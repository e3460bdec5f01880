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
    /// It wrote more than is allowed.
    LeftOut {
        /// The plugin.
        plugin: String,
        /// How many lines are missing.
        lines: u64,
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

    /// Counts a line that there was no room for.
    pub(super) fn left_out(&self, plugin: &str) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Entry::LeftOut { plugin: last, lines }) = entries.last_mut()
            && last == plugin
        {
            *lines += 1;
            return;
        }
        entries.push(Entry::LeftOut { plugin: plugin.to_owned(), lines: 1 });
    }

    /// Takes the entries since the last time.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
