//! Resolves what is known before anything is deployed, orders the resources, and refuses what cannot be ordered.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::model::reference::{self, Token, TokenError, TokenTarget};
use crate::model::{Diagnostic, Mode, Output, Resource};
use crate::suggest;

/// Resources in dependency order with what is known in place of its tokens.
pub struct Resolved {
    /// In an order in which each comes after those it depends on.
    pub resources: Vec<Resource>,
    /// With what is known in place of its tokens.
    pub outputs: Vec<Output>,
    /// Dangling references, cycles, doubles.
    pub diagnostics: Vec<Diagnostic>,
}

/// Orders and resolves. Spans are filled in later, from addresses and pointers.
pub fn resolve(mut resources: Vec<Resource>, mut outputs: Vec<Output>) -> Resolved {
    let mut diagnostics = Vec::new();
    let index = index(&resources, &mut diagnostics);
    for resource in &mut resources {
        dependencies(resource, &index, &mut diagnostics);
    }
    let order = match order(&resources, &index) {
        Ok(order) => order,
        Err(cycle) => {
            diagnostics.push(cycle_error(&cycle));
            return Resolved { resources, outputs, diagnostics };
        }
    };
    let mut slots: Vec<Option<Resource>> = resources.into_iter().map(Some).collect();
    let mut sorted: Vec<Resource> = Vec::with_capacity(slots.len());
    let mut place: HashMap<String, usize> = HashMap::with_capacity(slots.len());
    for at in order {
        let Some(mut resource) = slots.get_mut(at).and_then(Option::take) else { continue };
        let mut id = Value::String(std::mem::take(&mut resource.id));
        reference::resolve(&mut id, &mut |token| known(token, &sorted, &place));
        reference::finish(&mut id);
        resource.id = id.as_str().unwrap_or_default().to_owned();
        reference::resolve(&mut resource.body, &mut |token| known(token, &sorted, &place));
        if reference::may_hold_tokens(&resource.id) && diagnostics.is_empty() {
            diagnostics.push(unknown_id(&resource));
        }
        place.insert(resource.address.clone(), sorted.len());
        sorted.push(resource);
    }
    for output in &mut outputs {
        let result = reference::visit_tokens(&output.value, &mut |_, token| {
            if let TokenTarget::Resource { address, .. } = &token.0
                && !place.contains_key(address)
            {
                diagnostics.push(dangling(address, place.keys().map(String::as_str)).at(output.span));
            }
        });
        if let Err((_, error)) = result {
            diagnostics.push(malformed(&error).at(output.span));
        }
        reference::resolve(&mut output.value, &mut |token| known(token, &sorted, &place));
    }
    same_id(&sorted, &mut diagnostics);
    Resolved { resources: sorted, outputs, diagnostics }
}

fn index(resources: &[Resource], diagnostics: &mut Vec<Diagnostic>) -> HashMap<String, usize> {
    let mut index = HashMap::with_capacity(resources.len());
    for (at, resource) in resources.iter().enumerate() {
        if index.insert(resource.address.clone(), at).is_some() {
            diagnostics.push(
                Diagnostic::error(
                    "compose/duplicate-address",
                    format!("two resources have the address `{}`", resource.address),
                )
                .about(resource.address.as_str())
                .plugin(resource.plugin.as_ref())
                .help("give one of them another name"),
            );
        }
    }
    index
}

/// Fills in what the tokens of a resource add to its dependencies, and reports those that lead nowhere.
fn dependencies(resource: &mut Resource, index: &HashMap<String, usize>, diagnostics: &mut Vec<Diagnostic>) {
    let mut found: BTreeSet<String> = std::mem::take(&mut resource.depends_on).into_iter().collect();
    let mut problems = Vec::new();
    let id = Value::String(resource.id.clone());
    for (value, in_body) in [(&id, false), (&resource.body, true)] {
        let mut targets = Vec::new();
        let result = reference::visit_tokens(value, &mut |pointer, token| {
            if let TokenTarget::Resource { address, .. } = token.0 {
                targets.push((address, pointer.to_owned()));
            }
        });
        if let Err((pointer, error)) = result {
            problems.push(malformed(&error).about(resource.address.as_str()).pointer(pointer));
        }
        for (address, pointer) in targets {
            if !index.contains_key(&address) {
                let problem = dangling(&address, index.keys().map(String::as_str)).about(resource.address.as_str());
                problems.push(if in_body { problem.pointer(pointer) } else { problem });
            }
            found.insert(address);
        }
    }
    found.retain(|address| {
        let known = index.contains_key(address);
        if !known && !problems.iter().any(|problem: &Diagnostic| problem.message.contains(&format!("`{address}`"))) {
            problems.push(dangling(address, index.keys().map(String::as_str)).about(resource.address.as_str()));
        }
        known
    });
    diagnostics.extend(problems);
    resource.depends_on = found.into_iter().collect();
}

