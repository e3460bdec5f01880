//! Properties that change, as a tree: what JSON Pointers say, nested as the body is.

use std::borrow::Cow;
use std::fmt::Write as _;

use mlhost::model::ChangeClass;
use mlhost::model::plan::{PropertyChange, Shown};

use super::style::{Role, Style};
use super::{text, value};

/// Labels wider than this do not push their neighbours' values to the right.
const LABEL: usize = 28;
/// Columns that a value gets at least before it moves to a line of its own.
const VALUE: usize = 16;

/// What of a property is shown beside its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// What its change means and the script line that gives it: of interest when something that exists changes.
    pub remarks: bool,
    /// Values are not cut.
    pub full: bool,
}

struct Leaf<'a> {
    path: Vec<Cow<'a, str>>,
    change: &'a PropertyChange,
}

/// Appends the properties, indented, in their order; neighbours with a common path share a branch.
pub fn tree(out: &mut String, properties: &[PropertyChange], indent: usize, detail: Detail, style: &Style) {
    let leaves: Vec<Leaf<'_>> = properties
        .iter()
        .map(|change| Leaf { path: change.pointer.split('/').skip(1).map(unescape).collect(), change })
        .collect();
    branch(out, &leaves, 0, indent, detail, style);
}

/// RFC 6901: `~1` is `/`, `~0` is `~`.
fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

fn branch(out: &mut String, leaves: &[Leaf<'_>], depth: usize, indent: usize, detail: Detail, style: &Style) {
    let runs: Vec<(&[Leaf<'_>], usize, String)> = leaves
        .chunk_by(|a, b| a.path.get(depth) == b.path.get(depth))
        .map(|run| {
            let end = common(run, depth);
            (run, end, label(run.first().and_then(|leaf| leaf.path.get(depth..end)).unwrap_or_default()))
        })
        .collect();
    let widest = runs
        .iter()
        .filter(|(run, ..)| run.len() == 1)
        .map(|(_, _, label)| text::width(label))
        .filter(|&width| width <= LABEL.min(style.width / 3))
        .max()
        .unwrap_or_default();
    for (run, end, label) in runs {
        match run {
            [only] => leaf(out, only.change, &label, widest, indent, detail, style),
            // Changes of a property and of what is below it: there is nothing to branch on.
            _ if end == depth => {
                for one in run {
                    let label = self::label(one.path.get(depth..).unwrap_or_default());
                    leaf(out, one.change, &label, widest, indent, detail, style);
                }
            }
            _ => {
                let (sign, role) = sign_of_all(run);
                let _ = writeln!(out, "{:indent$}{} {label}", "", style.paint(role, sign));
                branch(out, run, end, indent + 2, detail, style);
            }
        }
    }
}

/// How many segments all paths of a run share, so that a chain of lone children takes one line; a lone leaf's whole path.
fn common(run: &[Leaf<'_>], depth: usize) -> usize {
    let Some((first, others)) = run.split_first() else { return depth };
    if others.is_empty() {
        return first.path.len();
    }
    let shared = |other: &Leaf<'_>| {
        let same = first.path.iter().zip(&other.path).take_while(|(a, b)| a == b).count();
        // A path that ends where others go on is a leaf of the branch, not the branch.
        same.min(other.path.len().saturating_sub(1)).min(first.path.len().saturating_sub(1))
    };
    others.iter().map(shared).min().unwrap_or(depth).max(depth)
}

/// `properties.sku.name`, `rules[0]`, `tags."a.b"`.
fn label(path: &[Cow<'_, str>]) -> String {
    let mut out = String::new();
    for segment in path {
        if !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) {
            let _ = write!(out, "[{segment}]");
            continue;
        }
        if !out.is_empty() {
            out.push('.');
        }
        let plain =
            !segment.is_empty() && segment.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'));
        if plain { out.push_str(segment) } else { out.push_str(&value::quoted(segment)) }
    }
    if out.is_empty() { "body".to_owned() } else { out }
}

fn sign(change: &PropertyChange) -> (&'static str, Role) {
    match (&change.before, &change.after) {
        (None, _) => ("+", Role::Create),
        (Some(_), None) => ("-", Role::Delete),
        (Some(_), Some(_)) => ("~", Role::Update),
    }
}

fn sign_of_all(run: &[Leaf<'_>]) -> (&'static str, Role) {
    let mut signs = run.iter().map(|leaf| sign(leaf.change));
    match signs.next() {
        Some(first) if signs.all(|other| other == first) => first,
        _ => ("~", Role::Update),
    }
}

fn leaf(
    out: &mut String,
    change: &PropertyChange,
    label: &str,
    widest: usize,
    indent: usize,
    detail: Detail,
    style: &Style,
) {
    let (sign, role) = sign(change);
    let label = text::cut(label, style.width.saturating_sub(indent + 4), style);
    let missing = widest.saturating_sub(text::width(&label));
    let mut line = format!("{:indent$}{} {label}{:missing$}", "", style.paint(role, sign), "");
    let mut used = indent + 2 + text::width(&label) + missing;
    let shown: Vec<&Shown> = change.before.iter().chain(&change.after).collect();
    let needed: usize = shown.iter().map(|value| value::shown_width(value)).sum::<usize>() + 3 * shown.len();
    let room = style.width.saturating_sub(used + 3);
    let one_line = used + needed <= style.width || (shown.len() < 2 && room >= VALUE);
    if one_line {
        let columns = if detail.full { usize::MAX } else { room };
        let values: Vec<String> = shown.iter().map(|value| value::shown(value, columns, style)).collect();
        let _ = write!(line, " = {}", values.join(&format!(" {} ", style.arrow())));
        used += needed;
    } else {
        line = line.trim_end().to_owned();
        let columns = if detail.full { usize::MAX } else { style.width.saturating_sub(indent + 7) };
        let skipped = value::same_start(&shown, columns);
        for (index, value) in shown.iter().enumerate() {
            let lead = if index == 0 { " =" } else { style.arrow() };
            let lead = if text::width(lead) == 1 { format!(" {lead}") } else { lead.to_owned() };
            let _ = write!(line, "\n{:indent$}    {lead} {}", "", value::shown_from(value, skipped, columns, style));
        }
        used = style.width;
    }
    if detail.remarks {
        remark(&mut line, change, used, indent, style);
    }
    out.push_str(&line);
    out.push('\n');
}

/// What the change means and where the script asks for it, on the same line where there is room.
fn remark(line: &mut String, change: &PropertyChange, used: usize, indent: usize, style: &Style) {
    let meaning = match change.class {
        ChangeClass::InPlace => None,
        ChangeClass::Disruptive => Some(("# interrupts what runs", Role::Update)),
        ChangeClass::Replace => Some(("# forces replacement", Role::Delete)),
        ChangeClass::DataLoss => Some(("# forces replacement, loses data", Role::Delete)),
    };
    let place = change.place.as_ref().map(|place| format!("{}:{}", text::clean(&place.file), place.line));
    let parts =
        meaning.iter().map(|(words, role)| (*words, *role)).chain(place.as_deref().map(|place| (place, Role::Dim)));
    let mut used = used;
    for (words, role) in parts {
        let needed = text::width(words) + 2;
        if used + needed <= style.width {
            line.push_str("  ");
            used += needed;
        } else {
            let _ = write!(line, "\n{:indent$}    ", "");
            used = indent + 4 + text::width(words);
        }
        line.push_str(&style.paint(role, words));
    }
}

#[cfg(test)]
#[path = "tests/tree.rs"]
mod tests;
