//! Decides whether a plan may be carried out.

use crate::model::plan::{Action, Plan};
use crate::model::{Diagnostic, ErrorKind, Failure};

/// What the project says of the environment, and the user of this run.
#[derive(Debug, Clone, Copy, Default)]
pub struct GateInput<'a> {
    /// Nothing in this environment is deleted or replaced (`protect = true` in the project file).
    pub environment_protected: bool,
    /// Addresses for which that does not hold in this run.
    pub unprotect: &'a [String],
    /// The project file, for messages.
    pub project_file: Option<&'a str>,
}

/// Checks a plan against the rules of its environment.
///
/// # Errors
/// Refused, `gate/protected-environment`: one diagnostic for each resource that would be deleted or replaced.
pub fn check(plan: &Plan, input: &GateInput<'_>) -> Result<(), Failure> {
    if !input.environment_protected {
        return Ok(());
    }
    let destroyed = |action| matches!(action, Action::Delete | Action::Replace);
    let refused = plan.changes.iter().filter(|change| destroyed(change.action));
    let diagnostics: Vec<Diagnostic> = refused
        .filter(|change| !input.unprotect.contains(&change.address))
        .map(|change| {
            let address = &change.address;
            let verb = if change.action == Action::Replace { "replaced" } else { "deleted" };
            let message = format!("`{address}` would be {verb}, and environment `{}` is protected", plan.environment);
            let mut diagnostic = Diagnostic::error("gate/protected-environment", message).about(address.clone());
            diagnostic.file = input.project_file.map(str::to_owned);
            diagnostic.notes.clone_from(&change.reasons);
            diagnostic
                .note(format!("`protect = true` of `[environments.{}]` says so", plan.environment))
                .help(format!("if it really is to be {verb}, allow it for one run with `--unprotect {address}`"))
        })
        .collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure { kind: ErrorKind::Refused, diagnostics }) }
}

#[cfg(test)]
mod tests;
