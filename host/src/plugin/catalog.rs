//! All plugins of a run: the embedded ones and the project's own, loaded when first used.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use wasmtime::component::{Component, Linker};
use wasmtime::{Engine, Precompiled};

use super::bundle::{self, Bundled};
use super::cache::Cache;
use super::contract;
use super::describe;
use super::engine::{self, EpochTicker};
use super::file;
use super::imports::{self, HostState, HttpGrant};
use super::instance::Core;
use super::kv::KeyValue;
use super::limits::{Limit, Limits};
use super::lock::{self, Locked};
use super::logbook::{Entry, LogBook};
use super::manifest::{KindEntry, Manifest};
use crate::model::{Diagnostic, ErrorKind, Failure, KindDocument, Span};
use crate::project::Folder;

/// A plugin file that the project or the command line names.
#[derive(Debug, Clone)]
pub struct PluginFile {
    /// Name; one that an embedded plugin has replaces it.
    pub name: String,
    /// Where it is, for messages.
    pub path: PathBuf,
    /// Why it is trusted.
    pub trust: Trust,
    /// Where the project file names it.
    pub span: Option<Span>,
}

/// Why a plugin file is trusted.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The user names it on the command line: any file will do.
    Named,
    /// The project names it, below its folder: it must be what the lock pins, if it pins it.
    Project {
        /// The project folder.
        folder: Arc<Folder>,
        /// The path below it.
        path: String,
        /// What the lock pins; boxed for its size.
        locked: Option<Box<Locked>>,
    },
}

/// How plugins are loaded.
#[derive(Default)]
pub struct Loading {
    /// What they may use.
    pub limits: Limits,
    /// Where compiled ones are kept.
    pub cache: Option<Cache>,
    /// Count the work of each call, for tests. Plugins of the bundle do not load then: name their components as files.
    pub counting: bool,
}

enum Code {
    Embedded(&'static [u8]),
    Compiled(Component),
}

/// A plugin of the catalog.
pub struct Plugin {
    /// What it is and offers.
    pub manifest: Manifest,
    /// The file it came from; `None` for an embedded one.
    pub path: Option<PathBuf>,
    code: Code,
}

struct Runtime {
    engine: Engine,
    linker: Linker<HostState>,
    _ticker: EpochTicker,
}

/// What an instance is granted beside its log.
#[derive(Default)]
pub struct Grants {
    /// For deployers.
    pub http: Option<Arc<dyn HttpGrant>>,
    /// For clouds.
    pub store: Option<KeyValue>,
}

/// All plugins of a run.
pub struct Catalog {
    plugins: Vec<Plugin>,
    kinds: BTreeMap<String, usize>,
    limits: Limits,
    cache: Option<Cache>,
    counting: bool,
    runtime: OnceLock<Runtime>,
    book: Arc<LogBook>,
}

impl Catalog {
    /// Reads the bundle's manifests and the project's plugin files. Code of the bundle is loaded when it is first used.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Plugin`]: a file that is missing, too large, no component, of another contract version, that wants
    /// more than it is granted, that is not what the lock pins, or that claims a kind of another plugin.
    pub async fn load(bundle: &'static [u8], files: &[PluginFile], loading: Loading) -> Result<Self, Failure> {
        let failure = |diagnostic| Failure::new(ErrorKind::Plugin, diagnostic);
        let bundled = bundle::read(bundle).map_err(|message| failure(Diagnostic::error("plugin/bundle", message)))?;
        let mut catalog = Self {
            plugins: Vec::new(),
            kinds: BTreeMap::new(),
            limits: loading.limits,
            cache: loading.cache,
            counting: loading.counting,
            runtime: OnceLock::new(),
            book: Arc::default(),
        };
        for Bundled { manifest, code } in bundled {
            if !files.iter().any(|file| file.name == manifest.name) {
                catalog.add(Plugin { manifest, path: None, code: Code::Embedded(code) }).map_err(failure)?;
            }
        }
        for file in files {
            let plugin = catalog.open(file).await.map_err(failure)?;
            catalog.add(plugin).map_err(failure)?;
        }
        Ok(catalog)
    }

