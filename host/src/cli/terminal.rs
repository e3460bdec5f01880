//! The two streams and the person behind them.

use std::cell::Cell;
use std::io::{BufRead, IsTerminal, Write};

use mlhost::model::{Diagnostic, Severity, Sources};
use mlhost::plugin::logbook::{Entry, LogBook};

use super::args::{Color, Format, GlobalArguments};
use super::report::diagnostics;
use super::report::style::{ColorChoice, Style, Terminal as Facts};
use super::report::text;

/// Where a command speaks.
pub struct Terminal {
    /// For standard output.
    pub out: Style,
    /// For standard error.
    pub err: Style,
    /// What standard output carries.
    pub format: Format,
    /// Standard error carries the log, and with it what plugins say.
    pub logging: bool,
    /// The stream for programs was begun.
    pub streaming: Cell<bool>,
}

impl Terminal {
    /// As the options, the variables and the streams say.
    pub fn new(global: &GlobalArguments) -> Self {
        let choice = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let columns = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let variable = |name: &str| std::env::var(name).ok();
        let style = |is_terminal: bool| Style::detect(choice, &Facts { is_terminal, columns, variable: &variable });
        Self {
            out: style(std::io::stdout().is_terminal()),
            err: style(std::io::stderr().is_terminal()),
            format: global.output,
            logging: false,
            streaming: Cell::new(false),
        }
    }

    /// Whether standard output is for programs.
    pub fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Writes to standard output. A reader that went away ends nothing: what was to be done is done.
    pub fn print(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// Writes to standard error.
    pub fn say(&self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    }

    /// Shows diagnostics on standard error.
    pub fn diagnostics(&self, list: &[Diagnostic], sources: &Sources) {
        if !list.is_empty() {
            self.say(&diagnostics::diagnostics(list, sources, diagnostics::LIMIT, &self.err));
        }
    }

    /// Shows what plugins warned of, unless the log does.
    pub fn plugins(&self, book: &LogBook) {
        if self.logging {
            return;
        }
        for entry in book.take() {
            let (plugin, message) = match entry {
                Entry::Said { plugin, severity: Some(Severity::Warning | Severity::Error), message } => {
                    (plugin, message)
                }
                Entry::LeftOut { plugin, lines } => (plugin, left_out(lines)),
                Entry::Said { .. } | Entry::Loaded { .. } | Entry::Worked { .. } => continue,
            };
            self.say(&format!("{}: {}\n", text::clean(&plugin), text::clean(&message)));
        }
    }

    /// Whether a person can be asked.
    pub fn can_ask(&self) -> bool {
        std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Asks a question that only `yes` answers in the affirmative.
    pub fn ask(&self, question: &str) -> bool {
        self.say(&format!("{question}\nOnly `yes` is taken for an answer: "));
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer).is_ok() && answer.trim() == "yes"
    }
}

/// What stands for lines of a plugin's log that there was no room for.
pub fn left_out(lines: u64) -> String {
    let plural = if lines == 1 { "line" } else { "lines" };
    format!("{lines} further {plural} of its log are left out; `log_lines` of [limits] in mlhost.toml allows more")
}
