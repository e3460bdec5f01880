//! Compiles the plugins, all in one cargo call and one profile: a second profile or a second call would build the
//! standard library again.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{Program, cargo, step};
use crate::toolchain::{self, TARGET};

/// A plugin of this repository.
pub struct Guest {
    /// Name of its folder, and of the plugin.
    pub name: String,
    /// The core module that cargo made of it.
    pub module: PathBuf,
    /// It belongs to mlhost, and not to its tests alone.
    pub standard: bool,
}

/// Folders of plugins that belong to mlhost.
const STANDARD: [&str; 5] =
    ["plugins/resources", "plugins/policies", "plugins/deployers", "plugins/clouds", "plugins/exporters"];
/// Where the name of the compiler goes.
const COMPILER: &str = "target/components/compiler.txt";
/// The folder of those that only tests use.
const TESTS: &str = "tests/plugins";

/// Compiles all plugins; `quiet` says nothing unless there is something to do that takes long.
pub fn build(root: &Path, quiet: bool) -> Result<Vec<Guest>> {
    let target_dir = root.join("target/guests");
    let out = target_dir.join(TARGET).join("guest");
    let packages = discover(root)?;
    let toolchain = toolchain::find()?;
    let first = !out.is_dir();
    if first || !quiet {
        step(&format!("plugins: {}", toolchain.reason));
    }
    let mut command = cargo(root, &["build", "--target", TARGET, "--profile", "guest", "--target-dir"]);
    command.args([&target_dir]);
    if quiet && !first {
        command.args(["--quiet"]);
    }
    for found in &packages {
        command.args(["--package", &found.package]);
    }
    if let Some(rustc) = &toolchain.rustc {
        command.env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN").env_remove("RUSTC_WRAPPER");
    }
    if toolchain.build_std {
        command.args(["-Zbuild-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
    }
    if let Some(linker) = &toolchain.linker {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    command.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", remap(root));
    command.run()?;
    note_compiler(root, toolchain.rustc.as_deref())?;
    Ok(packages
        .into_iter()
        .map(|Found { name, package, standard }| {
            let module = out.join(format!("{}.wasm", package.replace('-', "_")));
            Guest { name, module, standard }
        })
        .collect())
}

/// Writes down which compiler made the plugins: what they compute differs a little from one to another.
fn note_compiler(root: &Path, rustc: Option<&Path>) -> Result<()> {
    let rustc = rustc.unwrap_or(Path::new("rustc"));
    let version = Program::new(rustc, &["--version"]).current_dir(root).output().unwrap_or_default();
    let file = root.join(COMPILER);
    let folder = file.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    std::fs::write(&file, version).with_context(|| format!("cannot write {}", file.display()))
}

/// Flags that keep the paths of this machine out of the modules, so that they are the same to the byte everywhere.
fn remap(root: &Path) -> String {
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut flags = vec![format!("--remap-path-prefix={}=/mlhost", root.display())];
    flags.extend(cargo_home.map(|home| format!("--remap-path-prefix={}=/cargo", home.display())));
    flags.join("\u{1f}")
}

struct Found {
    name: String,
    package: String,
    standard: bool,
}

/// Every plugin, by name.
fn discover(root: &Path) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for group in STANDARD.into_iter().chain([TESTS]) {
        let Ok(entries) = std::fs::read_dir(root.join(group)) else { continue };
        for entry in entries {
            let folder = entry?.path();
            let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else { continue };
            let name =
                folder.file_name().and_then(|name| name.to_str()).context("a plugin's folder has a plain name")?;
            let package = manifest
                .lines()
                .find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
                .with_context(|| format!("{}/Cargo.toml has no package name", folder.display()))?;
            found.push(Found { name: name.to_owned(), package: package.to_owned(), standard: group != TESTS });
        }
    }
    if found.is_empty() {
        bail!("there are no plugins below {}/plugins", root.display());
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
