//! How long to wait before the next request.

use mlhost_plugin::Response;

use crate::response::header;

/// Longest wait that a control plane may ask for.
const LONGEST_MS: u32 = 10 * 60 * 1000;
/// Longest wait of our own choosing.
const LONGEST_OWN_MS: u32 = 30 * 1000;
/// So many polls may follow each other at once where the control plane asks for no wait at all.
const HASTY_POLLS: u32 = 20;

/// The wait that `retry-after` asks for, in milliseconds. A date is not understood (there is no clock here): none.
pub fn retry_after_ms(response: &Response) -> Option<u32> {
    let seconds: u32 = header(response, "retry-after")?.trim().parse().ok()?;
    Some(seconds.saturating_mul(1000).min(LONGEST_MS))
}

/// The wait before poll number `polls` (from 0): what the control plane asks for, else 1, 2, 4 … seconds. A control plane
/// that goes on to ask for no wait gets a second.
pub fn before_poll_ms(response: &Response, polls: u32) -> u32 {
    match retry_after_ms(response) {
        Some(0) if polls >= HASTY_POLLS => 1000,
        Some(asked) => asked,
        None => backoff_ms(polls),
    }
}

/// 1, 2, 4 … 30 seconds.
pub fn backoff_ms(attempt: u32) -> u32 {
    1000u32.saturating_mul(1 << attempt.min(10)).min(LONGEST_OWN_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(value: &str) -> Response {
        Response { status: 202, headers: vec![("retry-after".into(), value.into())], body: Vec::new() }
    }

    #[test]
    fn seconds_are_obeyed_within_reason() {
        assert_eq!(retry_after_ms(&asking("15")), Some(15_000));
        assert_eq!(retry_after_ms(&asking("4294967295")), Some(LONGEST_MS));
        for other in ["", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999"] {
            assert_eq!(retry_after_ms(&asking(other)), None, "{other}");
        }
    }

    #[test]
    fn nobody_is_polled_in_a_tight_loop_for_ever() {
        assert_eq!(before_poll_ms(&asking("0"), 0), 0);
        assert_eq!(before_poll_ms(&asking("0"), HASTY_POLLS), 1000);
        let silent = Response { status: 202, headers: Vec::new(), body: Vec::new() };
        let waits: Vec<u32> = (0..7).map(|polls| before_poll_ms(&silent, polls)).collect();
        assert_eq!(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
        assert_eq!(backoff_ms(u32::MAX), LONGEST_OWN_MS);
    }
}
