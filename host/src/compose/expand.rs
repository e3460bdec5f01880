//! Calls the resource plugins: one batch for each plugin and round.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::schema::Schemas;
use crate::model::environment::RuleSet;
use crate::model::{Declaration, Diagnostic, ErrorKind, Failure, Mode, Resource, Severity};
use crate::plugin::roles::Kinds;
use crate::plugin::{Catalog, Grants, kinds_api, types, wellformed};

/// How deep patterns may nest: an expansion of an expansion of …
const MAX_ROUNDS: usize = 16;

/// Declarations per call: bounds the guest's memory without costing a measurable number of calls.
const BATCH: usize = 4_000;

/// All that the expansion of a definition gave.
#[derive(Default)]
pub struct Expanded {
    /// Resources with unresolved tokens; `depends_on` holds what they list themselves.
    pub resources: Vec<Resource>,
    /// Every declaration, those of expansions included.
    pub declarations: BTreeMap<String, Declaration>,
    /// What the schemas and plugins say.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands declarations until nothing is left to expand.
pub async fn expand(
    catalog: &Catalog,
    context: &types::Context,
    declarations: Vec<Declaration>,
    expander: &mut impl Expander,
) -> Result<Expanded, Failure> {
    let mut run = Run {
        catalog,
        context,
        schemas: Schemas::default(),
        rules: HashMap::new(),
        expander,
        out: Expanded::default(),
    };
    let mut round = declarations;
    for _ in 0..MAX_ROUNDS {
        if round.is_empty() {
            return Ok(run.out);
        }
        round = run.round(round).await?;
    }
    let address = round.first().map(|declaration| declaration.address.clone()).unwrap_or_default();
    Err(Failure::new(
        ErrorKind::Plugin,
        Diagnostic::error("compose/endless", format!("the expansion of `{address}` does not come to an end"))
            .about(address)
            .note(format!("{MAX_ROUNDS} rounds of declarations that ask for further declarations"))
            .help("report it to the author of the plugin that offers its kind"),
    ))
}

/// Has plugins expand declarations.
pub trait Expander {
    /// Lets the plugin at this place in the catalog expand a batch; the answers are in the order of the declarations.
    fn expand(
        &mut self,
        plugin: usize,
        context: &types::Context,
        declarations: Vec<types::Declaration>,
    ) -> impl Future<Output = Result<Vec<kinds_api::Expansion>, Failure>>;
}

/// Instances of the catalog's plugins, made when first needed.
pub struct Instances<'a> {
    catalog: &'a Catalog,
    made: HashMap<usize, Kinds>,
}

impl<'a> Instances<'a> {
    /// None yet.
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, made: HashMap::new() }
    }
}

impl Expander for Instances<'_> {
    async fn expand(
        &mut self,
        plugin: usize,
        context: &types::Context,
        declarations: Vec<types::Declaration>,
    ) -> Result<Vec<kinds_api::Expansion>, Failure> {
        let failure = |diagnostic| Failure::new(ErrorKind::Plugin, diagnostic);
        let kinds = match self.made.entry(plugin) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(vacant) => {
                let core = self.catalog.instantiate(plugin, Grants::default()).await?;
                vacant.insert(Kinds::new(core).map_err(failure)?)
            }
        };
        kinds.expand(context, &declarations).await.map_err(failure)
    }
}

struct Run<'a, E> {
    catalog: &'a Catalog,
    context: &'a types::Context,
    schemas: Schemas,
    rules: HashMap<String, Arc<RuleSet>>,
    expander: &'a mut E,
    out: Expanded,
}

