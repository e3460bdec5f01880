//! Asks candidates in turn, remembers which one worked, and keeps its token until shortly before it expires.

use std::sync::Arc;

use azure_core::credentials::{AccessToken, TokenCredential};
use azure_core::time::{Duration, OffsetDateTime};
use tokio::sync::Mutex;

use crate::model::{Diagnostic, ErrorKind, Failure};

use super::TokenSource;
use crate::net::target::BoxFuture;

/// A token is replaced so long before it expires.
const EARLY: Duration = Duration::minutes(5);
/// No credential may take longer: a login that hangs must not hang the run.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);
/// Characters of a reason.
const LONGEST_REASON: usize = 300;

/// A way to sign in.
pub struct Candidate {
    /// As users know it.
    pub name: &'static str,
    /// The credential, or why it cannot even be tried.
    pub credential: Result<Arc<dyn TokenCredential>, String>,
    /// The user has set it up on purpose: when it fails, nobody else's identity is taken instead.
    pub decisive: bool,
}

/// Tokens for one scope.
pub struct Tokens {
    scope: String,
    candidates: Vec<Candidate>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    token: Option<AccessToken>,
    /// Which candidate gave the first token: no other is asked from then on.
    index: Option<usize>,
}

impl Tokens {
    /// Tokens for a scope out of the first candidate that has some.
    pub fn new(scope: String, candidates: Vec<Candidate>) -> Self {
        Self { scope, candidates, held: Mutex::default() }
    }

    async fn current(&self) -> Result<String, Failure> {
        // Held while a new token is fetched: requests side by side must not sign in side by side.
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| token.expires_on > OffsetDateTime::now_utc() + EARLY) {
            return Ok(token.token.secret().to_owned());
        }
        let (index, token) = self.fetch(held.index).await?;
        let secret = token.token.secret().to_owned();
        *held = Held { token: Some(token), index: Some(index) };
        Ok(secret)
    }

    async fn fetch(&self, only: Option<usize>) -> Result<(usize, AccessToken), Failure> {
        let mut reasons = Vec::new();
        for (index, candidate) in self.candidates.iter().enumerate() {
            if only.is_some_and(|only| only != index) {
                continue;
            }
            match &candidate.credential {
                Err(reason) => reasons.push(format!("{}: not tried, {}", candidate.name, one_line(reason))),
                Ok(credential) => match self.ask(credential.as_ref()).await {
                    Ok(token) => return Ok((index, token)),
                    Err(reason) => {
                        reasons.push(format!("{}: {}", candidate.name, one_line(&reason)));
                        if candidate.decisive {
                            break;
                        }
                    }
                },
            }
        }
        Err(no_token(&self.scope, reasons))
    }

    async fn ask(&self, credential: &dyn TokenCredential) -> Result<AccessToken, String> {
        match tokio::time::timeout(TIMEOUT, credential.get_token(&[&self.scope], None)).await {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no answer in {} seconds", TIMEOUT.as_secs())),
        }
    }
}

impl TokenSource for Tokens {
    fn token(&self) -> BoxFuture<'_, Result<String, Failure>> {
        Box::pin(self.current())
    }
}

fn no_token(scope: &str, reasons: Vec<String>) -> Failure {
    let mut diagnostic = Diagnostic::error("auth/no-token", format!("there is no token for {scope}")).help(
        "Sign in with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of a service principal; \
         `credential` in the project file chooses one way.",
    );
    for reason in reasons {
        diagnostic = diagnostic.note(reason);
    }
    Failure::new(ErrorKind::Authentication, diagnostic)
}

