//! Which Rust compiles the plugins.
//!
//! In this order: the active toolchain when it has the target; a compiler of its own (`MLHOST_GUEST_RUSTC`, or the
//! distribution's) with the target's standard library, built or as source; else one is installed, unless the owner of
//! the machine forbids it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::run::{Program, step};

/// The target of all plugins.
pub const TARGET: &str = "wasm32-unknown-unknown";

const DISTRIBUTION: &str = "/usr/bin/rustc";
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// A Rust that can compile plugins.
pub struct Toolchain {
    /// The compiler to name in `RUSTC`; `None` for the active toolchain.
    pub rustc: Option<PathBuf>,
    /// Whether the standard library has to be built from its source.
    pub build_std: bool,
    /// The linker, where the toolchain has none of its own.
    pub linker: Option<PathBuf>,
    /// One line that says which it is and why.
    pub reason: String,
}

/// Finds a toolchain, installing one when that is allowed.
///
/// # Errors
/// One sentence that names the remedies.
pub fn find() -> Result<Toolchain> {
    if let Some(found) = search() {
        return Ok(found);
    }
    install()?;
    match search() {
        Some(found) => Ok(found),
        None => bail!(
            "the plugins need a Rust with the target {TARGET}, and what was installed does not have it; {}",
            remedies()
        ),
    }
}

fn search() -> Option<Toolchain> {
    if has_target(Path::new("rustc")) {
        return Some(Toolchain {
            rustc: None,
            build_std: false,
            linker: None,
            reason: format!("the active toolchain has {TARGET}"),
        });
    }
    let own = std::env::var_os("MLHOST_GUEST_RUSTC").map(PathBuf::from);
    own.into_iter().chain([PathBuf::from(DISTRIBUTION)]).find_map(|rustc| {
        let build_std = !has_target(&rustc);
        if build_std && !sysroot(&rustc)?.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
            return None;
        }
        let how = if build_std { "builds the standard library from source" } else { "has its standard library" };
        let reason = format!("the active toolchain lacks {TARGET}; {} {how}", rustc.display());
        Some(Toolchain { linker: linker(&rustc), rustc: Some(rustc), build_std, reason })
    })
}

/// Asks a compiler, outside of the workspace so that no toolchain file of it takes part.
fn ask(rustc: &Path, arguments: &[&str]) -> Option<String> {
    Program::new(rustc, arguments).current_dir(Path::new("/")).output()
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    ask(rustc, &["--print", "sysroot"]).map(PathBuf::from)
}

fn has_target(rustc: &Path) -> bool {
    let Some(folder) = ask(rustc, &["--print", "target-libdir", "--target", TARGET]) else { return false };
    std::fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

/// A linker for WebAssembly: the toolchain's own, the active toolchain's, or LLVM's of the distribution.
fn linker(rustc: &Path) -> Option<PathBuf> {
    let bundled = [rustc, Path::new("rustc")].into_iter().find_map(|rustc| {
        let host = ask(rustc, &["--print", "host-tuple"])?;
        let path = sysroot(rustc)?.join("lib/rustlib").join(host).join("bin/rust-lld");
        path.is_file().then_some(path)
    });
    bundled.or_else(|| {
        let path = std::env::var_os("PATH")?;
        let mut found: Vec<(u32, PathBuf)> = std::env::split_paths(&path)
            .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten())
            .filter_map(|entry| {
                let name = entry.file_name();
                let name = name.to_str()?;
                let version = name.strip_prefix("wasm-ld")?;
                let version = version.strip_prefix('-').map_or(Some(0), |number| number.parse().ok())?;
                Some((version, entry.path()))
            })
            .collect();
        found.sort();
        found.pop().map(|(_, path)| path)
    })
}

fn forbidden() -> bool {
    std::env::var("RUSTUP_AUTO_INSTALL").is_ok_and(|value| value == "0")
}

fn remedies() -> String {
    let debian = format!("apt-get install --no-install-recommends {}", PACKAGES.join(" "));
    if forbidden() {
        format!("run `{debian}` as root, or set MLHOST_GUEST_RUSTC to a rustc that has it")
    } else {
        format!("run `rustup target add {TARGET}`, or `{debian}` as root")
    }
}

fn install() -> Result<()> {
    let rustup = Program::new("rustup", &["--version"]).output().is_some();
    if rustup && !forbidden() {
        step(&format!("the plugins need the target {TARGET}: rustup target add {TARGET}"));
        return Program::new("rustup", &["target", "add", TARGET]).run();
    }
    let root = Program::new("id", &["-u"]).output().is_some_and(|id| id == "0");
    let apt = Path::new("/usr/bin/apt-get").is_file();
    if !(root && apt) {
        bail!("the plugins need a Rust with the target {TARGET}: {}", remedies());
    }
    step(&format!("the plugins need the target {TARGET}: apt-get install {}", PACKAGES.join(" ")));
    Program::new("apt-get", &["update", "-q"]).env("DEBIAN_FRONTEND", "noninteractive").run()?;
    Program::new("apt-get", &["install", "-q", "-y", "--no-install-recommends"])
        .args(PACKAGES)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
}
