//! Origins that asked to be left alone for a while: all requests to them wait until then, not only the one that was told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::message::Response;
use super::origin::Origin;

/// No request is held back for longer: a call of a plugin has its own limit of time. What is refused then is repeated by
/// whoever asked.
pub(super) const LONGEST_HOLD: Duration = Duration::from_secs(120);

/// Until when which origin is left alone.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<HashMap<Origin, Instant>>);

impl Throttle {
    /// Notes what an answer asks for: `retry-after` of a 429 or a 503.
    pub(super) fn heed(&self, origin: &Origin, response: &Response) {
        if !matches!(response.status, 429 | 503) {
            return;
        }
        let Some(wait) = retry_after(response, Timestamp::now()).filter(|wait| !wait.is_zero()) else { return };
        let until = Instant::now() + wait.min(LONGEST_HOLD);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held.entry(origin.clone()).or_insert(until);
        *known = until.max(*known);
        tracing::info!(target: "mlhost::net", %origin, ?wait, status = response.status, "held back");
    }

    /// Waits until an origin may be asked again, but not beyond `latest`.
    pub(super) async fn ready(&self, origin: &Origin, latest: Instant) {
        while let Some(until) = self.until(origin) {
            let until = until.min(latest);
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    fn until(&self, origin: &Origin) -> Option<Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(origin).copied()
    }
}

/// The wait that an answer asks for: whole seconds, or a date.
fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let (_, value) = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, value: &str) -> Response {
        Response { status, headers: vec![("Retry-After".into(), value.into())], body: Vec::new() }
    }

    fn origin(text: &str) -> Origin {
        Origin::parse(text).unwrap()
    }

    #[test]
    fn seconds_and_dates_are_understood() {
        let now: Timestamp = "2026-10-21T07:27:30Z".parse().unwrap();
        for (value, wait) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", Some(30)),
            ("Wed, 21 Oct 2026 07:00:00 GMT", Some(0)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(&answer(429, value), now), wait.map(Duration::from_secs), "{value}");
        }
    }

    #[test]
    fn an_origin_is_left_alone_for_as_long_as_it_asks() {
        let (throttle, busy, other) = (Throttle::default(), origin("https://busy.test"), origin("https://other.test"));
        let began = Instant::now();
        throttle.heed(&busy, &answer(429, "60"));
        let until = throttle.until(&busy).unwrap();
        assert!(until >= began + Duration::from_secs(60));
        assert_eq!(throttle.until(&other), None);
        // A shorter wait takes nothing back, and other statuses mean other things.
        throttle.heed(&busy, &answer(503, "2"));
        throttle.heed(&busy, &answer(429, "0"));
        throttle.heed(&busy, &answer(202, "100"));
        assert_eq!(throttle.until(&busy), Some(until));
        throttle.heed(&busy, &answer(503, "90"));
        assert!(throttle.until(&busy) > Some(until));
        throttle.heed(&other, &answer(429, "18446744073709551615"));
        assert!(throttle.until(&other) <= Some(Instant::now() + LONGEST_HOLD));
    }

    #[tokio::test]
    async fn requests_wait_and_not_without_end() {
        let (throttle, busy, other) = (Throttle::default(), origin("https://busy.test"), origin("https://other.test"));
        throttle.heed(&busy, &answer(429, "3600"));
        let latest = Instant::now() + Duration::from_millis(60);
        throttle.ready(&busy, latest).await;
        assert!(Instant::now() >= latest);
        // This would not end if it waited for the other one.
        throttle.ready(&other, Instant::now() + Duration::from_secs(3600)).await;
    }
}
