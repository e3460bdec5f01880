//! A plan for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use mlhost::model::plan::{Action, Change, Counts, Drift, OutputChange, Plan, PropertyChange, Shown};
use mlhost::model::{ChangeClass, reference};
use serde::Serialize;

use super::style::{Role, Style};
use super::text;
use super::tree::{self, Detail};

/// More resources than this of one action are summarised by kind unless the user asks for all.
pub const LIMIT: usize = 200;
/// How many destructive changes the summary names.
const NAMED: usize = 10;
/// Where the names of resources start: after the widest sign.
const INDENT: usize = 4;

/// What the policies said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PolicyCounts {
    /// Policies that were asked.
    pub policies: usize,
    /// Findings that stop a run.
    pub errors: usize,
    /// Findings that do not.
    pub warnings: usize,
    /// Findings that hang on a value that is known only after apply.
    pub undetermined: usize,
}

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What the policies said; `None` when none were asked.
    pub policies: Option<PolicyCounts>,
    /// Every resource and every value as long as it is.
    pub full: bool,
}

/// The sign of an action, and its colour.
pub fn sign(action: Action) -> (&'static str, Role) {
    match action {
        Action::None => ("=", Role::Dim),
        Action::Read => ("<=", Role::Read),
        Action::Create => ("+", Role::Create),
        Action::Update => ("~", Role::Update),
        Action::Replace => ("-/+", Role::Delete),
        Action::Delete => ("-", Role::Delete),
    }
}

/// The plan as text. One line when nothing changes.
pub fn plan(view: &PlanView<'_>, style: &Style) -> String {
    let plan = view.plan;
    let outputs: Vec<&OutputChange> = plan.outputs.iter().filter(|output| output_changes(output)).collect();
    let mut out = String::new();
    let changes = plan.has_changes();
    if changes || !plan.drift.is_empty() {
        header(&mut out, view, style);
        drift(&mut out, &plan.drift, view.full, style);
    }
    if !changes {
        let declared = plan.changes.len();
        let sentence = match declared {
            0 => "No changes. Nothing is declared and nothing is deployed.".to_owned(),
            1 => "No changes. 1 resource is as declared.".to_owned(),
            n => format!("No changes. {} are as declared.", text::count(n, "resource")),
        };
        text::paragraph(&mut out, &sentence, 0, 0, style);
        return out;
    }
    resources(&mut out, view, style);
    if !outputs.is_empty() {
        out.push_str("Outputs:\n");
        let changes: Vec<PropertyChange> = outputs.into_iter().map(as_property).collect();
        tree::tree(&mut out, &changes, 2, Detail { remarks: false, full: view.full }, style);
        out.push('\n');
    }
    summary(&mut out, plan, style);
    out
}

fn header(out: &mut String, view: &PlanView<'_>, style: &Style) {
    let plan = view.plan;
    let subject = if plan.script.is_empty() {
        format!("Plan to destroy environment {}, target {}", text::clean(&plan.environment), text::clean(&plan.target))
    } else {
        let (script, environment) = (text::clean(&plan.script), text::clean(&plan.environment));
        format!("Plan for {script}, environment {environment}, target {}", text::clean(&plan.target))
    };
    text::paragraph(out, &subject, 0, 2, style);
    if let Some(policies) = view.policies {
        text::paragraph(out, &policy_sentence(policies), 0, 2, style);
    }
    out.push('\n');
}

/// `4 policies: 1 warning, 1 undetermined until apply`.
pub fn policy_sentence(counts: PolicyCounts) -> String {
    let mut parts = Vec::new();
    if counts.errors > 0 {
        parts.push(text::count(counts.errors, "error"));
    }
    if counts.warnings > 0 {
        parts.push(text::count(counts.warnings, "warning"));
    }
    if counts.undetermined > 0 {
        parts.push(format!("{} undetermined until apply", text::number(counts.undetermined)));
    }
    let said = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    format!("{}: {said}", text::count(counts.policies, "policy"))
}

