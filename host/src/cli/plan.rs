//! `mlhost plan`: what apply would change.

use std::path::Path;

use mlhost::model::plan::Plan;
use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plan::write_plan;
use mlhost::state;

use super::Done;
use super::args::PlanArguments;
use super::planning::{Basis, boundary_first};
use super::report::json::documents;
use super::report::plan::{PlanView, plan};
use super::session::{Evaluated, Session};
use super::terminal::Terminal;

pub async fn run(arguments: PlanArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let session = Session::open(&arguments.script, &arguments.environment, sources).await?;
    let done = perform(&session, &arguments, terminal, sources).await;
    terminal.plugins(session.catalog.book());
    done
}

async fn perform(
    session: &Session,
    arguments: &PlanArguments,
    terminal: &Terminal,
    sources: &mut Sources,
) -> Result<Done, Failure> {
    let evaluated = session.evaluate(&arguments.script, sources).await?.accepted()?;
    terminal.diagnostics(&evaluated.diagnostics, sources);
    let loaded = state::load(&session.state_folder(), &session.identity())?;
    let state = loaded.map_or_else(|| state::empty(&session.identity()), |loaded| loaded.state);
    let (boundary, target) = session.connect(evaluated.secrets.clone(), &state).await?;
    let script = arguments.script.display().to_string();
    let basis = Basis {
        session,
        target: &target,
        state: &state,
        script: &script,
        digests: arguments.out.is_some(),
        options: &arguments.planning,
        terminal,
    };
    let planned =
        basis.plan(&evaluated.environment, sources).await.map_err(|failure| boundary_first(&boundary, failure))?;
    if terminal.json() {
        let policies = Some(evaluated.policy_counts());
        terminal.print(&documents::plan(&planned.plan, policies, &evaluated.diagnostics, sources));
    } else {
        show(&planned.plan, Some(&evaluated), arguments.full, terminal);
    }
    if let Some(out) = &arguments.out {
        save(out, &planned.plan)?;
        hint(out, terminal);
    }
    let changes = arguments.detailed_exitcode && planned.plan.has_changes();
    Ok(if changes { Done::Changes } else { Done::Well })
}

fn save(out: &Path, plan: &Plan) -> Result<(), Failure> {
    std::fs::write(out, write_plan(plan)?).map_err(|error| {
        let diagnostic = Diagnostic::error("plan/write", format!("the plan cannot be written: {error}"));
        Failure::new(
            ErrorKind::Other,
            diagnostic.in_file(out.display().to_string()).help("name a file that can be written"),
        )
    })
}

fn hint(out: &Path, terminal: &Terminal) {
    let name = super::report::text::clean(&out.display().to_string()).into_owned();
    terminal.say(&format!("The plan is in {name}; carry it out with `mlhost apply {name}`.\n"));
}

/// Prints a plan for people.
pub fn show(planned: &Plan, evaluated: Option<&Evaluated>, full: bool, terminal: &Terminal) {
    let policies = evaluated.map(Evaluated::policy_counts);
    terminal.print(&plan(&PlanView { plan: planned, policies, full }, &terminal.out));
}
