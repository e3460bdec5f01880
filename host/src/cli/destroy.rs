//! `mlhost destroy`: deletes everything of an environment.

use mlhost::model::{Environment, Failure, Sources};
use mlhost::state;

use super::Done;
use super::apply::Work;
use super::args::DestroyArguments;
use super::output::no_state;
use super::session::Session;
use super::terminal::Terminal;

pub async fn run(arguments: DestroyArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let session = Session::open(&arguments.path, &arguments.environment, sources).await?;
    if state::load(&session.state_folder(), &session.identity())?.is_none() {
        return Err(no_state(&session));
    }
    let nothing = Environment {
        project: session.project.name.clone(),
        name: session.project.environment.clone(),
        facts: session.target.facts.clone(),
        ..Environment::default()
    };
    let DestroyArguments { planning, carrying, full, .. } = &arguments;
    let work = Work {
        command: "destroy",
        session: &session,
        options: &arguments.environment,
        planning,
        carrying,
        named: &arguments.path,
        script: "",
        full: *full,
        terminal,
    };
    work.run(&nothing, None, sources).await
}
