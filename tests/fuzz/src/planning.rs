//! Plans from what is declared, what was applied and what is deployed.

use std::collections::BTreeMap;
use std::sync::Arc;

use mlhost::model::environment::{Resource, RuleSet};
use mlhost::model::plan::{Action, Plan};
use mlhost::model::reference::visit_tokens;
use mlhost::model::state::{State, StateResource};
use mlhost::model::{Environment, ErrorKind, Failure, Mode, Sources, TokenTarget};
use mlhost::plan::{Live, PlanInput, plan, read_plan, write_plan};
use mlhost::state::digest;
use serde_json::Value;

use crate::check;
use crate::sections::Sections;

type Bodies = BTreeMap<String, Value>;

/// Bodies by address, as declared, applied and deployed, and the rules of their kind, a JSON document each.
///
/// A plan says what happens to each address once, comes back from its file as it was, is the same each time, and is empty
/// where nothing differs.
pub fn run(data: &[u8]) {
    let Some(sections) = Sections::new("declared", data) else { return };
    let bodies = |name: &str| serde_json::from_str::<Bodies>(sections.get(name)).unwrap_or_default();
    let (declared, applied, live) = (bodies("declared"), bodies("applied"), bodies("live"));
    let rules: RuleSet = serde_json::from_str(sections.get("rules")).unwrap_or_default();
    let Some(environment) = environment(&declared, rules) else { return };
    let state = state(&applied);
    let live_bodies = live.clone();
    let live: BTreeMap<String, Live> = applied
        .keys()
        .map(|address| (address.clone(), live_bodies.get(address).cloned().map_or(Live::Absent, Live::Found)))
        .collect();
    let made = || {
        plan(&PlanInput {
            environment: &environment,
            state: &state,
            live: &live,
            sources: &Sources::default(),
            script: "main.rhai",
            target: "local",
            unprotect: &[],
            adopt: false,
            digests: true,
        })
    };
    let result = made();
    assert_eq!(format!("{result:?}"), format!("{:?}", made()), "another plan the second time");
    match result {
        Ok(plan) => {
            says_all(&plan, &declared, &applied);
            let plain = !sections.iter().any(|(_, text)| text.contains("${") || text.contains('\\'));
            if plain && declared == applied && declared == live_bodies {
                assert!(!plan.has_changes() && plan.drift.is_empty(), "{plan:#?}");
            }
        }
        Err(failure) => is_refused(&failure),
    }
}

/// As compose gives it: tokens lead to earlier addresses only. `None` for what compose refuses.
fn environment(declared: &Bodies, rules: RuleSet) -> Option<Environment> {
    let rules = Arc::new(rules);
    let mut environment = Environment { project: "p".into(), name: "dev".into(), ..Environment::default() };
    for (address, body) in declared {
        let (kind, name) = address.split_once('.').filter(|(kind, name)| !kind.is_empty() && !name.is_empty())?;
        if !body.is_object() {
            return None;
        }
        let mut depends_on = Vec::new();
        let mut known = true;
        let visited = visit_tokens(body, &mut |_, token| {
            if let TokenTarget::Resource { address: other, .. } = token.0 {
                known &= environment.resources.iter().any(|resource| resource.address == other);
                depends_on.push(other);
            }
        });
        if visited.is_err() || !known {
            return None;
        }
        depends_on.sort();
        depends_on.dedup();
        environment.resources.push(Resource {
            address: address.clone(),
            kind: kind.into(),
            plugin: "fuzz".into(),
            resource_type: format!("Microsoft.X/{kind}"),
            id: format!("/{kind}/{name}"),
            body: body.clone(),
            depends_on,
            details: serde_json::Map::new(),
            rules: Arc::clone(&rules),
            modelled: true,
            mode: Mode::Managed,
            protected: false,
            span: None,
        });
    }
    Some(environment)
}

fn state(applied: &Bodies) -> State {
    let resources = applied.iter().map(|(address, body)| {
        let (kind, name) = address.split_once('.').unwrap_or(("", address));
        let resource = StateResource {
            kind: kind.into(),
            plugin: "fuzz".into(),
            resource_type: format!("Microsoft.X/{kind}"),
            id: format!("/{kind}/{name}"),
            body: body.clone(),
            digest: digest(body),
            ..StateResource::default()
        };
        (address.clone(), resource)
    });
    State {
        format: 1,
        project: "p".into(),
        environment: "dev".into(),
        target: "local".into(),
        lineage: "l".into(),
        serial: 3,
        resources: resources.collect(),
        outputs: BTreeMap::new(),
    }
}

fn says_all(plan: &Plan, declared: &Bodies, applied: &Bodies) {
    let bytes = write_plan(plan).expect("a plan can be written");
    assert_eq!(read_plan(&bytes, "f").ok().as_ref(), Some(plan), "it comes back as another plan");
    let changes: BTreeMap<&str, Action> = plan.changes.iter().map(|one| (one.address.as_str(), one.action)).collect();
    assert_eq!(changes.len(), plan.changes.len(), "an address twice");
    for address in declared.keys() {
        let action = changes.get(address.as_str());
        assert!(action.is_some_and(|action| !matches!(action, Action::Delete | Action::Read)), "{address}: {action:?}");
    }
    for (address, action) in changes {
        let known = declared.contains_key(address) || applied.contains_key(address);
        assert!(known, "{address}: {action:?}");
        assert!(declared.contains_key(address) || action == Action::Delete, "{address}: {action:?}");
    }
}

fn is_refused(failure: &Failure) {
    check::failure(failure, &Sources::default());
    assert!(matches!(failure.kind, ErrorKind::Input | ErrorKind::Refused), "{failure:?}");
}
