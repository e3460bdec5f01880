//! What is wrong with the input of a plan, and the failure that all of it makes.

use crate::model::environment::Resource;
use crate::model::{Diagnostic, ErrorKind, Failure};

/// Problems found so far, each with the kind of failure it makes.
pub(super) type Problems = Vec<(ErrorKind, Diagnostic)>;

/// A resource that should have been looked up.
pub(super) fn not_read(address: &str) -> Diagnostic {
    Diagnostic::error("plan/not-read", format!("`{address}` was not looked up before the plan was made"))
        .about(address)
        .help("this is a fault of mlhost: please report it")
}

/// A resource that is declared as existing.
pub(super) fn not_found(resource: &Resource) -> Diagnostic {
    let message = format!("`{}` is declared as existing, and is not there", resource.address);
    Diagnostic::error("plan/not-found", message)
        .about(resource.address.clone())
        .at(resource.span)
        .note(format!("looked for `{}`", resource.id))
        .help("check its name and where it is looked for, or declare it without `existing` so that it is created")
}

/// All problems as one failure; the gravest kind decides.
pub(super) fn failure(problems: Problems) -> Failure {
    let grave = [ErrorKind::Bug, ErrorKind::Input];
    let kind = grave.into_iter().find(|kind| problems.iter().any(|(other, _)| other == kind));
    Failure {
        kind: kind.unwrap_or(ErrorKind::Refused),
        diagnostics: problems.into_iter().map(|(_, diagnostic)| diagnostic).collect(),
    }
}
