//! Tests of resources that are passed through.

use mlhost_arm::testing::{assert_valid, body, context, expand, property_violations};
use mlhost_plugin::json;
use mlhost_plugin::testing::{complaints, existing, parse};

use super::*;

fn search(more: Value) -> Value {
    let mut properties = json!({"type": "Microsoft.Search/searchServices", "api_version": "2025-05-01"});
    if let (Value::Object(map), Value::Object(more)) = (&mut properties, more) {
        map.extend(more);
    }
    properties
}

fn id(name: &str, properties: Value) -> String {
    let expansion = expand::<ArmResource>(name, properties);
    assert!(expansion.diagnostics.is_empty(), "{:?}", expansion.diagnostics);
    expansion.resources.first().unwrap().id.clone()
}

#[test]
fn the_rest_is_the_body() {
    let more = json!({"location": "westeurope", "sku": {"name": "basic"}, "properties": {"n": "${key_vault.v#/id}"}});
    let expansion = expand::<ArmResource>("mlops-search", search(more.clone()));
    assert_eq!(body(&expansion), more);
    let resource = expansion.resources.first().unwrap();
    assert_eq!(resource.type_, "Microsoft.Search/searchServices");
    assert_eq!(resource.id, "${resource_group.main#/id}/providers/Microsoft.Search/searchServices/mlops-search");
    assert_eq!(parse(&resource.details), json!({"api_version": "2025-05-01"}));
    assert_eq!(property_violations::<ArmResource>(&search(more)), Vec::<String>::new());
}

#[test]
fn it_is_marked_as_not_modelled() {
    let document = mlhost_plugin::kind::document::<ArmResource>();
    assert!(!document.modelled && document.open_outputs && document.resource_type.is_empty());
    assert_eq!(document.properties.pointer("/additionalProperties"), Some(&json!(true)));
}

#[test]
fn it_lives_in_a_group_a_parent_or_a_scope() {
    let lock =
        json!({"type": "Microsoft.Authorization/locks", "api_version": "2020-05-01", "scope": "${key_vault.v#/id}"});
    assert_eq!(id("keep", lock), "${key_vault.v#/id}/providers/Microsoft.Authorization/locks/keep");
    let container = |more: Value| {
        let mut properties =
            json!({"type": "Microsoft.Storage/storageAccounts/blobServices", "api_version": "2026-04-01"});
        properties.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        properties
    };
    let by_parent = id("default", container(json!({"parent": "${storage_account.s#/id}"})));
    assert_eq!(by_parent, "${storage_account.s#/id}/blobServices/default");
    let by_name = id("s/default", container(json!({"resource_group": "g"})));
    assert!(by_name.ends_with("/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/s/blobServices/default"));
    let storage = "/subscriptions/s/resourceGroups/g/providers/microsoft.storage/storageaccounts/s";
    assert_eq!(id("default", container(json!({"parent": storage}))), format!("{storage}/blobServices/default"));
}

#[test]
fn forms_are_checked() {
    let cases = [
        ("a", json!({"type": "searchServices"}), ("arm_resource/type", "/type")),
        ("a", json!({"type": "Microsoft.Search"}), ("arm_resource/type", "/type")),
        ("a", json!({"type": "Microsoft.Search//x"}), ("arm_resource/type", "/type")),
        ("a", json!({"type": "Microsoft..Search/x"}), ("arm_resource/type", "/type")),
        ("a", json!({"api_version": "latest"}), ("arm_resource/api_version", "/api_version")),
        ("a", json!({"api_version": "2025-13-01"}), ("arm_resource/api_version", "/api_version")),
        ("a", json!({"api_version": "2025-05-01-"}), ("arm_resource/api_version", "/api_version")),
        ("a", json!({"api_version": "2025-05-é1"}), ("arm_resource/api_version", "/api_version")),
        ("a/b", json!({}), ("arm_resource/name", "")),
        ("a?b", json!({}), ("arm_resource/name", "")),
        ("..", json!({}), ("arm_resource/name", "")),
        ("a", json!({"parent": "${key_vault.v#/id}"}), ("arm_resource/parent", "/parent")),
        ("a", json!({"scope": "everything"}), ("arm_resource/scope", "/scope")),
        ("a", json!({"scope": "${key_vault.v#/id}", "parent": "${key_vault.v#/id}"}), ("arm_resource/scope", "/scope")),
        ("a", json!({"name": "b"}), ("arm_resource/body", "/name")),
    ];
    for (name, more, complaint) in cases {
        let expansion = expand::<ArmResource>(name, search(more.clone()));
        assert_eq!(complaints(&expansion), [complaint], "{name} {more}");
    }
    assert!(!property_violations::<ArmResource>(&json!({"type": "Microsoft.Search/searchServices"})).is_empty());
}

#[test]
fn a_well_known_type_passes_through_unharmed() {
    let properties = json!({
        "type": "Microsoft.ContainerRegistry/registries", "api_version": "2025-11-01", "location": "westeurope",
        "sku": {"name": "Basic"},
    });
    assert_valid(env!("CARGO_MANIFEST_DIR"), &expand::<ArmResource>("mlopscrdev", properties));
}

#[test]
fn an_existing_one_is_only_looked_up() {
    let declaration = existing("arm_resource", "s", search(json!({"resource_group": "g", "location": "x"})));
    let expansion = mlhost_plugin::kind::expand::<ArmResource>(&declaration, &context());
    let resource = expansion.resources.first().unwrap();
    assert_eq!(resource.body, "{}");
    assert!(resource.id.ends_with("/resourceGroups/g/providers/Microsoft.Search/searchServices/s"));
}

#[test]
fn its_deletion_may_need_parameters() {
    let properties = search(json!({"delete_query": {"force": "true"}}));
    let details = parse(&expand::<ArmResource>("s", properties).resources.first().unwrap().details);
    assert_eq!(details, json!({"api_version": "2025-05-01", "delete_query": {"force": "true"}}));
}

#[test]
fn its_document_is_up_to_date() {
    mlhost_plugin::testing::assert_kind_document::<ArmResource>(env!("CARGO_MANIFEST_DIR"), "kind.json");
}
