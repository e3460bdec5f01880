//! Turns core modules into components.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use wit_component::ComponentEncoder;

use crate::guests::Guest;

/// Name and file of every component, made anew where its module is newer.
pub fn encode(root: &Path, guests: &[Guest]) -> Result<Vec<(String, PathBuf)>> {
    let folder = root.join("target/components");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    guests
        .iter()
        .map(|guest| {
            let out = folder.join(format!("{}.wasm", guest.name));
            if modified(&out) < modified(&guest.module) {
                let module =
                    std::fs::read(&guest.module).with_context(|| format!("cannot read {}", guest.module.display()))?;
                let component = ComponentEncoder::default()
                    .module(&module)
                    .and_then(|encoder| encoder.validate(true).encode())
                    .map_err(|error| anyhow::anyhow!("{}: {error:#}", guest.name))?;
                std::fs::write(&out, component).with_context(|| format!("cannot write {}", out.display()))?;
            }
            Ok((guest.name.clone(), out))
        })
        .collect()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
