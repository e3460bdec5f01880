//! The one way out: checks a plugin's requests, adds what no plugin may see, and takes it out of the answers again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Client, Method, Url};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::model::Failure;

use super::carriage::bring_home;
use super::credential::TokenSource;
use super::headers;
use super::message::{BoundaryCode, BoundaryError, Request, Response};
use super::network::{self, Outgoing};
use super::origin::{Origin, has_user};
use super::secrets::Secrets;
use super::target::{CloudHandler, Target, ask};
use super::throttle::{LONGEST_HOLD, Throttle};
use super::trace::Trace;

/// Requests that are under way at the same time.
const SIDE_BY_SIDE: usize = 32;
/// Largest answer that a plugin gets.
const LARGEST_ANSWER: usize = 64 << 20;
/// From the first byte sent to the last byte received.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Methods that there are for plugins.
const METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

type Answer = Result<Response, BoundaryError>;

/// The way out to one target.
pub struct Boundary {
    target: Target,
    secrets: Secrets,
    methods: Vec<String>,
    subdomains: bool,
    request_id_headers: Vec<HeaderName>,
    interrupt: Option<watch::Receiver<bool>>,
    timeout: Duration,
    largest_answer: usize,
    throttle: Arc<Throttle>,
    failure: Mutex<Option<Failure>>,
}

impl Boundary {
    /// A boundary before a target.
    pub fn new(target: Target, secrets: Secrets) -> Self {
        Self {
            target,
            secrets,
            methods: METHODS.iter().map(|method| (*method).to_owned()).collect(),
            subdomains: false,
            request_id_headers: Vec::new(),
            interrupt: None,
            timeout: TIMEOUT,
            largest_answer: LARGEST_ANSWER,
            throttle: Arc::default(),
            failure: Mutex::default(),
        }
    }

    /// Allows these methods only (`methods` in the deployer's document).
    #[must_use]
    pub fn with_methods(mut self, methods: Vec<String>) -> Self {
        self.methods = methods;
        self
    }

    /// Allows requests without secrets to hosts below the target's, too: some control planes answer for their operations
    /// from a regional host (`subdomains` in the deployer's document).
    #[must_use]
    pub fn with_subdomains(mut self, allowed: bool) -> Self {
        self.subdomains = allowed;
        self
    }

