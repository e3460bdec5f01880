//! Tests of output for machines: every kind of line and document against the published schema.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use insta::assert_snapshot;
use mlhost::deploy::event::{ApplyEvent, Running};
use mlhost::model::kind::KindDocument;
use mlhost::model::plan::Action;
use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources, Span};
use mlhost::plugin::Limits;
use mlhost::plugin::certify::{Certificate, Check};
use mlhost::plugin::lock::Locked;
use serde_json::{Value, json};

use super::super::plan::PolicyCounts;
use super::super::plugins::{KindPage, PluginPage, PolicyPage};
use super::super::summary::{Ending, Tally};
use super::super::tests::{a_run, sample, state};
use super::lines::Line;
use super::stream::Stream;
use super::views::DiagnosticView;
use super::{documents, text};

const SCHEMA: &str = include_str!("../../../../../docs/output.schema.json");

/// The schema, made strict: what readers must skip, our own output must not hold.
fn strict() -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                if map.contains_key("properties") && map.get("type") == Some(&json!("object")) {
                    map.entry("additionalProperties").or_insert(json!(false));
                }
                map.values_mut().for_each(close);
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    close(&mut schema);
    schema
}

fn assert_valid(instance: &Value) {
    // Held against the definition of its own type, the error says what is wrong with it.
    let mut schema = strict();
    let name = instance["type"].as_str().unwrap();
    let line = format!("line_{name}");
    let definition = if schema["$defs"].get(&line).is_some() { line } else { format!("document_{name}") };
    schema["oneOf"] = json!([{"$ref": format!("#/$defs/{definition}")}]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(instance).map(|error| format!("{error:?}")).collect();
    assert!(errors.is_empty(), "{instance:#}\n{errors:#?}");
    assert!(jsonschema::validator_for(&strict()).unwrap().is_valid(instance), "{instance:#}");
}

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("platform.rhai", "let a = 1;");
    sources
}

fn diagnostic() -> Diagnostic {
    Diagnostic::error("a/b", "bad\u{1b}[2J\u{202e}")
        .at(Span { source: 0, line: 1, column: 5, length: 1 })
        .in_file("f")
        .about("key_vault.a")
        .pointer("/sku")
        .plugin("p")
        .note("n")
        .help("h")
}

/// Every kind of line, as text.
fn every_line() -> String {
    let (plan, diagnostic, sources) = (sample(), diagnostic(), sources());
    let outputs: BTreeMap<String, Value> =
        [("password".to_owned(), json!("${secret:env:P}")), ("n".to_owned(), json!(1))].into();
    let mut tally = Tally::default();
    let mut stream = Stream::new(None);
    let view = || DiagnosticView::new(&diagnostic, &sources);
    let reasons = ["key_vault.a is protected".to_owned()];
    let next = ["run it again".to_owned()];
    let mut lines = vec![
        Line::version(),
        Line::Log { level: "warn", plugin: Some("arm"), text: "slow" },
        Line::Diagnostic { diagnostic: view() },
        Line::PluginLoad { plugin: "arm", digest: "00ff", elapsed: Duration::from_millis(3) },
        Line::PolicyResult { policy: "naming", verdict: "violated", diagnostic: view() },
    ];
    lines.extend(Line::plan(&plan));
    lines.push(Line::Gate { allowed: true, reasons: &[] });
    lines.push(Line::Gate { allowed: false, reasons: &reasons });
    let mut out: String = lines.iter().map(|line| stream.line(line)).collect();
    for event in a_run() {
        tally.event(&event);
        out.push_str(&stream.event(&event));
    }
    out.push_str(&stream.line(&Line::outputs(&outputs)));
    let ending = Ending {
        command: "apply",
        environment: "dev",
        tally: &tally,
        cancelled: false,
        elapsed: Duration::from_secs(125),
        outputs: &outputs,
        next: &next,
    };
    out.push_str(&stream.line(&Line::summary(&ending, 4)));
    out
}

