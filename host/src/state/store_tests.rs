use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::state::StateResource;
use crate::state::{Outcome, Owner, Verb, digest};

fn identity() -> Identity {
    Identity { project: "p".into(), environment: "dev".into(), target: "local".into() }
}

fn open(folder: &Path) -> Result<Store, Failure> {
    let lock = Lock::acquire(folder, "dev", &Owner::this_process("u", "h", "test"), Duration::ZERO)?;
    Store::open(lock, &identity())
}

fn resource(body: Value) -> StateResource {
    StateResource { digest: digest(&body), body, id: "/x".into(), ..StateResource::default() }
}

fn begin(address: &str, verb: Verb, body: Value) -> Event {
    let resource = (verb != Verb::Delete).then(|| Box::new(resource(body)));
    Event::Begin { address: address.into(), verb, resource }
}

fn pending(address: &str, token: &str) -> Event {
    Event::Pending { address: address.into(), token: json!(token) }
}

fn end(address: &str, result: Outcome) -> Event {
    Event::End { address: address.into(), result }
}

fn upserted(address: &str, body: Value) -> Event {
    end(address, Outcome::Upserted(Box::new(resource(body))))
}

#[test]
fn what_is_finished_is_found_again_and_nothing_else_is_written() {
    let temp = tempfile::tempdir().unwrap();
    assert!(load(temp.path(), &identity()).unwrap().is_none());
    assert!(load(&temp.path().join("nowhere"), &identity()).unwrap().is_none());
    let mut store = open(temp.path()).unwrap();
    store.append(&[begin("a.b", Verb::Create, json!({"z": 1, "a": 2}))]).unwrap();
    store.append(&[upserted("a.b", json!({"z": 1, "a": 2}))]).unwrap();
    store.finish(Some(BTreeMap::from([("o".into(), json!(1))]))).unwrap();
    let state = store.state().clone();
    drop(store);
    assert_eq!((state.serial, state.lineage.len()), (1, 32));
    assert_eq!(load(temp.path(), &identity()).unwrap().unwrap().state, state);
    assert!(!temp.path().join("dev.journal").exists());
    let written = std::fs::read_to_string(temp.path().join("dev.json")).unwrap();
    assert!(written.starts_with("{\n  \"format\": 1,\n  \"project\": \"p\""), "{written}");

    // A run that changes nothing writes nothing.
    let mut store = open(temp.path()).unwrap();
    store.finish(Some(state.outputs.clone())).unwrap();
    assert_eq!(store.state().serial, 1);
    assert_eq!(std::fs::read_to_string(temp.path().join("dev.json")).unwrap(), written);
}

#[test]
fn a_killed_run_leaves_what_it_had_begun() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path()).unwrap();
    store.append(&[begin("a.done", Verb::Create, json!(1)), begin("a.open", Verb::Create, json!(2))]).unwrap();
    store.append(&[upserted("a.done", json!(1)), pending("a.open", "t1")]).unwrap();
    drop(store);

    // A reader sees it without touching it.
    let loaded = load(temp.path(), &identity()).unwrap().unwrap();
    assert!(loaded.state.resources["a.open"].uncertain && !loaded.state.resources["a.done"].uncertain);
    assert!(!temp.path().join("dev.json").exists());

    // Killed again before it asked: the token is still there.
    for _ in 0..2 {
        let store = open(temp.path()).unwrap();
        assert_eq!(store.pending().len(), 1);
        assert_eq!((store.pending()[0].token.clone(), store.pending()[0].verb), (json!("t1"), Verb::Create));
        assert!(store.state().resources["a.open"].uncertain);
        assert_eq!(store.state().serial, 1, "looking twice is no change");
    }
    let mut store = open(temp.path()).unwrap();
    store.append(&[upserted("a.open", json!(2))]).unwrap();
    store.finish(None).unwrap();
    assert!(store.pending().is_empty() && !store.state().resources["a.open"].uncertain);
    drop(store);
    assert!(load(temp.path(), &identity()).unwrap().unwrap().pending.is_empty());
}

#[test]
fn being_killed_between_the_state_and_the_journal_is_harmless() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path()).unwrap();
    store.append(&[begin("a.b", Verb::Create, json!(1)), upserted("a.b", json!(1))]).unwrap();
    let journal = std::fs::read(temp.path().join("dev.journal")).unwrap();
    store.finish(None).unwrap();
    drop(store);
    std::fs::write(temp.path().join("dev.journal"), journal).unwrap();
    let mut store = open(temp.path()).unwrap();
    assert_eq!(store.state().serial, 1);
    assert!(!temp.path().join("dev.journal").exists(), "what was folded is not kept");
    // The next events do not add to the old journal.
    store.append(&[begin("a.b", Verb::Delete, json!(null)), end("a.b", Outcome::Deleted)]).unwrap();
    drop(store);
    let store = open(temp.path()).unwrap();
    assert_eq!((store.state().serial, store.state().resources.len()), (2, 0));
}

