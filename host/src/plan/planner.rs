//! Decides what happens to each resource.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::diff::{Bodies, Differences, diff, leaves};
use super::order::{Deletion, ancestors, deletion_order};
use super::problems::{Problems, failure, not_found, not_read};
use super::removal::{deleted, replaced};
use super::resolve::Resolver;
use super::rules::RuleCache;
use super::{FORMAT, Live, PlanInput, outputs, refuse, text};
use crate::model::environment::Resource;
use crate::model::kind::ChangeClass;
use crate::model::plan::{Action, Basis, Change, Drift, Plan, PropertyChange, Shown};
use crate::model::state::StateResource;
use crate::model::{Diagnostic, ErrorKind, Failure, Mode};
use crate::state::digest;

/// What is known of a declared resource.
struct Known<'a> {
    /// As in the state, with the address it has there (another one, if it was given a new address).
    state: Option<(&'a str, &'a StateResource)>,
    live: Option<&'a Value>,
}

pub(super) struct Planner<'a> {
    input: &'a PlanInput<'a>,
    rules: RuleCache,
    resolver: Resolver<'a>,
    /// Resources of the state that no declaration has the address of, by id in lower case.
    undeclared: HashMap<String, (&'a str, &'a StateResource)>,
    /// Ids in lower case of what is replaced, old and new, and its address.
    replaced: HashMap<String, &'a str>,
    changes: Vec<Change>,
    drift: Vec<Drift>,
    problems: Problems,
}

