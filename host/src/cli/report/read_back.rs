//! What a control plane has not done although it said so, as warnings.

use mlhost::deploy::read_back::NotApplied;
use mlhost::model::plan::{Change, PropertyChange, Shown};
use mlhost::model::source::Place;
use mlhost::model::{Diagnostic, Environment, Failure, Sources, Span};

use super::style::Style;
use super::value;

/// Columns of a value in a message.
const VALUE: usize = 60;

/// What is known of the script; of a plan file, only what it holds itself.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// What it declares.
    pub environment: Option<&'a Environment>,
    /// Its text.
    pub sources: &'a Sources,
}

/// The warnings: `deploy/not-applied` for what differs, `deploy/not-read-back` for what could not be looked at.
pub fn warnings(found: Result<Vec<NotApplied<'_>>, Failure>, script: Script<'_>) -> Vec<Diagnostic> {
    let found = match found {
        Ok(found) => found,
        Err(failure) => {
            let why = failure.diagnostics.into_iter().next().map(|diagnostic| diagnostic.message).unwrap_or_default();
            return vec![unread(
                Diagnostic::warning("deploy/not-read-back", "what was changed cannot be read once more").note(why),
            )];
        }
    };
    found
        .into_iter()
        .flat_map(|one| match one {
            NotApplied::Absent(change) => vec![absent(change, script.sources)],
            NotApplied::Differs(change, properties) => {
                properties.iter().map(|property| differs(change, property, script)).collect()
            }
            NotApplied::Unread(change, why) => {
                let message = format!("`{}` cannot be read once more", change.address);
                vec![unread(Diagnostic::warning("deploy/not-read-back", message).about(&change.address).note(why))]
            }
        })
        .collect()
}

fn absent(change: &Change, sources: &Sources) -> Diagnostic {
    let message = format!("`{}` is not there, although the control plane said that it was deployed", change.address);
    let diagnostic = Diagnostic::warning("deploy/not-applied", message).about(&change.address);
    placed(diagnostic, change.place.as_ref(), sources).help("`mlhost plan` shows whether it has come up since")
}

fn differs(change: &Change, property: &PropertyChange, script: Script<'_>) -> Diagnostic {
    let plain = Style::plain(usize::MAX);
    let shown =
        |value: Option<_>| value.map_or_else(|| "nothing".to_owned(), |value| value::shown(value, VALUE, &plain));
    let (asked, there) = (shown(property.after.as_ref()), shown(property.before.as_ref()));
    let (address, pointer) = (&change.address, &property.pointer);
    let message = format!(
        "`{address}` was accepted, but its `{pointer}` was not applied: {asked} was asked for, {there} is there"
    );
    let diagnostic = Diagnostic::warning("deploy/not-applied", message).about(address).pointer(pointer);
    let diagnostic = match script.span(change, property) {
        Some(span) => diagnostic.at(span),
        None => placed(diagnostic, property.place.as_ref(), script.sources),
    };
    diagnostic.help(
        "the control plane ignores it: see whether this property can be set for such a resource; `mlhost plan` shows what \
         still differs",
    )
}

impl Script<'_> {
    /// Where it gives a property.
    fn span(&self, change: &Change, property: &PropertyChange) -> Option<Span> {
        let value = match &property.after {
            Some(Shown::Value(value)) => Some(value),
            _ => None,
        };
        self.environment?.declaration_of(&change.address)?.span_of(&property.pointer, value)
    }
}

fn unread(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help("the run itself went well; `mlhost plan` shows whether all is as it was asked for")
}

/// Points at the script line, or names it where the script was not read (a plan file).
fn placed(diagnostic: Diagnostic, place: Option<&Place>, sources: &Sources) -> Diagnostic {
    match (place, place.and_then(|place| sources.span(place))) {
        (_, Some(span)) => diagnostic.at(span),
        (Some(place), None) => diagnostic.in_file(format!("{}:{}:{}", place.file, place.line, place.column)),
        (None, None) => diagnostic,
    }
}

#[cfg(test)]
#[path = "tests/read_back.rs"]
mod tests;
