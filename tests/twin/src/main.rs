//! The stages of `mlhost plan` with the plugins' crates linked natively, for `cargo xtask bench`: what they would take
//! without WebAssembly. Prints a line for each stage, in the form of mlhost's log.

mod native;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use mlhost::compose::{self, Setting};
use mlhost::judge;
use mlhost::model::{Failure, Sources};
use mlhost::plan::{PlanInput, plan};
use mlhost::plugin::{Catalog, Loading};
use mlhost::project::{Folder, Project};
use mlhost::script::{self, ScriptInput};
use mlhost::state::{self, Identity};
use serde_json::{Map, Value};

use native::Native;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bundle, script] = arguments.as_slice() else { bail!("usage: mlhost-twin BUNDLE SCRIPT") };
    // It is read for the kinds' descriptions; nothing of its code is loaded.
    let bundle = std::fs::read(bundle).with_context(|| format!("cannot read {bundle}"))?;
    tokio::runtime::Builder::new_current_thread().build()?.block_on(run(bundle.leak(), script))
}

async fn run(bundle: &'static [u8], script: &str) -> Result<()> {
    let mut sources = Sources::default();
    let began = Instant::now();
    let project = Project::load(Path::new(script), None, &[], &mut sources).map_err(plain)?;
    let catalog = Catalog::load(bundle, &[], Loading::default()).await.map_err(plain)?;
    let facts = facts(&catalog, &project);
    say("opened", began.elapsed());

    let began = Instant::now();
    let input = ScriptInput {
        project: project.name.clone(),
        environment: project.environment.clone(),
        values: project.plain_values(),
        facts: facts.clone(),
        kinds: catalog.kind_documents(),
        summaries: Default::default(),
        steps: None,
    };
    let loader = Arc::<Folder>::clone(&project.folder);
    let (definition, _) =
        script::evaluate(&project.script, script, loader, Arc::new(input), &mut sources).map_err(plain)?;
    say("evaluated", began.elapsed());

    let mut native = Native::new(&catalog);
    let setting = Setting { project: &project.name, environment: &project.environment, facts: &facts };
    let began = Instant::now();
    let composed = compose::compose(&catalog, &setting, definition, &mut native).await.map_err(plain)?;
    say("composed", native.without_conversion(began.elapsed()));

    let began = Instant::now();
    let context = setting.context();
    let judged = judge::judge(&catalog, &context, &composed.environment, &project.policies, &mut native);
    let findings = judged.await.map_err(plain)?.findings.len();
    say("judged", native.without_conversion(began.elapsed()));

    let began = Instant::now();
    let identity =
        Identity { project: project.name.clone(), environment: project.environment.clone(), target: project.target };
    let plan = plan(&PlanInput {
        environment: &composed.environment,
        state: &state::empty(&identity),
        live: &Default::default(),
        sources: &sources,
        script,
        target: &identity.target,
        unprotect: &[],
        adopt: false,
        digests: false,
    })
    .map_err(plain)?;
    say("planned", began.elapsed());
    println!("{} to create, {findings} findings", plan.counts().create);
    Ok(())
}

/// The facts of the environment on the local target.
fn facts(catalog: &Catalog, project: &Project) -> Map<String, Value> {
    let cloud = catalog.with_export("cloud").and_then(|index| catalog.plugin(index)?.manifest.cloud.clone());
    let mut facts = cloud.and_then(|cloud| cloud.get("facts")?.as_object().cloned()).unwrap_or_default();
    facts.extend(project.facts.clone());
    facts
}

fn say(stage: &str, elapsed: Duration) {
    eprintln!("TWIN mlhost: {stage} elapsed={elapsed:?}");
}

fn plain(failure: Failure) -> anyhow::Error {
    let said: Vec<String> = failure.diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
    anyhow::anyhow!("{}", said.join("\n"))
}
