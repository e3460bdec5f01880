//! Reads component files.

use std::io::Read;

use super::catalog::{PluginFile, Trust};
use super::limits::{Limit, Limits};
use crate::model::Diagnostic;

/// The bytes of a component.
///
/// # Errors
/// When the file is not there, is outside of the project that names it, is too large, or is no component.
pub fn read(file: &PluginFile, limits: &Limits) -> Result<Vec<u8>, Diagnostic> {
    let limit = limits.get(Limit::File);
    let problem = |code: &str, message: String| {
        Diagnostic::error(code, message)
            .plugin(file.name.as_str())
            .in_file(file.path.display().to_string())
            .at(file.span)
    };
    let unreadable = |error: std::io::Error| {
        problem("plugin/not-found", format!("the file of the plugin `{}` cannot be read: {error}", file.name))
            .help("check the path in [plugins] of mlhost.toml, or the argument of --plugin")
    };
    let bytes = match &file.trust {
        Trust::Named => {
            std::fs::File::open(&file.path).and_then(|opened| bounded(opened, limit)).map_err(unreadable)?
        }
        Trust::Project { folder, path, .. } => match folder.open_file(path) {
            Ok(Some(opened)) => bounded(opened, limit).map_err(unreadable)?,
            Ok(None) => {
                let message = format!("the plugin `{}` lies outside of the project: `{path}`", file.name);
                return Err(problem("plugin/outside", message)
                    .help("move it below the project folder, or name it on the command line with --plugin"));
            }
            Err(error) => return Err(unreadable(error)),
        },
    };
    if bytes.len() as u64 > limit {
        let message = format!("the plugin `{}` is larger than {}", file.name, Limit::File.show(limit));
        return Err(problem("plugin/too-large", message).help(
            "build it with optimisation and without debug information, or raise `file` of `[limits]` in mlhost.toml",
        ));
    }
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', 0x0d, 0, 1, 0]) => Ok(bytes),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => {
            Err(problem("plugin/core-module", format!("the plugin `{}` is a core module, not a component", file.name))
                .help("turn it into a component with `wasm-tools component new`"))
        }
        _ => Err(problem("plugin/not-wasm", format!("the plugin `{}` is not a WebAssembly component", file.name))
            .help("give the path of a .wasm component file")),
    }
}

/// At most one byte more than the limit.
fn bounded(file: impl Read, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
