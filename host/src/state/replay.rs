//! What events make of a state: the one place that knows, for a running run and for one that was killed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::journal::{Event, Outcome, Verb};
use crate::model::state::{State, StateResource};

/// An operation that the control plane may still work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The resource's address.
    pub address: String,
    /// What was asked for.
    pub verb: Verb,
    /// The deployer's token to ask on with.
    pub token: Value,
}

/// A change that was begun and has not ended.
#[derive(Debug, Clone)]
struct Open {
    verb: Verb,
    before: Option<StateResource>,
    token: Option<Value>,
}

/// A state and the changes under way.
#[derive(Debug, Clone)]
pub struct Replay {
    state: State,
    open: BTreeMap<String, Open>,
}

impl Replay {
    /// Starts from a state.
    pub fn new(state: State) -> Self {
        Self { state, open: BTreeMap::new() }
    }

    /// The state: a resource whose change is under way is in it, uncertain.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// To change what no event speaks of.
    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Operations to ask after, by address.
    pub fn pending(&self) -> Vec<Pending> {
        let pending = |(address, open): (&String, &Open)| {
            let token = open.token.clone()?;
            Some(Pending { address: address.clone(), verb: open.verb, token })
        };
        self.open.iter().filter_map(pending).collect()
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Begin { address, verb, resource } => self.begin(address, *verb, resource.as_deref()),
            Event::Pending { address, token } => {
                if let Some(open) = self.open.get_mut(address) {
                    open.token = Some(token.clone());
                }
            }
            Event::End { address, result } => self.end(address, result),
        }
    }

    /// Goes on as a run would that finds the state written now and these events: what was begun and is not pending is
    /// uncertain from then on, in this run as in the next.
    pub(super) fn start_over(&mut self, carried: &[Event]) {
        self.open.clear();
        carried.iter().for_each(|event| self.apply(event));
    }

    /// The events that lead a state that is written now back to the operations that are pending.
    pub(super) fn carry_over(&self) -> Vec<Event> {
        let mut events = Vec::new();
        for pending in self.pending() {
            let resource = match pending.verb {
                Verb::Delete => None,
                Verb::Create | Verb::Update => self.state.resources.get(&pending.address).cloned().map(Box::new),
            };
            events.push(Event::Begin { address: pending.address.clone(), verb: pending.verb, resource });
            events.push(Event::Pending { address: pending.address, token: pending.token });
        }
        events
    }

    fn begin(&mut self, address: &str, verb: Verb, resource: Option<&StateResource>) {
        let before = self.state.resources.get(address).cloned();
        let uncertain = match (resource, &before) {
            (Some(resource), before) => {
                let mut begun = resource.clone();
                begun.earlier = earlier(&begun.body, before.as_ref());
                Some(begun)
            }
            (None, before) => before.clone(),
        };
        if let Some(mut resource) = uncertain {
            resource.uncertain = true;
            self.state.resources.insert(address.to_owned(), resource);
        }
        self.open.insert(address.to_owned(), Open { verb, before, token: None });
    }

    fn end(&mut self, address: &str, result: &Outcome) {
        let open = self.open.remove(address);
        match result {
            Outcome::Upserted(resource) => {
                let settled =
                    StateResource { uncertain: false, failed: false, earlier: Vec::new(), ..(**resource).clone() };
                self.state.resources.insert(address.to_owned(), settled);
            }
            Outcome::Deleted => {
                self.state.resources.remove(address);
            }
            Outcome::Failed { refused: true, .. } => match open.map(|open| open.before) {
                Some(Some(before)) => {
                    self.state.resources.insert(address.to_owned(), before);
                }
                Some(None) => {
                    self.state.resources.remove(address);
                }
                None => {}
            },
            Outcome::Failed { refused: false, .. } => {
                let written = open.is_some_and(|open| open.verb != Verb::Delete);
                if let Some(resource) = self.state.resources.get_mut(address).filter(|_| written) {
                    resource.failed = true;
                }
            }
        }
    }
}

