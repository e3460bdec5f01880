//! What a plan refuses.

use super::*;
use crate::state::bookkeeping;

#[test]
fn what_is_protected_is_neither_deleted_nor_replaced() {
    let was = protected(resource("a.x", json!({"location": "a"})));
    let applied = || World::new().applied(&was, Some(was.body.clone()));
    let replaced = applied().declare(resource("a.x", json!({"location": "b"})));
    for (mut world, word) in [(applied(), "deleted"), (replaced, "replaced")] {
        let failure = world.plan().unwrap_err();
        assert_eq!((failure.kind, failure.diagnostics.len()), (ErrorKind::Refused, 1));
        let diagnostic = &failure.diagnostics[0];
        assert_eq!(diagnostic.message, format!("`a.x` is protected and would be {word}"));
        assert!(diagnostic.notes.iter().any(|note| note.contains("the state keeps that")), "{diagnostic:?}");
        assert!(diagnostic.help.as_ref().unwrap().contains("--unprotect a.x"));
        world.unprotect = vec!["a.x".into()];
        assert!(world.plan().is_ok());
    }
    // Protected by the script only now, and again in what the state will say.
    let plain = resource("a.x", json!({"location": "a"}));
    let declared = protected(resource("a.x", json!({"location": "b"})));
    let world = World::new().applied(&plain, Some(plain.body.clone())).declare(declared);
    assert!(world.plan().unwrap_err().diagnostics[0].notes.iter().any(|note| note.contains("`protect()`")));
    // A script that no longer says so does not lift it; the user does.
    let mut world = applied().declare(plain);
    assert!(world.only().protected);
    world.unprotect = vec!["a.x".into()];
    assert!(!world.only().protected);
    assert!(!bookkeeping(&world.plan().unwrap(), &world.state).is_empty());
}

#[test]
fn a_mistyped_unprotect_is_an_error() {
    let mut world = World::new().declare(resource("vault.main", json!({})));
    world.unprotect = vec!["vault.mian".into()];
    let failure = world.plan().unwrap_err();
    assert_eq!((failure.kind, failure.diagnostics[0].code.as_str()), (ErrorKind::Input, "plan/unknown-address"));
    assert_eq!(failure.diagnostics[0].help.as_deref(), Some("did you mean `vault.main`?"));
}

#[test]
fn what_a_remaining_resource_refers_to_is_not_deleted() {
    let gone = || World::new().applied(&resource("a.x", json!({})), Some(json!({})));
    let user = |body: Value| resource("u.y", body);
    for body in [json!({"p": ["/cloud/X"]}), json!({"p": [{"q": "/CLOUD/x/sub/z"}]}), json!({"p": {"/cloud/x": {}}})] {
        let world = gone().declare(user(body.clone()));
        let (kind, problems) = world.refused();
        assert_eq!((kind, problems.len()), (ErrorKind::Refused, 1), "{body}");
        assert_eq!(problems[0].1, "`a.x` would be deleted, and `u.y` still refers to it");
        assert!(world.plan().unwrap_err().diagnostics[0].pointer.as_ref().unwrap().starts_with("/p"));
    }
    assert!(gone().declare(user(json!({"p": "/cloud/xx"}))).plan().is_ok());
    assert!(gone().declare(user(json!({"p": "see /cloud/x"}))).plan().is_ok());
    let (_, problems) = gone().settled(with_id(user(json!({})), "/Cloud/X/y")).refused();
    assert_eq!(problems[0].1, "`a.x` would be deleted, and `u.y` still lies within it");
}

#[test]
fn what_is_not_ours_is_not_destroyed_with_what_it_lies_within() {
    let guest = existing(with_id(resource("e.g", json!({})), "/cloud/x/g"));
    let mut world = World::new()
        .applied(&resource("a.x", json!({"location": "a"})), Some(json!({"location": "a"})))
        .declare(resource("a.x", json!({"location": "b"})))
        .declare(guest);
    world.live.insert("e.g".into(), Live::Found(json!({})));
    let (kind, problems) = world.refused();
    assert_eq!((kind, problems[0].0.as_str()), (ErrorKind::Refused, "plan/contains-existing"));
}
