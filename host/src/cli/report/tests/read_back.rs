use mlhost::model::ErrorKind;
use mlhost::model::plan::{Action, Shown};
use serde_json::json;

use super::super::tests::{change, place, property};
use super::*;

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("platform.rhai", "let a = 1;\nlet b = 2;\n");
    sources
}

fn nothing_read(sources: &Sources) -> Script<'_> {
    Script { environment: None, sources }
}

#[test]
fn what_differs_is_named_with_both_values_and_its_line() {
    let mut vault = change("key_vault.main", "Microsoft.KeyVault/vaults", Action::Update);
    vault.place = Some(place(1));
    let mut one = property("/properties/a", Some(json!("Hot")), Some(json!("Cool")));
    one.place = Some(place(2));
    let missing = property("/properties/b", None, Some(json!(true)));
    let mut secret = property("/properties/c", None, None);
    secret.before = Some(Shown::Secret);
    secret.after = Some(Shown::Secret);
    let found = vec![NotApplied::Differs(&vault, vec![one, missing, secret]), NotApplied::Absent(&vault)];
    let warnings = warnings(Ok(found), nothing_read(&sources()));
    let messages: Vec<&str> = warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`key_vault.main` was accepted, but its `/properties/a` was not applied: \"Cool\" was asked for, \"Hot\" is there",
            "`key_vault.main` was accepted, but its `/properties/b` was not applied: true was asked for, nothing is there",
            "`key_vault.main` was accepted, but its `/properties/c` was not applied: (secret) was asked for, (secret) is there",
            "`key_vault.main` is not there, although the control plane said that it was deployed",
        ]
    );
    assert!(warnings.iter().all(|warning| warning.code == "deploy/not-applied" && warning.help.is_some()));
    assert_eq!(warnings[0].span.map(|span| span.line), Some(2));
    assert_eq!(warnings[0].pointer.as_deref(), Some("/properties/a"));
    assert_eq!(warnings[3].span.map(|span| span.line), Some(1));
}

#[test]
fn without_the_script_its_line_is_named() {
    let mut vault = change("key_vault.main", "Microsoft.KeyVault/vaults", Action::Create);
    vault.place = Some(place(7));
    let warnings = warnings(Ok(vec![NotApplied::Absent(&vault)]), nothing_read(&Sources::default()));
    assert_eq!(warnings[0].file.as_deref(), Some("platform.rhai:7:1"));
}

#[test]
fn what_cannot_be_read_is_a_warning_too() {
    let vault = change("key_vault.main", "Microsoft.KeyVault/vaults", Action::Create);
    let failure = Failure::new(ErrorKind::Plugin, Diagnostic::error("plugin/trap", "it broke"));
    for (found, note) in
        [(Ok(vec![NotApplied::Unread(&vault, "Busy: later".to_owned())]), "Busy: later"), (Err(failure), "it broke")]
    {
        let warnings = warnings(found, nothing_read(&Sources::default()));
        assert_eq!(warnings[0].code, "deploy/not-read-back");
        assert_eq!(warnings[0].notes, [note]);
    }
}