    /// Headers that get a new random UUID with each request (`request_id_headers` in the deployer's document). Names that
    /// are none are left out.
    #[must_use]
    pub fn with_request_ids<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.request_id_headers = names.into_iter().filter_map(|name| name.to_ascii_lowercase().parse().ok()).collect();
        self
    }

    /// Stops waiting for answers when it becomes true.
    #[must_use]
    pub fn with_interrupt(mut self, interrupt: watch::Receiver<bool>) -> Self {
        self.interrupt = Some(interrupt);
        self
    }

    /// Sets how long an answer may take; 120 seconds otherwise.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how many bytes an answer may have; 64 MiB otherwise.
    #[must_use]
    pub fn with_largest_answer(mut self, bytes: usize) -> Self {
        self.largest_answer = bytes;
        self
    }

    /// The secrets of the run.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The first failure that is the host's to report (no credentials, a trap in the cloud plugin), once.
    pub fn take_failure(&self) -> Option<Failure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Sends requests and waits for all; one answer for each, in the same order. Network requests go side by side, those
    /// to a cloud plugin one after the other. While an origin asks to be left alone (429 or 503 with `retry-after`),
    /// requests to it wait, whoever they are from.
    pub async fn send(&self, requests: Vec<Request>) -> Vec<Answer> {
        let trace = Trace::begin(&requests);
        let prepared: Vec<Result<Outgoing, BoundaryError>> =
            requests.into_iter().map(|request| self.prepare(request)).collect();
        let answers = match &self.target {
            Target::Network { client, credential, .. } => {
                self.send_network(client, credential.as_ref(), prepared).await
            }
            Target::Embedded { cloud, .. } => self.send_embedded(cloud.as_ref(), prepared).await,
        };
        trace.end(&answers);
        answers
    }

    /// Checks a request and puts in its secrets.
    fn prepare(&self, request: Request) -> Result<Outgoing, BoundaryError> {
        let invalid = |message: String| BoundaryError::new(BoundaryCode::InvalidRequest, message);
        let denied = |message: String| BoundaryError::new(BoundaryCode::Denied, message);
        let url =
            Url::parse(&request.url).map_err(|error| invalid(format!("the request has no valid URL: {error}")))?;
        let target = self.target.origin();
        let origin = Origin::of(&url).filter(|_| !has_user(&url));
        let Some(origin) = origin.filter(|origin| target.covers(origin, self.subdomains)) else {
            return Err(denied(format!("requests may go to {target} only, not to {}", shown_host(&url))));
        };
        if !METHODS.contains(&request.method.as_str()) {
            return Err(invalid("the request has no known method".to_owned()));
        }
        if !self.methods.contains(&request.method) {
            let granted = self.methods.join(", ");
            return Err(denied(format!("the deployer may send {granted} requests, not {}", request.method)));
        }
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| invalid(error.to_string()))?;
        let mut headers = headers::of_request(&request.headers)?;
        headers.insert(USER_AGENT, HeaderValue::from_static(network::USER_AGENT));
        for name in &self.request_id_headers {
            headers.insert(name, request_id()?);
        }
        let is_network = matches!(self.target, Target::Network { .. });
        let body = match request.body {
            Some(body) if origin == *target => Some(self.secrets.fill(body, is_network)?),
            Some(body) if body.windows(2).any(|pair| pair == b"${") => {
                return Err(denied(format!("bodies with references may go to {target} only")));
            }
            body => body,
        };
        Ok(Outgoing { method, url, headers, body })
    }

    async fn send_network(
        &self,
        client: &Client,
        credential: &dyn TokenSource,
        prepared: Vec<Result<Outgoing, BoundaryError>>,
    ) -> Vec<Answer> {
        if prepared.iter().all(Result::is_err) {
            return prepared.into_iter().filter_map(Result::err).map(Err).collect();
        }
        let token = match self.or_interrupted(credential.token()).await {
            Ok(Ok(token)) => token,
            Ok(Err(failure)) => return self.without_token(prepared, failure),
            Err(error) => {
                return prepared
                    .into_iter()
                    .map(|request| Err(request.err().unwrap_or_else(|| error.clone())))
                    .collect();
            }
        };
        let scrubber = self.secrets.scrubber(Some(&token));
        let checked: Vec<bool> = prepared.iter().map(Result::is_ok).collect();
        let mut answers: Vec<Option<Answer>> = Vec::with_capacity(prepared.len());
        let mut tasks = JoinSet::new();
        let permits = Arc::new(Semaphore::new(SIDE_BY_SIDE));
        let latest = Instant::now() + LONGEST_HOLD;
        for (index, request) in prepared.into_iter().enumerate() {
            match request.and_then(|request| with_token(request, &token)) {
                Err(error) => answers.push(Some(Err(error))),
                Ok(request) => {
                    answers.push(None);
                    let (client, permits, interrupt) = (client.clone(), Arc::clone(&permits), self.interrupt.clone());
                    let (timeout, limit) = (self.timeout, self.largest_answer);
                    let throttle = Arc::clone(&self.throttle);
                    tasks.spawn(async move {
                        let send = async {
                            let _permit = permits.acquire().await;
                            let origin = Origin::of(&request.url);
                            if let Some(origin) = &origin {
                                throttle.ready(origin, latest).await;
                            }
                            let answer = network::send(&client, request, timeout, limit).await;
                            if let (Some(origin), Ok(response)) = (&origin, &answer) {
                                throttle.heed(origin, response);
                            }
                            answer
                        };
                        (index, or_interrupted(interrupt, send).await.and_then(|answer| answer))
                    });
                }
            }
        }
        while let Some(joined) = tasks.join_next().await {
            if let Ok((index, answer)) = joined
                && let Some(slot) = answers.get_mut(index)
            {
                *slot = Some(answer);
            }
        }
        let lost = || Err(BoundaryError::new(BoundaryCode::Connect, "the request was lost"));
        let mut answers: Vec<Answer> = answers.into_iter().map(|answer| answer.unwrap_or_else(lost)).collect();
        for answer in &mut answers {
            match answer {
                Ok(response) => scrubber.response(response),
                Err(error) => error.message = scrubber.text(&error.message),
            }
        }
        let sent = answers.iter().zip(checked).filter(|(_, checked)| *checked);
        for (answer, _) in sent {
            if let Err(BoundaryError { code: BoundaryCode::Denied, message }) = answer {
                self.keep(network::not_reachable(message));
            }
        }
        answers
    }

    async fn send_embedded(
        &self,
        cloud: &dyn CloudHandler,
        prepared: Vec<Result<Outgoing, BoundaryError>>,
    ) -> Vec<Answer> {
        let scrubber = self.secrets.scrubber(None);
        let latest = Instant::now() + LONGEST_HOLD;
        let mut answers = Vec::with_capacity(prepared.len());
        for request in prepared {
            let mut answer = match request {
                Ok(request) => self.ask_embedded(cloud, request, latest).await,
                Err(error) => Err(error),
            };
            if let Ok(response) = &mut answer {
                scrubber.response(response);
            }
            answers.push(answer);
        }
        answers
    }

    /// `latest` bounds how long it is held back.
    async fn ask_embedded(&self, cloud: &dyn CloudHandler, outgoing: Outgoing, latest: Instant) -> Answer {
        // A cloud asks for a token as the real one does; in this process there is nobody to prove anything to.
        let mut headers = headers::as_pairs(&outgoing.headers);
        headers.push((AUTHORIZATION.as_str().to_owned(), "Bearer embedded".to_owned()));
        let request =
            Request { method: outgoing.method.to_string(), url: outgoing.url.into(), headers, body: outgoing.body };
        let origin = self.target.origin();
        self.or_interrupted(self.throttle.ready(origin, latest)).await?;
        let answer = match self.or_interrupted(ask(cloud, request)).await? {
            Ok(response) => Ok(self.brought_home(origin, response).await?),
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(response) if response.body.len() > self.largest_answer => Err(BoundaryError::new(
                BoundaryCode::TooLarge,
                format!("the answer is larger than {} bytes", self.largest_answer),
            )),
            Ok(response) => Ok(response),
            Err(failure) => {
                let message = format!("the cloud plugin broke down: {}", first_message(&failure));
                self.keep(failure);
                Err(BoundaryError::new(BoundaryCode::TargetFailed, message))
            }
        }
    }

    /// An answer of the embedded cloud after its way home, which may be long, or too long.
    async fn brought_home(&self, origin: &Origin, response: Response) -> Answer {
        let home = tokio::time::timeout(self.timeout, bring_home(response));
        match self.or_interrupted(home).await? {
            Ok(Some(response)) => {
                self.throttle.heed(origin, &response);
                Ok(response)
            }
            Ok(None) => {
                let message = format!("{origin}: the connection was closed before there was an answer");
                Err(BoundaryError::new(BoundaryCode::Connect, message))
            }
            Err(_) => Err(BoundaryError::new(BoundaryCode::Timeout, format!("{origin}: no answer in time"))),
        }
    }

    fn without_token(&self, prepared: Vec<Result<Outgoing, BoundaryError>>, failure: Failure) -> Vec<Answer> {
        let error = BoundaryError::new(BoundaryCode::Authentication, first_message(&failure));
        self.keep(failure);
        prepared.into_iter().map(|request| Err(request.err().unwrap_or_else(|| error.clone()))).collect()
    }

    fn keep(&self, failure: Failure) {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(failure);
    }

    async fn or_interrupted<T>(&self, work: impl Future<Output = T>) -> Result<T, BoundaryError> {
        or_interrupted(self.interrupt.clone(), work).await
    }
}

