//! A plan and its apply with plugins that count, through the library: the released command has no switch for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mlhost::compose::{self, Setting};
use mlhost::deploy::target::Target;
use mlhost::deploy::{Course, Deployment, deploy};
use mlhost::judge;
use mlhost::model::{Failure, Sources};
use mlhost::net::{self, Boundary, BoxFuture, CloudHandler, Origin, Request, Response, Secrets};
use mlhost::plan::{PlanInput, plan};
use mlhost::plugin::cloud::EmbeddedCloud;
use mlhost::plugin::kv::KeyValue;
use mlhost::plugin::logbook::Entry;
use mlhost::plugin::roles::Cloud;
use mlhost::plugin::{Catalog, Grants, Loading, PluginFile, Trust, bundle};
use mlhost::project::{Folder, Project as Settings};
use mlhost::script::{self, ScriptInput};
use mlhost::state::{Identity, Lock, Owner, Store};
use mlhost_tests::{Project, repository};
use serde_json::{Map, Value};

/// Fuel by `PLUGIN FUNCTION`, all calls of a run together.
pub type Fuel = BTreeMap<String, u64>;

/// Plans and applies `platform.rhai` of a project to the local cloud.
///
/// # Panics
/// When anything goes wrong.
pub fn work(project: &Project) -> Fuel {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(&project.path().join("platform.rhai"))).unwrap_or_else(|failure| panic!("{failure:#?}"))
}

async fn run(path: &Path) -> Result<Fuel, Failure> {
    let mut sources = Sources::default();
    let project = Settings::load(path, None, &[], &mut sources)?;
    let loading = Loading { limits: project.limits, counting: true, ..Loading::default() };
    let catalog = Catalog::load(&[], &components(), loading).await?;
    catalog.book().take();
    let cloud = catalog.with_export("cloud").expect("a cloud");
    let description = catalog.plugin(cloud).unwrap().manifest.cloud.clone().unwrap();
    let origin = description["origin"].as_str().unwrap().to_owned();
    let facts = facts(&description, &origin, &project);

    let input = ScriptInput {
        project: project.name.clone(),
        environment: project.environment.clone(),
        values: project.plain_values(),
        facts: facts.clone(),
        kinds: catalog.kind_documents(),
        summaries: BTreeMap::new(),
        steps: None,
    };
    let loader = Arc::<Folder>::clone(&project.folder);
    let (definition, _) = script::evaluate(&project.script, "platform.rhai", loader, Arc::new(input), &mut sources)?;
    let setting = Setting { project: &project.name, environment: &project.environment, facts: &facts };
    let composed =
        compose::compose(&catalog, &setting, definition, &mut compose::Instances::new(&catalog)).await?.environment;
    let context = setting.context();
    judge::judge(&catalog, &context, &composed, &project.policies, &mut judge::Instances(&catalog)).await?;

    let data = path.parent().unwrap().join(".mlhost");
    std::fs::create_dir_all(&data).unwrap();
    let store = KeyValue::open(&data.join("cloud.sqlite"), "local-arm").unwrap();
    let instance = catalog.instantiate(cloud, Grants { http: None, store: Some(store) }).await?;
    let clock =
        Clocked { cloud: EmbeddedCloud::new(Cloud::new(instance).unwrap()), now: AtomicU64::new(1_750_000_000_000) };
    let embedded = net::Target::Embedded { origin: Origin::parse(&origin)?, cloud: Arc::new(clock) };
    let boundary = Arc::new(Boundary::new(embedded, Secrets::none()));
    let deployer = catalog.with_export("deployer").expect("a deployer");
    let target = Target::new(&catalog, deployer, context, boundary);
    let identity = Identity {
        project: project.name.clone(),
        environment: project.environment.clone(),
        target: "local".to_owned(),
    };
    let owner = Owner::this_process("test", "test", "test");
    let lock = Lock::acquire(&data.join("state"), &project.environment, &owner, Duration::ZERO)?;
    let mut store = Store::open(lock, &identity)?;
    let plan = plan(&PlanInput {
        environment: &composed,
        state: store.state(),
        live: &BTreeMap::new(),
        sources: &sources,
        script: "platform.rhai",
        target: "local",
        unprotect: &[],
        adopt: false,
        digests: false,
    })?;
    // One after the other: in which order actions end is part of what they cost.
    let (_sender, course) = tokio::sync::watch::channel(Course::Full);
    let timeout = Duration::from_secs(60);
    let deployment = Deployment { plan: &plan, live: BTreeMap::new(), parallelism: 1, timeout, course };
    let mut deployed = BTreeMap::new();
    let ending = deploy(deployment, &target, &mut store, &mut |_| (), &mut deployed).await?;
    assert!(ending.error().is_none(), "{ending:?}");
    assert_eq!(deployed.len(), plan.changes.len());

    let mut fuel = Fuel::new();
    for entry in catalog.book().take() {
        if let Entry::Worked { plugin, function, fuel: used } = entry {
            *fuel.entry(format!("{plugin} {function}")).or_default() += used;
        }
    }
    Ok(fuel)
}

/// The components of the standard plugins: those that the command embeds.
fn components() -> Vec<PluginFile> {
    let folder = repository().join("target/components");
    let bytes = std::fs::read(folder.join("plugins.bundle")).expect("`cargo xtask build` makes it");
    let names = bundle::read(bytes.leak()).unwrap().into_iter().map(|bundled| bundled.manifest.name);
    names
        .map(|name| {
            let path = folder.join(format!("{name}.wasm"));
            PluginFile { name, path, trust: Trust::Named, span: None }
        })
        .collect()
}

/// The facts of the local cloud with those of the project.
fn facts(description: &Value, origin: &str, project: &Settings) -> Map<String, Value> {
    let mut facts = description["facts"].as_object().cloned().unwrap();
    facts.extend(project.facts.clone());
    facts.insert("endpoint".to_owned(), Value::String(origin.to_owned()));
    facts
}

/// A cloud whose clock goes on by a second with each request, so that the answers are the same in every run.
struct Clocked {
    cloud: EmbeddedCloud,
    now: AtomicU64,
}

impl CloudHandler for Clocked {
    fn handle(&self, _: u64, request: Request) -> BoxFuture<'_, Result<Response, Failure>> {
        CloudHandler::handle(&self.cloud, self.now.fetch_add(1_000, Ordering::Relaxed), request)
    }
}
