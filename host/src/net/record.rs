//! A log of requests: what was asked and how it ended, without bodies and headers.

use std::time::Duration;

/// A request to a cloud plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// When it came in, in milliseconds since 1970.
    pub received_at: u64,
    /// Method.
    pub method: String,
    /// URL with its query.
    pub url: String,
    /// Status of the answer; 0 where there was none.
    pub status: u16,
    /// How long the answer took.
    pub duration: Duration,
}

/// Takes records. Called from any thread; must not block for long.
pub trait RequestLog: Send + Sync {
    /// Takes one record.
    fn record(&self, record: RequestRecord);
}