async fn or_interrupted<T>(
    interrupt: Option<watch::Receiver<bool>>,
    work: impl Future<Output = T>,
) -> Result<T, BoundaryError> {
    let stopped = async {
        let said = match interrupt {
            Some(mut interrupt) => interrupt.wait_for(|stop| *stop).await.is_ok(),
            None => false,
        };
        // A sender that is gone will never interrupt.
        if !said {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = stopped => Err(BoundaryError::new(BoundaryCode::Interrupted, "the run is being stopped")),
        done = work => Ok(done),
    }
}

fn with_token(mut outgoing: Outgoing, token: &str) -> Result<Outgoing, BoundaryError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}"))
        .map_err(|_| BoundaryError::new(BoundaryCode::Authentication, "the token is not fit for a header"))?;
    value.set_sensitive(true);
    outgoing.headers.insert(AUTHORIZATION, value);
    Ok(outgoing)
}

fn first_message(failure: &Failure) -> String {
    failure.diagnostics.first().map(|diagnostic| diagnostic.message.clone()).unwrap_or_default()
}

fn shown_host(url: &Url) -> String {
    Origin::of(url).map_or_else(|| format!("a URL of {}", url.scheme()), |origin| origin.to_string())
}

/// A random UUID (version 4).
fn request_id() -> Result<HeaderValue, BoundaryError> {
    let invalid = |message: String| BoundaryError::new(BoundaryCode::InvalidRequest, message);
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| invalid(format!("there are no random numbers: {error}")))?;
    let number = u128::from_be_bytes(bytes) & !(0xf000 << 64) & !(0b11 << 62) | (0x4000 << 64) | (0b10 << 62);
    let hex = format!("{number:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    let id = format!("{}-{}-{}-{}-{}", part(0..8), part(8..12), part(12..16), part(16..20), part(20..32));
    HeaderValue::from_str(&id).map_err(|error| invalid(error.to_string()))
}

#[cfg(test)]
mod tests;
