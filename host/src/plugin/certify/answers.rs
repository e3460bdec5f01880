//! What an answer must be, whatever was asked.

use super::super::bindings::{kinds_api, types};
use super::super::wellformed;

/// Most faults that are told of one answer: the others are mostly the same one.
pub const TOLD: usize = 5;

/// What is wrong with an expansion, a sentence each.
pub fn of_expansion(declaration: &types::Declaration, expansion: &kinds_api::Expansion) -> Vec<String> {
    let mut faults: Vec<String> = expansion.diagnostics.iter().filter_map(of_diagnostic).collect();
    for resource in &expansion.resources {
        faults.extend(wellformed::parts(&declaration.address, resource).err());
    }
    let errors = expansion.diagnostics.iter().any(|said| said.severity == types::Severity::Error);
    if expansion.resources.is_empty() && expansion.declarations.is_empty() && !errors {
        faults.push("it gave nothing and did not say why".to_owned());
    }
    faults.iter_mut().for_each(|fault| {
        let declared =
            format!("{} {:?} with {}", declaration.mode, declaration.address, shortened(&declaration.properties));
        *fault = format!("{declared}: {fault}");
    });
    faults
}

/// What is wrong with a message.
pub fn of_diagnostic(diagnostic: &types::Diagnostic) -> Option<String> {
    if diagnostic.code.is_empty() || diagnostic.message.is_empty() {
        return Some("a message has no code, or no text".to_owned());
    }
    let pointer = &diagnostic.pointer;
    (!pointer.is_empty() && !pointer.starts_with('/'))
        .then(|| format!("the pointer {pointer:?} of a message is no JSON Pointer"))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(59).collect::<String>())
}
