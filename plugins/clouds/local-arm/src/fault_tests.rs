use super::Fault;
use crate::testing::shared;
use crate::types::{container_registry, key_vault, machine_learning, storage};

/// Every fault that has a collected body, made with the placeholders of the collection.
fn with_placeholders() -> Vec<Fault> {
    let taken = |unique: &Option<crate::types::Unique>| (unique.as_ref().unwrap().taken)("{name}");
    vec![
        Fault::missing_api_version(),
        Fault::invalid_api_version("{v}", "{comma-separated list, newest first}"),
        Fault::no_registered_provider("{location}", "{v}", "{type without namespace}", "{a, b}", "{eastus, westus}"),
        Fault::authentication_failed(),
        Fault::invalid_content("{parser message}"),
        Fault::subscription_not_found("{id}"),
        Fault::invalid_subscription_id("{id}"),
        Fault::group_not_found("{rg}"),
        Fault::group_being_deleted("{rg}"),
        Fault::group_location("{new}", "{old}"),
        Fault::invalid_namespace("{ns}"),
        Fault::invalid_type("{type}", "{ns}", "{v}", "{…}"),
        Fault::resource_not_found("{Ns/type/name}", "{rg}"),
        Fault::parent_not_found("{read|write}", "{child type without namespace}", "{parent id}"),
        Fault::scope_locked("{resource id}", "{delete|write}", "{locked scope}"),
        Fault::location_required(),
        Fault::location_not_available("{l}", "{t}", "{…}"),
        Fault::resource_location("{name}", "{old}", "{rg}", "{new}"),
        Fault::linked_invalid_id("{v}", "{json path}"),
        key_vault::recoverable(),
        taken(&key_vault::VAULT.unique),
        taken(&storage::ACCOUNT.unique),
        taken(&container_registry::REGISTRY.unique),
        machine_learning::soft_deleted(),
    ]
}

#[test]
fn bodies_are_those_that_azure_sends() {
    let Some(collected) = shared("arm-errors.json") else { return };
    let collected = collected["errors"].as_array().unwrap();
    for fault in with_placeholders() {
        let same = |entry: &&serde_json::Value| {
            entry["status"] == fault.status
                && entry["code"] == fault.code
                && entry["message"].as_str() == Some(fault.message.as_str())
        };
        assert!(collected.iter().any(|entry| same(&entry)), "{} {}: {}", fault.status, fault.code, fault.message);
    }
    let action = Fault::unknown_action("{t}", "{ns}", "{v}");
    assert!(collected.iter().any(|entry| entry["when"].as_str().unwrap().contains(&action.message)));
    let name = (storage::ACCOUNT.valid_name)("{name}").unwrap_err();
    assert!(collected.iter().any(|entry| entry["code"] == name.code && entry["message"] == name.message));
}

#[test]
fn the_envelope_holds_what_is_set() {
    let mut fault = Fault::gateway(400, "A", "b").at("properties.x");
    fault.details = vec![Fault::service(400, "C", "d")];
    let answer = fault.answer();
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"error": {"code": "A", "message": "b", "target": "properties.x",
            "details": [{"code": "C", "message": "d"}]}})
    );
}
