//! A running plugin: calls that end, traps that become diagnostics.

use std::sync::Arc;

use tokio::time::error::Elapsed;
use wasmtime::component::{Component, Instance as RawInstance, Linker};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::contain::{Contain, contain};
use super::engine::EPOCH;
use super::imports::HostState;
use super::limits::{Limit, Limits};
use super::logbook::Entry;
use super::meter::{reached, settle};
use crate::model::Diagnostic;

/// The store of an instance and the instance in it. Typed callers are made from it: see [`super::roles`].
pub struct Core {
    pub(super) name: Arc<str>,
    pub(super) store: Store<HostState>,
    pub(super) instance: RawInstance,
    limits: Limits,
    /// The engine counts the work of calls.
    counts: bool,
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
        store.limiter(|state| &mut state.meter);
        store.set_hostcall_fuel(limits.size(Limit::Boundary));
        store.set_max_component_handles(limits.size(Limit::Handles));
        store.set_epoch_deadline(1);
        let max_ticks = limits.time(Limit::Compute).as_millis() / EPOCH.as_millis();
        store.epoch_deadline_callback(move |mut cx| {
            let state = cx.data_mut();
            state.ticks += 1;
            // An epoch that passes while the guest waits for the host costs it one tick, however long the wait.
            Ok(if u128::from(state.ticks) > max_ticks { UpdateDeadline::Interrupt } else { UpdateDeadline::Yield(1) })
        });
        // Refused by an engine that does not count.
        let counts = store.set_fuel(u64::MAX).is_ok();
        let result =
            tokio::time::timeout(limits.time(Limit::Call), linker.instantiate_async(&mut store, component)).await;
        let instance = settle(&name, &limits, "instantiate", result)?;
        Ok(Self { name, store, instance, limits, counts })
    }

    /// Gives the call that follows its full measure of time.
    pub(super) fn arm(&mut self) {
        self.store.data_mut().ticks = 0;
        if self.counts {
            // It was set before.
            let _ = self.store.set_fuel(u64::MAX);
        }
    }

    fn count(&self, function: &str) {
        if let (true, Ok(left)) = (self.counts, self.store.get_fuel()) {
            let (plugin, function) = (self.name.to_string(), function.to_owned());
            self.store.data().book.add(Entry::Worked { plugin, function, fuel: u64::MAX - left });
        }
    }

    /// Turns the end of a call into its result, within bounds, or a diagnostic.
    pub(super) fn settle<R: Contain>(
        &self,
        function: &str,
        result: Result<wasmtime::Result<R>, Elapsed>,
    ) -> Result<R, Diagnostic> {
        self.count(function);
        let answer = settle(&self.name, &self.limits, function, result)?;
        contain(answer, &self.limits).map_err(|limit| reached(&self.name, &self.limits, function, limit))
    }
}
