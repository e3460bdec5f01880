//! Keeps the state: one document per environment, a journal, a lock.
//!
//! ```text
//! DIR/ENV.json     the state: format 1, written whole and atomically
//! DIR/ENV.journal  what has happened since: a header and one line per event, synced before anything is sent
//! DIR/ENV.lock     who works on it: locked by the operating system, so it never outlives its process
//! ```
//!
//! A run that changes something takes the [`Lock`], opens the [`Store`] (which folds in what a killed run left), appends
//! [`Event`]s and calls [`Store::finish`]. A run that only looks calls [`load`]. Both see the same state: the journal is
//! replayed by one piece of code, [`replay::Replay`].

mod digest;
mod document;
mod folder;
pub mod journal;
mod lock;
mod record;
pub mod replay;
mod store;

pub use digest::digest;
pub use folder::check_environment_name;
pub use journal::{Event, Outcome, Verb};
pub use lock::{Lock, Owner};
pub use record::{bookkeeping, record};
pub use replay::Pending;
pub use store::{Identity, Loaded, Store, empty, load};
