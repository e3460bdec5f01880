//! Standard output for programs: documents of commands that answer at once, the stream of those that take their time.

use mlhost::deploy::event::ApplyEvent;
use mlhost::model::plan::Plan;
use mlhost::model::{Diagnostic, Failure, Severity, Sources};
use mlhost::plugin::logbook::{Entry, LogBook};

use super::report::json::documents;
use super::report::json::lines::Line;
use super::report::json::stream::Stream as Lines;
use super::report::json::views::DiagnosticView;
use super::report::summary::Ending;
use super::session::Evaluated;
use super::terminal::{Terminal, left_out};

/// The stream of a run.
pub struct Stream<'a> {
    lines: Lines,
    terminal: &'a Terminal,
}

impl<'a> Stream<'a> {
    /// Begins it, unless it was begun.
    pub fn new(terminal: &'a Terminal) -> Self {
        let stream = Self { lines: Lines::new(Some(Box::new(|| jiff::Timestamp::now().to_string()))), terminal };
        if !terminal.streaming.replace(true) {
            stream.line(&Line::version());
        }
        stream
    }

    fn line(&self, line: &Line<'_>) {
        self.terminal.print(&self.lines.line(line));
    }

    /// What the run will do, and what was said of it.
    pub fn plan(&self, plan: &Plan, evaluated: Option<&Evaluated>, sources: &Sources) {
        for diagnostic in evaluated.into_iter().flat_map(|evaluated| &evaluated.diagnostics) {
            self.line(&Line::Diagnostic { diagnostic: DiagnosticView::new(diagnostic, sources) });
        }
        for finding in evaluated.into_iter().flat_map(|evaluated| &evaluated.judgement.findings) {
            self.line(&Line::PolicyResult {
                policy: &finding.policy,
                verdict: if finding.undetermined { "undetermined" } else { "violated" },
                diagnostic: DiagnosticView::new(&finding.diagnostic, sources),
            });
        }
        for line in Line::plan(plan) {
            self.line(&line);
        }
        self.line(&Line::Gate { allowed: true, reasons: &[] });
    }

    /// What plugins did and said since the last time.
    pub fn plugins(&self, book: &LogBook) {
        for entry in book.take() {
            match &entry {
                Entry::Loaded { plugin, digest, elapsed } => {
                    self.line(&Line::PluginLoad { plugin, digest, elapsed: *elapsed });
                }
                Entry::Said { plugin, severity, message } => {
                    let level = match severity {
                        Some(Severity::Error) => "error",
                        Some(Severity::Warning) => "warning",
                        Some(Severity::Info) => "info",
                        None => "debug",
                    };
                    self.line(&Line::Log { level, plugin: Some(plugin), text: message });
                }
                Entry::LeftOut { plugin, lines } => {
                    let text = left_out(*lines);
                    self.line(&Line::Log { level: "warning", plugin: Some(plugin), text: &text });
                }
                Entry::Worked { .. } => {}
            }
        }
    }

    /// Something that happened.
    pub fn event(&mut self, event: &ApplyEvent) {
        let text = self.lines.event(event);
        self.terminal.print(&text);
    }

    /// How it ended.
    pub fn end(&self, ending: &Ending<'_>, exit_code: u8) {
        self.line(&Line::outputs(ending.outputs));
        self.line(&Line::summary(ending, exit_code));
    }

    /// Why it ended early.
    pub fn failure(&self, failure: &Failure, sources: &Sources) {
        self.diagnostics(&failure.diagnostics, sources);
    }

    /// Messages.
    pub fn diagnostics(&self, list: &[Diagnostic], sources: &Sources) {
        for diagnostic in list {
            self.line(&Line::Diagnostic { diagnostic: DiagnosticView::new(diagnostic, sources) });
        }
    }
}

/// Why a command that answers with a document has none.
pub fn failure(terminal: &Terminal, failure: &Failure, sources: &Sources) {
    terminal.print(&documents::failure(failure, sources));
}
