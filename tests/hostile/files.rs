//! Paths that a project file names: none of them leads out of the project.

use super::{bring, refused, said};
use mlhost_tests::Project;

/// A project whose folder lies in another one that holds what it must not reach.
fn project() -> Project {
    let project = Project::new();
    bring(&project, "naming");
    let outside = project.path().parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::copy(project.path().join("naming.wasm"), outside.join("naming.wasm")).unwrap();
    std::fs::write(outside.join("values.json"), "{ \"stolen\": \"outside-value\" }").unwrap();
    std::fs::write(outside.join("script.rhai"), "const STOLEN = \"outside-value\";").unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside, project.path().join("link")).unwrap();
        std::os::unix::fs::symlink(outside.join("naming.wasm"), project.path().join("link.wasm")).unwrap();
    }
    project.write("platform.rhai", "resource_group(\"rg\");\n");
    project
}

/// Ways out, for a file name.
fn ways_out(project: &Project, file: &str) -> Vec<String> {
    let outside = project.path().parent().unwrap().join("outside").join(file).display().to_string();
    let mut ways = vec![
        format!("../outside/{file}"),
        format!("./../outside/{file}"),
        format!("sub/../../outside/{file}"),
        outside,
        format!("..\\\\outside\\\\{file}"),
    ];
    if cfg!(unix) {
        ways.push(format!("link/{file}"));
        ways.push(format!("link/../link/{file}"));
    }
    ways
}

#[test]
fn plugins_lie_below_the_project() {
    let project = project();
    for way in ways_out(&project, "naming.wasm").into_iter().chain(["link.wasm".to_owned()]) {
        project.write("mlhost.toml", &format!("[plugins]\nnaming = {{ path = \"{way}\" }}\n"));
        let run = project.run(&["plan", "platform.rhai"]);
        refused(&run, 14, "plugin/outside");
        assert!(said(&run).contains("mlhost.toml:2"), "{}", run.transcript());
    }
    project.write("mlhost.toml", "[plugins]\nnaming = { path = \"./naming.wasm\" }\n");
    assert_eq!(project.run(&["plan", "platform.rhai"]).code, Some(0));
}

#[test]
fn parameter_files_lie_below_the_project() {
    let project = project();
    for way in ways_out(&project, "values.json") {
        project.write("mlhost.toml", &format!("[environments.dev]\nparams = [\"{way}\"]\n"));
        let run = project.run(&["plan", "platform.rhai"]);
        refused(&run, 10, "project/file-outside");
        assert!(!run.stdout.contains("outside-value") && !said(&run).contains("outside-value"), "{}", run.transcript());
    }
}

#[test]
fn imports_lie_below_the_project() {
    let project = project();
    for way in ways_out(&project, "script.rhai") {
        project.write("platform.rhai", &format!("import \"{way}\" as m;\nresource_group(m::STOLEN);\n"));
        let run = project.run(&["plan", "platform.rhai"]);
        assert_eq!(run.code, Some(10), "{}", run.transcript());
        assert!(!run.stdout.contains("outside-value") && !said(&run).contains("outside-value"), "{}", run.transcript());
    }
}

#[cfg(unix)]
#[test]
fn state_and_cloud_do_not_follow_links_out_of_their_folder() {
    let project = project();
    let outside = project.path().parent().unwrap().join("outside");
    std::fs::create_dir_all(project.path().join(".mlhost/state")).unwrap();
    std::fs::write(outside.join("victim"), "untouched").unwrap();
    for name in ["dev.json", "dev.journal", "dev.lock"] {
        std::os::unix::fs::symlink(outside.join("victim"), project.path().join(".mlhost/state").join(name)).unwrap();
    }
    let run = project.run(&["apply", "platform.rhai", "--yes"]);
    assert!(run.code.is_some_and(|code| code != 255), "{}", run.transcript());
    assert_eq!(std::fs::read_to_string(outside.join("victim")).unwrap(), "untouched");
}

#[test]
fn names_of_environments_and_plugins_are_no_paths() {
    let project = project();
    for name in ["../x", "a/b", "..", "", "\u{1b}[2J", "a\nb"] {
        let run = project.run(&["plan", "platform.rhai", "-e", name]);
        assert!(matches!(run.code, Some(6 | 10)), "{name:?}: {}", run.transcript());
        super::is_clean(&run);
    }
}
