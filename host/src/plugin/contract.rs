//! The contract check: what a component exports and imports, held against what this host knows, before anything of it runs.

use std::collections::BTreeMap;

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use super::signature;
use crate::model::Diagnostic;

/// The contract version this host speaks.
pub const VERSION: &str = "0.1.0";

const PACKAGE: &str = "mlhost:plugin/";

/// An interface that a plugin may export, and the imports that entitles it to.
struct Role {
    interface: &'static str,
    grants: &'static [&'static str],
}

const ROLES: &[Role] = &[
    Role { interface: "resource-kinds", grants: &["log"] },
    Role { interface: "policies", grants: &["log"] },
    Role { interface: "deployer", grants: &["log", "http"] },
    Role { interface: "cloud", grants: &["log", "store"] },
    Role { interface: "exporter", grants: &["log"] },
];

/// What imports let a plugin do, as the ends of sentences about it. `methods` are those of the requests it may send; any
/// when empty.
pub fn permissions(imports: &[String], methods: &[String]) -> Vec<String> {
    let one = |import: &String| match import.as_str() {
        "http" if !methods.is_empty() => permission(import).replacen("HTTP", &methods.join(", "), 1),
        _ => permission(import),
    };
    imports.iter().map(one).collect()
}

/// What an import lets a plugin do, as the end of a sentence about it.
pub(super) fn permission(import: &str) -> String {
    match import {
        "log" => "writes lines to the log of mlhost".to_owned(),
        "http" => {
            "sends HTTP requests to the target's own origin, without ever seeing credentials or secrets".to_owned()
        }
        "store" => "keeps data in a store of its own".to_owned(),
        other => format!("is `{other}`, which mlhost does not know"),
    }
}

/// What a component turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// Version of the contract that it was built for.
    pub contract: String,
    /// Interfaces of the contract that it exports, without package and version.
    pub exports: Vec<String>,
    /// Everything it imports that is more than types, with package and version where it is not of the contract.
    pub imports: Vec<String>,
}

impl Shape {
    /// Whether it exports an interface of the contract.
    pub fn exports(&self, interface: &str) -> bool {
        self.exports.iter().any(|export| export == interface)
    }
}

/// Reads a component's type and refuses what the host cannot or may not serve.
///
/// # Errors
/// `plugin/no-role` when it exports nothing that mlhost calls, `plugin/contract-version` when it was built for another
/// version of the contract, `plugin/contract` when a function is missing or another one, `plugin/import-denied` when it
/// wants more than its exports entitle it to.
pub fn check(engine: &Engine, component: &Component, name: &str) -> Result<Shape, Diagnostic> {
    let ty = component.component_type();
    let mut shape = Shape { contract: VERSION.to_owned(), ..Shape::default() };
    let mut functions = Vec::new();
    for (export, item) in ty.exports(engine) {
        if let Some(interface) = interface_of(export, name)? {
            functions.push((interface.clone(), functions_of(engine, &item.ty)));
            shape.exports.push(interface);
        }
    }
    if !ROLES.iter().any(|role| shape.exports(role.interface)) {
        return Err(no_role(name));
    }
    for (import, item) in ty.imports(engine) {
        if types_only(engine, &item.ty) {
            continue;
        }
        let interface = interface_of(import, name)?;
        if let Some(interface) = &interface {
            has_no_others(name, interface, &functions_of(engine, &item.ty))?;
        }
        shape.imports.push(interface.unwrap_or_else(|| import.to_owned()));
    }
    for (interface, functions) in &functions {
        has_all(name, interface, functions)?;
    }
    granted(&shape, name)?;
    Ok(shape)
}

fn no_role(name: &str) -> Diagnostic {
    let known: Vec<&str> = ROLES.iter().map(|role| role.interface).collect();
    Diagnostic::error("plugin/no-role", format!("the plugin `{name}` exports nothing that mlhost calls"))
        .plugin(name)
        .note(format!("a plugin exports at least one of {} of mlhost:plugin@{VERSION}", known.join(", ")))
        .help("build it with one of the worlds in wit/worlds.wit")
}

