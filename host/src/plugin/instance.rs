//! A running plugin: calls that end, traps that become diagnostics.

use std::sync::Arc;

use tokio::time::error::Elapsed;
use wasmtime::component::{Component, Instance as RawInstance, Linker};
use wasmtime::{Engine, Store, Trap, UpdateDeadline};

use super::engine::EPOCH;
use super::imports::HostState;
use super::limits::Limits;
use crate::model::Diagnostic;

/// The store of an instance and the instance in it. Typed callers are made from it: see [`super::roles`].
pub struct Core {
    pub(super) name: Arc<str>,
    pub(super) store: Store<HostState>,
    pub(super) instance: RawInstance,
    limits: Limits,
}

impl Core {
    pub(super) async fn new(
        engine: &Engine,
        linker: &Linker<HostState>,
        component: &Component,
        name: Arc<str>,
        state: HostState,
    ) -> Result<Self, Diagnostic> {
        let limits = state.limits;
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.store_limits);
        store.set_epoch_deadline(1);
        let max_ticks = limits.compute.as_millis() / EPOCH.as_millis();
        store.epoch_deadline_callback(move |mut cx| {
            let state = cx.data_mut();
            state.ticks += 1;
            // An epoch that passes while the guest waits for the host costs it one tick, however long the wait.
            Ok(if u128::from(state.ticks) > max_ticks { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
        });
        let result = tokio::time::timeout(limits.call, linker.instantiate_async(&mut store, component)).await;
        let instance = settle(&name, &limits, "instantiate", result)?;
        Ok(Self { name, store, instance, limits })
    }

    /// Gives the call that follows its full measure of time.
    pub(super) fn arm(&mut self) {
        self.store.data_mut().ticks = 0;
    }

    /// Turns the end of a call into its result or a diagnostic.
    pub(super) fn settle<R>(
        &self,
        function: &str,
        result: Result<wasmtime::Result<R>, Elapsed>,
    ) -> Result<R, Diagnostic> {
        settle(&self.name, &self.limits, function, result)
    }
}

fn settle<R>(
    name: &str,
    limits: &Limits,
    function: &str,
    result: Result<wasmtime::Result<R>, Elapsed>,
) -> Result<R, Diagnostic> {
    let error = match result {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error,
        Err(_) => {
            return Err(limit(name, function, format!("took longer than {} s", limits.call.as_secs())));
        }
    };
    let cause = error.root_cause().to_string();
    Err(match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            limit(name, function, format!("computed for longer than {} s", limits.compute.as_secs()))
        }
        Some(Trap::StackOverflow) => limit(name, function, "used up its stack".to_owned()),
        Some(Trap::UnreachableCodeReached) => {
            trap(name, function, "it stopped itself (a panic, or a call that was stubbed out)")
        }
        Some(other) => trap(name, function, &other.to_string()),
        None if cause.contains("memory") || cause.contains("table") => limit(name, function, cause),
        None => trap(name, function, &cause),
    })
}

fn limit(name: &str, function: &str, what: String) -> Diagnostic {
    Diagnostic::error("plugin/limit", format!("the plugin `{name}` reached a limit in `{function}`: {what}"))
        .plugin(name)
        .help("if the work is legitimate, split it; otherwise report it to the plugin's author")
}

fn trap(name: &str, function: &str, why: &str) -> Diagnostic {
    Diagnostic::error("plugin/trap", format!("the plugin `{name}` failed in `{function}`: {why}"))
        .plugin(name)
        .help("nothing was changed by this call; report it to the plugin's author")
}
