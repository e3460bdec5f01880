//! What all commands on an environment begin with: its project, its plugins, its script.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use mlhost::compose::{self, Composed, Setting};
use mlhost::deploy::target::Target;
use mlhost::judge::{self, Judgement};
use mlhost::model::reference::{self, TokenTarget};
use mlhost::model::state::State;
use mlhost::model::{Diagnostics, Environment, ErrorKind, Failure, Severity, Sources};
use mlhost::net::{Boundary, EnvironmentSecrets, Secrets};
use mlhost::plan::may_hold;
use mlhost::plugin::{Catalog, Loading, PluginFile, Trust};
use mlhost::project::{Folder, Project};
use mlhost::script::{self, ScriptInput};
use mlhost::state::Identity;

use super::args::EnvironmentArguments;
use super::locking;
use super::report::plan::PolicyCounts;
use super::target::{self, Chosen};

/// A project, its plugins and its target.
pub struct Session {
    /// The project, seen from one environment.
    pub project: Project,
    /// All plugins.
    pub catalog: Catalog,
    /// Where it is deployed to.
    pub target: Chosen,
}

/// What a script came to.
pub struct Evaluated {
    /// The environment it declares.
    pub environment: Environment,
    /// What the policies say.
    pub judgement: Judgement,
    /// Warnings of all stages, findings included.
    pub diagnostics: Diagnostics,
    /// Handles of the secrets that the script names: no others are given out, whatever a plugin writes into a body.
    pub secrets: Vec<String>,
}

impl Session {
    /// Opens the environment that `path` (a script, or a project's folder) and the options name.
    ///
    /// # Errors
    /// What is wrong with the project file, the plugins or the target.
    pub async fn open(path: &Path, options: &EnvironmentArguments, sources: &mut Sources) -> Result<Self, Failure> {
        let began = Instant::now();
        let mut project = Project::load(path, options.environment.as_deref(), &options.params, sources)?;
        let lock = locking::read(&project.folder)?;
        let mut files = locking::files(&project, &lock, |_| false);
        files.extend(options.plugins.iter().map(|argument| plugin_file(argument)));
        let cache = if files.is_empty() { None } else { locking::cache() };
        let loading = Loading { limits: project.limits, cache, ..Loading::default() };
        let catalog = Catalog::load(super::BUNDLE, &files, loading).await?;
        locking::pin_new(&mut project, &catalog, &lock, options.locked)?;
        let target = target::choose(&catalog, &project)?;
        let plugins = catalog.plugins().len();
        tracing::debug!(target: "mlhost", plugins, elapsed = ?began.elapsed(), "opened");
        Ok(Self { project, catalog, target })
    }

    /// Where this project keeps what must not be committed.
    pub fn data(&self) -> PathBuf {
        self.project.folder.path().join(".mlhost")
    }

    /// Where the state is.
    pub fn state_folder(&self) -> PathBuf {
        self.data().join("state")
    }

    /// Where the local cloud keeps its data.
    pub fn cloud_folder(&self) -> PathBuf {
        self.data().join("cloud")
    }

    /// Opens the way to the control plane. `granted` are the handles of secrets that may be given out; the values of those
    /// in the state may come back.
    ///
    /// # Errors
    /// When the endpoint is no origin, or the local cloud does not start.
    pub async fn connect(&self, granted: Vec<String>, state: &State) -> Result<(Arc<Boundary>, Target<'_>), Failure> {
        let known = state.resources.values();
        let deployed = secret_handles(known.flat_map(|known| std::iter::once(&known.body).chain(&known.earlier)));
        let variables = |name: &str| std::env::var(name).ok();
        let secrets = Secrets::new(Arc::new(EnvironmentSecrets(variables)), granted).with_deployed(deployed);
        let began = Instant::now();
        let boundary = Arc::new(self.target.open(&self.catalog, &self.cloud_folder(), secrets).await?);
        let target = Target::new(&self.catalog, self.target.deployer, self.context(), boundary.clone());
        tracing::debug!(target: "mlhost", name = self.target.name, elapsed = ?began.elapsed(), "connected");
        Ok((boundary, target))
    }

    /// Whose state it is.
    pub fn identity(&self) -> Identity {
        Identity {
            project: self.project.name.clone(),
            environment: self.project.environment.clone(),
            target: self.target.name.clone(),
        }
    }

