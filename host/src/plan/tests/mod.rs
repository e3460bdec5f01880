//! Plans of small worlds.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, json};

use super::*;
use crate::model::definition::Output;
use crate::model::environment::{Resource, RuleSet};
use crate::model::kind::{ChangeClass, Compare, Rule};
use crate::model::plan::{Action, Change, Shown};
use crate::model::source::Span;
use crate::model::state::StateResource;
use crate::model::{ErrorKind, Mode};

mod actions;
mod files;
mod references;
mod refusals;
mod speed;

/// A world to plan in: what is declared, applied and deployed.
struct World {
    environment: Environment,
    state: State,
    live: BTreeMap<String, Live>,
    sources: Sources,
    unprotect: Vec<String>,
    adopt: bool,
    digests: bool,
}

fn resource(address: &str, body: Value) -> Resource {
    let (kind, name) = address.split_once('.').unwrap();
    let rule = |path: &str, change, compare, consequence: Option<&str>| Rule {
        path: path.into(),
        change,
        compare,
        consequence: consequence.map(str::to_owned),
    };
    let rules = vec![
        rule("/location", ChangeClass::Replace, Some(Compare::Folded), Some("its data is lost")),
        rule("/sku", ChangeClass::Disruptive, None, None),
    ];
    Resource {
        address: address.into(),
        kind: kind.into(),
        plugin: "test".into(),
        resource_type: format!("Test/{kind}"),
        id: format!("/Cloud/{name}"),
        body,
        depends_on: vec![],
        details: Map::new(),
        rules: Arc::new(RuleSet { rules, compare: Compare::Exact }),
        modelled: true,
        mode: Mode::Managed,
        protected: false,
        span: Some(Span { source: 0, line: 12, column: 5, length: 3 }),
    }
}

impl World {
    fn new() -> Self {
        let mut sources = Sources::default();
        sources.add("platform.rhai", "");
        let environment = Environment {
            project: "p".into(),
            name: "dev".into(),
            facts: Map::new(),
            resources: vec![],
            outputs: vec![],
            declarations: BTreeMap::new(),
        };
        let state = State {
            format: 1,
            project: "p".into(),
            environment: "dev".into(),
            target: "local".into(),
            lineage: "l".into(),
            serial: 3,
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
        };
        Self { environment, state, live: BTreeMap::new(), sources, unprotect: vec![], adopt: false, digests: true }
    }

    fn declare(mut self, resource: Resource) -> Self {
        self.environment.resources.push(resource);
        self
    }

    /// Puts a resource into the state, and `live` where it is deployed.
    fn applied(mut self, resource: &Resource, live: Option<Value>) -> Self {
        let state = StateResource {
            kind: resource.kind.clone(),
            plugin: resource.plugin.clone(),
            resource_type: resource.resource_type.clone(),
            id: resource.id.clone(),
            digest: crate::state::digest(&resource.body),
            body: resource.body.clone(),
            depends_on: resource.depends_on.clone(),
            protected: resource.protected,
            ..StateResource::default()
        };
        self.state.resources.insert(resource.address.clone(), state);
        self.live.insert(resource.address.clone(), live.map_or(Live::Absent, Live::Found));
        self
    }

    /// Declares a resource that is deployed as declared.
    fn settled(self, resource: Resource) -> Self {
        let live = resource.body.clone();
        self.applied(&resource, Some(live)).declare(resource)
    }

    fn output(mut self, name: &str, value: Value) -> Self {
        self.environment.outputs.push(Output { name: name.into(), value, span: None });
        self
    }

    fn plan(&self) -> Result<Plan, Failure> {
        plan(&PlanInput {
            environment: &self.environment,
            state: &self.state,
            live: &self.live,
            sources: &self.sources,
            script: "platform.rhai",
            target: "local",
            unprotect: &self.unprotect,
            adopt: self.adopt,
            digests: self.digests,
        })
    }

    fn actions(&self) -> Vec<(String, Action)> {
        self.plan().unwrap().changes.into_iter().map(|change| (change.address, change.action)).collect()
    }

    fn only(&self) -> Change {
        let mut changes = self.plan().unwrap().changes;
        assert_eq!(changes.len(), 1);
        changes.remove(0)
    }

    fn refused(&self) -> (ErrorKind, Vec<(String, String)>) {
        let failure = self.plan().unwrap_err();
        let short = failure.diagnostics.into_iter().map(|it| (it.code, it.message)).collect();
        (failure.kind, short)
    }
}

fn depends(mut resource: Resource, on: &[&str]) -> Resource {
    resource.depends_on = on.iter().map(|address| (*address).to_owned()).collect();
    resource
}

fn with_id(mut resource: Resource, id: &str) -> Resource {
    resource.id = id.to_owned();
    resource
}

fn protected(mut resource: Resource) -> Resource {
    resource.protected = true;
    resource
}

fn existing(mut resource: Resource) -> Resource {
    resource.mode = Mode::Existing;
    resource
}