/// The reason without line breaks, links to guides and excess length.
fn one_line(reason: &str) -> String {
    let lines = reason.lines().filter(|line| !line.contains("https://aka.ms/azsdk"));
    let text = lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use azure_core::credentials::TokenRequestOptions;

    use super::*;

    /// Gives numbered tokens that hold for so many seconds, or an error.
    #[derive(Debug)]
    struct Fake {
        calls: AtomicUsize,
        seconds: Result<i64, &'static str>,
    }

    impl Fake {
        fn new(seconds: Result<i64, &'static str>) -> Arc<Self> {
            Arc::new(Self { calls: AtomicUsize::new(0), seconds })
        }
    }

    // What `#[async_trait]` would write.
    impl TokenCredential for Fake {
        fn get_token<'a, 'b, 'c, 'd, 'e>(
            &'a self,
            _: &'b [&'c str],
            _: Option<TokenRequestOptions<'d>>,
        ) -> BoxFuture<'e, azure_core::Result<AccessToken>>
        where
            'a: 'e,
            'b: 'e,
            'c: 'e,
            'd: 'e,
            Self: 'e,
        {
            let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
            Box::pin(std::future::ready(match self.seconds {
                Ok(seconds) => {
                    Ok(AccessToken::new(format!("t{call}"), OffsetDateTime::now_utc() + Duration::seconds(seconds)))
                }
                Err(reason) => Err(azure_core::Error::with_message(azure_core::error::ErrorKind::Credential, reason)),
            }))
        }
    }

    fn candidate(name: &'static str, fake: &Arc<Fake>, decisive: bool) -> Candidate {
        Candidate { name, credential: Ok(Arc::<Fake>::clone(fake)), decisive }
    }

    fn unset(name: &'static str) -> Candidate {
        Candidate { name, credential: Err("X is not set".to_owned()), decisive: true }
    }

    #[tokio::test]
    async fn a_token_is_kept_until_five_minutes_before_it_expires() {
        for (seconds, expected) in [(3600, ["t1", "t1"]), (299, ["t1", "t2"])] {
            let fake = Fake::new(Ok(seconds));
            let tokens = Tokens::new("s".into(), vec![candidate("a", &fake, true)]);
            assert_eq!([tokens.token().await.unwrap(), tokens.token().await.unwrap()], expected);
        }
    }

    #[tokio::test]
    async fn requests_side_by_side_sign_in_once() {
        let fake = Fake::new(Ok(3600));
        let tokens = Tokens::new("s".into(), vec![candidate("a", &fake, true)]);
        let (a, b, c) = tokio::join!(tokens.token(), tokens.token(), tokens.token());
        assert_eq!((a.unwrap(), b.unwrap(), c.unwrap()), ("t1".into(), "t1".into(), "t1".into()));
    }

    #[tokio::test]
    async fn the_first_that_works_is_kept() {
        let (broken, works, never) = (Fake::new(Err("no\n service")), Fake::new(Ok(10)), Fake::new(Ok(10)));
        let candidates = vec![
            unset("a"),
            candidate("b", &broken, false),
            candidate("c", &works, false),
            candidate("d", &never, false),
        ];
        let tokens = Tokens::new("s".into(), candidates);
        tokens.token().await.unwrap();
        assert_eq!(tokens.token().await.unwrap(), "t2");
        assert_eq!(broken.calls.load(Ordering::SeqCst), 1);
        assert_eq!(never.calls.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn what_is_set_up_on_purpose_is_not_passed_over() {
        let (wrong, other) = (Fake::new(Err("AADSTS7000215: wrong secret\nhttps://aka.ms/azsdk/x")), Fake::new(Ok(10)));
        let candidates = vec![candidate("environment", &wrong, true), candidate("Azure CLI", &other, false)];
        let failure = Tokens::new("scope".into(), candidates).token().await.unwrap_err();
        assert_eq!(failure.kind, ErrorKind::Authentication);
        assert_eq!(failure.diagnostics[0].notes, ["environment: AADSTS7000215: wrong secret"]);
        assert_eq!(other.calls.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn every_way_that_failed_is_named() {
        let broken = Fake::new(Err("not found"));
        let failure =
            Tokens::new("s".into(), vec![unset("a"), candidate("b", &broken, false)]).token().await.unwrap_err();
        assert_eq!(failure.diagnostics[0].notes, ["a: not tried, X is not set", "b: not found"]);
        assert!(failure.diagnostics[0].help.is_some());
    }
}