    fn setting(&self) -> Setting<'_> {
        Setting { project: &self.project.name, environment: &self.project.environment, facts: &self.target.facts }
    }

    /// The plugins' view of the environment.
    pub fn context(&self) -> mlhost::plugin::types::Context {
        self.setting().context()
    }

    /// Evaluates the script, composes and judges.
    ///
    /// # Errors
    /// What is wrong with the script; a broken policy is no error here.
    pub async fn evaluate(&self, script: &Path, sources: &mut Sources) -> Result<Evaluated, Failure> {
        let input = ScriptInput {
            project: self.project.name.clone(),
            environment: self.project.environment.clone(),
            values: self.project.plain_values(),
            facts: self.target.facts.clone(),
            kinds: self.catalog.kind_documents(),
            summaries: self.catalog.kinds().map(|(kind, _)| (kind.name.clone(), kind.summary.clone())).collect(),
            steps: None,
        };
        let began = Instant::now();
        let entry = &self.project.script;
        let shown = script.display().to_string();
        let loader = Arc::<Folder>::clone(&self.project.folder);
        let (definition, mut diagnostics) = script::evaluate(entry, &shown, loader, Arc::new(input), sources)?;
        let declarations = definition.declarations.len();
        tracing::debug!(target: "mlhost", declarations, script = shown, elapsed = ?began.elapsed(), "evaluated");
        diagnostics.splice(0..0, self.project.diagnostics.iter().cloned());
        let secrets =
            secret_handles(definition.declarations.iter().flat_map(|declaration| declaration.properties.values()));
        let began = Instant::now();
        let mut instances = compose::Instances::new(&self.catalog);
        let Composed { environment, diagnostics: said } =
            compose::compose(&self.catalog, &self.setting(), definition, &mut instances).await?;
        drop(instances);
        let resources = environment.resources.len();
        tracing::debug!(target: "mlhost", resources, elapsed = ?began.elapsed(), "composed");
        diagnostics.extend(said);
        let began = Instant::now();
        let mut instances = judge::Instances(&self.catalog);
        let policies = &self.project.policies;
        let judgement = judge::judge(&self.catalog, &self.context(), &environment, policies, &mut instances).await?;
        let (policies, findings) = (judgement.asked.len(), judgement.findings.len());
        tracing::debug!(target: "mlhost", policies, findings, elapsed = ?began.elapsed(), "judged");
        diagnostics.extend(judgement.findings.iter().map(|finding| finding.diagnostic.clone()));
        Ok(Evaluated { environment, judgement, diagnostics, secrets })
    }
}

impl Evaluated {
    /// Refuses to go on when a policy does.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Refused`] with everything that was said.
    pub fn accepted(self) -> Result<Self, Failure> {
        if self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
            return Err(Failure { kind: ErrorKind::Refused, diagnostics: self.diagnostics });
        }
        Ok(self)
    }
}

impl Evaluated {
    /// What the policies said, in numbers.
    pub fn policy_counts(&self) -> PolicyCounts {
        let of = |severity: Severity| {
            self.judgement
                .findings
                .iter()
                .filter(|finding| !finding.undetermined && finding.diagnostic.severity == severity)
                .count()
        };
        PolicyCounts {
            policies: self.judgement.asked.len(),
            errors: of(Severity::Error),
            warnings: of(Severity::Warning),
            undetermined: self.judgement.findings.iter().filter(|finding| finding.undetermined).count(),
        }
    }
}

/// Handles of the secrets that values name.
pub fn secret_handles<'a>(values: impl Iterator<Item = &'a serde_json::Value>) -> Vec<String> {
    let mut handles = Vec::new();
    for value in values.filter(|value| may_hold(value)) {
        // An ill-formed string was reported when the script was composed.
        let _ = reference::visit_tokens(value, &mut |_, token| {
            if let TokenTarget::Secret { handle } = token.0
                && !handles.contains(&handle)
            {
                handles.push(handle);
            }
        });
    }
    handles
}

/// A plugin of the command line: `FILE` is named by its stem, `NAME=FILE` as it says.
pub fn plugin_file(argument: &str) -> PluginFile {
    let (name, path) = match argument.split_once('=') {
        Some((name, path)) => (name.to_owned(), PathBuf::from(path)),
        None => {
            let path = PathBuf::from(argument);
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path)
        }
    };
    PluginFile { name, path, trust: Trust::Named, span: None }
}
