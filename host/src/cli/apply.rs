//! `mlhost apply`: makes the environment what the script declares, or carries out a plan file.

use std::collections::BTreeMap;
use std::path::Path;

use mlhost::deploy::target::{Subject, Target};
use mlhost::model::plan::{Action, Plan};
use mlhost::model::{Environment, Failure, Sources};
use mlhost::net::Boundary;
use mlhost::plan::{Live, check_fresh, read_plan};
use mlhost::state::{Lock, Owner, Store, digest};

use super::Done;
use super::args::{ApplyArguments, CarryingArguments, EnvironmentArguments, PlanningArguments};
use super::carry::{Carrier, NextCommands};
use super::cloud::confirm;
use super::interrupt::EndOnInterrupt;
use super::planning::{Basis, Planned, boundary_first, found, read_live, settle};
use super::report::read_back::Script;
use super::session::{Evaluated, Session, secret_handles};
use super::show::plan_file;
use super::stream::Stream;
use super::terminal::Terminal;

pub async fn run(arguments: ApplyArguments, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    if let Some(bytes) = plan_file(&arguments.script) {
        let plan = read_plan(&bytes, &arguments.script.display().to_string())?;
        return carry_out_file(plan, &arguments, terminal, sources).await;
    }
    let session = Session::open(&arguments.script, &arguments.environment, sources).await?;
    let evaluated = session.evaluate(&arguments.script, sources).await?.accepted()?;
    terminal.diagnostics(&evaluated.diagnostics, sources);
    let script = arguments.script.display().to_string();
    let ApplyArguments { planning, carrying, full, .. } = &arguments;
    let work = Work {
        command: "apply",
        session: &session,
        options: &arguments.environment,
        planning,
        carrying,
        named: &arguments.script,
        script: &script,
        full: *full,
        terminal,
    };
    work.run(&evaluated.environment, Some(&evaluated), sources).await
}

/// What `apply` and `destroy` have in common.
pub struct Work<'a> {
    /// `apply` or `destroy`.
    pub command: &'a str,
    /// The session.
    pub session: &'a Session,
    /// The environment, as the user named it.
    pub options: &'a EnvironmentArguments,
    /// How to plan.
    pub planning: &'a PlanningArguments,
    /// What the user named: a script, a project's folder, a plan file.
    pub named: &'a Path,
    /// The script; empty for `destroy`.
    pub script: &'a str,
    /// How to carry it out.
    pub carrying: &'a CarryingArguments,
    /// Show everything.
    pub full: bool,
    /// Where to speak.
    pub terminal: &'a Terminal,
}

impl Work<'_> {
    /// Locks, plans, asks, carries out.
    ///
    /// # Errors
    /// What each of them refuses.
    pub async fn run(
        &self,
        environment: &Environment,
        evaluated: Option<&Evaluated>,
        sources: &Sources,
    ) -> Result<Done, Failure> {
        let Work { session, terminal, .. } = self;
        let mut store = self.store()?;
        let secrets = evaluated.map(|evaluated| evaluated.secrets.clone()).unwrap_or_default();
        let (boundary, target) = session.connect(secrets, store.state()).await?;
        let guard = EndOnInterrupt::new();
        settle(&mut store, &target, self.carrying.timeout, terminal)
            .await
            .map_err(|failure| boundary_first(&boundary, failure))?;
        let planned = {
            let basis = Basis {
                session,
                target: &target,
                state: store.state(),
                script: self.script,
                digests: false,
                options: self.planning,
                terminal,
            };
            basis.plan(environment, sources).await.map_err(|failure| boundary_first(&boundary, failure))?
        };
        let stream = self.announce(&planned.plan, evaluated, sources);
        self.approve(&planned.plan)?;
        drop(guard);
        let script = Script { environment: Some(environment), sources };
        self.carry(planned, &mut store, (&target, &boundary), script, stream).await
    }

    fn store(&self) -> Result<Store, Failure> {
        let owner = Owner::this_process(
            user(),
            host(),
            format!("mlhost {} {}", self.command, self.script).trim_end().to_owned(),
        );
        let environment = &self.session.project.environment;
        let lock = Lock::acquire(&self.session.state_folder(), environment, &owner, self.planning.lock_timeout)?;
        Store::open(lock, &self.session.identity())
    }

    /// Asks whether to go on, unless there is nothing to do or nobody wants to be asked.
    fn approve(&self, plan: &Plan) -> Result<(), Failure> {
        if self.carrying.yes || !plan.has_changes() {
            return Ok(());
        }
        let verb = if self.command == "destroy" { "Make" } else { "Apply" };
        confirm(self.terminal, &format!("\n{verb} these changes to {}?", plan.environment))
    }

    fn announce(&self, plan: &Plan, evaluated: Option<&Evaluated>, sources: &Sources) -> Option<Stream<'_>> {
        if self.terminal.json() {
            let stream = Stream::new(self.terminal);
            stream.plugins(self.session.catalog.book());
            stream.plan(plan, evaluated, sources);
            return Some(stream);
        }
        super::plan::show(plan, evaluated, self.full, self.terminal);
        None
    }

    async fn carry(
        &self,
        planned: Planned,
        store: &mut Store,
        (target, boundary): (&Target<'_>, &Boundary),
        script: Script<'_>,
        stream: Option<Stream<'_>>,
    ) -> Result<Done, Failure> {
        let carrier = Carrier {
            command: self.command,
            target,
            boundary,
            parallelism: self.carrying.parallelism.into(),
            timeout: self.carrying.timeout,
            read_back: !self.carrying.no_read_back,
            script,
            terminal: self.terminal,
            next: NextCommands {
                again: invocation(self.command, self.named, self.options),
                show: invocation(
                    "show",
                    if self.script.is_empty() { self.named } else { Path::new(self.script) },
                    self.options,
                ),
            },
        };
        let carried = carrier.carry(planned, store, stream).await;
        self.terminal.plugins(self.session.catalog.book());
        carried.map(|()| Done::Well)
    }
}

