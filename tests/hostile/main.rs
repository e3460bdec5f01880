//! Plugins that attack the host: each attack ends in a diagnostic with its code, and the host goes on.

#![allow(clippy::unwrap_used)]

mod certify;
mod components;
mod files;
mod guest;
mod network;
mod pins;

use mlhost_tests::{Project, Run, repository};

/// Copies a component that `cargo xtask build` made into a project.
fn bring(project: &Project, name: &str) {
    let component = repository().join(format!("target/components/{name}.wasm"));
    std::fs::copy(component, project.path().join(format!("{name}.wasm")))
        .expect("`cargo xtask build` makes the components");
}

/// What a terminal or a program that reads the output would act on.
fn is_clean(run: &Run) {
    for text in [&run.stdout, &run.stderr] {
        let bad = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t') || *c == '\u{202e}');
        assert_eq!(bad, None, "{text:?}");
    }
}

#[test]
fn the_readme_shows_the_limits_that_hold() {
    let output = Project::new().command(&["plugin", "limits"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let limits = String::from_utf8(output.stdout).unwrap();
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains(&limits), "README.md should hold\n{limits}");
}

/// What a run said, however it was wrapped.
fn said(run: &Run) -> String {
    run.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A run that was refused with a code, by the right exit code, without a trace of a crash.
fn refused(run: &Run, exit: i32, code: &str) {
    assert_eq!(run.code, Some(exit), "{}", run.transcript());
    assert!(run.stderr.contains(&format!("[{code}]")), "wanted {code}\n{}", run.transcript());
    assert!(!run.stderr.contains("panicked") && !run.stderr.contains("RUST_BACKTRACE"), "{}", run.transcript());
    is_clean(run);
}
