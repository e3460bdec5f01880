//! What a plan must not destroy.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::PlanInput;
use super::order::ancestors;
use super::problems::Problems;
use crate::model::environment::Resource;
use crate::model::plan::{Action, Change};
use crate::model::reference::escape_segment;
use crate::model::{Diagnostic, ErrorKind, Mode};

const CLOSE_ENOUGH: f64 = 0.8;

/// Refuses `unprotect` for what is not there: most likely it is mistyped, and the right one stays protected.
pub(super) fn unknown_addresses(input: &PlanInput<'_>, problems: &mut Problems) {
    if input.unprotect.is_empty() {
        return;
    }
    let declared: HashSet<&str> = input.environment.resources.iter().map(|r| r.address.as_str()).collect();
    for address in input.unprotect {
        if declared.contains(address.as_str()) || input.state.resources.contains_key(address) {
            continue;
        }
        let all = declared.iter().copied().chain(input.state.resources.keys().map(String::as_str));
        let close = all
            .map(|other| (strsim::jaro_winkler(address, other), other))
            .filter(|(score, _)| *score >= CLOSE_ENOUGH)
            .max_by(|left, right| left.0.total_cmp(&right.0).then_with(|| right.1.cmp(left.1)));
        let message = format!("`--unprotect {address}` names no resource of the environment or its state");
        let diagnostic = Diagnostic::error("plan/unknown-address", message);
        let help = match close {
            Some((_, other)) => format!("did you mean `{other}`?"),
            None => "name the resource by its address, as `mlhost show` lists it".to_owned(),
        };
        problems.push((ErrorKind::Input, diagnostic.help(help)));
    }
}

/// Refuses to delete or replace what is protected, and to delete what remaining resources need.
pub(super) fn destruction(input: &PlanInput<'_>, changes: &[Change], problems: &mut Problems) {
    if !changes.iter().any(|change| matches!(change.action, Action::Delete | Action::Replace)) {
        return;
    }
    let declared: HashMap<&str, &Resource> =
        input.environment.resources.iter().map(|resource| (resource.address.as_str(), resource)).collect();
    for change in changes.iter().filter(|change| matches!(change.action, Action::Delete | Action::Replace)) {
        if change.protected && !input.unprotect.contains(&change.address) {
            problems.push((ErrorKind::Refused, protected(change, declared.get(change.address.as_str()).copied())));
        }
    }
    still_needed(input, changes, problems);
}

fn protected(change: &Change, declared: Option<&Resource>) -> Diagnostic {
    let address = &change.address;
    let verb = if change.action == Action::Replace { "replaced" } else { "deleted" };
    let mut diagnostic = Diagnostic::error("plan/protected", format!("`{address}` is protected and would be {verb}"))
        .about(address.clone())
        .at(declared.and_then(|resource| resource.span));
    diagnostic.notes.extend(change.reasons.iter().cloned());
    let where_from = match declared {
        Some(resource) if resource.protected => "the script protects it with `protect()`",
        _ => "it was protected when it was last applied, and the state keeps that",
    };
    diagnostic
        .note(where_from)
        .help(format!("if it really is to be {verb}, allow it for one run with `--unprotect {address}`"))
}

/// A resource that goes for good.
struct Going<'a> {
    change: &'a Change,
    /// Whether another one takes its place under the same id.
    comes_back: bool,
}

fn still_needed(input: &PlanInput<'_>, changes: &[Change], problems: &mut Problems) {
    let mut going: HashMap<String, Going<'_>> = HashMap::new();
    for change in changes {
        if change.action == Action::Delete {
            going.insert(change.id.to_ascii_lowercase(), Going { change, comes_back: false });
        } else if let Some(replaced) = &change.replaces {
            let comes_back = replaced.id.eq_ignore_ascii_case(&change.id);
            going.insert(replaced.id.to_ascii_lowercase(), Going { change, comes_back });
        }
    }
    let replaced: HashSet<&str> =
        changes.iter().filter(|change| change.replaces.is_some()).map(|change| change.address.as_str()).collect();
    for resource in &input.environment.resources {
        let within = lookup(&resource.id, false, &going);
        if let Some(going) = within
            && going.change.address != resource.address
        {
            if resource.mode == Mode::Existing {
                problems.push((ErrorKind::Refused, contains_existing(going.change, resource)));
                continue;
            }
            // One that is replaced with what it lies within goes before it and comes back after it.
            if !going.comes_back && !replaced.contains(resource.address.as_str()) {
                problems.push((ErrorKind::Refused, still_referenced(going.change, resource, None)));
                continue;
            }
        }
        if resource.mode == Mode::Managed {
            let mut find = Find { going: &going, pointer: String::new(), found: None };
            find.walk(&resource.body);
            if let Some((pointer, change)) = find.found.filter(|(_, change)| change.address != resource.address) {
                problems.push((ErrorKind::Refused, still_referenced(change, resource, Some(pointer))));
            }
        }
    }
}

fn lookup<'g, 'a>(text: &str, itself: bool, going: &'g HashMap<String, Going<'a>>) -> Option<&'g Going<'a>> {
    if !text.starts_with('/') {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let own = itself.then(|| going.get(&lower)).flatten();
    own.or_else(|| ancestors(&lower).find_map(|id| going.get(id)))
}

/// Looks for the id of something that goes for good in the strings of a body.
struct Find<'g, 'a> {
    going: &'g HashMap<String, Going<'a>>,
    pointer: String,
    found: Option<(String, &'a Change)>,
}

impl Find<'_, '_> {
    fn walk(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.step(&index.to_string(), item);
                }
            }
            Value::Object(map) => {
                for (key, item) in map {
                    self.text(key);
                    self.step(key, item);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, key: &str, value: &Value) {
        if self.found.is_some() || !(value.is_string() || value.is_array() || value.is_object()) {
            return;
        }
        let length = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape_segment(key));
        self.walk(value);
        self.pointer.truncate(length);
    }

    fn text(&mut self, text: &str) {
        if self.found.is_none()
            && let Some(going) = lookup(text, true, self.going).filter(|going| !going.comes_back)
        {
            self.found = Some((self.pointer.clone(), going.change));
        }
    }
}

fn still_referenced(gone: &Change, by: &Resource, pointer: Option<String>) -> Diagnostic {
    let how = if pointer.is_some() { "refers to it" } else { "lies within it" };
    let message = format!("`{}` would be deleted, and `{}` still {how}", gone.address, by.address);
    let mut diagnostic = Diagnostic::error("plan/still-referenced", message)
        .about(by.address.clone())
        .at(by.span)
        .note(format!("its id is `{}`", gone.replaces.as_ref().map_or(&gone.id, |replaced| &replaced.id)))
        .help(format!("declare `{}` again, or take it out of `{}` too", gone.address, by.address));
    diagnostic.pointer = pointer;
    diagnostic
}

fn contains_existing(gone: &Change, by: &Resource) -> Diagnostic {
    let verb = if gone.action == Action::Replace { "replaced" } else { "deleted" };
    let message =
        format!("`{}` would be {verb}, and with it `{}`, which is not managed here", gone.address, by.address);
    Diagnostic::error("plan/contains-existing", message)
        .about(by.address.clone())
        .at(by.span)
        .note(format!("`{}` lies within it", by.id))
        .help(format!("move `{}` elsewhere first, or keep `{}` as it is", by.address, gone.address))
}
