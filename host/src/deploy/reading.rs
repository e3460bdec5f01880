//! Readings that are repeated while there is hope.

use std::time::Duration;

use super::event::Cause;
use super::retry::{ATTEMPTS, pause};
use super::target::{Subject, Target};
use crate::model::Failure;
use crate::plugin::deployer_api::Reading;

/// Readings that failed and will be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// How many.
    pub failed: usize,
    /// Why the first of them did.
    pub cause: Cause,
    /// When.
    pub after: Duration,
    /// Number of the coming attempt; the first repetition is 2.
    pub attempt: u32,
}

/// Looks at resources; one reading for each, in the same order. Those that fail and may succeed later are repeated, as
/// long as none has failed for good; `watch` hears of it.
///
/// # Errors
/// When the plugin fails. A failed reading is in its place in the answer.
pub async fn read(
    target: &Target<'_>,
    subjects: &[Subject<'_>],
    watch: &mut dyn FnMut(Again),
) -> Result<Vec<Reading>, Failure> {
    let mut readings = target.read(subjects).await?;
    for attempt in 2..=ATTEMPTS {
        let Some((open, again)) = repeat(&readings, attempt) else { break };
        let after = again.after;
        watch(again);
        tokio::time::sleep(after).await;
        let asked: Vec<Subject<'_>> = open.iter().filter_map(|index| subjects.get(*index).copied()).collect();
        for (index, reading) in open.into_iter().zip(target.read(&asked).await?) {
            if let Some(slot) = readings.get_mut(index) {
                *slot = reading;
            }
        }
    }
    Ok(readings)
}

/// Which readings to repeat, by their index; `None` when there is none, or no sense in it.
fn repeat(readings: &[Reading], attempt: u32) -> Option<(Vec<usize>, Again)> {
    let mut open = Vec::new();
    let mut cause = None;
    let mut asked_ms = 0;
    for (index, reading) in readings.iter().enumerate() {
        let Reading::Failed(failure) = reading else { continue };
        if !failure.retryable {
            return None;
        }
        open.push(index);
        asked_ms = asked_ms.max(failure.retry_after_ms);
        cause.get_or_insert_with(|| Cause {
            code: failure.code.clone(),
            message: failure.message.clone(),
            help: (!failure.help.is_empty()).then(|| failure.help.clone()),
        });
    }
    let again = Again { failed: open.len(), cause: cause?, after: pause(attempt, asked_ms), attempt };
    Some((open, again))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::deployer_api::Failure as Refusal;

    fn failed(retryable: bool, retry_after_ms: u32) -> Reading {
        let (code, message, help) = ("Busy".to_owned(), "m".to_owned(), String::new());
        Reading::Failed(Refusal { code, message, status: 429, retryable, retry_after_ms, help })
    }

    #[test]
    fn what_may_succeed_later_is_repeated_when_the_slowest_may() {
        let readings = [Reading::Absent, failed(true, 0), Reading::Found("{}".into()), failed(true, 7000)];
        let (open, again) = repeat(&readings, 2).unwrap();
        assert_eq!(open, [1, 3]);
        assert_eq!((again.failed, again.cause.code.as_str(), again.after), (2, "Busy", Duration::from_secs(7)));
    }

    #[test]
    fn nothing_is_repeated_when_one_has_failed_for_good_or_none_has_failed() {
        assert!(repeat(&[failed(true, 0), failed(false, 0)], 2).is_none());
        assert!(repeat(&[Reading::Absent, Reading::Found("{}".into())], 2).is_none());
    }
}
