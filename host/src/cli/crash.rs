//! A bug of mlhost: what is said of it, without anything that the run was about.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe, Location};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a bug.
const BUG: u8 = 255;

/// Some thread panicked.
static CRASHED: AtomicBool = AtomicBool::new(false);

/// Runs `work`. When it, or any thread that it starts, panics, that is reported and the exit code is that of a bug.
pub fn guard(work: impl FnOnce() -> ExitCode) -> ExitCode {
    panic::set_hook(Box::new(|info| {
        CRASHED.store(true, Ordering::SeqCst);
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        let text = report(info.location(), info.payload(), backtrace.as_deref());
        // Whoever closed the stream does not want to hear of it.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(code) if !CRASHED.load(Ordering::SeqCst) => code,
        Ok(_) | Err(_) => ExitCode::from(BUG),
    }
}

/// A message that was put together at run time may hold a value, even a secret one: only a constant one is shown.
fn report(location: Option<&Location<'_>>, payload: &(dyn Any + Send), backtrace: Option<&str>) -> String {
    let place = location.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let message = payload.downcast_ref::<&'static str>().map(|message| format!("\n  = note: {message}"));
    let backtrace = backtrace.map(|backtrace| format!("\n{backtrace}")).unwrap_or_default();
    format!(
        "error[internal/panic]: this is a bug of mlhost: it stopped at {place}{}\n  \
         = note: mlhost {} on {} {}\n  \
         = help: the state holds what was done; the next run goes on from there\n  \
         = help: please report these lines and the command; RUST_BACKTRACE=1 adds the way to this place{backtrace}\n",
        message.unwrap_or_default(),
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_shows_the_place_and_no_values() {
        let at = Location::caller();
        let text = report(Some(at), &"the index is out of range", None);
        assert!(text.starts_with("error[internal/panic]: this is a bug of mlhost: it stopped at "), "{text}");
        assert!(text.contains(&at.to_string()) && text.contains("the index is out of range"), "{text}");
        let text = report(None, &format!("called on {:?}", "a secret value"), None);
        assert!(text.contains("an unknown place") && !text.contains("secret value"), "{text}");
        assert!(report(None, &"x", Some("0: main")).ends_with("\n0: main\n"));
    }
}