/// A command on the same environment, to be typed: paths that a shell would take apart are quoted.
fn invocation(command: &str, path: &Path, options: &EnvironmentArguments) -> String {
    let mut words = vec!["mlhost".to_owned(), command.to_owned()];
    if path != Path::new(".") {
        words.push(path.display().to_string());
    }
    if let Some(environment) = &options.environment {
        words.extend(["-e".to_owned(), environment.clone()]);
    }
    if command != "show" {
        for file in &options.params {
            words.extend(["--params".to_owned(), file.display().to_string()]);
        }
    }
    for plugin in &options.plugins {
        words.extend(["--plugin".to_owned(), plugin.clone()]);
    }
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Carries out exactly the plan of a file, or says that it is no longer true.
async fn carry_out_file(
    plan: Plan,
    arguments: &ApplyArguments,
    terminal: &Terminal,
    sources: &mut Sources,
) -> Result<Done, Failure> {
    let script = plan.script.clone();
    let options = EnvironmentArguments { environment: Some(plan.environment.clone()), ..arguments.environment.clone() };
    let path = if script.is_empty() { Path::new(".") } else { Path::new(&script) };
    let session = Session::open(path, &options, sources).await?;
    let ApplyArguments { planning, carrying, full, .. } = arguments;
    let work = Work {
        command: "apply",
        session: &session,
        options: &options,
        planning,
        carrying,
        named: path,
        script: &script,
        full: *full,
        terminal,
    };
    let mut store = work.store()?;
    let granted = secret_handles(plan.changes.iter().map(|change| &change.body));
    let (boundary, target) = session.connect(granted, store.state()).await?;
    let guard = EndOnInterrupt::new();
    let live = look_again(&plan, &target, terminal).await.map_err(|failure| boundary_first(&boundary, failure))?;
    let digest_of = |live: &Live| match live {
        Live::Found(body) => Some(digest(body)),
        Live::Absent => None,
    };
    let digests = live.iter().map(|(address, live)| (address.clone(), digest_of(live))).collect();
    check_fresh(&plan, store.state(), &digests)?;
    let stream = work.announce(&plan, None, sources);
    work.approve(&plan)?;
    let live = found(live);
    drop(guard);
    let script = Script { environment: None, sources };
    work.carry(Planned { plan, live }, &mut store, (&target, &boundary), script, stream).await
}

/// Reads what a plan rests on: everything that was there when it was made, and everything it will create.
async fn look_again(plan: &Plan, target: &Target<'_>, terminal: &Terminal) -> Result<BTreeMap<String, Live>, Failure> {
    let seen = plan.changes.iter().filter(|change| change.live_digest.is_some() || change.action != Action::Create);
    let subjects: Vec<Subject<'_>> = seen
        .map(|change| match &change.replaces {
            Some(old) => Subject {
                address: &change.address,
                resource_type: &old.resource_type,
                id: &old.id,
                details: &old.details,
            },
            None => Subject {
                address: &change.address,
                resource_type: &change.resource_type,
                id: &change.id,
                details: &change.details,
            },
        })
        .collect();
    read_live(target, &subjects, terminal).await
}

fn user() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "unknown".to_owned())
}

fn host() -> String {
    let named = std::fs::read_to_string("/etc/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    named
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())
        .unwrap_or_else(|| "localhost".to_owned())
}
