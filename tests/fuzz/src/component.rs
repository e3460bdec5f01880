//! Component files, read without running anything of them.

use std::sync::LazyLock;

use mlhost::model::Sources;
use mlhost::plugin::{Limits, contract, engine};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::check;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| engine::engine(&Limits::default()).expect("an engine"));

/// What is no component is refused; what is one is granted no more than its role is entitled to, or refused with a reason.
/// Inputs are binary, or WebAssembly's text.
pub fn run(data: &[u8]) {
    let bytes = match std::str::from_utf8(data).ok().filter(|text| text.trim_start().starts_with('(')) {
        Some(text) => match wat::parse_str(text) {
            Ok(bytes) => bytes,
            Err(_) => return,
        },
        None => data.to_vec(),
    };
    let Ok(component) = Component::new(&ENGINE, &bytes) else { return };
    match contract::check(&ENGINE, &component, "fuzz") {
        Ok(shape) => {
            assert_eq!(shape.contract, contract::VERSION);
            assert!(!shape.exports.is_empty(), "{shape:?}");
            let known = |import: &String| matches!(import.as_str(), "log" | "http" | "store");
            assert!(shape.imports.iter().all(known), "{shape:?}");
            let role = |role: &str| shape.exports(role);
            let asks = |import: &str| shape.imports.iter().any(|one| one == import);
            assert!(!asks("http") || role("deployer"), "{shape:?}");
            assert!(!asks("store") || role("cloud"), "{shape:?}");
        }
        Err(error) => {
            assert!(error.code.starts_with("plugin/") && error.help.is_some(), "{error:?}");
            assert_eq!(error.plugin.as_deref(), Some("fuzz"), "{error:?}");
            check::diagnostics(&[error], &Sources::default());
        }
    }
}
