//! Plan files and stale plans.

use super::*;

#[test]
fn a_plan_comes_back_from_its_file_as_it_was() {
    let world = World::new()
        .applied(&resource("a.x", json!({"location": "a"})), Some(json!({"location": "a"})))
        .declare(resource("a.x", json!({"location": "b"})))
        .declare(depends(resource("b.y", json!({"ref": "${a.x#/k}"})), &["a.x"]))
        .applied(&resource("c.z", json!({})), Some(json!({})));
    let plan = world.plan().unwrap();
    let bytes = write_plan(&plan).unwrap();
    assert!(looks_like_plan(&bytes));
    assert_eq!(read_plan(&bytes, "f").unwrap(), plan);
    let text = String::from_utf8(bytes).unwrap();
    let code = |text: &str| {
        let failure = read_plan(text.as_bytes(), "f").unwrap_err();
        assert_eq!(failure.kind, ErrorKind::Input);
        failure.diagnostics[0].code.clone()
    };
    assert_eq!(code(&text[..text.len() / 2]), "plan/corrupt");
    assert_eq!(code(&text.replacen("\"format\":1", "\"format\":2", 1)), "plan/newer");
    assert_eq!(code("let x = 1;"), "plan/no-plan");
    assert_eq!(code(&serde_json::to_string(&world.state).unwrap()), "plan/no-plan");
    let twice = Plan { changes: [plan.changes.clone(), plan.changes.clone()].concat(), ..plan.clone() };
    assert_eq!(code(&String::from_utf8(write_plan(&twice).unwrap()).unwrap()), "plan/corrupt");
    let backwards = Plan { changes: plan.changes.iter().rev().cloned().collect(), ..plan };
    assert_eq!(code(&String::from_utf8(write_plan(&backwards).unwrap()).unwrap()), "plan/corrupt");
}

#[test]
fn a_plan_is_stale_when_the_state_or_a_resource_has_moved() {
    let world = World::new().settled(resource("a.x", json!({"k": 1}))).declare(resource("b.new", json!({})));
    let plan = world.plan().unwrap();
    let digest = plan.changes[0].live_digest.clone();
    assert!(digest.is_some());
    let live = |x: Option<String>| BTreeMap::from([("a.x".to_owned(), x)]);
    assert!(check_fresh(&plan, &world.state, &live(digest.clone())).is_ok());
    let note = |state: &State, live: &BTreeMap<String, Option<String>>| {
        let failure = check_fresh(&plan, state, live).unwrap_err();
        assert_eq!((failure.kind, failure.diagnostics[0].code.as_str()), (ErrorKind::StalePlan, "plan/stale"));
        failure.diagnostics[0].notes.join("; ")
    };
    assert_eq!(note(&world.state, &live(Some("x".into()))), "`a.x` has been changed by somebody else since");
    assert_eq!(note(&world.state, &live(None)), "`a.x` is no longer there");
    let mut there = live(digest.clone());
    there.insert("b.new".into(), Some("x".into()));
    assert_eq!(note(&world.state, &there), "`b.new` is there already");
    let later = State { serial: 4, ..world.state.clone() };
    assert_eq!(note(&later, &live(digest.clone())), "the state has been changed since: its serial was 3 and is 4");
    let other = State { lineage: "m".into(), ..world.state.clone() };
    assert_eq!(note(&other, &live(digest)), "the environment was created anew since");
}
