//! The standard plugins in one piece: manifests and code compiled ahead of time, embedded in the binary.
//!
//! Layout: 8 bytes of magic, the length of the index (8 bytes, little endian), the index as JSON, then the compiled
//! components. It is trusted because it is part of the executable; nothing else is ever read in this form.

use serde::{Deserialize, Serialize};
use wasmtime::Engine;

use super::manifest::Manifest;

const MAGIC: &[u8; 8] = b"mlhost\x00\x01";

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    manifest: Manifest,
    /// From the end of the index.
    offset: usize,
    length: usize,
}

/// A plugin of the bundle.
#[derive(Debug)]
pub struct Bundled {
    /// What it is.
    pub manifest: Manifest,
    /// Its compiled code.
    pub code: &'static [u8],
}

/// Writes a bundle from manifests and the components they describe.
///
/// # Errors
/// When a component does not compile.
pub fn write(engine: &Engine, plugins: &[(Manifest, Vec<u8>)]) -> wasmtime::Result<Vec<u8>> {
    let mut code = Vec::new();
    let mut entries = Vec::new();
    for (manifest, component) in plugins {
        let compiled = engine.precompile_component(component)?;
        entries.push(Entry { manifest: manifest.clone(), offset: code.len(), length: compiled.len() });
        code.extend_from_slice(&compiled);
        code.resize(code.len().next_multiple_of(16), 0);
    }
    let index = serde_json::to_vec(&entries)?;
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&(index.len() as u64).to_le_bytes());
    out.extend_from_slice(&index);
    out.extend_from_slice(&code);
    Ok(out)
}

/// Reads a bundle; an empty one holds no plugins.
///
/// # Errors
/// A sentence, when it is not a bundle of this version.
pub fn read(bytes: &'static [u8]) -> Result<Vec<Bundled>, String> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let bad = || "the embedded plugins are damaged; install mlhost again".to_owned();
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(bad)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
    let (index, code) = rest.split_at_checked(u64::from_le_bytes(*length) as usize).ok_or_else(bad)?;
    let entries: Vec<Entry> = serde_json::from_slice(index).map_err(|_| bad())?;
    entries
        .into_iter()
        .map(|entry| {
            let code =
                entry.offset.checked_add(entry.length).and_then(|end| code.get(entry.offset..end)).ok_or_else(bad)?;
            Ok(Bundled { manifest: entry.manifest, code })
        })
        .collect()
}
