//! Lets resource plugins validate and expand a definition into an environment.

mod expand;
mod resolve;
pub mod schema;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::{Definition, Diagnostic, Diagnostics, Environment, ErrorKind, Failure, Severity};
use crate::plugin::{Catalog, types};

pub use expand::{Expander, Instances};

pub(crate) use expand::incoming_diagnostic;

/// What a definition is composed for.
pub struct Setting<'a> {
    /// Name of the project.
    pub project: &'a str,
    /// Name of the environment.
    pub environment: &'a str,
    /// Facts for the plugins.
    pub facts: &'a Map<String, Value>,
}

impl Setting<'_> {
    /// The plugins' view of it.
    pub fn context(&self) -> types::Context {
        types::Context {
            project: self.project.to_owned(),
            environment: self.environment.to_owned(),
            facts: serde_json::to_string(self.facts).unwrap_or_else(|_| "{}".to_owned()),
        }
    }
}

/// An environment and the warnings on the way to it.
pub struct Composed {
    /// The environment.
    pub environment: Environment,
    /// Warnings and remarks.
    pub diagnostics: Diagnostics,
}

/// Composes an environment. `expander` is where the plugins run: [`Instances`], but for a benchmark that runs the same
/// code natively.
///
/// # Errors
/// Kind [`ErrorKind::Input`] when a schema, a plugin or the references say that the definition is wrong, with everything
/// they say; kind [`ErrorKind::Plugin`] when a plugin fails.
pub async fn compose(
    catalog: &Catalog,
    setting: &Setting<'_>,
    definition: Definition,
    expander: &mut impl Expander,
) -> Result<Composed, Failure> {
    let expanded = expand::expand(catalog, &setting.context(), definition.declarations, expander).await?;
    let mut diagnostics = expanded.diagnostics;
    let mut environment = Environment {
        project: setting.project.to_owned(),
        name: setting.environment.to_owned(),
        facts: setting.facts.clone(),
        ..Environment::default()
    };
    // References of what was refused would all dangle: one cause, one message.
    if !has_errors(&diagnostics) {
        let resolved = resolve::resolve(expanded.resources, definition.outputs);
        diagnostics.extend(resolved.diagnostics);
        environment.resources = resolved.resources;
        environment.outputs = resolved.outputs;
    }
    environment.declarations = expanded.declarations;
    locate(&mut diagnostics, &environment);
    if has_errors(&diagnostics) {
        return Err(Failure { kind: ErrorKind::Input, diagnostics });
    }
    Ok(Composed { environment, diagnostics })
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Gives diagnostics that name a declaration, or a resource of one, their place in the script.
pub fn locate(diagnostics: &mut [Diagnostic], environment: &Environment) {
    for diagnostic in diagnostics {
        if diagnostic.span.is_some() {
            continue;
        }
        let Some(address) = &diagnostic.address else { continue };
        let Some(declaration) = environment.declaration_of(address) else { continue };
        diagnostic.span = diagnostic
            .pointer
            .as_deref()
            .and_then(|pointer| nearest_span(&declaration.property_spans, pointer))
            .or(declaration.span);
    }
}

/// The span of a property, or of the innermost one around it.
fn nearest_span(spans: &BTreeMap<String, crate::model::Span>, pointer: &str) -> Option<crate::model::Span> {
    let mut pointer = pointer;
    loop {
        if let Some(span) = spans.get(pointer) {
            return Some(*span);
        }
        pointer = pointer.rsplit_once('/').map(|(outer, _)| outer).filter(|outer| !outer.is_empty())?;
    }
}