fn drift(out: &mut String, drift: &[Drift], full: bool, style: &Style) {
    if drift.is_empty() {
        return;
    }
    let heading = format!("Changed outside mlhost since the last apply ({}):", text::number(drift.len()));
    text::paragraph(out, &heading, 0, 2, style);
    let limit = if full { usize::MAX } else { LIMIT };
    for one in drift.iter().take(limit) {
        let action = if one.deleted { Action::Delete } else { Action::Update };
        let said = if one.deleted { "was deleted" } else { "" };
        name_line(out, action, &one.address, &[(said.to_owned(), Role::Dim)], style);
        tree::tree(out, &one.properties, INDENT + 2, Detail { remarks: false, full }, style);
    }
    if drift.len() > limit {
        let _ = writeln!(out, "  {} and {} more", style.ellipsis(), text::number(drift.len() - limit));
    }
    out.push('\n');
}

/// What was too much to show, by action and kind: how many, and the place of the first.
type Hidden<'a> = BTreeMap<(std::cmp::Reverse<Action>, &'a str), (usize, Option<String>)>;

fn resources(out: &mut String, view: &PlanView<'_>, style: &Style) {
    let counts = view.plan.counts();
    let mut seen = Counts::default();
    let mut hidden = Hidden::new();
    let mut previous: Option<&Change> = None;
    for change in &view.plan.changes {
        let (seen, total) = match change.action {
            Action::None => continue,
            Action::Create => (&mut seen.create, counts.create),
            Action::Update => (&mut seen.update, counts.update),
            Action::Replace => (&mut seen.replace, counts.replace),
            Action::Delete => (&mut seen.delete, counts.delete),
            Action::Read => (&mut seen.read, counts.read),
        };
        *seen += 1;
        // Many new resources come from one loop and look alike; of changes to what exists the first ones tell something.
        let too_many = *seen > LIMIT || (change.action == Action::Create && total > LIMIT);
        if too_many && !view.full {
            let place = || change.place.as_ref().map(|place| format!("{}:{}", text::clean(&place.file), place.line));
            let entry = hidden.entry((std::cmp::Reverse(change.action), &change.kind));
            entry.or_insert_with(|| (0, place())).0 += 1;
        } else {
            if previous.is_some_and(|previous| !(is_bare(previous) && is_bare(change))) {
                out.push('\n');
            }
            resource(out, change, view.full, style);
            previous = Some(change);
        }
    }
    if previous.is_some() {
        out.push('\n');
    }
    let hidden_total: usize = hidden.values().map(|(n, _)| n).sum();
    if hidden_total > 0 {
        let what = if previous.is_some() { "more" } else { "resources" };
        let sentence = format!("{} {what}, by kind (--full shows each):", text::number(hidden_total));
        text::paragraph(out, &sentence, 0, 2, style);
        for ((action, kind), (n, place)) in hidden {
            let kind = format!("{} {}", text::number(n), text::clean(kind));
            name_line(out, action.0, &kind, &[(place.unwrap_or_default(), Role::Dim)], style);
        }
        out.push('\n');
    }
}

/// Whether nothing stands below its name.
fn is_bare(change: &Change) -> bool {
    change.properties.is_empty() && change.reasons.is_empty()
}

fn resource(out: &mut String, change: &Change, full: bool, style: &Style) {
    let mut facts = vec![(text::clean(&change.resource_type).into_owned(), Role::Dim)];
    if let Some(place) = &change.place {
        facts.push((format!("{}:{}", text::clean(&place.file), place.line), Role::Dim));
    }
    if change.protected {
        facts.push(("[protected]".to_owned(), Role::Strong));
    }
    if !change.modelled && !matches!(change.action, Action::Delete | Action::Read) {
        facts.push(("[not modelled]".to_owned(), Role::Warning));
    }
    name_line(out, change.action, &change.address, &facts, style);
    let consequences: BTreeSet<&str> = change.properties.iter().filter_map(|p| p.consequence.as_deref()).collect();
    for said in change.reasons.iter().map(String::as_str).chain(consequences) {
        text::paragraph(out, &format!("# {}", text::clean(said)), INDENT + 2, 2, style);
    }
    let exists = matches!(change.action, Action::Update | Action::Replace);
    tree::tree(out, &change.properties, INDENT + 2, Detail { remarks: exists, full }, style);
    if exists && change.unchanged > 0 {
        let noun = if change.unchanged == 1 { "property" } else { "properties" };
        let sentence = format!("({} unchanged {noun} hidden)", text::number(change.unchanged));
        let _ = writeln!(out, "{:1$}{2}", "", INDENT + 2, style.paint(Role::Dim, &sentence));
    }
}

