//! Counts what an instance uses, and says why a call ended that did not come to its end.

use std::fmt;

use tokio::time::error::Elapsed;
use wasmtime::{ResourceLimiter, Trap};

use super::limits::{Limit, Limits};
use crate::model::Diagnostic;

/// A limit was reached.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// Which one.
    pub limit: Limit,
    /// How much was wanted, where that is known.
    pub wanted: Option<u64>,
}

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the limit `{}` was reached", self.limit.description().name)
    }
}

impl std::error::Error for Reached {}

/// Counts memory and tables of one instance, all its modules together.
pub struct Meter {
    limits: Limits,
    memory: u64,
    tables: u64,
}

impl Meter {
    /// A meter that has counted nothing.
    pub fn new(limits: Limits) -> Self {
        Self { limits, memory: 0, tables: 0 }
    }
}

/// What the total is when a part grows.
fn grown(limits: &Limits, limit: Limit, total: u64, current: usize, desired: usize) -> wasmtime::Result<u64> {
    let wanted = total.saturating_sub(current as u64).saturating_add(desired as u64);
    if wanted > limits.get(limit) {
        return Err(wasmtime::Error::new(Reached { limit, wanted: Some(wanted) }));
    }
    Ok(wanted)
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.memory = grown(&self.limits, Limit::Memory, self.memory, current, desired)?;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(error)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        self.tables = grown(&self.limits, Limit::Tables, self.tables, current, desired)?;
        Ok(true)
    }

    fn table_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(error)
    }

    fn instances(&self) -> usize {
        self.limits.size(Limit::Instances)
    }

    fn tables(&self) -> usize {
        self.limits.size(Limit::Instances)
    }

    fn memories(&self) -> usize {
        self.limits.size(Limit::Instances)
    }
}

/// Turns the end of a call into its result or a diagnostic.
pub fn settle<R>(
    plugin: &str,
    limits: &Limits,
    function: &str,
    result: Result<wasmtime::Result<R>, Elapsed>,
) -> Result<R, Diagnostic> {
    let error = match result {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => return Err(reached(plugin, limits, function, Reached { limit: Limit::Call, wanted: None })),
    };
    Err(match limit_of(&error) {
        Some(limit) => reached(plugin, limits, function, limit),
        None => trapped(plugin, function, &error),
    })
}

/// The limit that an error stands for. What wasmtime has no type for is told by its words, which the tests hold.
fn limit_of(error: &wasmtime::Error) -> Option<Reached> {
    if let Some(reached) = error.downcast_ref::<Reached>() {
        return Some(*reached);
    }
    let cause = error.root_cause().to_string();
    let limit = match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => Limit::Compute,
        Some(Trap::StackOverflow) => Limit::Stack,
        Some(_) => return None,
        None if cause.contains("fuel allocated for hostcalls") => Limit::Boundary,
        None if cause.contains("store handle limit exceeded") => Limit::Handles,
        None if cause.contains("resource limit exceeded") => Limit::Instances,
        None => return None,
    };
    Some(Reached { limit, wanted: None })
}

/// The diagnostic of a limit that was reached in a call.
pub fn reached(plugin: &str, limits: &Limits, function: &str, reached: Reached) -> Diagnostic {
    let Reached { limit, wanted } = reached;
    let described = limit.description();
    let (name, value) = (described.name, limits.get(limit));
    let used = match wanted {
        Some(wanted) => format!("it wanted {}, and {} is allowed", limit.show(wanted), limit.show(value)),
        None => format!("it wanted more than {}", limit.show(value)),
    };
    let more = wanted.unwrap_or(value).max(value.saturating_mul(2)).min(described.most);
    let diagnostic = Diagnostic::error(
        "plugin/limit",
        format!("the plugin `{plugin}` reached the limit `{name}` in `{function}`: {used}"),
    )
    .plugin(plugin)
    .note(format!("`{name}`: {}", described.summary));
    if value >= described.most {
        return diagnostic.help("no more can be allowed; report it to the plugin's author");
    }
    let written = match described.unit {
        super::limits::Unit::Count => more.to_string(),
        _ => format!("\"{}\"", limit.show(more)),
    };
    diagnostic.help(format!(
        "if the work is legitimate, allow more in mlhost.toml: `[limits]` `{name} = {written}`; otherwise report it to the plugin's author"
    ))
}

fn trapped(plugin: &str, function: &str, error: &wasmtime::Error) -> Diagnostic {
    let why = match error.downcast_ref::<Trap>() {
        Some(Trap::UnreachableCodeReached) => {
            "it stopped itself (a panic, or a WASI call that was stubbed when it was built)".to_owned()
        }
        Some(Trap::MemoryOutOfBounds) => {
            "it reached beyond its memory (a recursion that used up its own stack, or a bug)".to_owned()
        }
        Some(other) => other.to_string(),
        None => error.root_cause().to_string(),
    };
    Diagnostic::error("plugin/trap", format!("the plugin `{plugin}` failed in `{function}`: {why}"))
        .plugin(plugin)
        .help("nothing was changed by this call; report it to the plugin's author")
}
