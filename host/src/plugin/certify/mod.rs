//! Puts a plugin through what it will meet: odd names, wrong types, broken documents, no network. A plugin that passes may
//! still be wrong, but it does not fall over, keeps to the contract and says the same when it is asked again.

mod answers;
mod kinds;
mod others;
mod policies;

use super::bindings::types;
use super::catalog::{Catalog, Grants, Loading, PluginFile};
use super::contract::{VERSION, permission};
use super::instance::Core;
use super::limits::Limits;
use super::manifest::Manifest;
use crate::model::{Diagnostic, ErrorKind, Failure};

/// Something that a plugin was put through.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it should do, as a sentence about `it`.
    pub name: String,
    /// What it did instead; empty when it passed.
    pub problems: Vec<Diagnostic>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// What the plugin is; `None` when it does not even load.
    pub manifest: Option<Manifest>,
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
}

impl Certificate {
    /// Whether all checks passed.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.problems.is_empty())
    }
}

/// Names that a script may give, and some that it may not.
const NAMES: [&str; 6] = ["x", "", "a b", "../../etc/passwd", "\u{1b}[2J\u{202e}\u{0}", "ÿ中😀"];

/// Puts a plugin through everything that its roles call for.
///
/// # Errors
/// Never because of the plugin: what it does wrong is in the certificate. Kind [`ErrorKind::Bug`] when the host is at fault.
pub async fn certify(file: &PluginFile, limits: Limits) -> Result<Certificate, Failure> {
    let loads = format!("it loads, fits contract {VERSION} and describes itself");
    let loading = Loading { limits, ..Loading::default() };
    let catalog = match Catalog::load(&[], std::slice::from_ref(file), loading).await {
        Ok(catalog) => catalog,
        Err(failure) => {
            let check = Check { name: loads, problems: failure.diagnostics };
            return Ok(Certificate { manifest: None, checks: vec![check] });
        }
    };
    let Some(plugin) = catalog.plugin(0) else {
        return Err(Failure::new(ErrorKind::Bug, Diagnostic::error("internal/plugin", "no plugin was loaded")));
    };
    let manifest = plugin.manifest.clone();
    let mut checks = vec![Check { name: loads, problems: Vec::new() }];
    checks.extend(manifest.imports.iter().map(|import| Check {
        name: format!("it {}, as its role is granted", permission(import)),
        problems: Vec::new(),
    }));
    let subject = Subject { catalog: &catalog, manifest: &manifest };
    if !manifest.kinds.is_empty() {
        checks.extend(kinds::checks(&subject).await);
    }
    if !manifest.policies.is_empty() {
        checks.extend(policies::checks(&subject).await);
    }
    if manifest.deployer.is_some() {
        checks.push(others::deployer(&subject).await);
    }
    if manifest.cloud.is_some() {
        checks.push(others::cloud(&subject).await);
    }
    Ok(Certificate { manifest: Some(manifest), checks })
}

/// The plugin under test.
struct Subject<'a> {
    catalog: &'a Catalog,
    manifest: &'a Manifest,
}

impl Subject<'_> {
    async fn instance(&self, grants: Grants) -> Result<Core, Diagnostic> {
        self.catalog.instantiate(0, grants).await.map_err(|failure| {
            let first = failure.diagnostics.into_iter().next();
            first.unwrap_or_else(|| Diagnostic::error("internal/plugin", "it did not start"))
        })
    }

    fn context(&self) -> types::Context {
        let facts = serde_json::json!({
            "location": "somewhere",
            "subscription_id": "00000000-0000-0000-0000-000000000001",
            "tenant_id": "00000000-0000-0000-0000-000000000002",
            "resource_group": "certify",
        });
        types::Context { project: "certify".to_owned(), environment: "dev".to_owned(), facts: facts.to_string() }
    }

    /// A problem that the plugin's author has to mend.
    fn problem(&self, message: String) -> Diagnostic {
        Diagnostic::error("plugin/certify", message).plugin(self.manifest.name.as_str())
    }

    /// A check of what should have been the same twice.
    fn steady(&self, name: &str, answers: &[Result<String, Diagnostic>; 2]) -> Check {
        let problems = match answers {
            [Ok(first), Ok(second)] if first == second => Vec::new(),
            [Ok(_), Ok(_)] => vec![self.problem("the second answer differs from the first".to_owned()).note(
                "a plan rests on answers that stay the same; do not iterate over hash maps, and keep no state between calls",
            )],
            [Err(diagnostic), _] | [_, Err(diagnostic)] => vec![diagnostic.clone()],
        };
        Check { name: name.to_owned(), problems }
    }
}
