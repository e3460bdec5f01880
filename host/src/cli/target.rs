//! Puts a target together: facts, the deployer plugin, and what stands behind its HTTP requests.

use std::path::Path;
use std::sync::Arc;

use mlhost::model::{Diagnostic, ErrorKind, Failure};
use mlhost::net::{AzureSignIn, Boundary, Origin, Reach, Secrets, StaticToken, Target, TokenSource};
use mlhost::plugin::cloud::EmbeddedCloud;
use mlhost::plugin::kv::KeyValue;
use mlhost::plugin::roles::Cloud;
use mlhost::plugin::{Catalog, Grants};
use mlhost::project::{PROJECT_FILE, Project};
use mlhost::suggest;
use serde_json::{Map, Value};

/// The target that lives inside mlhost.
pub const LOCAL: &str = "local";

/// A bearer token for control planes on this machine: emulators and tests.
const TOKEN_VARIABLE: &str = "MLHOST_BEARER_TOKEN";

/// A target that a project names, before anything is sent to it.
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// The deployer, by its place in the catalog.
    pub deployer: usize,
    /// The deployer's description.
    pub document: Value,
    /// The cloud plugin, for the local target.
    cloud: Option<usize>,
    /// Facts of the environment, with what the cloud and the deployer add.
    pub facts: Map<String, Value>,
    /// The addresses that requests may go to.
    reach: Reach,
}

/// Finds the plugins of a target and completes and checks the facts.
///
/// # Errors
/// When there is no such target, or a fact is missing or wrong.
pub fn choose(catalog: &Catalog, project: &Project) -> Result<Chosen, Failure> {
    let Project { target: name, facts, .. } = project;
    let missing = |what: &str| {
        Failure::new(
            ErrorKind::Plugin,
            Diagnostic::error("target/no-plugin", format!("no plugin is a {what}"))
                .help("this mlhost was built without its standard plugins; build it with `cargo xtask build`"),
        )
    };
    let deployer = catalog.with_export("deployer").ok_or_else(|| missing("deployer"))?;
    let document = catalog.plugin(deployer).and_then(|plugin| plugin.manifest.deployer.clone()).unwrap_or_default();
    let word = document.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut all = Map::new();
    let origin_fact = document.get("origin_fact").and_then(Value::as_str).unwrap_or("endpoint").to_owned();
    let cloud = if name == LOCAL {
        let cloud = catalog.with_export("cloud").ok_or_else(|| missing("cloud"))?;
        let description = catalog.plugin(cloud).and_then(|plugin| plugin.manifest.cloud.clone()).unwrap_or_default();
        all.extend(description.get("facts").and_then(Value::as_object).cloned().unwrap_or_default());
        all.insert(origin_fact.clone(), description.get("origin").cloned().unwrap_or_default());
        Some(cloud)
    } else if *name == word {
        all.insert(origin_fact.clone(), document.get("default_origin").cloned().unwrap_or_default());
        None
    } else {
        let diagnostic = Diagnostic::error("target/unknown", format!("there is no target `{name}`"));
        let diagnostic = diagnostic.help(suggest::help(name, "targets", [LOCAL, word.as_str()]));
        return Err(Failure::input(diagnostic.in_file(PROJECT_FILE)));
    };
    let own_origin = all.get(&origin_fact).cloned();
    let reach = reach(project, &origin_fact);
    all.extend(facts.clone());
    if let (Some(_), Some(origin)) = (cloud, own_origin) {
        // The local cloud is where it is, whatever the project says of the endpoint.
        all.insert(origin_fact, origin);
    }
    check_facts(&document, &all)?;
    Ok(Chosen { name: name.clone(), deployer, document, cloud, facts: all, reach })
}

/// A project that names an endpoint on this machine means it.
fn reach(project: &Project, origin_fact: &str) -> Reach {
    let named = project.facts.get(origin_fact).and_then(Value::as_str).and_then(|text| Origin::parse(text).ok());
    if project.private_network || named.is_some_and(|origin| origin.is_loopback()) {
        Reach::Private
    } else {
        Reach::Public
    }
}

