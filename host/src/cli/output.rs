//! `mlhost output`: what the last apply handed to its user.

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::state;
use mlhost::suggest;

use super::Done;
use super::args::OutputArguments;
use super::report::json::documents;
use super::report::outputs;
use super::session::Session;
use super::terminal::Terminal;

pub async fn run(arguments: &OutputArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let session = Session::open(&arguments.path, &arguments.environment, sources).await?;
    let loaded = state::load(&session.state_folder(), &session.identity())?;
    let Some(loaded) = loaded else { return Err(no_state(&session)) };
    let all = &loaded.state.outputs;
    let Some(name) = &arguments.name else {
        if terminal.json() {
            terminal.print(&documents::output(&session.project.environment, all));
        } else {
            terminal.print(&outputs::outputs(all, &terminal.out));
        }
        return Ok(Done::Well);
    };
    let Some(value) = all.get(name) else {
        let diagnostic = Diagnostic::error("output/unknown", format!("there is no output `{name}`"));
        let diagnostic = diagnostic.help(suggest::help(name, "outputs", all.keys().map(String::as_str)));
        return Err(Failure::new(ErrorKind::NotFound, diagnostic));
    };
    if terminal.json() {
        terminal.print(&format!("{value}\n"));
    } else {
        terminal.print(&outputs::raw(value, &terminal.out));
    }
    Ok(Done::Well)
}

/// Nothing was deployed yet.
pub fn no_state(session: &Session) -> Failure {
    Failure::new(
        ErrorKind::NotFound,
        Diagnostic::error(
            "state/none",
            format!(
                "the environment `{}` of `{}` was never deployed",
                session.project.environment, session.project.name
            ),
        )
        .in_file(session.state_folder().display().to_string())
        .help("deploy it with `mlhost apply SCRIPT`, or name another environment with -e"),
    )
}
