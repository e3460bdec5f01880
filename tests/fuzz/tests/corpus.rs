//! Replays the corpus: what was found once is never found again.

use std::path::{Path, PathBuf};

use mlhost_fuzz::TARGETS;

fn inputs(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The name of the input is printed before it runs, for what ends the process.
fn replay(target: &str) {
    let inputs = inputs(target);
    assert!(!inputs.is_empty(), "corpus/{target} has no inputs");
    for path in inputs {
        println!("{}", path.display());
        mlhost_fuzz::run(target, &std::fs::read(&path).expect("an input"));
    }
}

macro_rules! replays {
    ($($target:ident)*) => {
        $(#[test] fn $target() { replay(stringify!($target)); })*

        #[test]
        fn every_target_is_replayed_and_has_a_program() {
            let replayed = [$(stringify!($target)),*];
            let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(known, replayed);
            let manifest = include_str!("../Cargo.toml");
            for name in known {
                assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
            }
        }
    };
}

replays!(boundary cloud component deployer documents ids lock parameters plan planning project reference script state);