#[test]
fn a_journal_of_another_state_is_refused_and_kept() {
    let temp = tempfile::tempdir().unwrap();
    let mut store = open(temp.path()).unwrap();
    store.append(&[begin("a.b", Verb::Create, json!(1))]).unwrap();
    let journal = std::fs::read_to_string(temp.path().join("dev.journal")).unwrap();
    store.finish(None).unwrap();
    drop(store);
    for (from, to) in [("\"lineage\":\"", "\"lineage\":\"x"), ("\"serial\":0", "\"serial\":7"), ("\"p\"", "\"q\"")] {
        let foreign = journal.replacen(from, to, 1);
        std::fs::write(temp.path().join("dev.journal"), &foreign).unwrap();
        let failure = open(temp.path()).unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "state/journal-mismatch", "{to}");
        assert_eq!(std::fs::read_to_string(temp.path().join("dev.journal")).unwrap(), foreign);
    }
}

#[test]
fn a_bad_state_is_never_overwritten() {
    let temp = tempfile::tempdir().unwrap();
    for (text, code) in [("{\"format\": 1, \"pro", "state/corrupt"), ("{\"format\": 9}", "state/newer")] {
        std::fs::write(temp.path().join("dev.json"), text).unwrap();
        assert_eq!(open(temp.path()).unwrap_err().diagnostics[0].code, code);
        assert_eq!(load(temp.path(), &identity()).unwrap_err().diagnostics[0].code, code);
        assert_eq!(std::fs::read_to_string(temp.path().join("dev.json")).unwrap(), text);
    }
}

fn event() -> impl Strategy<Value = Event> {
    let address = || prop::sample::select(vec!["a.b", "a.c", "a.d"]);
    let verb = prop::sample::select(vec![Verb::Create, Verb::Update, Verb::Delete]);
    prop_oneof![
        (address(), verb, 0..3).prop_map(|(address, verb, body)| begin(address, verb, json!(body))),
        (address(), "[a-z]{2}").prop_map(|(address, token)| pending(address, &token)),
        (address(), 0..3).prop_map(|(address, body)| upserted(address, json!(body))),
        address().prop_map(|address| end(address, Outcome::Deleted)),
        (address(), any::<bool>()).prop_map(|(address, refused)| {
            end(address, Outcome::Failed { code: "C".into(), message: "m".into(), refused })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever a run does, wherever it is killed and the power goes, the next one sees the state as the events that
    /// reached the disk left it.
    #[test]
    fn a_run_killed_anywhere_is_taken_up(
        groups in prop::collection::vec((prop::collection::vec(event(), 1..4), prop::bool::weighted(0.2)), 1..6),
        cut in 0usize..60,
    ) {
        let temp = tempfile::tempdir().unwrap();
        let mut store = open(temp.path()).unwrap();
        let mut history = vec![store.state().clone()];
        for (events, finish) in groups {
            for event in events {
                store.append(&[event]).unwrap();
                history.push(store.state().clone());
            }
            if finish {
                store.finish(None).unwrap();
                history = vec![store.state().clone()];
            }
        }
        drop(store);
        let path = temp.path().join("dev.journal");
        if let Ok(journal) = std::fs::read(&path) {
            let header = journal.iter().position(|byte| *byte == b'\n').unwrap() + 1;
            std::fs::write(&path, &journal[..journal.len().saturating_sub(cut).max(header)]).unwrap();
        }
        let resources: Vec<_> = history.iter().map(|state| &state.resources).collect();
        let loaded = load(temp.path(), &identity()).unwrap();
        if let Some(loaded) = &loaded {
            prop_assert!(resources.contains(&&loaded.state.resources));
            if cut == 0 {
                prop_assert_eq!(&loaded.state.resources, *resources.last().unwrap());
            }
        }
        let reopened = open(temp.path()).unwrap();
        let seen = loaded.map(|loaded| (loaded.state.resources, loaded.pending)).unwrap_or_default();
        prop_assert_eq!((reopened.state().resources.clone(), reopened.pending()), seen.clone());
        drop(reopened);
        let again = open(temp.path()).unwrap();
        prop_assert_eq!((again.state().resources.clone(), again.pending()), seen);
    }
}
