//! Deployments to a cloud that has a bad day, as `mlhost cloud chaos` asks for: each fault, and mixtures of them. Whatever
//! happens, a run ends as documented, and in the end everything is there once, as the script says.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::process::{Child, Stdio};
use std::time::Duration;

use mlhost_tests::served::Served;
use mlhost_tests::{Project, Run, repository};
use serde_json::Value;

/// The example, and the cloud that it is deployed to.
struct Trial {
    project: Project,
    _served: Option<Served>,
}

impl Trial {
    /// In the cloud inside mlhost.
    fn embedded() -> Self {
        Self { project: Project::copy_of("examples/mlops"), _served: None }
    }

    /// In the same cloud behind a port.
    fn served() -> Self {
        let project = Project::copy_of("examples/mlops");
        let served = Served::start(&project, &[]);
        project.deploy_to(&served.endpoint);
        Self { project, _served: Some(served) }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = self.project.command(arguments);
        command.env("MLHOST_BEARER_TOKEN", "any");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.project.finish(self.command(arguments).output().unwrap())
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}\n{}", run.transcript());
        run.stdout
    }

    /// Adds a rule: the words of `mlhost cloud chaos add`.
    fn rule(&self, words: &str) {
        let words: Vec<&str> = words.split_whitespace().collect();
        self.ok(&[&["cloud", "chaos", "add"], words.as_slice()].concat());
    }

    /// The sum of the hits of all rules.
    fn hits(&self) -> u64 {
        let document: Value = serde_json::from_str(&self.ok(&["cloud", "chaos", "list", "--output", "json"])).unwrap();
        document["rules"].as_array().unwrap().iter().map(|rule| rule["hits"].as_u64().unwrap()).sum()
    }

    /// PUTs that were carried out, by path.
    fn writes(&self) -> BTreeMap<String, Vec<u64>> {
        let log = self.ok(&["cloud", "log", "--writes", "--last", "100000", "--output", "json"]);
        let mut writes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for line in log.lines() {
            let request: Value = serde_json::from_str(line).unwrap();
            let status = request["status"].as_u64().unwrap();
            if request["method"] == "PUT" && (200..300).contains(&status) {
                let path = request["url"].as_str().unwrap().split('?').next().unwrap().to_owned();
                writes.entry(path).or_default().push(status);
            }
        }
        writes
    }

    /// The cloud is well again, and everything is there, as declared and known.
    fn converged(&self) {
        self.ok(&["cloud", "chaos", "clear"]);
        let plan = self.ok(&["plan", "platform.rhai"]);
        assert!(plan.contains("No changes"), "{plan}");
        let state: Value = serde_json::from_str(&self.project.read(".mlhost/state/dev.json")).unwrap();
        let resources = state["resources"].as_object().unwrap();
        assert_eq!(resources.len(), 8);
        assert!(resources.values().all(|resource| resource.get("uncertain").is_none()), "{resources:#?}");
        assert!(!self.project.path().join(".mlhost/state/dev.journal").exists(), "nothing is pending");
        let writes = self.writes();
        assert_eq!(writes.len(), 8, "{writes:#?}");
        for (path, statuses) in writes {
            // A creation is answered with 201 or 202, an update with 200.
            let created = statuses.iter().filter(|status| **status != 200).count();
            assert!(created <= 1, "{path} was created {created} times");
        }
    }
}

const APPLY: &[&str] = &["apply", "platform.rhai", "--yes"];

/// Tries each of some cases in both clouds, side by side: most of the time is spent waiting.
fn each<T: Copy + Send>(cases: impl IntoIterator<Item = T>, attempt: impl Fn(T, Trial) + Sync) {
    let attempt = &attempt;
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(move || attempt(case, Trial::embedded()));
            scope.spawn(move || attempt(case, Trial::served()));
        }
    });
}

/// What a first apply prints under faults that it bears.
fn borne(trial: &Trial, rules: &[&str]) -> Run {
    for rule in rules {
        trial.rule(rule);
    }
    let run = trial.run(APPLY);
    assert_eq!(run.code, Some(0), "{rules:?}\n{}", run.transcript());
    assert!(trial.hits() > 0, "{rules:?} hit nothing");
    trial.converged();
    run
}

