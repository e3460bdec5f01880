//! How a run ended: what was done, what failed, what was skipped because of what, outputs, what to do next.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use mlhost::deploy::event::{ApplyEvent, Cause};
use mlhost::model::plan::{Action, Counts};
use mlhost::model::source::Place;
use serde_json::Value;

use super::style::{Role, Style};
use super::{outputs, progress, text};

/// How many failed and how many skipped resources are named.
const NAMED: usize = 20;

/// A change that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedChange {
    /// The resource's address.
    pub address: String,
    /// What was tried.
    pub action: Action,
    /// Why it failed.
    pub cause: Cause,
    /// The script line that declares the resource.
    pub place: Option<Place>,
}

/// What became of the changes of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// How many the run set out to make.
    pub total: usize,
    /// Those that were made.
    pub applied: Counts,
    /// Those that failed.
    pub failed: Vec<FailedChange>,
    /// Those that were not tried: address, and the address whose failure is the reason.
    pub skipped: Vec<(String, Option<String>)>,
}

impl Tally {
    /// Notes an event.
    pub fn event(&mut self, event: &ApplyEvent) {
        match event {
            ApplyEvent::Begin { total } => self.total = *total,
            ApplyEvent::Completed { action, .. } => {
                *match action {
                    Action::Create => &mut self.applied.create,
                    Action::Update => &mut self.applied.update,
                    Action::Replace => &mut self.applied.replace,
                    Action::Delete => &mut self.applied.delete,
                    Action::Read => &mut self.applied.read,
                    Action::None => &mut self.applied.none,
                } += 1;
            }
            ApplyEvent::Failed { address, action, cause, place, .. } => self.failed.push(FailedChange {
                address: address.clone(),
                action: *action,
                cause: cause.clone(),
                place: place.clone(),
            }),
            ApplyEvent::Skipped { address, because_of, .. } => self.skipped.push((address.clone(), because_of.clone())),
            ApplyEvent::Started { .. }
            | ApplyEvent::Progress { .. }
            | ApplyEvent::Retry { .. }
            | ApplyEvent::Heartbeat { .. } => {}
        }
    }
}

/// A run that is over.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// `apply` or `destroy`.
    pub command: &'a str,
    /// Name of the environment.
    pub environment: &'a str,
    /// What became of its changes.
    pub tally: &'a Tally,
    /// The user interrupted it.
    pub cancelled: bool,
    /// How long it took.
    pub elapsed: Duration,
    /// Its outputs.
    pub outputs: &'a BTreeMap<String, Value>,
    /// What to do next, a sentence each.
    pub next: &'a [String],
}

/// `apply of dev is complete in 12s: 1 deleted, 3 created`; the head of the summary and its sentence for machines.
pub fn sentence(ending: &Ending<'_>) -> String {
    let tally = ending.tally;
    let fate = match (ending.cancelled, tally.failed.is_empty()) {
        (true, _) => "was cancelled after",
        (false, true) => "is complete in",
        (false, false) => "failed after",
    };
    let words = [
        (tally.applied.delete, "deleted"),
        (tally.applied.replace, "replaced"),
        (tally.applied.update, "updated"),
        (tally.applied.create, "created"),
        (tally.failed.len(), "failed"),
        (tally.skipped.len(), "skipped"),
    ];
    let parts: Vec<String> =
        words.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", text::number(*n))).collect();
    let done = if parts.is_empty() { "nothing was changed".to_owned() } else { parts.join(", ") };
    format!("{} of {} {fate} {}: {done}", ending.command, ending.environment, text::duration(ending.elapsed))
}

/// The summary. What failed is named with its cause, its place and its remedy.
pub fn summary(ending: &Ending<'_>, style: &Style) -> String {
    let mut out = String::new();
    let sentence = text::clean(&sentence(ending)).into_owned();
    let mut capital = sentence.chars();
    let sentence: String = capital.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(capital).collect();
    let role = if ending.tally.failed.is_empty() && !ending.cancelled { Role::Strong } else { Role::Error };
    for (index, line) in text::wrap(&format!("{sentence}."), style.width.saturating_sub(2)).iter().enumerate() {
        let _ = writeln!(out, "{}{}", if index == 0 { "" } else { "  " }, style.paint(role, line));
    }
    failed(&mut out, &ending.tally.failed, style);
    skipped(&mut out, &ending.tally.skipped, style);
    if !ending.outputs.is_empty() {
        let _ = writeln!(out, "\nOutputs:");
        for line in outputs::outputs(ending.outputs, style).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    for (index, next) in ending.next.iter().enumerate() {
        let (lead, break_before) = if index == 0 { ("Next: ", "\n") } else { ("      ", "") };
        out.push_str(break_before);
        for (index, line) in text::wrap(&text::clean(next), style.width.saturating_sub(6)).iter().enumerate() {
            let _ = writeln!(out, "{}{line}", if index == 0 { lead } else { "      " });
        }
    }
    out
}

fn failed(out: &mut String, failed: &[FailedChange], style: &Style) {
    if failed.is_empty() {
        return;
    }
    out.push_str("\nFailed:\n");
    for one in failed.iter().take(NAMED) {
        let (doing, _) = progress::verb(one.action);
        let place = one.place.as_ref().map(|place| format!(", {}:{}", text::clean(&place.file), place.line));
        let head = format!("{} ({doing}{})", text::clean(&one.address), place.unwrap_or_default());
        for (index, line) in text::wrap(&head, style.width.saturating_sub(6)).iter().enumerate() {
            let lead = if index == 0 { format!("{} ", style.paint(Role::Error, "  !")) } else { "      ".to_owned() };
            let _ = writeln!(out, "{lead}{line}");
        }
        text::paragraph(out, &progress::said(&one.cause), 6, 0, style);
        if let Some(help) = &one.cause.help {
            text::paragraph(out, &format!("help: {}", text::clean(help)), 6, 6, style);
        }
    }
    if failed.len() > NAMED {
        let _ = writeln!(out, "    {} and {} more", style.ellipsis(), text::number(failed.len() - NAMED));
    }
}

fn skipped(out: &mut String, skipped: &[(String, Option<String>)], style: &Style) {
    if skipped.is_empty() {
        return;
    }
    out.push_str("\nSkipped:\n");
    for (address, because_of) in skipped.iter().take(NAMED) {
        let words = format!("{}, {}", text::clean(address), progress::reason(because_of.as_deref()));
        text::paragraph(out, &words, 4, 2, style);
    }
    if skipped.len() > NAMED {
        let _ = writeln!(out, "    {} and {} more", style.ellipsis(), text::number(skipped.len() - NAMED));
    }
}

#[cfg(test)]
#[path = "tests/summary.rs"]
mod tests;