fn check_facts(document: &Value, facts: &Map<String, Value>) -> Result<(), Failure> {
    let Some(schema) = document.get("facts").filter(|schema| schema.is_object()) else { return Ok(()) };
    let Ok(validator) = jsonschema::validator_for(schema) else { return Ok(()) };
    let instance = Value::Object(facts.clone());
    let problems: Vec<Diagnostic> = validator
        .iter_errors(&instance)
        .map(|error| {
            let path = error.instance_path().as_str().trim_start_matches('/').to_owned();
            let message = if path.is_empty() {
                format!("the target is not complete: {error}")
            } else {
                format!("the fact `{path}` is not right: {error}")
            };
            Diagnostic::error("target/facts", message)
                .in_file(PROJECT_FILE)
                .help("set it in the environment's table of mlhost.toml, for example `location = \"westeurope\"`")
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure { kind: ErrorKind::Input, diagnostics: problems }) }
}

impl Chosen {
    /// Opens the way to the control plane. `folder` is where the local cloud keeps its data.
    ///
    /// # Errors
    /// When the endpoint is no origin, or the local cloud does not start.
    pub async fn open(&self, catalog: &Catalog, folder: &Path, secrets: Secrets) -> Result<Boundary, Failure> {
        let origin_fact = self.document.get("origin_fact").and_then(Value::as_str).unwrap_or("endpoint");
        let origin = Origin::parse(self.facts.get(origin_fact).and_then(Value::as_str).unwrap_or_default())?;
        let target = match self.cloud {
            Some(index) => Target::Embedded { origin, cloud: Arc::new(embedded(catalog, index, folder).await?) },
            None => {
                let client = mlhost::net::client(&origin, self.reach)?;
                let credential = self.credential(&origin)?;
                Target::Network { origin, client, credential }
            }
        };
        let ids = self
            .document
            .get("request_id_headers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let subdomains = self.document.get("subdomains").and_then(Value::as_bool).unwrap_or(false);
        let boundary = Boundary::new(target, secrets).with_subdomains(subdomains).with_request_ids(ids);
        let methods = catalog.plugin(self.deployer).map(|plugin| plugin.manifest.methods()).unwrap_or_default();
        Ok(if methods.is_empty() { boundary } else { boundary.with_methods(methods) })
    }

    fn credential(&self, origin: &Origin) -> Result<Arc<dyn TokenSource>, Failure> {
        if let Ok(token) = std::env::var(TOKEN_VARIABLE)
            && origin.is_loopback()
        {
            return Ok(Arc::new(StaticToken::new(token)));
        }
        let variable = |name: &str| std::env::var(name).ok();
        Ok(Arc::new(AzureSignIn::from_document(&self.document, &self.facts, origin, self.reach, variable)?))
    }
}

/// Starts the local cloud with its data in a folder.
///
/// # Errors
/// When the folder cannot be used or the plugin does not start.
pub async fn embedded(catalog: &Catalog, index: usize, folder: &Path) -> Result<EmbeddedCloud, Failure> {
    let name = catalog.plugin(index).map_or("", |plugin| plugin.manifest.name.as_str());
    let store = open_store(folder, name)?;
    let core = catalog.instantiate(index, Grants { http: None, store: Some(store) }).await?;
    let cloud = Cloud::new(core).map_err(|diagnostic| Failure::new(ErrorKind::Plugin, diagnostic))?;
    Ok(EmbeddedCloud::new(cloud))
}

/// Opens the local cloud's data.
///
/// # Errors
/// When the folder or the file cannot be used.
pub fn open_store(folder: &Path, plugin: &str) -> Result<KeyValue, Failure> {
    let path = folder.join("cloud.sqlite");
    std::fs::create_dir_all(folder)
        .map_err(|error| error.to_string())
        .and_then(|()| KeyValue::open(&path, plugin).map_err(|error| error.to_string()))
        .map_err(|error| {
            Failure::new(
                ErrorKind::Other,
                Diagnostic::error("cloud/store", format!("the local cloud cannot keep its data: {error}"))
                    .in_file(path.display().to_string())
                    .help("the folder must be writable, and the file one that mlhost made"),
            )
        })
}