impl<E: Expander> Run<'_, E> {
    /// Expands one round and gives the declarations of the next.
    async fn round(&mut self, declarations: Vec<Declaration>) -> Result<Vec<Declaration>, Failure> {
        let mut batches: BTreeMap<usize, Vec<Declaration>> = BTreeMap::new();
        for declaration in declarations {
            let Some((kind, plugin)) = self.catalog.kind(&declaration.kind) else {
                self.out.diagnostics.push(unknown_kind(self.catalog, &declaration));
                continue;
            };
            let problems = self.schemas.check(&declaration, &kind.document);
            if problems.is_empty() {
                batches.entry(plugin).or_default().push(declaration.clone());
            }
            self.out.diagnostics.extend(problems);
            self.out.declarations.insert(declaration.address.clone(), declaration);
        }
        let mut next = Vec::new();
        let mut seen = HashSet::new();
        for (plugin, batch) in batches {
            for chunk in batch.chunks(BATCH) {
                let answers = self.call(plugin, chunk).await?;
                for (declaration, expansion) in chunk.iter().zip(answers) {
                    for further in self.take(plugin, declaration, expansion)? {
                        if seen.insert(further.address.clone()) {
                            next.push(further);
                        }
                    }
                }
            }
        }
        Ok(next)
    }

    async fn call(&mut self, plugin: usize, chunk: &[Declaration]) -> Result<Vec<kinds_api::Expansion>, Failure> {
        let declarations = chunk.iter().map(outgoing).collect();
        let answers = self.expander.expand(plugin, self.context, declarations).await?;
        if answers.len() != chunk.len() {
            let message = format!("it answered {} of {} declarations", answers.len(), chunk.len());
            return Err(Failure::new(ErrorKind::Plugin, self.broken(plugin, message)));
        }
        Ok(answers)
    }

    fn broken(&self, plugin: usize, message: String) -> Diagnostic {
        let name = self.catalog.plugin(plugin).map_or("", |plugin| plugin.manifest.name.as_str());
        Diagnostic::error("plugin/contract", format!("the plugin `{name}` broke the contract: {message}"))
            .plugin(name)
            .help("report it to the plugin's author")
    }

    /// Checks an expansion and takes its parts.
    fn take(
        &mut self,
        plugin: usize,
        declaration: &Declaration,
        expansion: kinds_api::Expansion,
    ) -> Result<Vec<Declaration>, Failure> {
        let failure = |diagnostic| Failure::new(ErrorKind::Plugin, diagnostic);
        let name: Arc<str> = self.catalog.plugin(plugin).map_or("", |plugin| plugin.manifest.name.as_str()).into();
        let mut wrong = false;
        for diagnostic in expansion.diagnostics {
            let diagnostic = incoming_diagnostic(diagnostic, &name, &declaration.address);
            wrong |= diagnostic.severity == Severity::Error;
            self.out.diagnostics.push(diagnostic);
        }
        if wrong {
            return Ok(Vec::new());
        }
        for resource in expansion.resources {
            let resource =
                self.resource(&name, declaration, resource).map_err(|message| failure(self.broken(plugin, message)))?;
            self.out.resources.push(resource);
        }
        let mut further = Vec::new();
        for derived in expansion.declarations {
            let derived =
                derived_declaration(declaration, derived).map_err(|message| failure(self.broken(plugin, message)))?;
            match self.out.declarations.get(&derived.address) {
                Some(known) if known.properties == derived.properties => {}
                Some(known) if known.expanded_from.is_none() => {
                    // What the script says of it counts; the plugin only wanted it to be there.
                }
                Some(_) => self.out.diagnostics.push(
                    Diagnostic::error(
                        "compose/conflict",
                        format!("`{}` is asked for twice, with different properties", derived.address),
                    )
                    .about(derived.address.as_str())
                    .at(derived.span)
                    .help("declare it in the script, and hand it to both"),
                ),
                None => further.push(derived),
            }
        }
        Ok(further)
    }

    fn resource(
        &mut self,
        plugin: &Arc<str>,
        declaration: &Declaration,
        raw: types::Resource,
    ) -> Result<Resource, String> {
        let (body, details) = wellformed::parts(&declaration.address, &raw)?;
        let modelled =
            details.get("modelled").and_then(Value::as_bool).unwrap_or_else(|| self.modelled(&declaration.kind));
        let rules = match details.get("rules") {
            Some(rules) => {
                let rules = serde_json::from_value(rules.clone())
                    .map_err(|error| format!("rules of `{}`: {error}", raw.address))?;
                Arc::new(RuleSet { rules, compare: self.rules(&declaration.kind).compare })
            }
            None => self.rules(&declaration.kind),
        };
        Ok(Resource {
            address: raw.address,
            kind: declaration.kind.as_str().into(),
            plugin: Arc::clone(plugin),
            resource_type: raw.type_,
            id: raw.id,
            body,
            depends_on: raw.depends_on,
            details,
            rules,
            modelled,
            mode: declaration.mode,
            protected: declaration.protected,
            span: declaration.span,
        })
    }

    fn modelled(&self, kind: &str) -> bool {
        self.catalog.kind(kind).is_none_or(|(entry, _)| entry.document.modelled)
    }

    fn rules(&mut self, kind: &str) -> Arc<RuleSet> {
        let catalog = self.catalog;
        Arc::clone(self.rules.entry(kind.to_owned()).or_insert_with(|| {
            let document = catalog.kind(kind).map(|(entry, _)| &entry.document);
            Arc::new(document.map_or_else(RuleSet::default, |document| RuleSet {
                rules: document.rules.clone(),
                compare: document.compare,
            }))
        }))
    }
}

