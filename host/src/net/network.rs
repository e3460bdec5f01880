//! Requests over the network.

use std::error::Error;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, Url};

use crate::model::{Diagnostic, ErrorKind, Failure};

use super::headers;
use super::message::{BoundaryCode, BoundaryError, Response};
use super::origin::Origin;
use super::reach::{Guard, NotReachable, Reach, kind};

/// Sent as `user-agent`.
pub const USER_AGENT: &str = concat!("mlhost/", env!("CARGO_PKG_VERSION"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// A client for a target: no redirects, the platform's trusted roots, the system's proxy unless it is this machine.
/// Beyond `reach` it connects to nothing.
///
/// # Errors
/// `net/private-address` when the origin itself is named by an address beyond `reach`; when the platform's roots cannot be
/// read.
pub fn client(origin: &Origin, reach: Reach) -> Result<Client, Failure> {
    use_ring();
    if reach == Reach::Public
        && let Some(address) = origin.address().filter(|address| kind(*address).is_some())
    {
        return Err(not_reachable(&NotReachable::new(&origin.to_string(), address).to_string()));
    }
    let mut builder = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(USER_AGENT);
    if origin.is_loopback() {
        builder = builder.no_proxy();
    }
    if reach == Reach::Public {
        builder = builder.dns_resolver(Guard { origin: origin.clone() });
    }
    if !origin.is_https() {
        // Nothing will be verified: do not spend the time to read the platform's roots.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| no_client(&error))
}

/// A client that gives up quickly, to ask whether there is a metadata service on this machine's network.
pub(super) fn probing_client() -> Result<Client, Failure> {
    use_ring();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(1))
        .timeout(Duration::from_secs(5))
        .no_proxy()
        .tls_certs_only([])
        .build()
        .map_err(|error| no_client(&error))
}

/// The failure for an address that a target may not stand for.
pub(super) fn not_reachable(why: &str) -> Failure {
    Failure::input(
        Diagnostic::error("net/private-address", format!("the target is out of reach: {why}"))
            .note("requests and the token go to public addresses only, unless the project allows others")
            .help("if that is meant (a private endpoint, an emulator), write `private_network = true` into [targets.NAME] of mlhost.toml"),
    )
}

fn no_client(error: &reqwest::Error) -> Failure {
    let diagnostic = Diagnostic::error("net/client", "there can be no encrypted connections")
        .note(causes(error))
        .help("Check the trusted certificates of this machine (the package ca-certificates, or SSL_CERT_FILE).");
    Failure::new(ErrorKind::Other, diagnostic)
}

/// Makes `ring` the process-wide provider of cryptography, unless there is one: reqwest is built without.
fn use_ring() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, with the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// A request that has passed all checks.
pub(super) struct Outgoing {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Option<Vec<u8>>,
}

/// Sends a request and reads the answer, at most `limit` bytes of it. [`BoundaryCode::Denied`] is for an address beyond the
/// client's reach.
pub(super) async fn send(
    client: &Client,
    outgoing: Outgoing,
    timeout: Duration,
    limit: usize,
) -> Result<Response, BoundaryError> {
    let mut request = client.request(outgoing.method, outgoing.url).headers(outgoing.headers).timeout(timeout);
    if let Some(body) = outgoing.body {
        request = request.body(body);
    }
    let mut response = request.send().await.map_err(|error| failure(&error))?;
    let too_large = || BoundaryError::new(BoundaryCode::TooLarge, format!("the answer is larger than {limit} bytes"));
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let headers = headers::of_response(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

fn failure(error: &reqwest::Error) -> BoundaryError {
    if let Some(refused) = chain(error).find_map(|cause| cause.downcast_ref::<NotReachable>()) {
        return BoundaryError::new(BoundaryCode::Denied, refused.to_string());
    }
    let code = if error.is_timeout() {
        BoundaryCode::Timeout
    } else if error.is_builder() {
        BoundaryCode::InvalidRequest
    } else {
        BoundaryCode::Connect
    };
    let peer = error.url().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?)));
    let causes = causes(error);
    BoundaryError::new(code, peer.map_or_else(|| causes.clone(), |(host, port)| format!("{host}:{port}: {causes}")))
}

/// The chain of causes in one line. The first of reqwest's own says nothing but the URL, whose query may be signed.
fn causes(error: &reqwest::Error) -> String {
    let mut texts = Vec::new();
    for cause in chain(error) {
        let text = cause.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        texts.push(if error.is_timeout() { "no answer in time".to_owned() } else { "the request failed".to_owned() });
    }
    texts.join(": ")
}

/// What is behind an error, from the outside in.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    fn next<'a>(cause: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        (*cause).source()
    }
    std::iter::successors(error.source(), next)
}
