//! What there is, as the cloud tells it, held against what the state and the outputs say.

use std::collections::BTreeSet;

use mlhost_tests::served::Served;
use mlhost_tests::{Project, Run};
use serde_json::Value;

/// Resources of the example platform, the resource group included.
pub const RESOURCES: usize = 8;

const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";

/// Where the cloud runs: in the process that is killed, or in one of its own.
pub struct World {
    /// The project.
    pub project: Project,
    served: Option<Served>,
}

impl World {
    /// The example platform on the embedded cloud: a kill takes the cloud along.
    pub fn embedded() -> Self {
        Self { project: Project::copy_of("examples/mlops"), served: None }
    }

    /// The example platform on a cloud behind HTTP: it goes on when a run is killed.
    pub fn served() -> Self {
        let project = Project::copy_of("examples/mlops");
        let served = Served::start(&project, &[]);
        project.deploy_to(&served.endpoint);
        Self { project, served: Some(served) }
    }

    /// Runs the command to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.project.command(arguments);
        self.project.finish(command.env("MLHOST_BEARER_TOKEN", "token").output().unwrap())
    }

    /// Runs the command to its end, which must be a good one.
    pub fn well(&self, arguments: &[&str], when: &str) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{arguments:?} {when}\n{}", run.transcript());
        run.stdout
    }

    /// The ids of all that the cloud holds, in lower case. One id twice is an error.
    pub fn deployed(&self) -> BTreeSet<String> {
        let own;
        let served = match &self.served {
            Some(served) => served,
            None => {
                own = Served::start(&self.project, &[]);
                &own
            }
        };
        let mut found = Vec::new();
        for path in ["resourcegroups", "resources"] {
            found.extend(list(served, &format!("{SUBSCRIPTION}/{path}?api-version=2021-04-01")));
        }
        for workspace in found.clone().iter().filter(|id| id.contains("/workspaces/mlops-mls")) {
            found.extend(list(served, &format!("{workspace}/computes?api-version=2026-05-01")));
        }
        let ids: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(ids.len(), found.len(), "something is there twice: {found:#?}");
        ids
    }

    /// The ids of all that the state holds, in lower case.
    pub fn known(&self) -> BTreeSet<String> {
        let state: Value = serde_json::from_str(&self.project.read(".mlhost/state/dev.json")).unwrap();
        let resources = state["resources"].as_object().unwrap();
        assert!(resources.values().all(|resource| resource["uncertain"] != Value::Bool(true)), "{state:#}");
        resources.values().map(|resource| resource["id"].as_str().unwrap().to_lowercase()).collect()
    }

    /// Fails unless the cloud holds exactly this, the state knows all of it, and nothing is left to do.
    pub fn is_settled(&self, expected: &BTreeSet<String>, when: &str) {
        assert_eq!(&self.deployed(), expected, "what is deployed, {when}");
        assert_eq!(&self.known(), expected, "what the state knows, {when}");
        assert!(!self.project.path().join(".mlhost/state/dev.journal").exists(), "a journal is left, {when}");
    }
}

fn list(served: &Served, path: &str) -> Vec<String> {
    let answer = served.get(path);
    assert!(answer.get("nextLink").is_none(), "more than a page");
    let values = answer["value"].as_array().unwrap_or_else(|| panic!("{path}: {answer}"));
    values.iter().map(|value| value["id"].as_str().unwrap().to_lowercase()).collect()
}
