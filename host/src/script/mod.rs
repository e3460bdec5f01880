//! Evaluates a Rhai script into a [`Definition`], sandboxed and bounded.
//!
//! The words of the language come from two places: the kinds of the loaded plugins ([`declare`]) and the host
//! ([`words`]). What a script declares is gathered on the host's side ([`stage`]); values that are known only after apply
//! travel through the script as references ([`reference`]). Rhai's own errors are put into plain words in [`errors`].

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{Definition, Diagnostic, Diagnostics, ErrorKind, Failure, KindDocument, Sources};

mod conversion_errors;
mod convert;
mod declare;
mod engine;
mod errors;
mod fields;
mod imports;
mod limits;
mod loader;
mod placement;
mod positions;
mod reference;
mod stage;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use loader::{Loader, ReadError};
pub use words::is_host_word;

/// What a script may know of the run it takes part in.
#[derive(Debug, Clone, Default)]
pub struct ScriptInput {
    /// Name of the project: `project()`.
    pub project: String,
    /// Name of the environment: `environment()`.
    pub environment: String,
    /// Values of the environment: `param(name)`.
    pub values: BTreeMap<String, Value>,
    /// Facts of the environment (location, subscription …).
    pub facts: Map<String, Value>,
    /// The kinds of the loaded plugins, by word.
    pub kinds: BTreeMap<String, KindDocument>,
    /// One line on each kind, by word.
    pub summaries: BTreeMap<String, String>,
    /// Steps of evaluation that it may take; the usual number when absent.
    pub steps: Option<u64>,
}

/// Evaluates a script.
///
/// `entry` is its path as `loader` knows it, `shown` its path as the user named it. Every text that is read is added to
/// `sources`, whether or not the evaluation succeeds. The diagnostics that come with a definition are warnings and
/// what the script printed.
///
/// # Errors
/// [`ErrorKind::Input`] with a `script/…` diagnostic when the script cannot be read or is wrong;
/// [`ErrorKind::TimedOut`] when it ran for too long.
pub fn evaluate(
    entry: &str,
    shown: &str,
    loader: Arc<dyn Loader>,
    input: Arc<ScriptInput>,
    sources: &mut Sources,
) -> Result<(Definition, Diagnostics), Failure> {
    // Rhai evaluates by recursion: a stack of its own makes the depth limits hold on any caller's thread.
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("script".to_owned())
            .stack_size(limits::STACK_BYTES)
            .spawn_scoped(scope, || engine::run(entry, shown, loader, input, sources))
            .map_err(|error| {
                let message = format!("cannot start a thread for the script: {error}");
                Failure::new(ErrorKind::Other, Diagnostic::error("script/thread", message))
            })?;
        worker.join().unwrap_or_else(|_| {
            let diagnostic = Diagnostic::error("script/bug", "the script interpreter failed unexpectedly")
                .help("this is a fault of mlhost, not of the script; please report it together with the script");
            Err(Failure::new(ErrorKind::Bug, diagnostic))
        })
    })
}