#[test]
fn faults_before_the_work_are_borne_and_nothing_is_written_twice() {
    let rules = [
        "throttled --seconds 1 --rate 0.4 --times 3",
        "throttled --seconds 0 --rate 0.3 --times 8 --seed 3",
        "request-timeout --rate 0.3 --times 4",
        "conflict --rate 0.3 --times 6",
        "server-error --rate 0.3 --times 6 --seed 2",
        "unavailable --rate 0.3 --times 6",
        "unavailable --seconds 1 --rate 0.4 --times 2",
        "reset --rate 0.3 --times 6",
        "slow --seconds 0.1 --rate 0.5",
    ];
    each(rules, |rule, trial| {
        borne(&trial, &[rule]);
        let writes = trial.writes();
        assert!(writes.values().all(|statuses| statuses.len() == 1), "{rule}: {writes:#?}");
    });
}

#[test]
fn lost_answers_are_borne() {
    each([1, 2], |seed, trial| {
        trial.rule(&format!("lost-answer --method PUT --rate 0.4 --times 5 --seed {seed}"));
        trial.ok(APPLY);
        let lost = trial.hits();
        assert!(lost > 0, "seed {seed} loses nothing");
        let writes: usize = trial.writes().values().map(Vec::len).sum();
        assert_eq!(writes as u64, 8 + lost, "what was lost is sent again, and once only");
        trial.converged();
    });
}

#[test]
fn a_create_that_is_throttled_after_its_answer_was_lost_is_still_ours() {
    let trial = Trial::embedded();
    borne(
        &trial,
        &[
            "lost-answer --method PUT --type Microsoft.KeyVault/vaults --times 1",
            "throttled --seconds 0 --method PUT --type Microsoft.ContainerRegistry/* --times 1",
            "lost-answer --method PUT --type Microsoft.ContainerRegistry/* --times 1",
        ],
    );
    let trial = Trial::embedded();
    // The first PUT of the vault is lost, the second throttled.
    trial.rule("lost-answer --method PUT --type Microsoft.KeyVault/vaults --times 1");
    let mut apply = spawn(&trial, APPLY);
    until(&mut apply, || trial.hits() == 1);
    trial.rule("throttled --seconds 0 --method PUT --type Microsoft.KeyVault/vaults --times 1");
    assert_eq!(apply.wait().unwrap().code(), Some(0));
    trial.converged();
}

#[test]
fn reads_that_are_behind_are_borne_and_warn_of_nothing() {
    for trial in [Trial::embedded(), Trial::served()] {
        let run = borne(&trial, &["stale-read --method PUT"]);
        assert!(!run.stderr.contains("not-applied"), "{}", run.transcript());
    }
}

#[test]
fn readings_before_a_plan_are_repeated() {
    let trial = Trial::embedded();
    trial.ok(APPLY);
    trial.rule("throttled --seconds 0 --method GET --times 5");
    let plan = trial.run(&["plan", "platform.rhai"]);
    assert_eq!(plan.code, Some(0), "{}", plan.transcript());
    assert!(plan.stdout.contains("No changes"), "{}", plan.transcript());
    assert!(plan.stderr.contains("5 of 8 resources cannot be read yet, attempt 2"), "{}", plan.transcript());
    assert!(plan.stderr.contains("TooManyRequests"), "{}", plan.transcript());
    // A plan in a file rests on readings, too.
    trial.ok(&["plan", "platform.rhai", "--out", "kept.plan"]);
    trial.rule("reset --method GET --times 3");
    trial.ok(&["apply", "kept.plan", "--yes"]);
    trial.converged();
}

#[test]
fn an_operation_that_fails_late_is_sent_again_by_the_next_run() {
    for trial in [Trial::embedded(), Trial::served()] {
        // One that is polled by its status, and one by its location.
        trial.rule("late-failure --times 1 --type Microsoft.ContainerRegistry/registries");
        trial.rule("late-failure --times 1 --type Microsoft.Storage/storageAccounts");
        let failed = trial.run(APPLY);
        assert_eq!(failed.code, Some(4), "{}", failed.transcript());
        assert!(failed.stdout.contains("terminal provisioning state"), "{}", failed.transcript());
        let plan = trial.ok(&["plan", "platform.rhai"]);
        assert!(plan.contains("sent again"), "{plan}");
        trial.ok(APPLY);
        let writes = trial.writes();
        let count = |name: &str| writes.iter().find(|(path, _)| path.contains(name)).unwrap().1.len();
        assert_eq!((count("registries"), count("storageAccounts"), count("vaults")), (2, 2, 1));
        trial.converged();
    }
}

