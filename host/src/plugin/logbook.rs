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
    /// A call ended, with an engine that counts.
    Worked {
        /// The plugin.
        plugin: String,
        /// The function.
        function: String,
        /// What it took, in wasmtime's fuel: about one for each instruction.
        fuel: u64,
    },
    /// It wrote more than is allowed.
    LeftOut {
        /// The plugin.
        plugin: String,
        /// How many lines are missing.
        lines: u64,
    },
}

impl Entry {
    /// Puts it into the log of the run, too.
    fn log(&self) {
        match self {
            Self::Loaded { plugin, digest, elapsed } => {
                tracing::debug!(target: "mlhost::plugin", plugin, digest, ?elapsed, "loaded")
            }
            Self::Said { plugin, severity, message } => match severity {
                Some(Severity::Error) => tracing::error!(target: "mlhost::plugin", plugin, "{message}"),
                Some(Severity::Warning) => tracing::warn!(target: "mlhost::plugin", plugin, "{message}"),
                Some(Severity::Info) => tracing::info!(target: "mlhost::plugin", plugin, "{message}"),
                None => tracing::debug!(target: "mlhost::plugin", plugin, "{message}"),
            },
            Self::Worked { plugin, function, fuel } => {
                tracing::debug!(target: "mlhost::plugin", plugin, function, fuel, "worked")
            }
            // It is counted up afterwards: the log says where lines began to be missing.
            Self::LeftOut { plugin, .. } => {
                tracing::warn!(target: "mlhost::plugin", plugin, "further lines are left out")
            }
        }
    }
}

/// The entries of a run, in order.
#[derive(Debug, Default)]
pub struct LogBook(Mutex<Vec<Entry>>);

impl LogBook {
    /// Adds an entry.
    pub(super) fn add(&self, entry: Entry) {
        entry.log();
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
        let entry = Entry::LeftOut { plugin: plugin.to_owned(), lines: 1 };
        entry.log();
        entries.push(entry);
    }

    /// Takes the entries since the last time.
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
