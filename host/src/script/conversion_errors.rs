//! Why a script value cannot be a property or an output, in plain words.

use super::convert::Reason;
use super::fields::outputs;
use super::limits;
use super::reference::MarkError;
use super::stage::Stage;
use crate::model::Diagnostic;
use crate::suggest;

/// Why a value cannot be a property or an output; `what` names it.
pub(super) fn conversion_error(stage: &Stage, reason: Reason, what: &str) -> Diagnostic {
    let error = |code: &str, message: String, help: &str| Diagnostic::error(code, message).help(help);
    match reason {
        Reason::Type(found) => error(
            "script/value",
            format!("{what} cannot be {found}"),
            "use a string, a number, true or false, an array, a map or a resource",
        ),
        Reason::NotFinite => error("script/value", format!("{what} is no finite number"), "check the calculation"),
        Reason::ReferenceKey => error(
            "script/value",
            format!("a key in {what} holds a reference"),
            "use references in values, and plain text in keys",
        ),
        Reason::TooDeep => {
            let message = format!("{what} is nested more than {} levels deep", limits::VALUE_DEPTH);
            error("script/limit", message, "make it flatter")
        }
        Reason::TooLarge => {
            let message = format!("the script declares more than {} bytes of properties", limits::DECLARED_BYTES);
            error("script/limit", message, "split it into several projects")
        }
        Reason::Mark(MarkError::Cut) => error(
            "script/known-after-apply",
            format!("{what} was made by taking the text of a reference apart"),
            "the value of a reference is known only after apply: use it whole",
        ),
        Reason::Mark(MarkError::DollarBefore) => error(
            "script/value",
            format!("{what} has a `$` right before a reference"),
            "put another character between the two",
        ),
        Reason::Mark(MarkError::Unfinished { kind, path }) => {
            let known = outputs(stage.input.kinds.get(kind.as_ref()));
            let below: Vec<&str> = known.filter(|name| name.starts_with(&format!("{path}."))).collect();
            Diagnostic::error(
                "script/unfinished",
                format!("{what} is the group `{path}` of a `{kind}`'s outputs, not one of them"),
            )
            .help(format!("read one of {}", suggest::list(below)))
        }
    }
}
