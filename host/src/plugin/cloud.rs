//! A cloud plugin as a control plane: one instance, one request at a time, one transaction for each.

use std::time::Instant;

use tokio::sync::Mutex;

use super::bindings::types::{Request, Response};
use super::kv::LoggedRequest;
use super::roles::Cloud;
use crate::model::Diagnostic;

/// A running cloud plugin. Its instance must have been granted a store.
pub struct EmbeddedCloud {
    cloud: Mutex<Cloud>,
}

impl EmbeddedCloud {
    /// Takes over an instance.
    pub fn new(cloud: Cloud) -> Self {
        Self { cloud: Mutex::new(cloud) }
    }

    /// Answers a request at a time given in milliseconds since 1970, and notes it in the log of requests.
    ///
    /// # Errors
    /// When the plugin traps or its store fails; nothing of the request is kept then.
    pub async fn handle(&self, received_at: u64, request: &Request) -> Result<Response, Diagnostic> {
        self.ask(received_at, request, true).await
    }

    /// Answers a request that is none of a client's: it is not in the log.
    ///
    /// # Errors
    /// As for [`handle`](Self::handle).
    pub async fn control(&self, request: &Request) -> Result<Response, Diagnostic> {
        self.ask(0, request, false).await
    }

    async fn ask(&self, received_at: u64, request: &Request, log: bool) -> Result<Response, Diagnostic> {
        let mut cloud = self.cloud.lock().await;
        let started = Instant::now();
        store(&mut cloud, |store| store.begin())?;
        let response = match cloud.handle(received_at, request).await {
            Ok(response) => response,
            Err(diagnostic) => {
                if let Some(store) = cloud.core.store.data_mut().store.as_mut() {
                    store.rollback();
                }
                return Err(diagnostic);
            }
        };
        let logged = LoggedRequest {
            at: i64::try_from(received_at).unwrap_or(i64::MAX),
            method: request.method.clone(),
            url: path_of(&request.url).to_owned(),
            status: response.status,
            micros: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
        };
        store(&mut cloud, |store| if log { store.log(&logged) } else { Ok(()) }.and_then(|()| store.commit()))?;
        Ok(response)
    }
}

fn store(
    cloud: &mut Cloud,
    act: impl FnOnce(&mut super::kv::KeyValue) -> wasmtime::Result<()>,
) -> Result<(), Diagnostic> {
    let Some(store) = cloud.core.store.data_mut().store.as_mut() else {
        return Err(Diagnostic::error("internal/store", "the cloud plugin was given no store"));
    };
    let result = act(store);
    if result.is_err() {
        store.rollback();
    }
    result.map_err(|error| {
        Diagnostic::error("cloud/store", format!("the local cloud cannot keep its data: {}", error.root_cause()))
            .help("check that the folder .mlhost/cloud can be written and its disk is not full")
    })
}

/// A URL without its origin.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}
