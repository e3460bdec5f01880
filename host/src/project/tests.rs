//! Projects on disk.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::*;
use crate::model::Severity;

/// A folder with files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("My project ").tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn load(folder: &Path, environment: Option<&str>, params: &[PathBuf]) -> Result<Project, Failure> {
    Project::load(&folder.join("main.rhai"), environment, params, &mut Sources::default())
}

/// Loads a project with this project file.
fn with_file(text: &str, environment: Option<&str>) -> Result<Project, Failure> {
    let folder = project(&[("main.rhai", ""), ("mlhost.toml", text)]);
    load(folder.path(), environment, &[])
}

/// Code, place and message of each error.
#[track_caller]
fn errors(text: &str) -> Vec<String> {
    let failure = with_file(text, None).expect_err("an error");
    failure
        .diagnostics
        .iter()
        .map(|d| {
            let place = d.span.map(|s| format!("{}:{}+{}", s.line, s.column, s.length)).unwrap_or_default();
            format!("{} {place} {}", d.code, d.message)
        })
        .collect()
}

const WHOLE: &str = r#"
[project]
name = "mlops"
default_environment = "dev"
[plugins]
my-rules = { path = "plugins/my-rules.wasm" }
[policies.naming]
severity = "warning"
max_length = 24
charset = "a-z"
[environments.dev]
target = "azure"
params = ["params/dev.json"]
values = { tier = "Hot", n = 0x10, when = 2026-01-02 }
location = "westeurope"
[environments.dev.policies.naming]
max_length = 30
[environments.dev.policies.compute-limits]
severity = "off"
max_nodes = 4
[environments.prod]
protect = true
[targets.azure]
private_network = true
location = "northeurope"
tenant_id = "t"
"#;

#[test]
fn a_whole_project() {
    let folder = project(&[
        ("sub/main.rhai", ""),
        ("mlhost.toml", WHOLE),
        ("params/dev.json", r#"{"tier": "Cool", "size": {"a": [1, null]}}"#),
        ("envs/test.toml", "values = { tier = \"Test\" }\nresource_group = \"rg\"\n"),
    ]);
    let script = folder.path().join("sub/main.rhai");
    let mut sources = Sources::default();
    let dev = Project::load(&script, None, &[], &mut sources).unwrap();
    assert_eq!((dev.name.as_str(), dev.environment.as_str(), dev.target.as_str()), ("mlops", "dev", "azure"));
    assert_eq!(dev.script, "sub/main.rhai");
    assert_eq!(dev.environments, ["dev", "prod", "test"]);
    assert_eq!(Value::Object(dev.facts.clone()), json!({"location": "westeurope", "tenant_id": "t"}));
    assert_eq!(
        serde_json::to_value(dev.plain_values()).unwrap(),
        json!({"n": 16, "size": {"a": [1, null]}, "tier": "Hot", "when": "2026-01-02"})
    );
    let place = sources.place(dev.values["tier"].span.unwrap()).unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("mlhost.toml", 14, 19));
    let place = sources.place(dev.values["size"].span.unwrap()).unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("params/dev.json", 1, 18));
    assert_eq!(dev.plugins["my-rules"].path, "plugins/my-rules.wasm");
    assert_eq!(dev.policies["naming"].severity, Some(PolicySeverity::Set(Severity::Warning)));
    assert_eq!(Value::Object(dev.policies["naming"].parameters.clone()), json!({"max_length": 30, "charset": "a-z"}));
    assert_eq!(dev.policies["compute-limits"].severity, Some(PolicySeverity::Off));
    assert!(dev.private_network);
    assert!(!dev.protect && dev.diagnostics.is_empty());

    let prod = Project::load(&script, Some("prod"), &[], &mut sources).unwrap();
    assert!(prod.protect && prod.values.is_empty() && prod.target == "local" && !prod.private_network);
    assert_eq!(Value::Object(prod.policies["naming"].parameters.clone()), json!({"max_length": 24, "charset": "a-z"}));

    let test = Project::load(&script, Some("test"), &[], &mut sources).unwrap();
    assert_eq!(test.plain_values()["tier"], "Test");
    assert_eq!(test.facts["resource_group"], "rg");
}

#[test]
fn without_a_project_file() {
    let folder = project(&[("main.rhai", ""), ("p.json", "{\"a\": 1}")]);
    let found = load(folder.path(), None, &[]).unwrap();
    assert!(found.name.starts_with("my-project-"), "{}", found.name);
    assert_eq!(
        (found.environment.as_str(), found.target.as_str(), found.script.as_str()),
        ("dev", "local", "main.rhai")
    );
    let failure = load(folder.path(), Some("prod"), &[]).unwrap_err();
    assert_eq!(failure.kind.exit_code(), 6);
    assert_eq!(failure.diagnostics[0].message, "there is no environment `prod`: there is no mlhost.toml");
    let found = load(folder.path(), Some("prod"), &[folder.path().join("p.json")]).unwrap();
    assert_eq!((found.environment.as_str(), &found.plain_values()["a"]), ("prod", &json!(1)));
}

