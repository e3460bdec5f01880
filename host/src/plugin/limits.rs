//! What a plugin may use. All limits are always on.

use std::time::Duration;

use wasmtime::{StoreLimits, StoreLimitsBuilder};

/// Limits of one plugin instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of guest memory.
    pub memory: usize,
    /// Elements of a table.
    pub table_elements: usize,
    /// Wall time of one call, waiting for the network included.
    pub call: Duration,
    /// Wall time for which a call may compute without waiting for the host.
    pub compute: Duration,
    /// Lines of log kept per instance.
    pub log_lines: usize,
    /// Bytes of a log line.
    pub log_line: usize,
    /// Bytes of a component file.
    pub file: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 256 << 20,
            table_elements: 20_000,
            call: Duration::from_secs(300),
            compute: Duration::from_secs(10),
            log_lines: 1_000,
            log_line: 4_096,
            file: 32 << 20,
        }
    }
}

impl Limits {
    /// The part that wasmtime enforces.
    pub fn store_limits(&self) -> StoreLimits {
        StoreLimitsBuilder::new()
            .memory_size(self.memory)
            .table_elements(self.table_elements)
            .instances(8)
            .tables(8)
            .memories(4)
            .trap_on_grow_failure(true)
            .build()
    }
}