/// Refuses imports that the exports do not entitle to.
fn granted(shape: &Shape, name: &str) -> Result<(), Diagnostic> {
    let granted: Vec<&str> =
        ROLES.iter().filter(|role| shape.exports(role.interface)).flat_map(|role| role.grants).copied().collect();
    match shape.imports.iter().find(|import| !granted.contains(&import.as_str())) {
        None => Ok(()),
        Some(denied) => Err(Diagnostic::error(
            "plugin/import-denied",
            format!("the plugin `{name}` imports `{denied}`, which it is not granted"),
        )
        .plugin(name)
        .note(format!("a plugin that exports {} is granted {}", shape.exports.join(", "), granted.join(", ")))
        .help("build it for wasm32-unknown-unknown without WASI, and use only what the world of its kind offers")),
    }
}

fn functions_of(engine: &Engine, item: &ComponentItem) -> BTreeMap<String, String> {
    match item {
        ComponentItem::ComponentInstance(instance) => signature::of_instance(engine, instance),
        _ => BTreeMap::new(),
    }
}

/// Whether a role has all the functions that mlhost calls, as it calls them. What it has beyond them is never called.
fn has_all(name: &str, interface: &str, functions: &BTreeMap<String, String>) -> Result<(), Diagnostic> {
    for (function, ours) in signature::known(interface) {
        let item = format!("{interface}.{function}");
        match functions.get(function) {
            Some(theirs) if theirs == ours => {}
            Some(theirs) => return Err(differs(name, &item, ours, theirs)),
            None => return Err(misfit(name, &format!("it has no `{item}`")).note(format!("mlhost calls {ours}"))),
        }
    }
    Ok(())
}

/// Whether all the functions that a plugin calls are there, as it calls them.
fn has_no_others(name: &str, interface: &str, functions: &BTreeMap<String, String>) -> Result<(), Diagnostic> {
    let known = signature::known(interface);
    for (function, theirs) in functions {
        let item = format!("{interface}.{function}");
        match known.get(function.as_str()) {
            Some(ours) if theirs == ours => {}
            Some(ours) => return Err(differs(name, &item, ours, theirs)),
            None => {
                return Err(misfit(name, &format!("it calls `{item}`, which mlhost does not offer"))
                    .note(format!("it calls {theirs}")));
            }
        }
    }
    Ok(())
}

fn differs(name: &str, item: &str, ours: &str, theirs: &str) -> Diagnostic {
    let (mine, other) = signature::first_difference(ours, theirs);
    misfit(name, &format!("`{item}` is another function"))
        .note(format!("mlhost has `{mine}`"))
        .note(format!("the plugin has `{other}`"))
}

fn misfit(name: &str, what: &str) -> Diagnostic {
    Diagnostic::error("plugin/contract", format!("the plugin `{name}` does not fit the plugin contract: {what}"))
        .plugin(name)
        .note(format!("it says that it was built for contract {VERSION}; this mlhost offers {VERSION}"))
        .help("rebuild the plugin against the released wit/ of that version; an unreleased one may have differed")
}

/// The name of an interface of the contract; `None` for anything of another package.
fn interface_of(item: &str, name: &str) -> Result<Option<String>, Diagnostic> {
    let Some(rest) = item.strip_prefix(PACKAGE) else { return Ok(None) };
    let (interface, version) = rest.split_once('@').unwrap_or((rest, ""));
    if version == VERSION {
        return Ok(Some(interface.to_owned()));
    }
    Err(Diagnostic::error(
        "plugin/contract-version",
        format!(
            "the plugin `{name}` was built for version {version} of the plugin contract; this mlhost speaks {VERSION}"
        ),
    )
    .plugin(name)
    .note(format!("it wants {version}; offered: {VERSION}; the first item that differs is `{item}`"))
    .help(format!("rebuild the plugin with mlhost-plugin {VERSION}, or use the mlhost release that speaks {version}")))
}

fn types_only(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::ComponentInstance(instance) => instance
            .exports(engine)
            .all(|(_, item)| matches!(item.ty, ComponentItem::Type(_) | ComponentItem::Resource(_))),
        ComponentItem::Type(_) | ComponentItem::Resource(_) => true,
        _ => false,
    }
}