fn document() -> KindDocument {
    serde_json::from_value(json!({
        "type": "T", "parent": {"kind": "a", "property": "b"}, "properties": {"type": "object"},
        "outputs": {"x": {"pointer": "/x"}}, "rules": [{"path": "/a", "change": "replace", "consequence": "c"}]
    }))
    .unwrap()
}

/// Every kind of document, as text.
fn every_document() -> Vec<String> {
    let (diagnostics, sources, document, parameters) = (vec![diagnostic()], sources(), document(), json!({}));
    let policies = Some(PolicyCounts { policies: 1, errors: 0, warnings: 1, undetermined: 0 });
    let state = state();
    let kind = KindPage { name: "key_vault", summary: "s", document: &document };
    let policy = PolicyPage { name: "naming", summary: "s", parameters: &parameters };
    let page = PluginPage {
        name: "p",
        origin: "built in",
        digest: "00",
        exports: &["resource-kinds".to_owned()],
        imports: &["log".to_owned()],
        methods: Vec::new(),
        kinds: vec![kind],
        policies: vec![policy],
    };
    let failure = Failure { kind: ErrorKind::StalePlan, diagnostics: diagnostics.clone() };
    vec![
        documents::plan(&sample(), policies, &diagnostics, &sources),
        documents::check("dev", 7, policies, &diagnostics, &sources),
        documents::failure(&failure, &sources),
        documents::output("dev", &state.outputs),
        documents::state(&state),
        documents::plugins(&[page]),
        documents::limits(&Limits::default()),
        documents::chaos(
            &[json!({"fault": "slow", "rate": 0.5, "seen": 1, "hits": 0})],
            &[super::super::chaos::Fault { name: "slow".to_owned(), summary: "late".to_owned() }],
        ),
        documents::certificate(
            "p",
            &Certificate {
                manifest: None,
                checks: vec![Check { name: "it loads".into(), problems: diagnostics.clone() }],
            },
            &sources,
        ),
        documents::lock(&[documents::LockChange {
            plugin: Locked {
                name: "p".into(),
                sha256: "00".into(),
                contract: "0.1.0".into(),
                exports: vec!["policies".into()],
                imports: vec!["log".into()],
                methods: vec!["GET".into()],
            },
            change: "added",
            differences: vec!["it writes lines".into()],
        }]),
    ]
}

#[test]
fn every_line_and_every_document_is_as_the_schema_says() {
    let mut seen = BTreeSet::new();
    let lines = every_line();
    let documents = every_document();
    for text in lines.lines().chain(documents.iter().map(String::as_str)) {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_valid(&value);
        seen.insert(value["type"].as_str().unwrap().to_owned());
    }
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let described: BTreeSet<String> = schema["$defs"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|name| name.strip_prefix("line_").or_else(|| name.strip_prefix("document_")))
        .map(str::to_owned)
        .collect();
    assert_eq!(seen, described, "each type is described and tested");
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), described.len());
}