#[test]
fn an_endless_operation_is_left_to_the_next_run() {
    for trial in [Trial::embedded(), Trial::served()] {
        trial.rule("endless --times 1 --type Microsoft.MachineLearningServices/workspaces");
        let left = trial.run(&["apply", "platform.rhai", "--yes", "--timeout", "1s"]);
        assert_eq!(left.code, Some(9), "{}", left.transcript());
        assert!(left.stdout.contains("deploy/unfinished"), "{}", left.transcript());
        let journal = trial.project.read(".mlhost/state/dev.journal");
        assert!(journal.contains("\"pending\""), "{journal}");
        // The next run waits for it before it plans, and not for ever either.
        let again = trial.run(&["apply", "platform.rhai", "--yes", "--timeout", "1s"]);
        assert_eq!(again.code, Some(9), "{}", again.transcript());
        assert!(
            again.stderr.contains("Waiting for 1 operation that an interrupted run left"),
            "{}",
            again.transcript()
        );
        assert!(again.stderr.contains("deploy/unfinished"), "{}", again.transcript());
        trial.ok(&["cloud", "chaos", "clear"]);
        trial.ok(APPLY);
        let writes = trial.writes();
        assert!(writes.values().all(|statuses| statuses.len() == 1), "nothing is sent twice: {writes:#?}");
        trial.converged();
    }
}

#[test]
#[cfg(unix)]
fn waiting_for_an_earlier_operation_ends_with_an_interrupt() {
    let trial = Trial::embedded();
    trial.rule("endless --times 1 --type Microsoft.MachineLearningServices/workspaces");
    assert_eq!(trial.run(&["apply", "platform.rhai", "--yes", "--timeout", "1s"]).code, Some(9));
    let mut apply = spawn(&trial, APPLY);
    let asked = trial.ok(&["cloud", "log", "--last", "100000"]).lines().count();
    until(&mut apply, || trial.ok(&["cloud", "log", "--last", "100000"]).lines().count() > asked);
    let process = apply.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    assert_eq!(apply.wait().unwrap().code(), Some(8));
    trial.ok(&["cloud", "chaos", "clear"]);
    trial.ok(APPLY);
    trial.converged();
}

