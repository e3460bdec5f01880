//! Projects of any size: groups of eight resources of six kinds that refer to each other, made by a loop.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Resources of a group.
pub const GROUP: usize = 8;

/// The script that `tests/fuel` runs, too.
const SCRIPT: &str = include_str!("../../../tests/fuel/platform.rhai");

const PROJECT: &str = "[project]\nname = \"bench\"\n\n[environments.dev]\nlocation = \"westeurope\"\nresource_group = \"bench\"\n\n\
                       [environments.dev.values]\n";

/// What a project of more than 50,000 resources has to allow: policies see all of it at once.
const LARGE: &str = "\n[limits]\nmemory = \"1 GiB\"\n";

/// Writes a project of `resources` (and the group they lie in), without anything deployed.
pub fn write(folder: &Path, resources: usize) -> Result<PathBuf> {
    let folder = folder.join(format!("project-{resources}"));
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(folder.join("platform.rhai"), SCRIPT)?;
    let limits = if resources > 50_000 { LARGE } else { "" };
    std::fs::write(folder.join("mlhost.toml"), format!("{PROJECT}groups = {}\n{limits}", resources / GROUP))?;
    forget(&folder)?;
    Ok(folder)
}

/// Removes state and cloud.
pub fn forget(folder: &Path) -> Result<()> {
    let data = folder.join(".mlhost");
    if data.is_dir() {
        std::fs::remove_dir_all(&data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    Ok(())
}