fn outgoing(declaration: &Declaration) -> types::Declaration {
    types::Declaration {
        address: declaration.address.clone(),
        kind: declaration.kind.clone(),
        name: declaration.name.clone(),
        mode: declaration.mode.as_str().to_owned(),
        properties: serde_json::to_string(&declaration.properties).unwrap_or_else(|_| "{}".to_owned()),
    }
}

fn derived_declaration(origin: &Declaration, raw: types::Declaration) -> Result<Declaration, String> {
    if !raw.address.starts_with(&format!("{}.", raw.kind)) {
        return Err(format!("the address `{}` does not begin with its kind `{}`", raw.address, raw.kind));
    }
    let mode = match raw.mode.as_str() {
        "managed" => Mode::Managed,
        "existing" => Mode::Existing,
        other => return Err(format!("`{}` has the unknown mode `{other}`", raw.address)),
    };
    Ok(Declaration {
        properties: wellformed::parse(&raw.properties, "properties", &raw.address)?,
        address: raw.address,
        kind: raw.kind,
        name: raw.name,
        mode,
        span: origin.span,
        property_spans: BTreeMap::new(),
        protected: origin.protected,
        expanded_from: Some(origin.address.clone()),
    })
}

/// A plugin's diagnostic in the host's terms; what it leaves empty is filled in.
pub fn incoming_diagnostic(raw: types::Diagnostic, plugin: &str, address: &str) -> Diagnostic {
    let severity = match raw.severity {
        types::Severity::Error => Severity::Error,
        types::Severity::Warning => Severity::Warning,
        types::Severity::Info => Severity::Info,
    };
    let mut diagnostic = Diagnostic::new(severity, raw.code, raw.message).plugin(plugin);
    let about = if raw.address.is_empty() { address } else { &raw.address };
    if !about.is_empty() {
        diagnostic = diagnostic.about(about);
    }
    if !raw.pointer.is_empty() {
        diagnostic = diagnostic.pointer(raw.pointer);
    }
    if raw.help.is_empty() { diagnostic } else { diagnostic.help(raw.help) }
}

fn unknown_kind(catalog: &Catalog, declaration: &Declaration) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("compose/unknown-kind", format!("no plugin offers the kind `{}`", declaration.kind))
            .about(declaration.address.as_str())
            .at(declaration.span);
    let kinds: Vec<&str> = catalog.kinds().map(|(kind, _)| kind.name.as_str()).collect();
    diagnostic.help(crate::suggest::help(&declaration.kind, "kinds", kinds.iter().copied()))
}
