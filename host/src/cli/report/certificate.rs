//! What a plugin was put through, and what came of it.

use std::fmt::Write as _;

use mlhost::plugin::certify::Certificate;

use super::style::{Role, Style};
use super::text;

/// A line for each check; under one that failed, what went wrong.
pub fn certificate(name: &str, certificate: &Certificate, style: &Style) -> String {
    let mut out = String::new();
    let heading = format!("Plugin {}", text::clean(name));
    let _ = writeln!(out, "{}", style.paint(Role::Strong, &heading));
    if let Some(manifest) = &certificate.manifest {
        text::paragraph(&mut out, &format!("sha256: {}", text::clean(&manifest.digest)), 2, 2, style);
    }
    for check in &certificate.checks {
        let failed = !check.problems.is_empty();
        let (word, role) = if failed { ("failed", Role::Error) } else { ("ok    ", Role::Create) };
        let mut line = String::new();
        text::paragraph(&mut line, &text::clean(&check.name), 10, 0, style);
        let line = line.get(10..).unwrap_or_default();
        let _ = write!(out, "  {}  {line}", style.paint(role, word));
        for problem in &check.problems {
            let said = std::iter::once(&problem.message).chain(&problem.notes);
            for sentence in said {
                text::paragraph(&mut out, &text::clean(sentence), 10, 2, style);
            }
        }
    }
    let passed = certificate.checks.iter().filter(|check| check.problems.is_empty()).count();
    let _ = writeln!(out, "{passed} of {} passed.", text::count(certificate.checks.len(), "check"));
    out
}
