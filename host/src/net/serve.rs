//! A cloud plugin behind a loopback port, for command lines and SDKs.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request as HttpRequest, Response as HttpResponse, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::model::{Diagnostic, ErrorKind, Failure};

use super::carriage::bring_home;
use super::headers;
use super::message::{Request, Response};
use super::target::{CloudHandler, ask};

/// Largest body of a request; real control planes take about 4 MB.
const LARGEST_REQUEST: usize = 16 << 20;
/// Connections at the same time; more wait.
const MOST_CONNECTIONS: usize = 256;
/// How long the headers of a request may take to come in.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long requests under way get to finish when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// A port that is bound, and not yet served.
pub struct CloudServer {
    listener: TcpListener,
    address: SocketAddr,
}

impl CloudServer {
    /// Binds a port of this machine; port 0 takes a free one.
    ///
    /// # Errors
    /// `serve/not-loopback` for an address that others can reach, `serve/bind` when the port is taken.
    pub async fn bind(address: SocketAddr) -> Result<Self, Failure> {
        if !address.ip().is_loopback() {
            return Err(Failure::input(
                Diagnostic::error("serve/not-loopback", format!("{address} can be reached from other machines"))
                    .note("the cloud takes any token: it must be reachable from this machine only")
                    .help("Use 127.0.0.1 or [::1]."),
            ));
        }
        let failed = |error: std::io::Error| {
            let diagnostic = Diagnostic::error("serve/bind", format!("{address} cannot be served: {error}"));
            Failure::new(ErrorKind::Other, diagnostic.help("Choose another port, or 0 for a free one."))
        };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is done; requests under way get some seconds to finish.
    pub async fn run(self, cloud: Arc<dyn CloudHandler>, shutdown: impl Future<Output = ()>) {
        let service = Arc::new(Service { cloud, port: self.address.port() });
        let (stop, stopping) = watch::channel(false);
        let permits = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let accept = async {
                let permit = Arc::clone(&permits).acquire_owned().await;
                (permit, self.listener.accept().await)
            };
            tokio::select! {
                () = &mut shutdown => break,
                (permit, accepted) = accept => match accepted {
                    Ok((stream, _)) => {
                        let (service, stopping) = (Arc::clone(&service), stopping.clone());
                        connections.spawn(async move {
                            let _permit = permit;
                            connection(stream, service, stopping).await;
                        });
                    }
                    // Out of file handles, or the peer is gone already: wait a little rather than spin.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
            while connections.try_join_next().is_some() {}
        }
        drop(self.listener);
        // Nobody listens when there is no connection.
        let _ = stop.send(true);
        let finished = async { while connections.join_next().await.is_some() {} };
        // What is not finished then is dropped with the set.
        let _ = tokio::time::timeout(GRACE, finished).await;
    }
}

/// Serves one connection.
async fn connection(stream: TcpStream, service: Arc<Service>, mut stopping: watch::Receiver<bool>) {
    let handler = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { service.answer(request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), handler);
    tokio::pin!(connection);
    // How a connection ends is the peer's affair: there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = stopped(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the server is gone: that is a stop, too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

struct Service {
    cloud: Arc<dyn CloudHandler>,
    port: u16,
}

impl Service {
    /// An error ends the connection without an answer.
    async fn answer(&self, request: HttpRequest<Incoming>) -> io::Result<HttpResponse<Full<Bytes>>> {
        let request = match self.request(request).await {
            Ok(request) => request,
            Err(refusal) => return Ok(*refusal),
        };
        match ask(self.cloud.as_ref(), request).await {
            Ok(response) => {
                let home = bring_home(response).await;
                home.map(http_response).ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionReset))
            }
            Err(failure) => {
                let message = failure.diagnostics.first().map_or("the cloud plugin broke down", |first| &first.message);
                Ok(error(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message))
            }
        }
    }

    async fn request(&self, request: HttpRequest<Incoming>) -> Result<Request, Box<HttpResponse<Full<Bytes>>>> {
        let (parts, body) = request.into_parts();
        let Some(host) = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| self.is_own(host))
        else {
            // A page on the web can have its own name point here; its requests then carry that name.
            let message = format!("The Host header must be 127.0.0.1:{0} or localhost:{0}.", self.port);
            return Err(Box::new(error(StatusCode::BAD_REQUEST, "InvalidHostHeader", &message)));
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let url = format!("http://{host}{path}");
        let body = match Limited::new(body, LARGEST_REQUEST).collect().await {
            Ok(body) => body.to_bytes(),
            Err(problem) if problem.is::<http_body_util::LengthLimitError>() => {
                let message = format!("The body is larger than {LARGEST_REQUEST} bytes.");
                return Err(Box::new(error(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)));
            }
            Err(_) => {
                return Err(Box::new(error(StatusCode::BAD_REQUEST, "IncompleteBody", "The body did not arrive.")));
            }
        };
        Ok(Request {
            method: parts.method.to_string(),
            url,
            headers: headers::as_pairs(&parts.headers),
            body: (!body.is_empty()).then(|| body.to_vec()),
        })
    }

    fn is_own(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
            _ => (host, Some(80)),
        };
        port == Some(self.port) && (name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]"))
    }
}

fn http_response(response: Response) -> HttpResponse<Full<Bytes>> {
    let Ok(status) = StatusCode::from_u16(response.status) else {
        return error(
            StatusCode::INTERNAL_SERVER_ERROR,
            "InternalServerError",
            "the cloud plugin gave no valid status",
        );
    };
    let mut out = HttpResponse::new(Full::new(Bytes::from(response.body)));
    *out.status_mut() = status;
    for (name, value) in response.headers {
        let framing =
            ["connection", "content-length", "transfer-encoding"].iter().any(|own| name.eq_ignore_ascii_case(own));
        if let (false, Ok(name), Ok(value)) = (framing, name.parse::<HeaderName>(), HeaderValue::from_str(&value)) {
            out.headers_mut().append(name, value);
        }
    }
    out
}

fn error(status: StatusCode, code: &str, message: &str) -> HttpResponse<Full<Bytes>> {
    let body = serde_json::json!({"error": {"code": code, "message": message}}).to_string();
    let mut response = HttpResponse::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests;
