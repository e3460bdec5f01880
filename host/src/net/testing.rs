//! A cloud for tests that remembers what it was asked.

use std::sync::Mutex;

use crate::model::Failure;

use super::message::{Request, Response};
use super::target::{BoxFuture, CloudHandler};

/// A request and how it ended.
pub(super) struct Asked {
    pub(super) received_at: u64,
    pub(super) method: String,
    pub(super) url: String,
    /// 0 where there was no answer.
    pub(super) status: u16,
}

/// Another cloud, and what it was asked.
pub(super) struct Recorded<C> {
    cloud: C,
    pub(super) asked: Mutex<Vec<Asked>>,
}

impl<C> Recorded<C> {
    pub(super) fn new(cloud: C) -> Self {
        Self { cloud, asked: Mutex::default() }
    }
}

impl<C: CloudHandler> CloudHandler for Recorded<C> {
    fn handle(&self, received_at: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            let (method, url) = (request.method.clone(), request.url.clone());
            let answer = self.cloud.handle(received_at, request).await;
            let status = answer.as_ref().map_or(0, |response| response.status);
            self.asked.lock().unwrap().push(Asked { received_at, method, url, status });
            answer
        })
    }
}
