//! How a run ended, as far as the events do not say.

use crate::model::ErrorKind;

/// How a run ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ending {
    /// Changes that were left under way: the next run asks after them.
    pub left: usize,
    /// The user stopped it.
    pub cancelled: bool,
    /// What the first failure was.
    pub failure: Option<ErrorKind>,
}

impl Ending {
    /// Why not everything was done; `None` when it was.
    pub fn error(&self) -> Option<ErrorKind> {
        if self.cancelled { Some(ErrorKind::Cancelled) } else { self.failure }
    }
}
