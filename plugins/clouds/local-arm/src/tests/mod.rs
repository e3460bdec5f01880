//! Requests and their answers, feature by feature.

mod bodies;
mod chaos;
mod groups;
mod lists;
mod locks;
mod machine_learning;
mod operations;
mod platform;
mod protocol;
mod resources;
mod soft_delete;
mod speed;

use serde_json::{Value, json};

use crate::describe::TENANT;
use crate::testing::{TestCloud, in_group};

/// Path of a storage account.
fn account(name: &str) -> String {
    in_group(&format!("Microsoft.Storage/storageAccounts/{name}"))
}

/// The smallest body of a storage account.
fn account_body() -> Value {
    json!({"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}})
}

/// Path of a vault.
fn vault(name: &str) -> String {
    in_group(&format!("Microsoft.KeyVault/vaults/{name}"))
}

/// The smallest body of a vault.
fn vault_body() -> Value {
    json!({"location": "westeurope", "properties": {
        "tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}})
}

/// Path of a component of Application Insights.
fn component(name: &str) -> String {
    in_group(&format!("Microsoft.Insights/components/{name}"))
}

/// Path of a workspace.
fn workspace(name: &str) -> String {
    in_group(&format!("Microsoft.MachineLearningServices/workspaces/{name}"))
}

/// The smallest body of a workspace on what `platform` made.
fn workspace_body() -> Value {
    json!({"location": "westeurope", "identity": {"type": "systemAssigned"}, "properties": {
        "storageAccount": account("stmain"), "keyVault": vault("kv-main"),
        "applicationInsights": component("ai-main")}})
}

/// A cloud with the group `Rg` and what a workspace needs.
fn platform() -> TestCloud {
    let mut cloud = TestCloud::with_group();
    cloud.make(&account("stmain"), account_body());
    cloud.make(&vault("kv-main"), vault_body());
    let insights = json!({"location": "westeurope", "kind": "web", "properties": {"Application_Type": "web"}});
    cloud.make(&component("ai-main"), insights);
    cloud
}

/// A value without one member, named by a JSON Pointer.
fn without(mut body: Value, pointer: &str) -> Value {
    let (owner, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(owner).unwrap().as_object_mut().unwrap().remove(name);
    body
}

/// A value with one member set, named by a JSON Pointer whose owner is there.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (owner, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(owner).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
    body
}
