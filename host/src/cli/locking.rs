//! The lock file of a project, around the loading of its plugins.

use std::path::PathBuf;

use mlhost::model::{Diagnostic, ErrorKind, Failure, Severity};
use mlhost::plugin::lock::{LOCK_FILE, LockFile, Locked};
use mlhost::plugin::{Cache, Catalog, PluginFile, Trust};
use mlhost::project::{Folder, Project};
use mlhost::script::ReadError;

/// Longest lock file, in bytes.
const LONGEST: usize = 4 << 20;

/// The lock of a project; an empty one where there is none.
///
/// # Errors
/// When it cannot be read, or is damaged.
pub fn read(folder: &Folder) -> Result<LockFile, Failure> {
    match folder.read_text(LOCK_FILE, LONGEST) {
        Ok(text) => LockFile::parse(&text),
        Err(ReadError::NotFound) => Ok(LockFile::default()),
        Err(error) => Err(Failure::input(
            Diagnostic::error("plugin/lock-file", format!("cannot read {LOCK_FILE}: {error}"))
                .in_file(folder.path().join(LOCK_FILE).display().to_string())
                .help("it must be a text file in the project folder that mlhost may read"),
        )),
    }
}

/// The plugins that a project names, each to be held against its lock unless `accepts` says otherwise.
pub fn files(project: &Project, lock: &LockFile, accepts: impl Fn(&str) -> bool) -> Vec<PluginFile> {
    let file = |(name, plugin): (&String, &mlhost::project::Plugin)| PluginFile {
        name: name.clone(),
        path: project.folder.path().join(&plugin.path),
        trust: Trust::Project {
            folder: project.folder.clone(),
            path: plugin.path.clone(),
            locked: lock.get(name).filter(|_| !accepts(name)).cloned().map(Box::new),
        },
        span: plugin.span,
    };
    project.plugins.iter().map(file).collect()
}

/// What a lock should pin: the plugins that the project names, as they were loaded.
pub fn found(project: &Project, catalog: &Catalog) -> Vec<Locked> {
    let own = catalog.plugins().iter().filter(|plugin| plugin.path.is_some());
    own.map(|plugin| plugin.manifest.locked()).filter(|locked| project.plugins.contains_key(&locked.name)).collect()
}

/// Pins plugins that the lock does not know yet, and says so. With `frozen` that is refused instead.
///
/// # Errors
/// With `frozen`, when there is something to pin.
pub fn pin_new(project: &mut Project, catalog: &Catalog, lock: &LockFile, frozen: bool) -> Result<(), Failure> {
    let found = found(project, catalog);
    let new: Vec<&Locked> = found.iter().filter(|locked| lock.get(&locked.name).is_none()).collect();
    if new.is_empty() {
        return Ok(());
    }
    if frozen {
        let refused = |locked: &&Locked| {
            let message = format!("{LOCK_FILE} does not pin the plugin `{}`", locked.name);
            Diagnostic::error("plugin/not-locked", message)
                .plugin(locked.name.as_str())
                .help("run `mlhost plugin update` without --locked, look at what it shows, and commit mlhost.lock")
        };
        return Err(Failure { kind: ErrorKind::Plugin, diagnostics: new.iter().map(refused).collect() });
    }
    let said: Vec<Diagnostic> = new.iter().map(|locked| pinned(locked)).collect();
    let all = lock.plugins().cloned().chain(new.into_iter().cloned());
    match project.folder.replace_text(LOCK_FILE, &LockFile::of(all).print()) {
        Ok(()) => project.diagnostics.extend(said),
        Err(error) => project.diagnostics.push(
            Diagnostic::warning("plugin/lock-file", format!("cannot write {LOCK_FILE}: {error}"))
                .note("the project's plugins are not pinned: a later run would not notice that they changed")
                .help("run `mlhost plugin update` where the project folder can be written, and commit mlhost.lock"),
        ),
    }
    Ok(())
}

fn pinned(locked: &Locked) -> Diagnostic {
    let message = format!("{LOCK_FILE} now pins the plugin `{}`", locked.name);
    let mut diagnostic = Diagnostic::new(Severity::Info, "plugin/pinned", message).plugin(locked.name.as_str());
    for permission in locked.permissions() {
        diagnostic = diagnostic.note(format!("it {permission}"));
    }
    diagnostic.help("commit mlhost.lock with the project")
}

/// The cache of compiled plugins of this user: `MLHOST_CACHE_DIR`, else below the system's folder for caches.
pub fn cache() -> Option<Cache> {
    let folder = match std::env::var_os("MLHOST_CACHE_DIR") {
        Some(folder) if folder.is_empty() => return None,
        Some(folder) => PathBuf::from(folder),
        None => dirs::cache_dir()?.join("mlhost/plugins"),
    };
    Cache::open(&folder)
}
