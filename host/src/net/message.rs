//! Requests and responses as they cross the plugin contract (`wit/types.wit`), and why there is no response.

use std::fmt;

/// An HTTP request. Header names are lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method, upper case.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Option<Vec<u8>>,
}

/// An HTTP response. Header names are lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// Why there was no response, in the words of `wit/imports.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BoundaryCode {
    /// The plugin may not send that.
    Denied,
    /// It is no request that can be sent.
    InvalidRequest,
    /// There is no token for the target.
    Authentication,
    /// The target was not reached, or the connection broke.
    Connect,
    /// It did not answer in time.
    Timeout,
    /// The run is being stopped.
    Interrupted,
    /// The answer is larger than the host takes.
    TooLarge,
    /// The target itself broke down: a cloud plugin trapped.
    TargetFailed,
}

impl BoundaryCode {
    /// The code in the plugin contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::InvalidRequest => "invalid-request",
            Self::Authentication => "authentication",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::TooLarge => "too-large",
            Self::TargetFailed => "target-failed",
        }
    }
}

/// Why there was no response. Safe to hand to a plugin: it holds no token and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundaryError {
    /// The kind of failure.
    pub code: BoundaryCode,
    /// What happened, in a sentence.
    pub message: String,
}

impl BoundaryError {
    /// An error.
    pub fn new(code: BoundaryCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for BoundaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for BoundaryError {}
