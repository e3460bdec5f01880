//! Joins the plugins' `http` import and `cloud` export to the HTTP boundary.

use super::bindings::types;
use super::cloud::EmbeddedCloud;
use super::imports::{Answers, HttpError, HttpGrant};
use crate::model::{ErrorKind, Failure};
use crate::net::{Boundary, BoxFuture, CloudHandler, Request, Response};

impl HttpGrant for Boundary {
    fn send(&self, requests: Vec<types::Request>) -> Answers<'_> {
        let requests = requests.into_iter().map(incoming).collect();
        Box::pin(async move {
            let answers = Boundary::send(self, requests).await;
            let error = |error: crate::net::BoundaryError| HttpError {
                code: error.code.as_str().to_owned(),
                message: error.message,
            };
            answers.into_iter().map(|answer| answer.map(outgoing).map_err(error)).collect()
        })
    }
}

impl CloudHandler for EmbeddedCloud {
    fn handle(&self, received_at: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
        let Request { method, url, headers, body } = request;
        let request = types::Request { method, url, headers, body };
        Box::pin(async move {
            let answer = EmbeddedCloud::handle(self, received_at, &request).await;
            let types::Response { status, headers, body } =
                answer.map_err(|diagnostic| Failure::new(ErrorKind::Plugin, diagnostic))?;
            Ok(Response { status, headers, body })
        })
    }
}

fn incoming(request: types::Request) -> Request {
    let types::Request { method, url, headers, body } = request;
    Request { method, url, headers, body }
}

fn outgoing(response: Response) -> types::Response {
    let Response { status, headers, body } = response;
    types::Response { status, headers, body }
}
