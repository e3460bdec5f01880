//! Parameter files, those of ARM and plain ones.

use mlhost::model::{ErrorKind, Sources};
use mlhost::project::Project;
use serde_json::{Map, Value};

use crate::{check, folder};

const FILE: &str = "values.json";

/// Each value is the one that stands in the file, at the place of its key; or what is wrong has a place.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    folder::with_files(&[(FILE, text), ("platform.rhai", "")], |folder| {
        let mut sources = Sources::default();
        match Project::load(&folder.join("platform.rhai"), None, &[folder.join(FILE)], &mut sources) {
            Ok(project) => {
                check::remarks(&project.diagnostics, &sources);
                let expected = expected(text.strip_prefix('\u{FEFF}').unwrap_or(text));
                let found: Map<String, Value> = project.plain_values().into_iter().collect();
                assert_eq!(Some(found), expected, "{text:?}");
                for (name, value) in &project.values {
                    let Some(place) = value.span else { continue };
                    assert!(check::is_inside(place, &sources), "{name}: {place:?}");
                    assert_eq!(word_at(place, &sources), Value::from(name.as_str()).to_string());
                }
            }
            Err(failure) => {
                check::failure(&failure, &sources);
                assert_eq!(failure.kind, ErrorKind::Input, "{failure:?}");
                assert!(failure.diagnostics.iter().all(|error| error.help.is_some()), "{failure:?}");
                let unplaced = |code: &str| matches!(code, "project/key-vault-reference" | "project/param-shape");
                // A key that is written with escapes is not looked for.
                assert!(failure.diagnostics.iter().all(|error| error.span.is_some() || unplaced(&error.code)));
            }
        }
    });
}

/// The values by another reading; `None` when there are none.
fn expected(text: &str) -> Option<Map<String, Value>> {
    let Ok(Value::Object(file)) = serde_json::from_str(text) else { return None };
    if !file.contains_key("$schema") && !file.contains_key("contentVersion") {
        return Some(file);
    }
    let parameters = file.get("parameters")?.as_object()?;
    parameters.iter().map(|(name, entry)| Some((name.clone(), entry.get("value")?.clone()))).collect()
}

fn word_at(place: mlhost::model::Span, sources: &Sources) -> String {
    let text = &sources.get(place.source).expect("the file").text;
    let line = text.split('\n').nth(place.line as usize - 1).expect("the line");
    line.chars().skip(place.column as usize - 1).take(place.length as usize).collect()
}
