//! `mlhost check`: everything up to the verdict of the policies.

use mlhost::model::{Failure, Sources};

use super::Done;
use super::args::CheckArguments;
use super::report::json::documents;
use super::report::plan::policy_sentence;
use super::report::text;
use super::session::Session;
use super::terminal::Terminal;

pub async fn run(arguments: CheckArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let session = Session::open(&arguments.script, &arguments.environment, sources).await?;
    let evaluated = session.evaluate(&arguments.script, sources).await;
    terminal.plugins(session.catalog.book());
    let evaluated = evaluated?.accepted()?;
    terminal.diagnostics(&evaluated.diagnostics, sources);
    if terminal.json() {
        let resources = evaluated.environment.resources.len();
        let policies = Some(evaluated.policy_counts());
        let environment = &session.project.environment;
        terminal.print(&documents::check(environment, resources, policies, &evaluated.diagnostics, sources));
    } else {
        terminal.print(&format!(
            "{} is right for {}: {}, {}.\n",
            text::clean(&arguments.script.display().to_string()),
            session.project.environment,
            text::count(evaluated.environment.resources.len(), "resource"),
            policy_sentence(evaluated.policy_counts()),
        ));
    }
    Ok(Done::Well)
}
