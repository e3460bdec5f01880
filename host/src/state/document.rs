//! The state as a file: format 1.

use serde::Deserialize;

use super::folder::Folder;
use super::store::Identity;
use crate::model::state::State;
use crate::model::{Diagnostic, ErrorKind, Failure};

/// The format that this version reads and writes.
pub(super) const FORMAT: u32 = 1;

#[derive(Deserialize)]
struct FormatOnly {
    format: Option<u64>,
}

/// Name of the file of an environment.
pub(super) fn file_name(environment: &str) -> String {
    format!("{environment}.json")
}

/// Reads the state of an environment; `None` where there is none. What cannot be read is left as it is.
pub(super) fn read(folder: &Folder, identity: &Identity) -> Result<Option<State>, Failure> {
    let name = file_name(&identity.environment);
    let Some(bytes) = folder.read(&name)? else { return Ok(None) };
    let state = parse(&bytes, &folder.shown(&name))?;
    check_identity(&state, identity, &folder.shown(&name))?;
    Ok(Some(state))
}

/// Writes the state of an environment.
pub(super) fn write(folder: &Folder, state: &State) -> Result<(), Failure> {
    let name = file_name(&state.environment);
    let mut bytes = serde_json::to_vec_pretty(state).map_err(|error| {
        let message = format!("the state of `{}` cannot be written as JSON: {error}", state.environment);
        Failure::new(ErrorKind::Bug, Diagnostic::error("state/serialise", message))
    })?;
    bytes.push(b'\n');
    folder.replace(&name, &bytes)
}

fn parse(bytes: &[u8], shown: &str) -> Result<State, Failure> {
    let format: FormatOnly = serde_json::from_slice(bytes).map_err(|error| corrupt(shown, &error.to_string()))?;
    match format.format {
        None => return Err(corrupt(shown, "it has no `format`")),
        Some(format) if format > u64::from(FORMAT) => return Err(newer(shown, format)),
        Some(format) if format < u64::from(FORMAT) => return Err(corrupt(shown, "there is no format below 1")),
        Some(_) => {}
    }
    serde_json::from_slice(bytes).map_err(|error| corrupt(shown, &error.to_string()))
}

fn check_identity(state: &State, identity: &Identity, shown: &str) -> Result<(), Failure> {
    let pairs = [
        ("project", &state.project, &identity.project),
        ("environment", &state.environment, &identity.environment),
        ("target", &state.target, &identity.target),
    ];
    for (what, found, expected) in pairs {
        if found != expected {
            let message = format!("the state is of the {what} `{found}`, not `{expected}`");
            let help = match what {
                "target" => {
                    "destroy the environment with its old target first, or give the new one another environment name"
                }
                _ => {
                    "check that the folder for the state is the one of this project; each project needs one of its own"
                }
            };
            return Err(Failure::input(Diagnostic::error("state/foreign", message).in_file(shown).help(help)));
        }
    }
    Ok(())
}

fn corrupt(shown: &str, why: &str) -> Failure {
    let diagnostic = Diagnostic::error("state/corrupt", format!("the state file cannot be read: {why}"))
        .in_file(shown)
        .note("it was not changed, and nothing was deployed")
        .help("restore it from a backup or from version control, then run the command again");
    Failure::new(ErrorKind::Other, diagnostic)
}

fn newer(shown: &str, format: u64) -> Failure {
    let diagnostic = Diagnostic::error(
        "state/newer",
        format!("the state file has format {format}; this mlhost reads format {FORMAT}"),
    )
    .in_file(shown)
    .note("it was not changed, and nothing was deployed")
    .help("use the version of mlhost that wrote it, or a later one");
    Failure::new(ErrorKind::Other, diagnostic)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"{"format": 1, "project": "p", "environment": "dev", "target": "local", "lineage": "l",
        "serial": 3, "resources": {"a.b": {"kind": "a", "plugin": "x", "type": "T", "id": "/b", "body": {}, "digest": ""}}}"#;

    fn code(text: &str) -> String {
        parse(text.as_bytes(), "dev.json").unwrap_err().diagnostics[0].code.clone()
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        assert!(parse(GOOD.as_bytes(), "dev.json").is_ok());
        assert_eq!(code(""), "state/corrupt");
        assert_eq!(code(&GOOD[..GOOD.len() - 2]), "state/corrupt");
        assert_eq!(code("{}"), "state/corrupt");
        assert_eq!(code(r#"{"format": 0}"#), "state/corrupt");
        assert_eq!(code(r#"{"format": 1}"#), "state/corrupt");
        assert_eq!(code(r#"{"format": 2, "what": ["ever"]}"#), "state/newer");
        assert_eq!(code("\u{0}\u{0}\u{0}"), "state/corrupt");
    }

    #[test]
    fn the_place_of_the_fault_is_told() {
        let failure = parse(b"{\"format\": 1,\n  oops", "x/dev.json").unwrap_err();
        assert!(failure.diagnostics[0].message.contains("line 2 column 3"), "{failure:?}");
        assert_eq!(failure.diagnostics[0].file.as_deref(), Some("x/dev.json"));
    }

    #[test]
    fn a_foreign_state_is_refused() {
        let state = parse(GOOD.as_bytes(), "dev.json").unwrap();
        let identity = |project: &str, environment: &str, target: &str| Identity {
            project: project.into(),
            environment: environment.into(),
            target: target.into(),
        };
        assert!(check_identity(&state, &identity("p", "dev", "local"), "f").is_ok());
        for (identity, word) in [
            (identity("q", "dev", "local"), "project `p`, not `q`"),
            (identity("p", "test", "local"), "environment `dev`, not `test`"),
            (identity("p", "dev", "azure"), "target `local`, not `azure`"),
        ] {
            let failure = check_identity(&state, &identity, "f").unwrap_err();
            assert!(failure.diagnostics[0].message.contains(word), "{failure:?}");
            assert_eq!(failure.diagnostics[0].code, "state/foreign");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_file_never_panics(at in 0..GOOD.len(), byte: u8) {
            let mut bytes = GOOD.as_bytes().to_vec();
            bytes[at] = byte;
            let _ = parse(&bytes, "dev.json");
            let _ = parse(&bytes[..at], "dev.json");
        }
    }
}