impl<'a> Planner<'a> {
    pub(super) fn new(input: &'a PlanInput<'a>) -> Self {
        let declared: HashSet<&str> = input.environment.resources.iter().map(|r| r.address.as_str()).collect();
        let undeclared = input.state.resources.iter().filter(|(address, _)| !declared.contains(address.as_str()));
        Self {
            input,
            rules: RuleCache::default(),
            resolver: Resolver::default(),
            undeclared: undeclared.map(|(address, r)| (r.id.to_ascii_lowercase(), (address.as_str(), r))).collect(),
            replaced: HashMap::new(),
            changes: Vec::with_capacity(input.environment.resources.len()),
            drift: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<Plan, Failure> {
        refuse::unknown_addresses(self.input, &mut self.problems);
        for resource in &self.input.environment.resources {
            if let Some((change, live)) = self.resource(resource) {
                self.resolver.add(&resource.address, &resource.id, live, self.changes.len());
                self.changes.push(change);
            }
        }
        self.deletions();
        refuse::destruction(self.input, &self.changes, &mut self.problems);
        let outputs = outputs::outputs(self.input, &self.resolver, &self.changes);
        if !self.problems.is_empty() {
            return Err(failure(self.problems));
        }
        let PlanInput { environment, state, script, target, .. } = self.input;
        Ok(Plan {
            format: FORMAT,
            project: environment.project.clone(),
            environment: environment.name.clone(),
            target: (*target).to_owned(),
            script: (*script).to_owned(),
            facts: environment.facts.clone(),
            basis: Basis { lineage: state.lineage.clone(), serial: state.serial },
            changes: self.changes,
            drift: self.drift,
            outputs,
        })
    }

    /// The change of a declared resource, and its deployed body; `None` when it is a problem instead.
    fn resource(&mut self, resource: &'a Resource) -> Option<(Change, Option<&'a Value>)> {
        let known = match self.known(resource) {
            Ok(known) => known,
            Err(diagnostic) => {
                self.problems.push((ErrorKind::Bug, diagnostic));
                return None;
            }
        };
        let mut body = Cow::Borrowed(&resource.body);
        if text::may_hold(&body) {
            self.resolver.resolve(body.to_mut(), &self.changes);
        }
        let mut change = self.change(resource, &known);
        if resource.mode == Mode::Existing {
            if known.live.is_none() {
                self.problems.push((ErrorKind::Input, not_found(resource)));
                return None;
            }
            change.action = Action::Read;
            if known.state.is_some() {
                change.reasons.push("it is no longer managed here: it stays, and the state forgets it".to_owned());
            }
            change.body = body.into_owned();
            return Some((change, known.live));
        }
        let Some(live) = known.live else {
            if let Some((address, state)) = known.state
                && !state.uncertain
            {
                self.drift.push(Drift { address: address.to_owned(), deleted: true, properties: Vec::new() });
            }
            change.action = Action::Create;
            change.properties = leaves(&body);
            change.body = body.into_owned();
            return Some((change, None));
        };
        self.deployed(resource, &mut change, body, &known, live);
        Some((change, Some(live)))
    }

    /// Completes the change of a resource that is deployed.
    fn deployed(
        &mut self,
        resource: &'a Resource,
        change: &mut Change,
        body: Cow<'_, Value>,
        known: &Known<'a>,
        live: &'a Value,
    ) {
        let state = known.state.map(|(_, state)| state);
        let found = self.differences(resource, &body, state, live);
        let mut reasons = self.replacement_reasons(resource, state, &found);
        let failed = state.is_some_and(|state| state.failed);
        change.action = match (reasons.is_empty(), found.changes.is_empty()) {
            (false, _) => Action::Replace,
            (true, false) => Action::Update,
            (true, true) if known.state.is_none() || failed => Action::Update,
            (true, true) => Action::None,
        };
        if change.action == Action::Replace {
            self.replaced.insert(resource.id.to_ascii_lowercase(), &resource.address);
            if let Some(state) = state {
                self.replaced.insert(state.id.to_ascii_lowercase(), &resource.address);
            }
            change.replaces = Some(Box::new(replaced(resource, state)));
        }
        match known.state {
            None => reasons.push("it is deployed and not in the state: it is adopted".to_owned()),
            Some((address, _)) if address != resource.address => reasons.push(format!("it was `{address}`")),
            Some(_) if failed && change.action == Action::Update => {
                reasons.push("its last change failed after it was sent: it is sent again".to_owned());
            }
            Some(_) => {}
        }
        change.reasons = reasons;
        // Where all is as declared, and that is what was applied, there can be no drift, and the state has the body.
        let may_have_drifted = found.redeclared || !found.changes.is_empty();
        let in_state = known.state.is_some_and(|(address, state)| address == resource.address && !state.uncertain);
        if change.action != Action::None || found.redeclared || !in_state {
            change.body = body.into_owned();
        }
        change.properties = found.changes;
        change.unchanged = found.unchanged;
        self.place(change);
        if let Some((address, state)) = known.state
            && may_have_drifted
            && !state.uncertain
        {
            self.drifted(resource, address, state, live);
        }
    }

    /// Names the script line of each property.
    fn place(&self, change: &mut Change) {
        let declaration = self.input.environment.declaration_of(&change.address);
        for property in &mut change.properties {
            let value = match &property.after {
                Some(Shown::Value(value)) => Some(value),
                Some(Shown::KnownAfterApply | Shown::Secret) => None,
                // What goes stands nowhere.
                None => {
                    property.place.clone_from(&change.place);
                    continue;
                }
            };
            let span = declaration.and_then(|declaration| declaration.span_of(&property.pointer, value));
            let own = span.and_then(|span| self.input.sources.place(span));
            property.place = own.or_else(|| change.place.clone());
        }
    }

    /// The change as far as it follows from the declaration, without its body.
    fn change(&self, resource: &Resource, known: &Known<'_>) -> Change {
        let was_protected = known.state.is_some_and(|(address, state)| {
            state.protected && !self.unprotected(address) && !self.unprotected(&resource.address)
        });
        Change {
            address: resource.address.clone(),
            kind: resource.kind.clone(),
            plugin: resource.plugin.clone(),
            resource_type: resource.resource_type.clone(),
            id: resource.id.clone(),
            action: Action::None,
            reasons: Vec::new(),
            properties: Vec::new(),
            unchanged: 0,
            body: Value::Null,
            live_digest: self.digest(known.live),
            depends_on: resource.depends_on.clone(),
            details: resource.details.clone(),
            replaces: None,
            rules: resource.rules.clone(),
            modelled: resource.modelled,
            protected: resource.protected || was_protected,
            place: resource.span.and_then(|span| self.input.sources.place(span)),
        }
    }

    fn digest(&self, live: Option<&Value>) -> Option<String> {
        live.filter(|_| self.input.digests).map(digest)
    }

    fn unprotected(&self, address: &str) -> bool {
        self.input.unprotect.iter().any(|other| other == address)
    }

    fn known(&self, resource: &'a Resource) -> Result<Known<'a>, Diagnostic> {
        let state = self.in_state(resource);
        Ok(Known { state, live: self.live(resource, state.map(|(address, _)| address))? })
    }

    fn in_state(&self, resource: &Resource) -> Option<(&'a str, &'a StateResource)> {
        let state = &self.input.state.resources;
        let own = state.get_key_value(&resource.address).map(|(address, state)| (address.as_str(), state));
        if own.is_some() || self.undeclared.is_empty() {
            return own;
        }
        self.undeclared.get(&resource.id.to_ascii_lowercase()).copied()
    }

    fn live(&self, resource: &'a Resource, in_state: Option<&'a str>) -> Result<Option<&'a Value>, Diagnostic> {
        let address = match in_state {
            _ if resource.mode == Mode::Existing => resource.address.as_str(),
            Some(address) => address,
            None if self.input.adopt => resource.address.as_str(),
            None => return Ok(None),
        };
        match self.input.live.get(address) {
            Some(Live::Found(body)) => Ok(Some(body)),
            Some(Live::Absent) => Ok(None),
            None => Err(not_read(address)),
        }
    }

    fn differences(
        &mut self,
        resource: &Resource,
        declared: &Value,
        state: Option<&StateResource>,
        live: &Value,
    ) -> Differences {
        let rules = self.rules.get(&resource.rules);
        let bodies = Bodies {
            declared,
            last: state.map(|state| &state.body),
            earlier: state.map_or(&[], |state| state.earlier.as_slice()),
            live,
        };
        diff(bodies, &rules, &|address, pointer| self.resolver.renewed(address, pointer, &self.changes))
    }

    /// What differs from what was last applied, where that is known for certain.
    fn drifted(&mut self, resource: &Resource, address: &str, state: &StateResource, live: &Value) {
        let rules = self.rules.get(&resource.rules);
        let bodies = Bodies { declared: &state.body, last: Some(&state.body), earlier: &[], live };
        let found = diff(bodies, &rules, &|_, _| false);
        if found.changes.is_empty() {
            return;
        }
        let from_live =
            |change: PropertyChange| PropertyChange { before: change.after, after: change.before, ..change };
        let properties = found.changes.into_iter().map(from_live).collect();
        self.drift.push(Drift { address: address.to_owned(), deleted: false, properties });
    }

    fn replacement_reasons(
        &self,
        resource: &Resource,
        state: Option<&StateResource>,
        found: &Differences,
    ) -> Vec<String> {
        let mut reasons = identity_reasons(resource, state);
        let forcing = found.changes.iter().filter(|property| property.class >= ChangeClass::Replace);
        reasons.extend(forcing.map(|property| format!("`{}` forces replacement", property.pointer)));
        reasons.extend(self.parent_reason(resource, state));
        reasons
    }

    /// Why a resource goes with one that it lies within.
    fn parent_reason(&self, resource: &Resource, state: Option<&StateResource>) -> Option<String> {
        if self.replaced.is_empty() {
            return None;
        }
        let ids = std::iter::once(resource.id.as_str()).chain(state.map(|state| state.id.as_str()));
        let parent = ids.into_iter().find_map(|id| {
            let id = id.to_ascii_lowercase();
            ancestors(&id).find_map(|ancestor| self.replaced.get(ancestor).copied())
        })?;
        Some(format!("`{parent}`, which it lies within, is replaced"))
    }

    /// Adds what the state holds and nobody declares any more, dependents first.
    fn deletions(&mut self) {
        if self.undeclared.is_empty() {
            return;
        }
        let input = self.input;
        let ids: HashSet<String> =
            input.environment.resources.iter().map(|resource| resource.id.to_ascii_lowercase()).collect();
        // What has a declared id is that resource under its old address, whatever became of it.
        let undeclared: BTreeMap<&str, &StateResource> =
            self.undeclared.iter().filter(|(id, _)| !ids.contains(*id)).map(|(_, found)| *found).collect();
        let mut gone: BTreeMap<&str, (&StateResource, &Value)> = BTreeMap::new();
        for (address, state) in undeclared {
            match input.live.get(address) {
                Some(Live::Found(live)) => {
                    gone.insert(address, (state, live));
                }
                Some(Live::Absent) if state.uncertain => {}
                Some(Live::Absent) => {
                    self.drift.push(Drift { address: address.to_owned(), deleted: true, properties: Vec::new() });
                }
                None => self.problems.push((ErrorKind::Bug, not_read(address))),
            }
        }
        let deletion = |(address, (state, _)): (&&'a str, &(&'a StateResource, &Value))| Deletion {
            address,
            id: &state.id,
            depends_on: &state.depends_on,
        };
        let listed: Vec<Deletion<'_>> = gone.iter().map(deletion).collect();
        for index in deletion_order(&listed).order {
            let Some(deletion) = listed.get(index) else { continue };
            if let Some((state, live)) = gone.get(deletion.address) {
                let live_digest = self.digest(Some(live));
                self.changes.push(deleted(deletion.address, state, live_digest));
            }
        }
    }
}

/// Why a resource is another one than that in the state.
fn identity_reasons(resource: &Resource, state: Option<&StateResource>) -> Vec<String> {
    let Some(state) = state else { return Vec::new() };
    let mut reasons = Vec::new();
    if *resource.kind != *state.kind {
        reasons.push(format!("its kind was `{}`", state.kind));
    }
    if !resource.resource_type.eq_ignore_ascii_case(&state.resource_type) {
        reasons.push(format!("its type was `{}`", state.resource_type));
    } else if !resource.id.eq_ignore_ascii_case(&state.id) {
        reasons.push(format!("its id was `{}`", state.id));
    }
    reasons
}