/// The bodies that a resource may have instead of `body` while a change to it is under way.
fn earlier(body: &Value, before: Option<&StateResource>) -> Vec<Value> {
    let mut bodies: Vec<Value> = Vec::new();
    if let Some(before) = before {
        for candidate in before.earlier.iter().chain([&before.body]) {
            if candidate != body && !bodies.contains(candidate) {
                bodies.push(candidate.clone());
            }
        }
    }
    bodies
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn empty() -> State {
        State {
            format: 1,
            project: "p".into(),
            environment: "dev".into(),
            target: "local".into(),
            lineage: "l".into(),
            serial: 1,
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
        }
    }

    fn resource(body: Value) -> StateResource {
        StateResource { body, ..StateResource::default() }
    }

    fn begin(verb: Verb, body: Value) -> Event {
        let resource = (verb != Verb::Delete).then(|| Box::new(resource(body)));
        Event::Begin { address: "a.b".into(), verb, resource }
    }

    fn end(result: Outcome) -> Event {
        Event::End { address: "a.b".into(), result }
    }

    fn failed(refused: bool) -> Outcome {
        Outcome::Failed { code: "C".into(), message: "m".into(), refused }
    }

    fn after(events: &[Event]) -> Option<StateResource> {
        let mut replay = Replay::new(empty());
        events.iter().for_each(|event| replay.apply(event));
        replay.state.resources.get("a.b").cloned()
    }

    fn created(body: Value) -> [Event; 2] {
        [begin(Verb::Create, body.clone()), end(Outcome::Upserted(Box::new(resource(body))))]
    }

    #[test]
    fn a_begun_change_is_uncertain_and_an_ended_one_is_not() {
        assert!(after(&[begin(Verb::Create, json!(1))]).unwrap().uncertain);
        assert!(!after(&created(json!(1))).unwrap().uncertain);
    }

    #[test]
    fn a_begun_update_remembers_all_bodies_it_may_have() {
        let mut events = created(json!(1)).to_vec();
        events.push(begin(Verb::Update, json!(2)));
        assert_eq!(after(&events).unwrap().earlier, [json!(1)]);
        events.push(begin(Verb::Update, json!(3)));
        let resource = after(&events).unwrap();
        assert_eq!((resource.body, resource.earlier), (json!(3), vec![json!(1), json!(2)]));
        events.push(end(Outcome::Upserted(Box::new(self::resource(json!(3))))));
        assert_eq!(after(&events).unwrap(), self::resource(json!(3)));
    }

    #[test]
    fn what_was_refused_never_happened() {
        // Somebody else's resource with the same id must not become ours because we tried to create it.
        assert_eq!(after(&[begin(Verb::Create, json!(1)), end(failed(true))]), None);
        let mut events = created(json!(1)).to_vec();
        events.extend([begin(Verb::Update, json!(2)), end(failed(true))]);
        assert_eq!(after(&events).unwrap(), resource(json!(1)));
    }

    #[test]
    fn what_failed_on_the_way_stays_uncertain() {
        let resource = after(&[begin(Verb::Create, json!(1)), end(failed(false))]).unwrap();
        assert!(resource.uncertain && resource.failed);
        let mut events = vec![begin(Verb::Create, json!(1)), end(failed(false)), begin(Verb::Update, json!(1))];
        assert!(!after(&events).unwrap().failed, "it is being sent again");
        events.push(end(Outcome::Upserted(Box::new(self::resource(json!(1))))));
        assert_eq!(after(&events).unwrap(), self::resource(json!(1)));
        let mut events = created(json!(1)).to_vec();
        events.extend([begin(Verb::Delete, json!(null)), end(failed(false))]);
        assert!(!after(&events).unwrap().failed, "a failed deletion left it as it was");
    }

    #[test]
    fn a_begun_deletion_keeps_the_resource_until_it_ended() {
        let mut events = created(json!(1)).to_vec();
        events.push(begin(Verb::Delete, json!(null)));
        assert!(after(&events).unwrap().uncertain);
        events.push(end(Outcome::Deleted));
        assert_eq!(after(&events), None);
    }

    #[test]
    fn carrying_over_leads_to_the_same_state_and_tokens() {
        let mut replay = Replay::new(empty());
        created(json!(1)).iter().for_each(|event| replay.apply(event));
        replay.apply(&begin(Verb::Update, json!(2)));
        replay.apply(&Event::Pending { address: "a.b".into(), token: json!("t") });
        let mut again = Replay::new(replay.state.clone());
        replay.carry_over().iter().for_each(|event| again.apply(event));
        assert_eq!(again.state, replay.state);
        assert_eq!(again.pending(), replay.pending());
        assert_eq!(again.pending().len(), 1);
    }
}