#[test]
fn what_the_cloud_ignores_is_reported_and_the_run_is_no_failure() {
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(repository().join("docs/output.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let rule = "ignored-property --type Microsoft.KeyVault/vaults --pointer /properties/enabledForTemplateDeployment";
    let trial = Trial::embedded();
    trial.rule(rule);
    let run = trial.run(APPLY);
    assert_eq!(run.code, Some(0), "{}", run.transcript());
    // Lines are broken where the terminal would end.
    let said = run.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in
        ["deploy/not-applied", "enabledForTemplateDeployment", "true was asked for", "platform.rhai:14", "help:"]
    {
        assert!(said.contains(part), "{part}: {}", run.transcript());
    }
    assert!(trial.ok(&["plan", "platform.rhai"]).contains("1 to update"));
    // Programs are told, too; a plan file names the line although the script is not read.
    trial.ok(&["plan", "platform.rhai", "--out", "kept.plan"]);
    for target in ["platform.rhai", "kept.plan"] {
        let run = trial.run(&["apply", target, "--yes", "--output", "json"]);
        assert_eq!(run.code, Some(0), "{}", run.transcript());
        let mut warnings = Vec::new();
        for line in run.stdout.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            assert!(validator.is_valid(&line), "{line:#}");
            warnings.extend((line["type"] == "diagnostic").then(|| line["diagnostic"].clone()));
        }
        let [warning] = warnings.as_slice() else { panic!("{warnings:#?}") };
        assert_eq!(warning["code"], "deploy/not-applied");
        assert_eq!(warning["severity"], "warning");
        assert_eq!(warning["pointer"], "/properties/enabledForTemplateDeployment");
        let place = if target == "kept.plan" { &warning["file"] } else { &warning["place"]["file"] };
        assert!(place.as_str().unwrap().starts_with("platform.rhai"), "{warning:#}");
        if target == "platform.rhai" {
            trial.ok(&["plan", "platform.rhai", "--out", "kept.plan"]);
        }
    }
    let silent = trial.run(&["apply", "platform.rhai", "--yes", "--no-read-back"]);
    assert_eq!(silent.code, Some(0), "{}", silent.transcript());
    assert!(!silent.stderr.contains("not-applied"), "{}", silent.transcript());
    trial.ok(&["cloud", "chaos", "clear"]);
    trial.ok(APPLY);
    trial.converged();
}

#[test]
fn mixtures_are_borne_in_a_few_runs() {
    each([1, 2, 3, 4], |seed, trial| {
        for rule in [
            "throttled --seconds 0 --rate 0.1",
            "unavailable --rate 0.05",
            "request-timeout --rate 0.03",
            "conflict --rate 0.03",
            "reset --rate 0.05",
            "lost-answer --rate 0.08",
            "slow --seconds 0.02 --rate 0.2",
            "stale-read --rate 0.2",
            "late-failure --rate 0.1 --times 2",
        ] {
            trial.rule(&format!("{rule} --seed {seed}"));
        }
        until_well(&trial, APPLY, seed);
        assert!(trial.hits() > 5, "seed {seed} hits next to nothing");
        trial.converged();
    });
}

#[test]
fn a_destroy_bears_them_as_well() {
    let trial = Trial::embedded();
    trial.ok(APPLY);
    for rule in ["throttled --seconds 0", "reset", "lost-answer", "server-error", "late-failure --times 2"] {
        trial.rule(&format!("{rule} --rate 0.15 --seed 5"));
    }
    until_well(&trial, &["destroy", "--yes"], 5);
    trial.ok(&["cloud", "chaos", "clear"]);
    trial.ok(APPLY);
    assert!(trial.ok(&["plan", "platform.rhai"]).contains("No changes"));
}

#[test]
fn rules_that_are_none_are_refused() {
    let trial = Trial::embedded();
    for (words, said) in [
        ("throtled", "did you mean `throttled`?"),
        ("thunder", "`late-failure`"),
        ("reset --seconds 1", "takes no `seconds`"),
        ("reset --rate 2", "from 0 to 1"),
        ("ignored-property", "needs a `pointer`"),
    ] {
        let words: Vec<&str> = words.split_whitespace().collect();
        let run = trial.run(&[&["cloud", "chaos", "add"], words.as_slice()].concat());
        assert_eq!(run.code, Some(10), "{}", run.transcript());
        assert!(run.stderr.contains(said), "{}", run.transcript());
    }
    let list = trial.ok(&["cloud", "chaos", "list"]);
    assert!(list.contains("no rules") && list.contains("stale-read"), "{list}");
    assert!(trial.ok(&["cloud", "log"]).is_empty(), "what is asked of the cloud itself is in no log");
}

#[test]
fn times_are_written_with_and_without_units() {
    let trial = Trial::embedded();
    for time in ["2", "2s", "1m", "PT1S"] {
        trial.ok(&["plan", "platform.rhai", "--lock-timeout", time]);
    }
    let run = trial.run(&["apply", "platform.rhai", "--timeout", "soon"]);
    assert_eq!(run.code, Some(10), "{}", run.transcript());
    assert!(run.stderr.contains("`5m`"), "{}", run.transcript());
}

fn spawn(trial: &Trial, arguments: &[&str]) -> Child {
    trial.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits for something that happens while a command runs.
fn until(child: &mut Child, happened: impl Fn() -> bool) {
    while !happened() {
        assert!(child.try_wait().unwrap().is_none(), "the command ended before it happened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a command again as long as an operation failed, a few times at most.
fn until_well(trial: &Trial, arguments: &[&str], seed: u32) {
    let mut transcripts = String::new();
    for _ in 0..6 {
        let run = trial.run(arguments);
        transcripts.push_str(&run.transcript());
        match run.code {
            Some(0) => return,
            Some(4) => {}
            _ => break,
        }
    }
    panic!("seed {seed}: {arguments:?} did not come to a good end\n{transcripts}");
}
