//! When to repeat a call that failed and may succeed later.

use std::time::Duration;

/// How often a call is made in all.
pub const ATTEMPTS: u32 = 6;
/// Before the first repetition; doubled for each further one.
const BACKOFF: Duration = Duration::from_millis(500);
/// No single wait is longer.
pub const MAX_WAIT: Duration = Duration::from_secs(120);

/// The wait before an attempt (the first repetition is 2): exponential, at least what the control plane asks for, with
/// jitter so that the repetitions of a throttled batch do not arrive together.
pub fn pause(attempt: u32, asked_ms: u32) -> Duration {
    let base = BACKOFF.saturating_mul(1 << attempt.saturating_sub(2).min(10));
    let mut byte = [0_u8; 1];
    // Without randomness there is no jitter, and that is all.
    let _ = getrandom::fill(&mut byte);
    let jittered = base + base.mul_f64(f64::from(byte[0]) / 512.0);
    jittered.max(Duration::from_millis(asked_ms.into())).min(MAX_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_obey_and_end() {
        for (attempt, least) in [(2, 500), (3, 1000), (6, 8000)] {
            let least = Duration::from_millis(least);
            let wait = pause(attempt, 0);
            assert!(least <= wait && wait <= least.mul_f64(1.5), "{attempt}: {wait:?}");
        }
        assert_eq!(pause(2, 30_000), Duration::from_secs(30));
        assert_eq!(pause(u32::MAX, u32::MAX), MAX_WAIT);
    }
}
