//! Where requests go: an endpoint on the network, or a cloud plugin in this process.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::Failure;

use super::credential::TokenSource;
use super::message::{Request, Response};
use super::origin::Origin;

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A cloud plugin that runs. The plugin runtime implements it.
pub trait CloudHandler: Send + Sync {
    /// Answers one request. `received_at` is the time in milliseconds since 1970.
    ///
    /// # Errors
    /// When the plugin trapped or reached a limit.
    fn handle(&self, received_at: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>>;
}

/// Where requests go. A deployer cannot tell which it is.
pub enum Target {
    /// An endpoint on the network.
    Network {
        /// The only origin that requests may go to.
        origin: Origin,
        /// Made by [`super::client`].
        client: reqwest::Client,
        /// Gives the token for `authorization`.
        credential: Arc<dyn TokenSource>,
    },
    /// A cloud plugin. It is asked one request after the other: its store is one.
    Embedded {
        /// The origin it answers for.
        origin: Origin,
        /// The plugin.
        cloud: Arc<dyn CloudHandler>,
    },
}

impl Target {
    /// The origin that requests may go to.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Network { origin, .. } | Self::Embedded { origin, .. } => origin,
        }
    }
}

/// Has a cloud plugin answer a request, now.
pub(super) async fn ask(cloud: &dyn CloudHandler, request: Request) -> Result<Response, Failure> {
    cloud.handle(now(), request).await
}

/// Milliseconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