    fn add(&mut self, plugin: Plugin) -> Result<(), Diagnostic> {
        for kind in &plugin.manifest.kinds {
            if let Some(other) = self.kinds.get(&kind.name).and_then(|index| self.plugins.get(*index)) {
                return Err(Diagnostic::error(
                    "plugin/kind-taken",
                    format!(
                        "the plugins `{}` and `{}` both offer the kind `{}`",
                        other.manifest.name, plugin.manifest.name, kind.name
                    ),
                )
                .plugin(plugin.manifest.name.as_str())
                .help(format!(
                    "remove one of them, or name the new one `{}` in [plugins] so that it replaces the other",
                    other.manifest.name
                )));
            }
        }
        let index = self.plugins.len();
        self.kinds.extend(plugin.manifest.kinds.iter().map(|kind| (kind.name.clone(), index)));
        self.plugins.push(plugin);
        Ok(())
    }

    async fn open(&self, file: &PluginFile) -> Result<Plugin, Diagnostic> {
        let placed = |diagnostic: Diagnostic| {
            diagnostic.in_file(file.path.display().to_string()).at(file.span).plugin(file.name.as_str())
        };
        let bytes = file::read(file, &self.limits)?;
        let digest = describe::digest(&bytes);
        let engine = &self.runtime()?.engine;
        let pinned = match &file.trust {
            Trust::Project { locked: Some(locked), .. } => Some(locked.as_ref()),
            Trust::Named | Trust::Project { locked: None, .. } => None,
        };
        let plugin =
            |component, manifest| Plugin { manifest, path: Some(file.path.clone()), code: Code::Compiled(component) };
        if let Some((component, manifest)) = self.cache.as_ref().and_then(|cache| cache.load(engine, &digest)) {
            // It may have been another mlhost that put it there.
            contract::check(engine, &component, &file.name).map_err(placed)?;
            let manifest = Manifest { name: file.name.clone(), ..manifest };
            hold(&manifest.locked(), pinned).map_err(placed)?;
            return Ok(plugin(component, manifest));
        }
        let component = Component::from_binary(engine, &bytes).map_err(|error| {
            let message = format!("the plugin `{}` is no valid component: {}", file.name, error.root_cause());
            placed(
                Diagnostic::error("plugin/invalid", message)
                    .help("build it again; `wasm-tools validate FILE` says more"),
            )
        })?;
        // Its type is all that has been looked at so far; nothing of it runs before the lock has been asked.
        let shape = contract::check(engine, &component, &file.name).map_err(placed)?;
        let methods = pinned.map(|pinned| pinned.methods.clone()).unwrap_or_default();
        hold(&Locked { methods, ..shape.locked(&file.name, &digest) }, pinned).map_err(placed)?;
        let manifest =
            describe::manifest(engine, &component, &file.name, digest, shape, self.limits).await.map_err(placed)?;
        hold(&manifest.locked(), pinned).map_err(placed)?;
        if let Some(cache) = &self.cache {
            cache.store(engine, &manifest.digest, &component, &manifest);
        }
        Ok(plugin(component, manifest))
    }

    fn runtime(&self) -> Result<&Runtime, Diagnostic> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let made = (|| {
            let make = if self.counting { engine::counting_engine } else { engine::engine };
            let engine = make(&self.limits)?;
            let mut linker = Linker::new(&engine);
            imports::link(&mut linker)?;
            let ticker = EpochTicker::start(&engine);
            Ok::<_, wasmtime::Error>(Runtime { engine, linker, _ticker: ticker })
        })()
        .map_err(|error| {
            Diagnostic::error("plugin/engine", format!("WebAssembly cannot run on this machine: {error:#}"))
        })?;
        Ok(self.runtime.get_or_init(|| made))
    }

    /// What plugins did and said so far.
    pub fn book(&self) -> &Arc<LogBook> {
        &self.book
    }

    /// All plugins: the embedded ones, then the project's.
    pub fn plugins(&self) -> &[Plugin] {
        &self.plugins
    }

