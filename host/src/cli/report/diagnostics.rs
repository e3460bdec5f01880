//! Diagnostics with the source line they speak of, in the form that compilers have made familiar.

use std::collections::HashMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use mlhost::model::{Diagnostic, Severity, Sources, Span};

use super::style::{Role, Style};
use super::text;

/// How many different diagnostics are shown unless the user asks for all.
pub const LIMIT: usize = 20;
/// How many further places of one and the same message are named.
const PLACES: usize = 5;
/// A span that starts further to the right is named, not shown.
const LINE: usize = 50_000;
/// How much of a line is looked at from where a span starts.
const TAIL: usize = 500;
/// A message has at least this many columns beside its heading, or the terminal wraps it.
const MESSAGE: usize = 40;

/// All diagnostics, gravest first, those that say the same thing together, at most `limit` of them, and a line that
/// counts them. Empty when there are none.
pub fn diagnostics(list: &[Diagnostic], sources: &Sources, limit: usize, style: &Style) -> String {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut by_text = HashMap::new();
    for diagnostic in list {
        let (code, message, help) = (&diagnostic.code, &diagnostic.message, &diagnostic.help);
        let key = (diagnostic.severity, code, message, help);
        let index = *by_text.entry(key).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    groups.sort_by_key(|group| group.first().map(|first| std::cmp::Reverse(first.severity)));
    let mut out = String::new();
    for group in groups.iter().take(limit) {
        if let Some((first, others)) = group.split_first() {
            out.push_str(&one(first, others, sources, style));
            out.push('\n');
        }
    }
    let left: usize = groups.iter().skip(limit).map(Vec::len).sum();
    if left > 0 {
        let _ = writeln!(out, "{} and {} more\n", style.ellipsis(), text::number(left));
    }
    if !list.is_empty() {
        out.push_str(&tally(list, style));
        out.push('\n');
    }
    out
}

/// `2 errors, 1 warning`.
pub fn tally(list: &[Diagnostic], style: &Style) -> String {
    let of = |severity: Severity| list.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let words = [
        (Severity::Error, "error", Role::Error),
        (Severity::Warning, "warning", Role::Warning),
        (Severity::Info, "note", Role::Strong),
    ];
    let parts: Vec<String> = words
        .into_iter()
        .map(|(severity, word, role)| (of(severity), word, role))
        .filter(|(n, ..)| *n > 0)
        .map(|(n, word, role)| style.paint(role, &text::count(n, word)))
        .collect();
    parts.join(", ")
}

/// One diagnostic; `others` say the same of other places.
fn one(diagnostic: &Diagnostic, others: &[&Diagnostic], sources: &Sources, style: &Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let code = text::clean(&diagnostic.code);
    let heading = 4 + text::width(&code) + "warning".len();
    let message = match style.width.saturating_sub(heading) {
        MESSAGE.. => fit(&diagnostic.message, heading, style),
        _ => text::clean_lines(&diagnostic.message),
    };
    let mut group = Group::with_title(level.primary_title(message).id(code.into_owned()));
    let source = diagnostic.span.and_then(|span| Some((span, sources.get(span.source)?)));
    if let Some((span, source)) = source {
        let path = text::clean(&source.path).into_owned();
        group = match Excerpt::of(&source.text, span) {
            Some(excerpt) => {
                let mark = AnnotationKind::Primary.span(excerpt.mark);
                group.element(Snippet::source(excerpt.text).path(path).line_start(span.line as usize).annotation(mark))
            }
            None => group.element(Origin::path(path).line(span.line as usize).char_column(span.column as usize)),
        };
    } else if let Some(file) = &diagnostic.file {
        group = group.element(Origin::path(text::clean(file).into_owned()));
    }
    for (name, fact) in facts(diagnostic, others, sources, style) {
        group = group.element(Level::NOTE.with_name(name).message(fact));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(fit(help, 10, style)));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let mut rendered = renderer.term_width(style.width).render(&[group]);
    rendered.push('\n');
    rendered
}

/// What is known beside the message: of what it speaks, who says it, its notes, where else it is so.
fn facts(
    diagnostic: &Diagnostic,
    others: &[&Diagnostic],
    sources: &Sources,
    style: &Style,
) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(subject) = subject(diagnostic) {
        facts.push(("resource", fit(&subject, 14, style)));
    }
    if let Some(plugin) = &diagnostic.plugin {
        facts.push(("plugin", fit(plugin, 14, style)));
    }
    facts.extend(diagnostic.notes.iter().map(|note| ("note", fit(note, 10, style))));
    if !others.is_empty() {
        let mut places: Vec<String> = others.iter().take(PLACES).filter_map(|other| place(other, sources)).collect();
        let left = others.len() - places.len();
        if places.is_empty() {
            places.push(text::count(left, "more time"));
        } else if left > 0 {
            places.push(format!("{} and {} more", style.ellipsis(), text::number(left)));
        }
        facts.push(("also at", fit(&places.join(", "), 14, style)));
    }
    facts
}

fn subject(diagnostic: &Diagnostic) -> Option<String> {
    let pointer = diagnostic.pointer.as_deref().filter(|pointer| !pointer.is_empty());
    match (&diagnostic.address, pointer) {
        (Some(address), Some(pointer)) => Some(format!("{address}, {pointer}")),
        (Some(address), None) => Some(address.clone()),
        (None, Some(pointer)) => Some(pointer.to_owned()),
        (None, None) => None,
    }
}

/// Where a diagnostic points, on one line.
pub fn place(diagnostic: &Diagnostic, sources: &Sources) -> Option<String> {
    let span = diagnostic.span.and_then(|span| sources.place(span));
    let in_source = span.map(|place| format!("{}:{}:{}", place.file, place.line, place.column));
    in_source
        .or_else(|| diagnostic.file.clone())
        .or_else(|| subject(diagnostic))
        .map(|place| text::clean(&place).into_owned())
}

/// Harmless, in lines that leave room for what stands before them.
fn fit(message: &str, before: usize, style: &Style) -> String {
    text::wrap(&text::clean_lines(message), style.width.saturating_sub(before)).join("\n")
}

/// The line that a span stands in.
struct Excerpt {
    text: String,
    /// Bytes of `text` to underline.
    mark: std::ops::Range<usize>,
}

impl Excerpt {
    /// `None` when the line is not there or the span stands too far to the right to be worth showing.
    fn of(source: &str, span: Span) -> Option<Self> {
        let line = source.lines().nth((span.line as usize).checked_sub(1)?)?;
        let column = (span.column as usize).checked_sub(1).filter(|&column| column <= LINE)?;
        let last = column.saturating_add((span.length as usize).max(1));
        let mut text = String::new();
        let (mut start, mut end) = (None, None);
        for (index, c) in line.chars().enumerate().take(column + TAIL) {
            if index == column {
                start = Some(text.len());
            }
            if index == last {
                end = Some(text.len());
            }
            // One character for one: columns stay true.
            text.push(if c != '\t' && text::is_hidden(c) { '\u{fffd}' } else { c });
        }
        let start = start.unwrap_or(text.len());
        let end = end.unwrap_or(text.len()).max(start);
        Some(Self { mark: start..end, text })
    }
}

#[cfg(test)]
#[path = "tests/diagnostics.rs"]
mod tests;