/// Depth first in source order, without recursion; the addresses of a cycle when there is one.
fn order(resources: &[Resource], index: &HashMap<String, usize>) -> Result<Vec<usize>, Vec<String>> {
    const NEW: u8 = 0;
    const OPEN: u8 = 1;
    const DONE: u8 = 2;
    let mut mark = vec![NEW; resources.len()];
    let mut order = Vec::with_capacity(resources.len());
    let mark_of = |mark: &[u8], at: usize| mark.get(at).copied().unwrap_or(DONE);
    for start in 0..resources.len() {
        let mut stack = vec![(start, 0usize)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                if mark_of(&mark, at) == DONE {
                    continue;
                }
                if let Some(slot) = mark.get_mut(at) {
                    *slot = OPEN;
                }
            }
            let target = resources
                .get(at)
                .and_then(|resource| resource.depends_on.get(next))
                .and_then(|address| index.get(address));
            match target {
                Some(&target) => {
                    stack.push((at, next + 1));
                    match mark_of(&mark, target) {
                        NEW => stack.push((target, 0)),
                        OPEN => {
                            let path = stack
                                .iter()
                                .skip_while(|(open, _)| *open != target)
                                .filter_map(|(open, _)| resources.get(*open));
                            return Err(path.map(|resource| resource.address.clone()).collect());
                        }
                        _ => {}
                    }
                }
                None => {
                    if let Some(slot) = mark.get_mut(at) {
                        *slot = DONE;
                    }
                    order.push(at);
                }
            }
        }
    }
    Ok(order)
}

/// What a token stands for, where that does not hang on a deployment.
fn known(token: &Token, sorted: &[Resource], place: &HashMap<String, usize>) -> Option<Value> {
    let TokenTarget::Resource { address, pointer } = &token.0 else { return None };
    let resource = sorted.get(*place.get(address)?)?;
    match pointer.as_str() {
        "/id" => Some(Value::String(resource.id.clone())),
        "/name" => Some(Value::String(resource.id.rsplit('/').next().unwrap_or_default().to_owned())),
        _ if resource.mode == Mode::Existing => None,
        pointer => {
            let mut value = resource.body.pointer(pointer)?.clone();
            let mut open = false;
            reference::visit_tokens(&value, &mut |_, _| open = true).ok()?;
            if open {
                return None;
            }
            reference::finish(&mut value);
            Some(value)
        }
    }
}

fn same_id(resources: &[Resource], diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(resources.len());
    for resource in resources {
        if let Some(other) = seen.insert(resource.id.to_lowercase(), &resource.address) {
            diagnostics.push(
                Diagnostic::error(
                    "compose/duplicate-id",
                    format!("`{other}` and `{}` are the same resource", resource.address),
                )
                .about(resource.address.as_str())
                .note(format!("both have the id {}", resource.id))
                .help("remove one of them, or give it another name"),
            );
        }
    }
}

fn dangling<'a>(address: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "compose/dangling-reference",
        format!("nothing declares `{address}`, which is referred to here"),
    );
    match suggest::nearest(address, known) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None => diagnostic.help("declare it, or look it up with existing()"),
    }
}

fn malformed(error: &TokenError) -> Diagnostic {
    Diagnostic::error("compose/reference", error.to_string()).help("write `$${` for a literal `${`")
}

fn unknown_id(resource: &Resource) -> Diagnostic {
    Diagnostic::error(
        "compose/unknown-id",
        format!("the id of `{}` hangs on a value that is known only after apply", resource.address),
    )
    .about(resource.address.as_str())
    .plugin(resource.plugin.as_ref())
    .note(format!("the id is {}", resource.id))
    .help("use a name that is known beforehand")
}

fn cycle_error(cycle: &[String]) -> Diagnostic {
    let mut path: Vec<String> = cycle.iter().map(|address| format!("`{address}`")).collect();
    path.extend(cycle.first().map(|address| format!("`{address}`")));
    Diagnostic::error("compose/cycle", format!("these resources wait for each other: {}", path.join(" → ")))
        .about(cycle.first().cloned().unwrap_or_default())
        .help("break the circle: one of them has to do without the reference")
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
