//! The canary: a run with secrets through every command, format and error path, at the most talkative level of the log.
//! Afterwards nothing that a run leaves or prints holds a value.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Mutex;

use mlhost_tests::served::Served;
use mlhost_tests::server::{Answer, Server};
use mlhost_tests::{Project, Run};

/// With characters that JSON, URLs and shells write differently.
const CANARY: &str = "canary-5f1c9e \"quoted\\\" & ünï";
/// What of it survives every way of writing it.
const MARK: &str = "canary-5f1c9e";
const TOKEN: &str = "token-canary-77aa";

/// Panics when a text holds a value.
fn clean(text: &str, whence: &str) {
    for value in [MARK, TOKEN] {
        assert!(!text.contains(value), "{whence} holds {value}:\n{text}");
    }
}

/// Panics when a file below a folder holds a value.
fn clean_folder(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            clean_folder(&entry.path());
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        clean(&String::from_utf8_lossy(&bytes), &entry.path().display().to_string());
    }
}

/// Runs commands with the secrets in their environment, each at the highest level of the log, to standard error and to a
/// file; then looks at all that there is.
fn run_all(project: &Project, commands: &[&[&str]]) -> Vec<Run> {
    let mut runs = Vec::new();
    for arguments in commands {
        for log in [&["--log", "trace"][..], &["--log", "trace", "--log-file", "run.log"], &["--output", "json"]] {
            let all: Vec<&str> = arguments.iter().chain(log).copied().collect();
            let mut command = project.command(&all);
            command.env("SSH_PASSWORD", CANARY).env("MLHOST_BEARER_TOKEN", TOKEN).env("RUST_BACKTRACE", "1");
            let run = project.finish(command.output().unwrap());
            clean(&run.transcript(), &all.join(" "));
            assert!(run.code.is_some_and(|code| code != 255), "{}", run.transcript());
            runs.push(run);
        }
    }
    clean_folder(project.path());
    runs
}

const WITH_VNET: [&str; 3] = ["platform.rhai", "--params", "vnet.json"];

fn with_vnet<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], &WITH_VNET[..], more].concat()
}

#[test]
fn every_command_on_the_local_cloud() {
    let project = Project::copy_of("examples/mlops");
    let (check, plan, out) =
        (with_vnet("check", &[]), with_vnet("plan", &["--full"]), with_vnet("plan", &["--out", "a.plan"]));
    let apply = with_vnet("apply", &["--yes"]);
    let runs = run_all(
        &project,
        &[
            &check,
            &plan,
            &out,
            &["show", "a.plan"],
            &["apply", "a.plan", "--yes"],
            &apply,
            &["show"],
            &["output"],
            &["cloud", "log"],
            &["plugin", "list"],
            &["plugin", "inspect", "ml_compute_cluster"],
            &["plan", "platform.rhai"],
            &["destroy", "--yes"],
        ],
    );
    // The plan of the file is stale once it was carried out.
    let of = |code: i32| runs.iter().filter(|run| run.code == Some(code)).count();
    assert_eq!((of(0), of(12)), (runs.len() - 2, 2), "{runs:#?}");
}

#[test]
fn every_command_over_http() {
    let project = Project::copy_of("examples/mlops");
    let served = Served::start(&project, &["--log", "trace", "--log-file", "served.log"]);
    project.deploy_to(&served.endpoint);
    let (plan, apply) = (with_vnet("plan", &[]), with_vnet("apply", &["--yes"]));
    let runs = run_all(&project, &[&plan, &apply, &plan, &["show"], &["cloud", "log"], &["destroy", "--yes"]]);
    assert!(runs.iter().all(|run| run.code == Some(0)), "{runs:#?}");
}

const NOT_FOUND: &str = r#"{"error":{"code":"ResourceNotFound","message":"It is not there."}}"#;

/// Answers of a control plane that gives back what it was sent, wherever an answer can hold it.
fn echo(status: u16, body: &str) -> Answer {
    let said = body.replace(['\r', '\n'], " ");
    let quoted = serde_json::Value::from(body);
    let answer = if status < 300 {
        body.to_owned()
    } else {
        format!(
            r#"{{"error":{{"code":"InvalidRequestContent","message":{quoted},"details":[{{"code":"Echo","message":{quoted}}}]}}}}"#
        )
    };
    let headers = vec!["content-type: application/json".to_owned(), format!("x-ms-request-id: {said}")];
    Answer { status, headers, body: answer }
}

#[test]
fn what_a_control_plane_gives_back_is_not_shown() {
    for status in [200, 201, 400, 401, 403, 404, 418] {
        let kept: Mutex<Option<String>> = Mutex::default();
        let server = Server::start(move |request| {
            let mut kept = kept.lock().unwrap();
            match &*kept {
                _ if request.method == "PUT" => {
                    *kept = Some(request.body.clone()).filter(|_| status < 300);
                    echo(status, &request.body)
                }
                // The resource group, which is there.
                _ if !request.path.contains("/providers/") => echo(200, r#"{"location":"westeurope"}"#),
                Some(body) => echo(200, body),
                None => Answer { status: 404, headers: Vec::new(), body: NOT_FOUND.to_owned() },
            }
        });
        let project = Project::new();
        project.write(
            "platform.rhai",
            "existing(\"resource_group\", \"rg\");\n\
             arm_resource(\"Microsoft.Resources/tags\", \"default\", #{ api_version: \"2021-04-01\", \
             properties: #{ tags: #{ key: secret(\"env:SSH_PASSWORD\") } } });\n",
        );
        project.write("mlhost.toml", "[environments.dev]\nlocation = \"westeurope\"\n");
        project.deploy_to(&server.origin);
        let runs = run_all(&project, &[&["apply", "platform.rhai", "--yes"], &["show"]]);
        let sent = server.requests().iter().any(|request| request.method == "PUT" && request.body.contains(MARK));
        assert!(sent, "the value never reached the control plane: {status}\n{}", runs[0].transcript());
    }
}

#[test]
fn what_is_missing_or_forged_is_not_shown() {
    let project = Project::copy_of("examples/mlops");
    project.write("bad.rhai", "let s = secret(\"env:SSH_PASSWORD\");\nstorage_account(s);\nthrow s;\n");
    project.write("print.rhai", "print(secret(\"env:SSH_PASSWORD\")); debug(secret(\"env:MLHOST_BEARER_TOKEN\"));\n");
    project.write("name.rhai", "key_vault(`kv${secret(\"env:SSH_PASSWORD\")}`);\n");
    project.write("out.rhai", "output(\"password\", secret(\"env:SSH_PASSWORD\"));\n");
    run_all(
        &project,
        &[
            &["plan", "bad.rhai"],
            &["plan", "print.rhai"],
            &["plan", "name.rhai"],
            &["apply", "name.rhai", "--yes"],
            &["apply", "out.rhai", "--yes"],
            &["output"],
        ],
    );
}
