//! `mlhost plugin …`: what there is to declare, and by whose leave.

use std::path::Path;

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plugin::Plugin;
use mlhost::project::Project;
use mlhost::suggest;
use serde_json::Value;

use super::Done;
use super::args::{EnvironmentArguments, PluginCommand};
use super::report::json::documents;
use super::report::limits::limits;
use super::report::plugins::{KindPage, PluginPage, PolicyPage, inspect, list};
use super::session::Session;
use super::terminal::Terminal;

pub async fn run(command: PluginCommand, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    match command {
        PluginCommand::List { path, plugins } => {
            let session = open(&path, plugins, sources).await?;
            let pages: Vec<Page> = session.catalog.plugins().iter().map(Page::new).collect();
            let pages: Vec<PluginPage<'_>> = pages.iter().map(Page::whole).collect();
            terminal.print(&if terminal.json() { documents::plugins(&pages) } else { list(&pages, &terminal.out) });
        }
        PluginCommand::Update { names, path, yes } => {
            return super::update::run(&names, &path, yes, terminal, sources).await;
        }
        PluginCommand::Certify { file, path } => return super::certify::run(&file, &path, terminal, sources).await,
        PluginCommand::Limits { path } => {
            let project = Project::load(&path, None, &[], sources)?;
            terminal.print(&if terminal.json() {
                documents::limits(&project.limits)
            } else {
                limits(&project.limits, &terminal.out)
            });
        }
        PluginCommand::Inspect { name, path } => {
            let file = Path::new(&name).is_file();
            let session = open(&path, if file { vec![name.clone()] } else { Vec::new() }, sources).await?;
            let pages: Vec<Page> = session.catalog.plugins().iter().map(Page::new).collect();
            let name = if file { super::session::plugin_file(&name).name } else { name };
            let page = find(&pages, &name).ok_or_else(|| unknown(&pages, &name))?;
            terminal.print(&if terminal.json() { documents::plugins(&[page]) } else { inspect(&page, &terminal.out) });
        }
    }
    Ok(Done::Well)
}

async fn open(path: &Path, plugins: Vec<String>, sources: &mut Sources) -> Result<Session, Failure> {
    let options = EnvironmentArguments { plugins, ..EnvironmentArguments::default() };
    Session::open(path, &options, sources).await
}

/// A plugin with the words that a page borrows.
struct Page<'a> {
    plugin: &'a Plugin,
    origin: String,
}

impl<'a> Page<'a> {
    fn new(plugin: &'a Plugin) -> Self {
        let origin = plugin.path.as_ref().map_or_else(|| "built in".to_owned(), |path| path.display().to_string());
        Self { plugin, origin }
    }

    fn whole(&self) -> PluginPage<'_> {
        self.part(|_| true)
    }

    /// The plugin with those of its kinds and policies that are wanted.
    fn part(&self, wanted: impl Fn(&str) -> bool) -> PluginPage<'_> {
        let manifest = &self.plugin.manifest;
        let kinds = manifest.kinds.iter().filter(|kind| wanted(&kind.name));
        let policies = manifest.policies.iter().filter(|policy| wanted(&policy.name));
        PluginPage {
            name: &manifest.name,
            origin: &self.origin,
            digest: &manifest.digest,
            exports: &manifest.exports,
            imports: &manifest.imports,
            methods: manifest.methods(),
            kinds: kinds
                .map(|kind| KindPage { name: &kind.name, summary: &kind.summary, document: &kind.document })
                .collect(),
            policies: policies
                .map(|policy| PolicyPage {
                    name: &policy.name,
                    summary: &policy.summary,
                    parameters: policy.document.get("parameters").unwrap_or(&Value::Null),
                })
                .collect(),
        }
    }
}

/// A plugin of that name, else the plugin of a kind or policy of that name with nothing else in it.
fn find<'a>(pages: &'a [Page<'_>], name: &str) -> Option<PluginPage<'a>> {
    if let Some(page) = pages.iter().find(|page| page.plugin.manifest.name == name) {
        return Some(page.whole());
    }
    let parts = pages.iter().map(|page| page.part(|part| part == name));
    parts.into_iter().find(|page| !page.kinds.is_empty() || !page.policies.is_empty())
}

fn unknown(pages: &[Page<'_>], name: &str) -> Failure {
    let words = pages.iter().flat_map(|page| {
        let manifest = &page.plugin.manifest;
        let kinds = manifest.kinds.iter().map(|kind| kind.name.as_str());
        kinds.chain(manifest.policies.iter().map(|policy| policy.name.as_str())).chain([manifest.name.as_str()])
    });
    let words: Vec<&str> = words.collect();
    let diagnostic = Diagnostic::error("plugin/unknown", format!("there is no plugin, kind or policy `{name}`"));
    Failure::new(ErrorKind::NotFound, diagnostic.help(suggest::help(name, "there are", words.iter().copied())))
}