    /// All kinds by name.
    pub fn kinds(&self) -> impl Iterator<Item = (&KindEntry, &Plugin)> {
        self.plugins.iter().flat_map(|plugin| plugin.manifest.kinds.iter().map(move |kind| (kind, plugin)))
    }

    /// Documents of all kinds, as the script stage wants them.
    pub fn kind_documents(&self) -> BTreeMap<String, KindDocument> {
        self.kinds().map(|(kind, _)| (kind.name.clone(), kind.document.clone())).collect()
    }

    /// The document of a kind and the plugin that offers it.
    pub fn kind(&self, name: &str) -> Option<(&KindEntry, usize)> {
        let index = *self.kinds.get(name)?;
        let entry = self.plugins.get(index)?.manifest.kinds.iter().find(|kind| kind.name == name)?;
        Some((entry, index))
    }

    /// The plugin that exports an interface; the last one, so that a project's own wins.
    pub fn with_export(&self, interface: &str) -> Option<usize> {
        self.plugins.iter().rposition(|plugin| plugin.manifest.exports.iter().any(|export| export == interface))
    }

    /// A plugin by its place in [`plugins`](Self::plugins).
    pub fn plugin(&self, index: usize) -> Option<&Plugin> {
        self.plugins.get(index)
    }

    /// A new instance of a plugin.
    ///
    /// # Errors
    /// When its code does not load, or it traps or reaches a limit while it starts.
    pub async fn instantiate(&self, index: usize, grants: Grants) -> Result<Core, Failure> {
        self.start(index, grants).await.map_err(|diagnostic| Failure::new(ErrorKind::Plugin, diagnostic))
    }

    async fn start(&self, index: usize, grants: Grants) -> Result<Core, Diagnostic> {
        let plugin = self.plugins.get(index).ok_or_else(|| Diagnostic::error("internal/plugin", "no such plugin"))?;
        let began = Instant::now();
        let runtime = self.runtime()?;
        let component = match &plugin.code {
            Code::Compiled(component) => component.clone(),
            Code::Embedded(code) => load_embedded(&runtime.engine, code).map_err(|error| {
                Diagnostic::error(
                    "plugin/bundle",
                    format!("the embedded plugin `{}` does not load: {error:#}", plugin.manifest.name),
                )
                .help("this mlhost was built for another kind of machine; install it again")
            })?,
        };
        let name: Arc<str> = Arc::from(plugin.manifest.name.as_str());
        let mut state = HostState::new(self.limits, Arc::clone(&name), Arc::clone(&self.book));
        state.http = grants.http;
        state.store = grants.store;
        if let Some(store) = &mut state.store {
            store.bound(self.limits.get(Limit::Store)).map_err(|error| {
                Diagnostic::error("cloud/store", error.to_string()).plugin(plugin.manifest.name.as_str())
            })?;
        }
        let core = Core::new(&runtime.engine, &runtime.linker, &component, name, state).await?;
        let Manifest { name: plugin, digest, .. } = &plugin.manifest;
        self.book.add(Entry::Loaded { plugin: plugin.clone(), digest: digest.clone(), elapsed: began.elapsed() });
        Ok(core)
    }
}

/// Loads code that was compiled into this very executable.
#[allow(unsafe_code)]
fn load_embedded(engine: &Engine, code: &'static [u8]) -> wasmtime::Result<Component> {
    if Engine::detect_precompiled(code) != Some(Precompiled::Component) {
        return Err(wasmtime::Error::msg("it is no compiled component"));
    }
    // SAFETY: the bytes are part of this executable, written by `bundle::write` of the same build; whoever could alter
    // them could alter the code around them.
    unsafe { Component::deserialize(engine, code) }
}

/// Refuses a plugin that is not what is pinned.
fn hold(found: &Locked, pinned: Option<&Locked>) -> Result<(), Diagnostic> {
    let differences = pinned.map(|pinned| lock::differences(pinned, found)).unwrap_or_default();
    if differences.is_empty() { Ok(()) } else { Err(lock::changed(&differences, &found.name)) }
}
