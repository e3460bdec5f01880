//! Ctrl-C, and the request to terminate that CI systems send.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mlhost::deploy::Course;
use mlhost::model::ErrorKind;
use tokio::sync::watch;

/// As long as this lives, an interrupt ends the process as a cancelled run: for what comes before anything is changed,
/// and waits where no future runs (for an answer to a question).
pub struct EndOnInterrupt(Arc<AtomicBool>);

impl EndOnInterrupt {
    /// From now on.
    pub fn new() -> Self {
        let armed = Arc::new(AtomicBool::new(true));
        let ours = Arc::clone(&armed);
        // Without a thread of its own an interrupt does what it always does: it ends the process.
        let _ = std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            runtime.block_on(interrupted());
            if ours.load(Ordering::SeqCst) {
                let _ = writeln!(std::io::stderr(), "\nInterrupted before anything was changed.");
                std::process::exit(ErrorKind::Cancelled.exit_code().into());
            }
        });
        Self(armed)
    }
}

impl Drop for EndOnInterrupt {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// The first Ctrl-C lets what is under way come to its end, the second leaves it to the next run.
pub fn follow_interrupts(tty: bool) -> (watch::Receiver<Course>, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = watch::channel(Course::Full);
    let task = tokio::spawn(async move {
        for course in [Course::Drain, Course::Abandon] {
            interrupted().await;
            let line = match course {
                Course::Drain => {
                    "Interrupted: waiting for what is under way. Interrupt again to leave it to the next run."
                }
                _ => "Interrupted again: the next run takes up what is under way.",
            };
            // A stream that is closed is no reason not to stop.
            let _ = writeln!(std::io::stderr(), "{}{line}", if tty { "\n" } else { "" });
            if sender.send(course).is_err() {
                return;
            }
        }
        // The receiver must never see the sender go.
        std::future::pending::<()>().await;
    });
    (receiver, task)
}

/// Ctrl-C, or the request to terminate that CI systems send.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
