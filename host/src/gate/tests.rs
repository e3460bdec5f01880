use super::*;
use crate::model::plan::{Basis, Change};

fn plan_with(action: Action) -> Plan {
    let change: Change = serde_json::from_value(serde_json::json!({
        "address": "key_vault.main", "kind": "key_vault", "plugin": "p", "type": "T", "id": "/v", "action": action,
        "reasons": ["`/location` forces replacement"],
    }))
    .unwrap();
    Plan {
        format: 1,
        project: "p".into(),
        environment: "prod".into(),
        target: "azure".into(),
        script: "s".into(),
        facts: serde_json::Map::new(),
        basis: Basis { lineage: String::new(), serial: 0 },
        changes: vec![change],
        drift: vec![],
        outputs: vec![],
    }
}

#[test]
fn a_protected_environment_loses_nothing_unless_it_is_allowed_by_name() {
    let allowed = ["key_vault.main".to_owned()];
    let other = ["key_vault.other".to_owned()];
    for (action, destroys) in [
        (Action::None, false),
        (Action::Read, false),
        (Action::Create, false),
        (Action::Update, false),
        (Action::Replace, true),
        (Action::Delete, true),
    ] {
        let plan = plan_with(action);
        let check = |environment_protected, unprotect| {
            check(&plan, &GateInput { environment_protected, unprotect, project_file: Some("mlhost.toml") })
        };
        assert!(check(false, &[]).is_ok());
        assert!(check(true, &allowed).is_ok());
        assert_eq!(check(true, &[]).is_err(), destroys, "{action:?}");
        assert_eq!(check(true, &other).is_err(), destroys, "{action:?}");
    }
}

#[test]
fn the_message_names_resource_rule_and_remedy() {
    let input = GateInput { environment_protected: true, unprotect: &[], project_file: Some("mlhost.toml") };
    let failure = check(&plan_with(Action::Replace), &input).unwrap_err();
    assert_eq!(failure.kind, ErrorKind::Refused);
    let diagnostic = &failure.diagnostics[0];
    assert_eq!(diagnostic.message, "`key_vault.main` would be replaced, and environment `prod` is protected");
    assert_eq!(
        diagnostic.notes,
        ["`/location` forces replacement", "`protect = true` of `[environments.prod]` says so"]
    );
    assert!(diagnostic.help.as_deref().unwrap().contains("--unprotect key_vault.main"));
    assert_eq!(diagnostic.file.as_deref(), Some("mlhost.toml"));
}
