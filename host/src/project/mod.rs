//! The project file `mlhost.toml`, its environments and their values.
//!
//! A project is optional: without one, the folder of the script is the project, and the environment is `dev` on the
//! target `local`. What a project file says is read in [`config`], parameter files in [`params`]; everything that it names
//! by path is read through [`Folder`], which does not lead out of the project folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::model::{Diagnostic, Diagnostics, ErrorKind, Failure, Sources, Span};
use crate::plugin::Limits;
use crate::script::ReadError;
use crate::suggest;

mod config;
mod folder;
mod params;
mod settings;
mod table;
#[cfg(test)]
mod tests;

pub use folder::Folder;
pub use settings::{Plugin, PolicySettings, PolicySeverity};

/// Name of the project file.
pub const PROJECT_FILE: &str = "mlhost.toml";
/// Folder of files with one environment each.
const ENVIRONMENTS_FOLDER: &str = "envs";
/// The environment that is meant when nobody names one.
const DEFAULT_ENVIRONMENT: &str = "dev";
/// The target of an environment that names none.
const DEFAULT_TARGET: &str = "local";
/// Longest project or parameter file, in bytes.
const FILE_BYTES: usize = 4 << 20;

/// A value for `param()`.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamValue {
    /// The value.
    pub value: Value,
    /// Where it is given.
    pub span: Option<Span>,
}

/// A project in one of its environments.
#[derive(Debug)]
pub struct Project {
    /// Name of the project.
    pub name: String,
    /// Name of the environment.
    pub environment: String,
    /// Name of the target.
    pub target: String,
    /// The project folder.
    pub folder: Arc<Folder>,
    /// The script, relative to the project folder, with `/` between segments; empty when only a folder was named.
    pub script: String,
    /// Facts for the plugins (`wit/schemas/facts.schema.json`).
    pub facts: Map<String, Value>,
    /// Values for `param()`.
    pub values: BTreeMap<String, ParamValue>,
    /// Everything in the environment is protected.
    pub protect: bool,
    /// The project's own plugins, by name.
    pub plugins: BTreeMap<String, Plugin>,
    /// What plugins may use.
    pub limits: Limits,
    /// What is set for policies, by name; the environment's settings override the project's.
    pub policies: BTreeMap<String, PolicySettings>,
    /// Requests to the target may go to addresses that are not public.
    pub private_network: bool,
    /// Names of all the environments that the project file knows, sorted.
    pub environments: Vec<String>,
    /// Warnings about the files.
    pub diagnostics: Diagnostics,
}

impl Project {
    /// Finds and reads the project of a script.
    ///
    /// `script` is the path as the user gave it, `environment` the one the user asked for, `params` are parameter files
    /// from the command line: they may be anywhere, and the later one wins. All texts that are read are added to `sources`.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for an unknown environment; [`ErrorKind::Input`] for everything that is wrong in a file, all
    /// of it at once.
    pub fn load(
        script: &Path,
        environment: Option<&str>,
        params: &[PathBuf],
        sources: &mut Sources,
    ) -> Result<Self, Failure> {
        let found = folder::find(script)?;
        let mut diagnostics = Diagnostics::new();
        let config = config::read(&found.folder, sources, &mut diagnostics);
        fail_on_errors(&mut diagnostics)?;
        let file_name = found.folder.name();
        let (config, has_file) = match config {
            Some(config) => (config, true),
            None => (config::Config::default(), false),
        };
        let name = config.name.clone().unwrap_or_else(|| plain_name(&file_name));
        let chosen = choose(&config, has_file, environment, !params.is_empty())?;
        let settings = config.environments.get(&chosen).cloned().unwrap_or_default();

        let mut values = params::Values::default();
        for (path, span) in &settings.params {
            values.read_inside(&found.folder, path, *span, sources, &mut diagnostics);
        }
        values.set_inline(&settings.values);
        for path in params {
            values.read_anywhere(path, sources, &mut diagnostics);
        }
        fail_on_errors(&mut diagnostics)?;

        let mut policies = config.policies;
        for (policy, override_) in settings.policies {
            policies.entry(policy).or_default().override_with(override_);
        }
        let target = settings.target.unwrap_or_else(|| DEFAULT_TARGET.to_owned());
        let of_target = config.targets.get(&target).cloned().unwrap_or_default();
        let mut facts = of_target.facts;
        facts.extend(settings.facts);
        Ok(Self {
            name,
            environment: chosen,
            private_network: of_target.private_network,
            target,
            folder: Arc::new(found.folder),
            script: found.script,
            facts,
            values: values.into_map(),
            protect: settings.protect,
            plugins: config.plugins,
            limits: config.limits,
            policies,
            environments: config.environments.into_keys().collect(),
            diagnostics,
        })
    }

