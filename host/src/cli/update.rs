//! `mlhost plugin update`: accepts plugins as they are now.

use std::path::Path;

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plugin::lock::{LOCK_FILE, LockFile, Locked, differences};
use mlhost::plugin::{Catalog, Loading};
use mlhost::project::Project;
use mlhost::suggest;

use super::cloud::confirm;
use super::report::json::documents::{self, LockChange};
use super::report::text;
use super::terminal::Terminal;
use super::{Done, locking};

/// Loads the project's plugins, shows what is new about them, and pins them.
///
/// # Errors
/// What is wrong with the project or a plugin; when the user declines or the lock cannot be written.
pub async fn run(
    names: &[String],
    path: &Path,
    yes: bool,
    terminal: &Terminal,
    sources: &mut Sources,
) -> Result<Done, Failure> {
    let project = Project::load(path, None, &[], sources)?;
    check_names(names, &project)?;
    let lock = locking::read(&project.folder)?;
    let accepts = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let files = locking::files(&project, &lock, accepts);
    let loading = Loading { limits: project.limits, cache: locking::cache(), ..Loading::default() };
    let catalog = Catalog::load(super::BUNDLE, &files, loading).await?;
    let found = locking::found(&project, &catalog);
    let changes = changes(&lock, &found);
    if !terminal.json() {
        terminal.print(&shown(&changes));
    }
    let changed = changes.iter().any(|change| change.change != "same");
    if changed {
        let more = changes.iter().any(|change| change.change != "removed" && change.change != "same");
        if more && !yes {
            confirm(terminal, "\nTrust these plugins?")?;
        }
        project.folder.replace_text(LOCK_FILE, &LockFile::of(found.iter().cloned()).print()).map_err(|error| {
            Failure::new(
                ErrorKind::Other,
                Diagnostic::error("plugin/lock-file", format!("cannot write {LOCK_FILE}: {error}"))
                    .in_file(project.folder.path().join(LOCK_FILE).display().to_string())
                    .help("check that the project folder can be written"),
            )
        })?;
    }
    terminal.print(&match (terminal.json(), changed) {
        (true, _) => documents::lock(&changes),
        (false, true) => format!("{LOCK_FILE} is up to date. Commit it with the project.\n"),
        (false, false) => format!("{LOCK_FILE} was up to date.\n"),
    });
    Ok(Done::Well)
}

fn check_names(names: &[String], project: &Project) -> Result<(), Failure> {
    match names.iter().find(|name| !project.plugins.contains_key(*name)) {
        None => Ok(()),
        Some(unknown) => Err(Failure::new(
            ErrorKind::NotFound,
            Diagnostic::error("plugin/unknown", format!("the project names no plugin `{unknown}`"))
                .help(suggest::help(unknown, "it names", project.plugins.keys().map(String::as_str))),
        )),
    }
}

fn changes(lock: &LockFile, found: &[Locked]) -> Vec<LockChange> {
    let now = found.iter().map(|found| match lock.get(&found.name) {
        None => LockChange { plugin: found.clone(), change: "added", differences: permissions(found) },
        Some(pinned) => match differences(pinned, found) {
            same if same.is_empty() => LockChange { plugin: found.clone(), change: "same", differences: same },
            differences => LockChange { plugin: found.clone(), change: "changed", differences },
        },
    });
    let gone = lock.plugins().filter(|pinned| !found.iter().any(|found| found.name == pinned.name)).map(|pinned| {
        let differences = vec!["the project no longer names it".to_owned()];
        LockChange { plugin: pinned.clone(), change: "removed", differences }
    });
    now.chain(gone).collect()
}

fn permissions(found: &Locked) -> Vec<String> {
    if found.imports.is_empty() {
        return vec!["it does nothing but compute".to_owned()];
    }
    found.permissions().iter().map(|permission| format!("it {permission}")).collect()
}

fn shown(changes: &[LockChange]) -> String {
    let mut out = String::new();
    for change in changes.iter().filter(|change| change.change != "same") {
        let sign = match change.change {
            "added" => '+',
            "removed" => '-',
            _ => '~',
        };
        out.push_str(&format!("{sign} {}\n", text::clean(&change.plugin.name)));
        for difference in &change.differences {
            out.push_str(&format!("    {}\n", text::clean(difference)));
        }
    }
    out
}
