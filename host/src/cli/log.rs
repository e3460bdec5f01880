//! The log of a run (`--log`, `--log-file`): what the host and its plugins do, for whoever looks for a cause.
//!
//! Only mlhost's own events are written: what libraries log of connections may hold what is nobody's business.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::Mutex;

use mlhost::deploy::event::ApplyEvent;
use mlhost::model::{Diagnostic, ErrorKind, Failure};
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt as _;

use super::args::{GlobalArguments, LogLevel};
use super::report::text;

/// Begins to write the log that the options ask for, and says whether standard error carries it.
///
/// # Errors
/// When the file cannot be written.
pub fn start(arguments: &GlobalArguments) -> Result<bool, Failure> {
    let level = match (arguments.log, &arguments.log_file) {
        (Some(level), _) => level,
        // Whoever names a file wants something in it.
        (None, Some(_)) => LogLevel::Debug,
        (None, None) => LogLevel::Off,
    };
    if level == LogLevel::Off {
        return Ok(false);
    }
    let out = match &arguments.log_file {
        Some(path) => Out::File(open(path).map_err(|error| {
            let diagnostic = Diagnostic::error("log/file", format!("the log cannot be written: {error}"));
            let place = path.display().to_string();
            Failure::new(ErrorKind::Input, diagnostic.in_file(place).help("name a file that can be written"))
        })?),
        None => Out::Stderr,
    };
    let to_stderr = matches!(out, Out::Stderr);
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_timer(Clock)
        .log_internal_errors(false)
        .with_writer(Mutex::new(Lines(out)));
    let only_own = Targets::new().with_target("mlhost", level.filter());
    let subscriber = tracing_subscriber::registry().with(only_own).with(layer);
    // It is set once, here.
    let _ = tracing::subscriber::set_global_default(subscriber);
    tracing::debug!(target: "mlhost", version = env!("CARGO_PKG_VERSION"), "mlhost starts");
    Ok(to_stderr)
}

/// Appends; a log names resources and places, which is for its owner to read.
fn open(path: &std::path::Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl LogLevel {
    fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// Writes what happens while a plan is carried out.
pub fn event(event: &ApplyEvent) {
    let text = || serde_json::to_string(event).unwrap_or_default();
    match event {
        ApplyEvent::Failed { .. } if tracing::enabled!(Level::ERROR) => {
            tracing::error!(target: "mlhost::deploy", "{}", text())
        }
        ApplyEvent::Retry { .. } if tracing::enabled!(Level::WARN) => {
            tracing::warn!(target: "mlhost::deploy", "{}", text())
        }
        ApplyEvent::Failed { .. } | ApplyEvent::Retry { .. } => {}
        _ if tracing::enabled!(Level::INFO) => tracing::info!(target: "mlhost::deploy", "{}", text()),
        _ => {}
    }
}

enum Out {
    Stderr,
    File(File),
}

/// Writes each event as one line in which nothing can act on a terminal.
struct Lines(Out);

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(event);
        let line = format!("{}\n", text::clean(line.trim_end_matches('\n')));
        match &mut self.0 {
            Out::Stderr => io::stderr().lock().write_all(line.as_bytes())?,
            Out::File(file) => file.write_all(line.as_bytes())?,
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Out::Stderr => io::stderr().flush(),
            Out::File(file) => file.flush(),
        }
    }
}

/// The time of day, in UTC.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, out: &mut Writer<'_>) -> std::fmt::Result {
        write!(out, "{:.3}", jiff::Timestamp::now())
    }
}
