//! What a run says while it goes on: one line for what begins, goes on for long, ends. For build agents, files and pipes;
//! [`super::live`] redraws a terminal instead and shares the lines about what ended.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::Duration;

use mlhost::deploy::event::{ApplyEvent, Cause};
use mlhost::deploy::reading::Again;
use mlhost::deploy::settle::Waiting;
use mlhost::model::plan::Action;

use super::style::{Role, Style};
use super::{plan, text};

/// How long nothing is said of a change that is under way.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// `creating` and `created`.
pub fn verb(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::None => ("checking", "checked"),
        Action::Read => ("reading", "read"),
        Action::Create => ("creating", "created"),
        Action::Update => ("updating", "updated"),
        Action::Replace => ("replacing", "replaced"),
        Action::Delete => ("deleting", "deleted"),
    }
}

struct Spoken {
    action: Action,
    status: String,
    at: Duration,
}

/// Turns events into lines.
pub struct PlainProgress {
    style: Style,
    ended: Ended,
    running: HashMap<String, Spoken>,
}

impl PlainProgress {
    /// Before the run begins.
    pub fn new(style: Style) -> Self {
        Self { style, ended: Ended::default(), running: HashMap::new() }
    }

    /// The lines to write for an event; often none.
    pub fn event(&mut self, event: &ApplyEvent) -> String {
        let style = &self.style;
        let mut out = String::new();
        match event {
            ApplyEvent::Started { address, action, .. } => {
                let words = format!("{}: {}", text::clean(address), verb(*action).0);
                line(&mut out, plan::sign(*action), &words, style);
                self.running
                    .insert(address.clone(), Spoken { action: *action, status: String::new(), at: Duration::ZERO });
            }
            ApplyEvent::Progress { address, status, elapsed } => {
                if let Some(spoken) = self.running.get_mut(address) {
                    status.clone_into(&mut spoken.status);
                    out.push_str(&still(address, spoken, *elapsed, style));
                }
            }
            ApplyEvent::Heartbeat { running } => {
                for one in running {
                    if let Some(spoken) = self.running.get_mut(&one.address) {
                        out.push_str(&still(&one.address, spoken, one.elapsed, style));
                    }
                }
            }
            ApplyEvent::Completed { address, .. } | ApplyEvent::Failed { address, .. } => {
                self.running.remove(address);
            }
            ApplyEvent::Begin { .. } | ApplyEvent::Retry { .. } | ApplyEvent::Skipped { .. } => {}
        }
        out.push_str(&self.ended.event(event, style));
        out
    }
}

fn still(address: &str, spoken: &mut Spoken, elapsed: Duration, style: &Style) -> String {
    let mut out = String::new();
    if elapsed >= spoken.at + HEARTBEAT {
        spoken.at = elapsed;
        let (doing, _) = verb(spoken.action);
        let status =
            if spoken.status.is_empty() { String::new() } else { format!(" ({})", text::clean(&spoken.status)) };
        let words = format!("{}: still {doing}{status}, {}", text::clean(address), text::duration(elapsed));
        line(&mut out, ("", Role::Dim), &words, style);
    }
    out
}

/// The lines about what ended or must be repeated, with how much of the run is done.
#[derive(Debug, Default)]
pub struct Ended {
    total: usize,
    done: usize,
}

impl Ended {
    /// `3/7`.
    pub fn share(&self) -> String {
        format!("{}/{}", text::number(self.done), text::number(self.total.max(self.done)))
    }

    /// The lines to write for an event; none for one that ends nothing.
    pub fn event(&mut self, event: &ApplyEvent, style: &Style) -> String {
        let mut out = String::new();
        match event {
            ApplyEvent::Begin { total } => self.total = *total,
            ApplyEvent::Completed { address, action, elapsed, .. } => {
                self.done += 1;
                let (address, elapsed, share) = (text::clean(address), text::duration(*elapsed), self.share());
                let words = format!("{address}: {} in {elapsed} ({share})", verb(*action).1);
                line(&mut out, plan::sign(*action), &words, style);
            }
            ApplyEvent::Failed { address, action, cause, elapsed, .. } => {
                self.done += 1;
                let elapsed = text::duration(*elapsed);
                let words =
                    format!("{}: {} failed after {elapsed}: {}", text::clean(address), verb(*action).0, said(cause));
                line(&mut out, ("!", Role::Error), &words, style);
            }
            ApplyEvent::Skipped { address, because_of, .. } => {
                self.done += 1;
                let words = format!("{}: skipped, {}", text::clean(address), reason(because_of.as_deref()));
                line(&mut out, ("", Role::Dim), &words, style);
            }
            ApplyEvent::Retry { address, cause, after, attempt } => {
                let after = text::duration(*after);
                let words = format!("{}: attempt {attempt} in {after}, after {}", text::clean(address), said(cause));
                line(&mut out, ("", Role::Dim), &words, style);
            }
            ApplyEvent::Started { .. } | ApplyEvent::Progress { .. } | ApplyEvent::Heartbeat { .. } => {}
        }
        out
    }
}

/// The line about readings that are repeated; `of` is how many there are in all.
pub fn again(again: &Again, of: usize) -> String {
    let (failed, after, why) = (text::number(again.failed), text::duration(again.after), said(&again.cause));
    format!(
        "{failed} of {} cannot be read yet, attempt {} in {after}: {why}\n",
        text::count(of, "resource"),
        again.attempt
    )
}

/// The line about operations of an earlier run that are waited for.
pub fn waiting(waiting: &Waiting) -> String {
    match waiting {
        Waiting::Begin(count) => {
            format!("Waiting for {} that an interrupted run left behind.\n", text::count(*count, "operation"))
        }
        Waiting::Still { address, status, elapsed } => {
            let status = if status.is_empty() { String::new() } else { format!(" ({})", text::clean(status)) };
            format!("Still waiting for {}{status}, {}\n", text::clean(address), text::duration(*elapsed))
        }
    }
}

/// `Conflict: the name is taken`.
pub fn said(cause: &Cause) -> String {
    let message = cause.message.replace(['\r', '\n'], " ");
    let (code, message) = (text::clean(&cause.code), text::clean(&message));
    match (code.is_empty(), message.is_empty()) {
        (true, _) => message.into_owned(),
        (false, true) => code.into_owned(),
        (false, false) => format!("{code}: {message}"),
    }
}

/// Why something was not tried.
pub fn reason(because_of: Option<&str>) -> String {
    match because_of {
        Some(address) => format!("because {} failed", text::clean(address)),
        None => "because the run was cancelled".to_owned(),
    }
}

fn line(out: &mut String, (sign, role): (&str, Role), words: &str, style: &Style) {
    for (index, part) in text::wrap(words, style.width.saturating_sub(4)).iter().enumerate() {
        let sign = if index == 0 { style.paint(role, &format!("{sign:>3}")) } else { "     ".to_owned() };
        let _ = writeln!(out, "{sign} {part}");
    }
}

#[cfg(test)]
#[path = "tests/progress.rs"]
mod tests;
