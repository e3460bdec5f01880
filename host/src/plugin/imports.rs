//! The host's side of the contract's imports.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use wasmtime::component::{HasSelf, Linker};

use super::bindings::{host, http, log, store, types};
use super::kv::KeyValue;
use super::limits::{Limit, Limits};
use super::logbook::{Entry, LogBook};
use super::meter::Meter;
use crate::model::Severity;

pub use http::Error as HttpError;
pub use types::{Request, Response};

/// Answers to a batch of requests, in the order of the requests.
pub type Answers<'a> = Pin<Box<dyn Future<Output = Vec<Result<Response, HttpError>>> + Send + 'a>>;

/// What stands behind the `http` import.
pub trait HttpGrant: Send + Sync {
    /// Sends requests side by side and waits for all.
    fn send(&self, requests: Vec<Request>) -> Answers<'_>;
}

/// What an instance may reach, and what it has used.
pub struct HostState {
    pub(super) limits: Limits,
    pub(super) meter: Meter,
    pub(super) ticks: u64,
    pub(super) plugin: Arc<str>,
    pub(super) book: Arc<LogBook>,
    pub(super) said: usize,
    pub(super) http: Option<Arc<dyn HttpGrant>>,
    pub(super) store: Option<KeyValue>,
}

impl HostState {
    pub(super) fn new(limits: Limits, plugin: Arc<str>, book: Arc<LogBook>) -> Self {
        Self { limits, meter: Meter::new(limits), ticks: 0, plugin, book, said: 0, http: None, store: None }
    }

    fn store(&mut self) -> wasmtime::Result<&mut KeyValue> {
        self.store.as_mut().ok_or_else(|| wasmtime::Error::msg("no store was granted"))
    }
}

/// Offers everything; the contract check has already refused what a plugin may not have.
pub(super) fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    host::Host_::add_to_linker::<HostState, HasSelf<HostState>>(linker, |state| state)
}

impl types::Host for HostState {}

impl log::Host for HostState {
    fn log(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let most = self.limits.size(Limit::LogLines);
        self.said += 1;
        if self.said > most {
            self.book.left_out(&self.plugin);
            return Ok(());
        }
        let severity = match level {
            log::Level::Trace | log::Level::Debug => None,
            log::Level::Info => Some(Severity::Info),
            log::Level::Warn => Some(Severity::Warning),
            log::Level::Error => Some(Severity::Error),
        };
        let mut message = message;
        message.truncate(message.floor_char_boundary(self.limits.size(Limit::LogLine)));
        message.retain(|c| !c.is_control() || c == '\n');
        self.book.add(Entry::Said { plugin: self.plugin.to_string(), severity, message });
        Ok(())
    }
}

impl http::Host for HostState {
    async fn send(&mut self, requests: Vec<Request>) -> wasmtime::Result<Vec<Result<Response, HttpError>>> {
        match self.http.clone() {
            Some(http) => Ok(http.send(requests).await),
            None => {
                let denied = || HttpError { code: "denied".to_owned(), message: "no target was granted".to_owned() };
                Ok(requests.iter().map(|_| Err(denied())).collect())
            }
        }
    }
}

impl store::Host for HostState {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        self.store()?.get(&key)
    }

    fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<()> {
        self.store()?.set(&key, &value)
    }

    fn delete(&mut self, key: String) -> wasmtime::Result<bool> {
        self.store()?.delete(&key)
    }

    fn scan(&mut self, prefix: String, after: String, limit: u32) -> wasmtime::Result<Vec<(String, Vec<u8>)>> {
        self.store()?.scan(&prefix, &after, limit)
    }
}
