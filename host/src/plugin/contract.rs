//! The contract check: what a component exports and imports, held against what this host knows, before anything of it runs.

use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

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

/// What a component turned out to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
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
/// version of the contract, `plugin/import-denied` when it wants more than its exports entitle it to.
pub fn check(engine: &Engine, component: &Component, name: &str) -> Result<Shape, Diagnostic> {
    let ty = component.component_type();
    let mut shape = Shape::default();
    for (export, _) in ty.exports(engine) {
        if let Some(interface) = interface_of(export, name)? {
            shape.exports.push(interface);
        }
    }
    if !ROLES.iter().any(|role| shape.exports(role.interface)) {
        let known: Vec<&str> = ROLES.iter().map(|role| role.interface).collect();
        return Err(Diagnostic::error(
            "plugin/no-role",
            format!("the plugin `{name}` exports nothing that mlhost calls"),
        )
        .plugin(name)
        .note(format!("a plugin exports at least one of {} of mlhost:plugin@{VERSION}", known.join(", ")))
        .help("build it with one of the worlds in wit/worlds.wit"));
    }
    for (import, item) in ty.imports(engine) {
        if types_only(engine, &item.ty) {
            continue;
        }
        shape.imports.push(interface_of(import, name)?.unwrap_or_else(|| import.to_owned()));
    }
    let granted: Vec<&str> =
        ROLES.iter().filter(|role| shape.exports(role.interface)).flat_map(|role| role.grants).copied().collect();
    if let Some(denied) = shape.imports.iter().find(|import| !granted.contains(&import.as_str())) {
        return Err(Diagnostic::error(
            "plugin/import-denied",
            format!("the plugin `{name}` imports `{denied}`, which it is not granted"),
        )
        .plugin(name)
        .note(format!("a plugin that exports {} is granted {}", shape.exports.join(", "), granted.join(", ")))
        .help("build it for wasm32-unknown-unknown without WASI, and use only what the world of its kind offers"));
    }
    Ok(shape)
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
    .note(format!("the first item that differs is `{item}`"))
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