#[test]
fn unknown_environments() {
    let failure = with_file(WHOLE, Some("prd")).unwrap_err();
    assert_eq!(failure.kind.exit_code(), 6);
    assert_eq!(failure.diagnostics[0].message, "there is no environment `prd`");
    assert_eq!(failure.diagnostics[0].help.as_deref(), Some("did you mean `prod`?"));
    assert_eq!(failure.diagnostics[0].notes, ["the project has: `dev`, `prod`"]);
    let failure = with_file("[environments.prod]", None).unwrap_err();
    assert_eq!(
        failure.diagnostics[0].help.as_deref(),
        Some("name one with -e, or set `default_environment` in [project]")
    );
    for name in ["../x", "", "a b", "-x"] {
        assert_eq!(with_file("", Some(name)).unwrap_err().kind, ErrorKind::NotFound);
    }
    assert_eq!(with_file("", None).unwrap().environment, "dev");
    assert_eq!(with_file("[project]\ndefault_environment = \"lab\"", None).unwrap().environment, "lab");
}

#[test]
fn everything_wrong_is_said_at_once() {
    assert_eq!(
        errors(
            "projct = 1\n[project]\nname = 3\nnmae = \"x\"\n[plugins]\na = { pth = \"x\" }\nb = 1\n[policies.p]\nseverity = \"wraning\"\n[environments.dev]\nprotect = \"yes\"\nparams = \"x\"\nbig = 99999999999999999999\nnan = nan\n[environments.\"a/b\"]\n"
        ),
        [
            "project/unknown-key 1:1+6 `projct` means nothing in mlhost.toml",
            "project/type 3:8+1 `name` must be a string, not a number",
            "project/unknown-key 4:1+4 `nmae` means nothing in [project]",
            "project/missing-key 6:1+1 the plugin `a` has no path",
            "project/unknown-key 6:7+3 `pth` means nothing in a plugin",
            "project/type 7:5+1 `b` must be a table, not a number",
            "project/severity 9:12+9 `wraning` is no severity",
            "project/type 11:11+5 `protect` must be true or false, not a string",
            "project/type 12:10+3 `params` must be an array of strings, not a string",
            "project/number 13:7+20 `big` is too large a number",
            "project/number 14:7+3 `nan` is no finite number",
            "project/name 15:15+5 \"a/b\" is no name for an environment",
        ]
    );
    let failure = with_file("projct = 1", None).unwrap_err();
    assert_eq!(failure.diagnostics[0].help.as_deref(), Some("did you mean `project`?"));
    assert_eq!(failure.kind.exit_code(), 10);
}

#[test]
fn toml_syntax_errors_have_a_place() {
    let all = errors("[project]\nname = \n");
    assert_eq!(all.len(), 1);
    assert!(all[0].starts_with("project/syntax 2:"), "{all:?}");
}

#[test]
fn a_key_next_to_one_of_the_hosts_is_questioned() {
    let found = with_file("[environments.dev]\nparam = [\"x\"]\n", None).unwrap();
    assert_eq!(found.diagnostics[0].message, "`param` is taken for a fact of the environment");
    assert_eq!(found.diagnostics[0].help.as_deref(), Some("did you mean `params`?"));
}

#[test]
fn an_environment_has_one_place() {
    let folder = project(&[("main.rhai", ""), ("mlhost.toml", "[environments.dev]"), ("envs/dev.toml", "a = 1")]);
    let failure = load(folder.path(), None, &[]).unwrap_err();
    assert_eq!(failure.diagnostics[0].message, "the environment `dev` is described here and in mlhost.toml");
}

#[test]
fn parameter_files_of_arm_load_unchanged() {
    let arm = |name: &str, value: &str| {
        format!(
            "{{\n  \"$schema\": \"x\", \"contentVersion\": \"1.0.0.0\",\n  \"parameters\": {{\n    \"{name}\": {{ \"value\": {value} }}\n  }}\n}}"
        )
    };
    let folder = project(&[
        ("main.rhai", ""),
        ("mlhost.toml", "[environments.dev]\nparams = [\"a.json\", \"b.json\", \"c.json\"]\n"),
        ("a.json", &arm("workspaceName", "\"one\"")),
        ("b.json", &arm("workspaceName", "\"two\"")),
        ("c.json", &format!("\u{FEFF}{}", arm("nodes", "3"))),
        ("outside.json", "{\"workspaceName\": \"two\"}"),
    ]);
    let found = load(folder.path(), None, &[folder.path().join("outside.json")]).unwrap();
    assert_eq!(serde_json::to_value(found.plain_values()).unwrap(), json!({"nodes": 3, "workspaceName": "two"}));
    assert_eq!(found.diagnostics.len(), 1);
    let warning = &found.diagnostics[0];
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(warning.message, "two parameter files give the parameter `workspaceName` different values");
    assert_eq!(warning.notes, ["the value from `b.json` is used, the one from `a.json` is not"]);
    assert_eq!(warning.span.map(|s| (s.line, s.column)), Some((4, 5)));
}

