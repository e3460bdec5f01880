//! Builds the binary, with the plugins in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run::{Program, cargo, step};
use crate::{components, guests};

/// Where the bundle of compiled plugins is.
pub fn bundle(root: &Path) -> PathBuf {
    root.join("target/components/plugins.bundle")
}

/// Builds plugins, bundle and binary; `quiet` prints compiler progress only for a first build.
pub fn build(root: &Path, quiet: bool) -> Result<PathBuf> {
    let release = root.join("target/release");
    let binary = release.join("mlhost");
    let first = !binary.is_file();
    if first {
        step("the first build compiles WebAssembly's runtime and takes some minutes; later ones take seconds");
    }
    let guests = guests::build(root, quiet)?;
    let components = components::encode(root, &guests)?;
    compile(root, "mlhost-aot", quiet && !first, None)?;
    let bundle = bundle(root);
    let mut aot = Program::new(release.join("mlhost-aot"), &[]);
    aot.args([&bundle]);
    aot.args(components.iter().map(|(name, path)| format!("{name}={}", path.display())));
    aot.run().context("the plugins could not be compiled ahead of time")?;
    compile(root, "mlhost", quiet && !first, Some(&bundle))?;
    Ok(binary)
}

fn compile(root: &Path, binary: &str, quiet: bool, bundle: Option<&Path>) -> Result<()> {
    let mut command = cargo(root, &["build", "--release", "--package", "mlhost", "--bin", binary]);
    if quiet {
        command.args(["--quiet"]);
    }
    if let Some(bundle) = bundle {
        command.env("MLHOST_BUNDLE", bundle);
    }
    command.run()
}
