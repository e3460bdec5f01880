//! `mlhost show`: what is deployed according to the state, or what a plan file holds.

use std::path::Path;

use mlhost::model::{Failure, Sources};
use mlhost::plan::{looks_like_plan, read_plan};
use mlhost::state;

use super::Done;
use super::args::ShowArguments;
use super::output::no_state;
use super::report;
use super::report::json::documents;
use super::session::Session;
use super::terminal::Terminal;

pub async fn run(arguments: &ShowArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    if let Some(bytes) = plan_file(&arguments.path) {
        let plan = read_plan(&bytes, &arguments.path.display().to_string())?;
        if terminal.json() {
            terminal.print(&documents::plan(&plan, None, &[], sources));
        } else {
            super::plan::show(&plan, None, true, terminal);
        }
        return Ok(Done::Well);
    }
    let session = Session::open(&arguments.path, &arguments.environment, sources).await?;
    let Some(loaded) = state::load(&session.state_folder(), &session.identity())? else {
        return Err(no_state(&session));
    };
    if terminal.json() {
        terminal.print(&documents::state(&loaded.state));
    } else {
        terminal.print(&report::state::show(&loaded.state, &terminal.out));
    }
    Ok(Done::Well)
}

/// The bytes of a plan file; `None` for anything else.
pub fn plan_file(path: &Path) -> Option<Vec<u8>> {
    let bytes = path.is_file().then(|| std::fs::read(path).ok()).flatten()?;
    looks_like_plan(&bytes).then_some(bytes)
}