/// Sign, name, and facts about it; facts that have no room go on lines of their own.
fn name_line(out: &mut String, action: Action, name: &str, facts: &[(String, Role)], style: &Style) {
    let (sign, role) = sign(action);
    let name = text::clean(name);
    let room = style.width.saturating_sub(INDENT);
    for (index, line) in text::wrap(&name, room).iter().enumerate() {
        let lead = if index == 0 { format!("{sign:>3}") } else { "   ".to_owned() };
        let end = if index == 0 { "" } else { "\n" };
        let _ = write!(out, "{end}{} {}", style.paint(role, &lead), style.paint(Role::Strong, line));
    }
    let mut used = INDENT + text::wrap(&name, room).last().map(|line| text::width(line)).unwrap_or_default();
    for (fact, role) in facts.iter().filter(|(fact, _)| !fact.is_empty()) {
        let needed = text::width(fact) + 2;
        if used + needed <= style.width {
            out.push_str("  ");
            used += needed;
        } else {
            let _ = write!(out, "\n{:1$}", "", INDENT + 2);
            used = INDENT + needed;
        }
        out.push_str(&style.paint(*role, &text::cut_middle(fact, style.width.saturating_sub(INDENT + 2), style)));
    }
    out.push('\n');
}

fn output_changes(output: &OutputChange) -> bool {
    match (&output.before, &output.after) {
        (Some(before), Some(Shown::Value(after))) => before != after,
        (None, None) => false,
        _ => true,
    }
}

fn as_property(output: &OutputChange) -> PropertyChange {
    PropertyChange {
        pointer: format!("/{}", reference::escape_segment(&output.name)),
        before: output.before.clone().map(Shown::Value),
        after: output.after.clone(),
        class: ChangeClass::InPlace,
        consequence: None,
        place: None,
    }
}

/// `1 to delete, 1 to replace, 2 to update, 3 to create, 1 to read`, what destroys first.
pub fn counts_sentence(counts: &Counts) -> String {
    let words = [
        (counts.delete, "to delete"),
        (counts.replace, "to replace"),
        (counts.update, "to update"),
        (counts.create, "to create"),
        (counts.read, "to read"),
    ];
    let parts: Vec<String> =
        words.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", text::number(*n))).collect();
    if parts.is_empty() { "no resource changes".to_owned() } else { parts.join(", ") }
}

fn summary(out: &mut String, plan: &Plan, style: &Style) {
    let counts = plan.counts();
    let unchanged = if counts.none > 0 { format!("; {} unchanged", text::number(counts.none)) } else { String::new() };
    let mut lines = String::new();
    text::paragraph(&mut lines, &format!("Plan: {}{unchanged}.", counts_sentence(&counts)), 0, 2, style);
    for line in lines.lines() {
        let _ = writeln!(out, "{}", style.paint(Role::Strong, line));
    }
    let destructive = || plan.changes.iter().filter(|change| matches!(change.action, Action::Delete | Action::Replace));
    let total = counts.delete + counts.replace;
    for change in destructive()
        .filter(|c| c.action == Action::Delete)
        .chain(destructive().filter(|c| c.action == Action::Replace))
        .take(NAMED)
    {
        let loses = change.properties.iter().any(|property| property.class == ChangeClass::DataLoss);
        let fate = match change.action {
            Action::Delete => "is deleted",
            _ if loses => "is deleted and created again, with the loss of its data",
            _ => "is deleted and created again",
        };
        let (sign, role) = sign(change.action);
        let columns = style.width.saturating_sub(INDENT + 2);
        for (index, line) in text::wrap(&format!("{} {fate}", text::clean(&change.address)), columns).iter().enumerate()
        {
            let lead = if index == 0 { format!("{sign:>5}") } else { "       ".to_owned() };
            let _ = writeln!(out, "{} {line}", style.paint(role, &lead));
        }
    }
    if total > NAMED {
        let _ = writeln!(out, "      {} and {} more", style.ellipsis(), text::number(total - NAMED));
    }
}

#[cfg(test)]
#[path = "tests/plan.rs"]
mod tests;