#[test]
fn the_check_against_the_schema_finds_faults() {
    let validator = jsonschema::validator_for(&strict()).unwrap();
    for wrong in [
        json!({"type": "version", "message": "m", "format": 1}),
        json!({"type": "version", "message": "m", "format": 1, "mlhost": "0.1.0", "more": 1}),
        json!({"type": "no_such_line", "message": "m"}),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn lines_read_as_sentences() {
    let sentences: Vec<String> = every_line()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|line| {
            format!("{:<15} {}", line["type"].as_str().unwrap(), line["message"].as_str().unwrap().escape_debug())
        })
        .collect();
    assert_snapshot!(sentences.join("\n"), @r#"
    version         mlhost 0.1.0, output format 1
    log             slow
    diagnostic      bad\u{1b}[2J\u{202e}
    plugin_load     plugin arm loaded in 3ms
    policy_result   policy naming is violated: bad\u{1b}[2J\u{202e}
    resource_drift  storage_account.mlopssadev was changed outside mlhost
    resource_drift  key_vault.mlops-kv-dev was deleted outside mlhost
    planned_change  virtual_network.hub will be read
    planned_change  key_vault.mlops-kv-dev will be created
    planned_change  arm_resource.vm will be created
    planned_change  storage_account.mlopssadev will be updated
    planned_change  ml_compute_cluster.mlops-mls-dev/cpu-compute will be deleted and created again
    planned_change  container_registry.old will be deleted
    change_summary  1 to delete, 1 to replace, 1 to update, 2 to create, 1 to read
    gate            the plan may be carried out
    gate            the plan may not be carried out: key_vault.a is protected
    apply_start     key_vault.main: creating
    apply_start     ml_workspace.main: updating
    apply_progress  ml_workspace.main: Provisioning, 5.0s
    apply_retry     key_vault.main: attempt 2 in 2.0s, after TooManyRequests: slow down
    apply_complete  key_vault.main: created in 4.2s
    apply_progress  ml_workspace.main: Provisioning, 59s
    apply_errored   ml_workspace.main: updating failed: Conflict: A workspace of this name was deleted and is kept.\\u{1b}[2J
    apply_skipped   ml_compute_cluster.main/cpu-compute: skipped, because ml_workspace.main failed
    outputs         2 outputs
    summary         apply of dev failed after 2m05s: 1 created, 1 failed, 1 skipped
    "#);
}

#[test]
fn a_line_in_full() {
    let stream = Stream::new(Some(Box::new(|| "2026-01-02T03:04:05Z".to_owned())));
    assert_snapshot!(stream.line(&Line::version()), @r#"{"type":"version","message":"mlhost 0.1.0, output format 1","at":"2026-01-02T03:04:05Z","format":1,"mlhost":"0.1.0"}"#);
    let plan = sample();
    let lines = Line::plan(&plan);
    let (old, sum) = (&lines[lines.len() - 2], &lines[lines.len() - 1]);
    assert_snapshot!(format!("{}{}", stream.line(old), stream.line(sum)), @r#"
    {"type":"planned_change","message":"container_registry.old will be deleted","at":"2026-01-02T03:04:05Z","change":{"address":"container_registry.old","kind":"container_registry","plugin":"container-registry","type":"Microsoft.ContainerRegistry/registries","id":"/subscriptions/0/resourceGroups/mlops/providers/Microsoft.ContainerRegistry/registries/old","action":"delete","reasons":["the script no longer declares it"],"unchanged":0,"modelled":true,"protected":false}}
    {"type":"change_summary","message":"1 to delete, 1 to replace, 1 to update, 2 to create, 1 to read","at":"2026-01-02T03:04:05Z","counts":{"create":2,"update":1,"replace":1,"delete":1,"read":1,"none":1},"drift":2,"has_changes":true}
    "#);
}

#[test]
fn no_secret_and_nothing_hidden_leaves() {
    for text in every_document().into_iter().chain([every_line()]) {
        assert!(!text.contains("${secret:"), "{text}");
        assert!(!text.chars().any(|c| c != '\n' && super::is_hidden(c)), "{text:?}");
    }
    assert_eq!(text(&"\u{e0041}\u{9b}ü"), r#""\udb40\udc41\u009bü""#);
    assert_eq!(serde_json::from_str::<String>(&text(&"\u{e0041}\u{9b}")).unwrap(), "\u{e0041}\u{9b}");
}

#[test]
fn a_status_that_stays_is_repeated_every_half_minute() {
    let mut stream = Stream::new(None);
    let address = || "k.a".to_owned();
    let seconds = Duration::from_secs;
    let progress = |s: u64, status: &str| ApplyEvent::Progress {
        address: address(),
        status: status.to_owned(),
        elapsed: seconds(s),
    };
    let beat = |s: u64| ApplyEvent::Heartbeat {
        running: vec![Running { address: address(), action: Action::Create, elapsed: seconds(s) }],
    };
    let start = ApplyEvent::Started { address: address(), action: Action::Create, id: String::new() };
    let events = [start, progress(1, "A"), progress(2, "A"), beat(20), progress(25, "B"), progress(54, "B"), beat(55)];
    let said: Vec<bool> = events.iter().map(|event| !stream.event(event).is_empty()).collect();
    assert_eq!(said, [true, true, false, false, true, false, true]);
    assert!(stream.event(&ApplyEvent::Begin { total: 1 }).is_empty());
}
