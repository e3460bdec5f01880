//! Reads a plugin's manifest: its shape from its type, the rest by asking it once.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::contract::Shape;
use super::imports::{self, HostState};
use super::instance::Core;
use super::limits::Limits;
use super::manifest::{KindEntry, Manifest, PolicyEntry};
use super::roles::{Cloud, Deployer, Kinds, Policies};
use crate::model::Diagnostic;

/// SHA-256 of a component, hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Asks a component what it is and offers; `shape` is what [`super::contract::check`] found it to be.
///
/// # Errors
/// A trap, a limit, or a description that is not what the contract says.
pub async fn manifest(
    engine: &Engine,
    component: &Component,
    name: &str,
    digest: String,
    shape: Shape,
    limits: Limits,
) -> Result<Manifest, Diagnostic> {
    let mut linker = Linker::new(engine);
    imports::link(&mut linker).map_err(|error| Diagnostic::error("internal/linker", error.to_string()))?;
    let core = async || {
        Core::new(engine, &linker, component, Arc::from(name), HostState::new(limits, Arc::from(name), Arc::default()))
            .await
    };
    let mut manifest = Manifest {
        name: name.to_owned(),
        digest,
        contract: shape.contract.clone(),
        imports: shape.imports.clone(),
        exports: shape.exports.clone(),
        ..Manifest::default()
    };
    ask(&mut manifest, &shape, name, core).await?;
    Ok(manifest)
}

async fn ask(
    manifest: &mut Manifest,
    shape: &Shape,
    name: &str,
    core: impl AsyncFn() -> Result<Core, Diagnostic>,
) -> Result<(), Diagnostic> {
    if shape.exports("resource-kinds") {
        for kind in Kinds::new(core().await?)?.kinds().await? {
            let document = json(name, &kind.name, &kind.document)?;
            if !is_word(&kind.name) {
                return Err(bad(name, format!("`{}` is no name for a kind", kind.name)));
            }
            manifest.kinds.push(KindEntry { name: kind.name, summary: kind.summary, document });
        }
    }
    if shape.exports("policies") {
        for policy in Policies::new(core().await?)?.policies().await? {
            let document = json(name, &policy.name, &policy.document)?;
            manifest.policies.push(PolicyEntry { name: policy.name, summary: policy.summary, document });
        }
    }
    if shape.exports("deployer") {
        manifest.deployer = Some(json(name, "deployer", &Deployer::new(core().await?)?.describe().await?)?);
    }
    if shape.exports("cloud") {
        manifest.cloud = Some(json(name, "cloud", &Cloud::new(core().await?)?.describe().await?)?);
    }
    Ok(())
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 64
}

fn json<T: serde::de::DeserializeOwned>(plugin: &str, what: &str, text: &str) -> Result<T, Diagnostic> {
    serde_json::from_str(text)
        .map_err(|error| bad(plugin, format!("the description of `{what}` is not what the contract says: {error}")))
}

fn bad(plugin: &str, message: String) -> Diagnostic {
    Diagnostic::error("plugin/description", format!("the plugin `{plugin}`: {message}"))
        .plugin(plugin)
        .help("the documents are described in wit/schemas; report it to the plugin's author")
}
