//! The project file and files of environments.

use std::path::Path;

use mlhost::model::{ErrorKind, Sources};
use mlhost::plugin::Limit;
use mlhost::project::{PROJECT_FILE, Project};

use crate::sections::Sections;
use crate::{check, folder};

/// A project is read, for the environment that is meant and for each one there is; or all that is wrong has a place.
pub fn run(data: &[u8]) {
    let Some(sections) = Sections::new(PROJECT_FILE, data) else { return };
    let mut files: Vec<(&str, &str)> = sections.iter().take(6).collect();
    files.push(("platform.rhai", ""));
    folder::with_files(&files, |folder| {
        let script = folder.join("platform.rhai");
        let environments = load(&script, None);
        for environment in environments.iter().take(3) {
            load(&script, Some(environment));
        }
    });
}

fn load(script: &Path, environment: Option<&str>) -> Vec<String> {
    let mut sources = Sources::default();
    match Project::load(script, environment, &[], &mut sources) {
        Ok(project) => {
            check::remarks(&project.diagnostics, &sources);
            let plain = |name: &str| {
                (1..=64).contains(&name.len())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            };
            assert!(plain(&project.name) && plain(&project.environment), "{project:?}");
            assert!(environment.is_none_or(|environment| environment == project.environment), "{project:?}");
            assert!(project.environments.is_sorted(), "{project:?}");
            for limit in Limit::ALL {
                let row = limit.description();
                assert!((row.least..=row.most).contains(&project.limits.get(limit)), "{}: {project:?}", row.name);
            }
            let spans = project.values.values().map(|value| value.span);
            let spans = spans.chain(project.plugins.values().map(|plugin| plugin.span));
            for place in spans.chain(project.policies.values().map(|policy| policy.span)).flatten() {
                assert!(check::is_inside(place, &sources), "{place:?}");
            }
            project.environments
        }
        Err(failure) => {
            check::failure(&failure, &sources);
            assert!(matches!(failure.kind, ErrorKind::Input | ErrorKind::NotFound), "{failure:?}");
            for error in &failure.diagnostics {
                let placed = error.span.is_some() || error.file.is_some() || failure.kind == ErrorKind::NotFound;
                assert!(placed || error.code.starts_with("project/file-"), "no place: {error:?}");
                assert!(error.help.is_some(), "no remedy: {error:?}");
            }
            Vec::new()
        }
    }
}