#[test]
fn wrong_parameter_files() {
    let try_file = |text: &str| {
        let folder = project(&[("main.rhai", ""), ("p.json", text)]);
        let failure = load(folder.path(), None, &[folder.path().join("p.json")]).unwrap_err();
        let d = &failure.diagnostics[0];
        format!("{} {:?} {}", d.code, d.span.map(|s| (s.line, s.column)), d.message)
    };
    assert!(try_file("{\n  \"ü\": ,\n}").starts_with("project/json Some((2, 8)) the parameter file is no JSON: "));
    assert_eq!(try_file("[]"), "project/param-shape Some((1, 1)) the parameter file is no JSON object");
    assert_eq!(
        try_file("{\"$schema\": \"x\"}"),
        "project/param-shape Some((1, 1)) the parameter file has no object `parameters`"
    );
    assert_eq!(
        try_file("{\"$schema\": \"x\", \"parameters\": {\n\"a\": {}}}"),
        "project/param-shape Some((2, 1)) the parameter `a` has no `value`"
    );
    assert_eq!(
        try_file("{\"$schema\": \"x\", \"parameters\": {\n\"a\": {\"reference\": {\"keyVault\": {}}}}}"),
        "project/key-vault-reference Some((2, 1)) the parameter `a` is kept in a key vault, which is not supported yet"
    );
}

#[test]
fn files_stay_below_the_project_folder() {
    let other = project(&[("secret.json", "{\"a\": 1}")]);
    let outside = other.path().join("secret.json");
    for path in ["../x.json", "/etc/passwd", "a/../../x.json", "link.json"] {
        let folder =
            project(&[("main.rhai", ""), ("mlhost.toml", &format!("[environments.dev]\nparams = [\"{path}\"]\n"))]);
        #[cfg(unix)]
        std::os::unix::fs::symlink(&outside, folder.path().join("link.json")).unwrap();
        let failure = load(folder.path(), None, &[]).unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "project/file-outside", "{path}: {failure:?}");
        assert_eq!(failure.diagnostics[0].span.map(|s| (s.line, s.column)), Some((2, 11)));
    }
    let folder = project(&[("main.rhai", ""), ("mlhost.toml", "[environments.dev]\nparams = [\"none.json\"]\n")]);
    assert_eq!(load(folder.path(), None, &[]).unwrap_err().diagnostics[0].code, "project/file-not-found");
}

#[test]
fn a_link_that_stays_inside_is_followed() {
    let folder = project(&[
        ("main.rhai", ""),
        ("real.json", "{\"a\": 1}"),
        ("mlhost.toml", "[environments.dev]\nparams = [\"link.json\"]\n"),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("real.json", folder.path().join("link.json")).unwrap();
        assert_eq!(load(folder.path(), None, &[]).unwrap().plain_values()["a"], json!(1));
    }
}

#[test]
fn imports_of_scripts_do_not_leave_the_folder_by_links() {
    let other = project(&[("x.rhai", "fail(\"read\")")]);
    let folder = project(&[("main.rhai", "import \"x\" as x;")]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(other.path().join("x.rhai"), folder.path().join("x.rhai")).unwrap();
        let found = load(folder.path(), None, &[]).unwrap();
        let failure = crate::script::evaluate(
            &found.script,
            "main.rhai",
            found.folder,
            Default::default(),
            &mut Sources::default(),
        )
        .unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "script/import-outside");
    }
}

#[test]
fn a_missing_script_is_said_first() {
    let folder = project(&[]);
    let failure = load(folder.path(), None, &[]).unwrap_err();
    assert!(failure.diagnostics[0].message.starts_with("there is no script `"));
    assert_eq!(failure.kind.exit_code(), 10);
}

#[test]
fn the_original_parameter_files_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let Some(templates) = root.map(|root| root.join("shared/mlops/arm-templates")).filter(|path| path.is_dir()) else {
        println!("skipped: the original templates are not beside the repository");
        return;
    };
    let mut files: Vec<PathBuf> = fs::read_dir(templates)
        .unwrap()
        .flatten()
        .flat_map(|folder| fs::read_dir(folder.path()).unwrap().flatten().map(|file| file.path()))
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("parameters") && name.ends_with(".dev.json")
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let folder = project(&[("main.rhai", "")]);
    let found = load(folder.path(), None, &files).unwrap();
    assert_eq!(found.plain_values()["workspaceName"], "mlops-mls-dev");
    println!("{:#?}", found.diagnostics);
}
