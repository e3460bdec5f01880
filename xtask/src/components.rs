//! Turns core modules into components.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use wit_component::ComponentEncoder;

use crate::guests::Guest;

/// Makes the component of every plugin whose module is newer, and gives name and file of those that belong to mlhost.
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
            Ok(guest.standard.then(|| (guest.name.clone(), out)))
        })
        .filter_map(Result::transpose)
        .collect()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}