    /// The values alone, as scripts get them.
    pub fn plain_values(&self) -> BTreeMap<String, Value> {
        self.values.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect()
    }
}

fn fail_on_errors(diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    match diagnostics.iter().any(|diagnostic| diagnostic.severity == crate::model::Severity::Error) {
        true => Err(Failure { kind: ErrorKind::Input, diagnostics: std::mem::take(diagnostics) }),
        false => Ok(()),
    }
}

/// The environment that is meant, when it exists.
fn choose(
    config: &config::Config,
    has_file: bool,
    requested: Option<&str>,
    has_params: bool,
) -> Result<String, Failure> {
    let name = requested.or(config.default_environment.as_deref()).unwrap_or(DEFAULT_ENVIRONMENT);
    let known = || config.environments.keys().map(String::as_str);
    let missing = |diagnostic| Failure::new(ErrorKind::NotFound, diagnostic);
    if !is_plain_name(name) {
        return Err(missing(
            Diagnostic::error("project/environment", format!("{name:?} is no name for an environment"))
                .help("use up to 64 letters, digits, `-` and `_`"),
        ));
    }
    if config.environments.contains_key(name) {
        return Ok(name.to_owned());
    }
    if !has_file {
        if name == DEFAULT_ENVIRONMENT || has_params {
            return Ok(name.to_owned());
        }
        return Err(missing(
            Diagnostic::error(
                "project/environment",
                format!("there is no environment `{name}`: there is no {PROJECT_FILE}"),
            )
            .note(format!("{PROJECT_FILE} is looked for in the folder of the script and above it"))
            .help(format!(
                "add [environments.{name}] to a {PROJECT_FILE} beside the script, or give its values with --params"
            )),
        ));
    }
    // A project file that names no environment has the default one.
    if config.environments.is_empty() && name == config.default_environment.as_deref().unwrap_or(DEFAULT_ENVIRONMENT) {
        return Ok(name.to_owned());
    }
    let diagnostic = Diagnostic::error("project/environment", format!("there is no environment `{name}`"))
        .note(format!("the project has: {}", suggest::list(known())));
    Err(missing(match (suggest::nearest(name, known()), requested) {
        (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, Some(_)) => {
            diagnostic.help(format!("add [environments.{name}] to {PROJECT_FILE}, or choose one of these"))
        }
        (None, None) => diagnostic.help("name one with -e, or set `default_environment` in [project]"),
    }))
}

/// Whether a name can stand in paths, tags and addresses.
fn is_plain_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// A folder's name as the name of a project.
fn plain_name(folder: &str) -> String {
    let plain: String =
        folder.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(64).collect();
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "project".to_owned() } else { plain.to_owned() }
}

/// Why a file that the project names cannot be read, at the place that names it.
fn unreadable(path: &str, error: &ReadError, span: Option<Span>) -> Diagnostic {
    let (code, help) = match error {
        ReadError::NotFound => ("project/file-not-found", "check the path; it starts at the project folder"),
        ReadError::Outside => ("project/file-outside", "move the file into the project folder"),
        _ => ("project/file-unreadable", "it must be a UTF-8 text file that mlhost may read"),
    };
    Diagnostic::error(code, format!("cannot read `{path}`: {error}")).at(span).help(help)
}
