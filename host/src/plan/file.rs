//! A plan as a file, to be carried out later.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::FORMAT;
use crate::model::plan::{Action, Plan};
use crate::model::{Diagnostic, ErrorKind, Failure};

const DOCUMENT: &str = "mlhost-plan";
const SNIFFED: usize = 256;

#[derive(Serialize, Deserialize)]
struct PlanFile<'a> {
    document: Cow<'a, str>,
    format: u32,
    /// Version of mlhost that wrote it; only to be shown.
    mlhost: Cow<'a, str>,
    plan: Cow<'a, Plan>,
}

#[derive(Deserialize)]
struct Header {
    document: Option<String>,
    format: Option<u64>,
    mlhost: Option<String>,
}

/// The content of a plan file.
///
/// # Errors
/// Bug, when it cannot be written as JSON.
pub fn write_plan(plan: &Plan) -> Result<Vec<u8>, Failure> {
    let file = PlanFile {
        document: DOCUMENT.into(),
        format: FORMAT,
        mlhost: env!("CARGO_PKG_VERSION").into(),
        plan: Cow::Borrowed(plan),
    };
    let mut bytes = serde_json::to_vec(&file).map_err(|error| {
        let message = format!("the plan cannot be written as JSON: {error}");
        Failure::new(ErrorKind::Bug, Diagnostic::error("plan/serialise", message))
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Whether a file begins as a plan file does, to tell it from a script.
pub fn looks_like_plan(bytes: &[u8]) -> bool {
    let start = bytes.get(..SNIFFED.min(bytes.len())).unwrap_or_default();
    String::from_utf8_lossy(start).trim_start().starts_with(&format!("{{\"document\":\"{DOCUMENT}\""))
}

/// Reads a plan file. `shown` is its path, for messages.
///
/// # Errors
/// Input: `plan/no-plan` for any other file, `plan/corrupt`, `plan/newer`.
pub fn read_plan(bytes: &[u8], shown: &str) -> Result<Plan, Failure> {
    let header: Header = serde_json::from_slice(bytes).map_err(|error| match looks_like_plan(bytes) {
        true => corrupt(shown, &error.to_string()),
        false => no_plan(shown),
    })?;
    if header.document.as_deref() != Some(DOCUMENT) {
        return Err(no_plan(shown));
    }
    match header.format {
        Some(format) if format == u64::from(FORMAT) => {}
        Some(format) if format > u64::from(FORMAT) => return Err(newer(shown, format, header.mlhost)),
        _ => return Err(corrupt(shown, "it has no format that there is")),
    }
    let file: PlanFile<'_> = serde_json::from_slice(bytes).map_err(|error| corrupt(shown, &error.to_string()))?;
    let plan = file.plan.into_owned();
    check_order(&plan).map_err(|why| corrupt(shown, &why))?;
    Ok(plan)
}

/// A plan comes back as it was made: each address once, each change after those it depends on, deletions last.
fn check_order(plan: &Plan) -> Result<(), String> {
    let mut at: HashMap<&str, usize> = HashMap::with_capacity(plan.changes.len());
    for (index, change) in plan.changes.iter().enumerate() {
        if at.insert(&change.address, index).is_some() {
            return Err(format!("`{}` is in it twice", change.address));
        }
    }
    let mut deleting = false;
    for (index, change) in plan.changes.iter().enumerate() {
        let delete = change.action == Action::Delete;
        if deleting && !delete {
            return Err(format!("`{}` comes after a deletion", change.address));
        }
        deleting |= delete;
        let later = |address: &&String| at.get(address.as_str()).is_some_and(|other| *other >= index);
        if let Some(address) = change.depends_on.iter().find(later).filter(|_| !delete) {
            return Err(format!("`{}` comes before `{address}`, which it depends on", change.address));
        }
    }
    Ok(())
}

fn corrupt(shown: &str, why: &str) -> Failure {
    let diagnostic = Diagnostic::error("plan/corrupt", format!("the plan file cannot be read: {why}"));
    Failure::input(diagnostic.in_file(shown).help("make the plan again with `mlhost plan --out FILE`"))
}

fn no_plan(shown: &str) -> Failure {
    let diagnostic = Diagnostic::error("plan/no-plan", "this is no plan file");
    Failure::input(diagnostic.in_file(shown).help("make one with `mlhost plan --out FILE`, or name a script"))
}

fn newer(shown: &str, format: u64, by: Option<String>) -> Failure {
    let message = format!("the plan file has format {format}; this mlhost reads format {FORMAT}");
    let by = by.map_or_else(|| "a later version of mlhost".to_owned(), |version| format!("mlhost {version}"));
    let diagnostic = Diagnostic::error("plan/newer", message).in_file(shown).note(format!("it was written by {by}"));
    Failure::input(diagnostic.help("carry it out with that version, or make it again with this one"))
}
