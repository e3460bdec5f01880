//! `mlhost plugin certify`: puts a plugin through what it will meet.

use std::path::Path;

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plugin::certify::certify;
use mlhost::project::Project;

use super::Done;
use super::report::certificate::certificate;
use super::report::json::documents;
use super::session::plugin_file;
use super::terminal::Terminal;

/// Runs the checks and shows what came of them.
///
/// # Errors
/// Kind [`ErrorKind::Plugin`] when one of them failed.
pub async fn run(file: &str, path: &Path, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let project = Project::load(path, None, &[], sources)?;
    let file = plugin_file(file);
    let result = certify(&file, project.limits).await?;
    terminal.print(&if terminal.json() {
        documents::certificate(&file.name, &result, sources)
    } else {
        certificate(&file.name, &result, &terminal.out)
    });
    if result.passed() {
        return Ok(Done::Well);
    }
    let failed = result.checks.iter().filter(|check| !check.problems.is_empty()).count();
    let all = result.checks.len();
    let message = format!("the plugin `{}` failed {failed} of {all} checks", file.name);
    Err(Failure::new(ErrorKind::Plugin, Diagnostic::error("plugin/not-certified", message).plugin(file.name)))
}
