use serde_json::{Value, json};

use super::{account, account_body, component, platform, vault, with, without, workspace, workspace_body};
use crate::describe::TENANT;
use crate::guid::is_guid;
use crate::testing::{TestCloud, group};

fn compute(name: &str) -> String {
    format!("{}/computes/{name}", workspace("ws-one"))
}

fn cluster() -> Value {
    json!({"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": {
        "vmSize": "STANDARD_D3_V2",
        "scaleSettings": {"minNodeCount": 0, "maxNodeCount": 3, "nodeIdleTimeBeforeScaleDown": "PT15M"}}}})
}

fn with_workspace() -> TestCloud {
    let mut cloud = platform();
    cloud.make(&workspace("ws-one"), workspace_body());
    cloud
}

#[test]
fn a_workspace_is_filled_in() {
    let mut cloud = platform();
    let made = cloud.make(&workspace("ws-one"), workspace_body());
    assert_eq!(made["identity"]["type"], "SystemAssigned");
    assert!(is_guid(made["identity"]["principalId"].as_str().unwrap()));
    assert_eq!(made["identity"]["tenantId"], TENANT);
    assert_eq!((&made["kind"], &made["sku"]), (&json!("Default"), &json!({"name": "Basic", "tier": "Basic"})));
    let properties = &made["properties"];
    assert!(is_guid(properties["workspaceId"].as_str().unwrap()));
    assert_eq!(properties["discoveryUrl"], "https://westeurope.api.azureml.ms/discovery");
    assert_eq!(properties["publicNetworkAccess"], "Enabled");
    assert_eq!(properties["hbiWorkspace"], false);
    let again = cloud.put(&workspace("ws-one"), workspace_body()).ok(200);
    assert_eq!(again.body["identity"], made["identity"]);
    assert_eq!(again.body["properties"]["workspaceId"], properties["workspaceId"]);
    cloud.unmake(&format!("{}?forceToPurge=true", workspace("ws-one")));
    let anew = cloud.make(&workspace("ws-one"), workspace_body());
    assert_ne!(anew["identity"]["principalId"], made["identity"]["principalId"], "a new principal for a new workspace");
}

#[test]
fn what_a_workspace_hangs_on_must_be_there() {
    let mut cloud = platform();
    let foreign = account("stmain").replace("0001", "0009");
    cloud.make(&workspace("ws-foreign"), with(workspace_body(), "/properties/storageAccount", json!(foreign)));
    for (name, other) in [
        ("storageAccount", account("none")),
        ("keyVault", vault("none")),
        ("applicationInsights", component("none")),
        ("containerRegistry", account("stmain").replace("Storage/storageAccounts", "ContainerRegistry/registries")),
    ] {
        let pointer = format!("/properties/{name}");
        let reply = cloud.put(&workspace("ws-one"), with(workspace_body(), &pointer, json!(other)));
        assert_eq!(reply.error(), (400, "InvalidResourceReference"), "{name}");
        assert_eq!(reply.text("/error/target"), format!("properties.{name}"));
        let wrong = cloud.put(&workspace("ws-one"), with(workspace_body(), &pointer, json!(workspace("ws-foreign"))));
        assert_eq!(wrong.error(), (400, "InvalidResourceReference"), "{name}");
        let no_id = cloud.put(&workspace("ws-one"), with(workspace_body(), &pointer, json!("main")));
        assert_eq!(no_id.error(), (400, "LinkedInvalidPropertyId"), "{name}");
    }
    for name in
        ["/properties/storageAccount", "/properties/keyVault", "/properties/applicationInsights", "/identity/type"]
    {
        let body = without(workspace_body(), name);
        let body = if name == "/identity/type" { without(body, "/identity") } else { body };
        assert_eq!(cloud.put(&workspace("ws-one"), body).error(), (400, "BadRequest"), "{name}");
    }
    assert_eq!(
        cloud.put(&workspace("ws-one"), without(workspace_body(), "/location")).error(),
        (400, "LocationRequired")
    );
}

#[test]
fn some_storage_accounts_do_not_do() {
    let mut cloud = platform();
    let lake = with(account_body(), "/properties", json!({"isHnsEnabled": true}));
    cloud.make(&account("stlake"), lake);
    let premium = json!({"location": "westeurope", "kind": "BlockBlobStorage", "sku": {"name": "Premium_LRS"}});
    cloud.make(&account("stpremium"), premium);
    for name in ["stlake", "stpremium"] {
        let reply =
            cloud.put(&workspace("ws-one"), with(workspace_body(), "/properties/storageAccount", json!(account(name))));
        assert_eq!((reply.error(), reply.text("/error/target")), ((400, "BadRequest"), "properties.storageAccount"));
    }
}

#[test]
fn a_workspace_keeps_what_it_was_made_with() {
    let mut cloud = with_workspace();
    cloud.make(&account("stother"), account_body());
    for (pointer, value) in [
        ("/properties/storageAccount", json!(account("stother"))),
        ("/properties/hbiWorkspace", json!(true)),
        ("/kind", json!("FeatureStore")),
    ] {
        let reply = cloud.put(&workspace("ws-one"), with(workspace_body(), pointer, value));
        assert_eq!(reply.error(), (409, "PropertyChangeNotAllowed"), "{pointer}");
    }
    let same = with(workspace_body(), "/properties/storageAccount", json!(account("stmain").to_uppercase()));
    cloud.put(&workspace("ws-one"), same).ok(200);
    let moved = with(workspace_body(), "/location", json!("eastus"));
    assert_eq!(cloud.put(&workspace("ws-one"), moved).error(), (409, "InvalidResourceLocation"));
}

#[test]
fn a_cluster_is_filled_in_and_scaled() {
    let mut cloud = with_workspace();
    let made = cloud.make(&compute("cpu"), cluster());
    assert_eq!(made["type"], "Microsoft.MachineLearningServices/workspaces/computes");
    let settings = &made["properties"]["properties"];
    assert_eq!((&settings["vmSize"], &settings["vmPriority"]), (&json!("STANDARD_D3_V2"), &json!("Dedicated")));
    assert_eq!((&settings["allocationState"], &settings["currentNodeCount"]), (&json!("Steady"), &json!(0)));
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    let patch = json!({"properties": {"properties": {"scaleSettings": {"maxNodeCount": 5}}}});
    let patched = cloud.patch(&compute("cpu"), patch).ok(200);
    assert_eq!(
        patched.body["properties"]["properties"]["scaleSettings"],
        json!({
        "minNodeCount": 0, "maxNodeCount": 5, "nodeIdleTimeBeforeScaleDown": "PT15M"})
    );
    let resized = with(cluster(), "/properties/properties/vmSize", json!("Standard_DS3_v2"));
    assert_eq!(cloud.put(&compute("cpu"), resized).error(), (409, "PropertyChangeNotAllowed"));
    let spelled = with(cluster(), "/properties/properties/vmSize", json!("Standard_D3_v2"));
    cloud.put(&compute("cpu"), spelled).ok(200);
}

#[test]
fn what_a_compute_refuses() {
    let mut cloud = with_workspace();
    let table = [
        ("/properties/properties/vmSize", json!("STANDARD_D99_V9"), "InvalidParameter", "properties.properties.vmSize"),
        ("/properties/properties/vmSize", json!(""), "InvalidRequestContent", "properties.properties.vmSize"),
        (
            "/properties/properties/scaleSettings/minNodeCount",
            json!(4),
            "BadRequest",
            "properties.properties.scaleSettings.minNodeCount",
        ),
        (
            "/properties/properties/scaleSettings/maxNodeCount",
            json!(-1),
            "InvalidRequestContent",
            "properties.properties.scaleSettings.maxNodeCount",
        ),
        (
            "/properties/properties/scaleSettings/nodeIdleTimeBeforeScaleDown",
            json!("15 minutes"),
            "BadRequest",
            "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
        ),
        (
            "/properties/properties/vmPriority",
            json!("Spot"),
            "InvalidRequestContent",
            "properties.properties.vmPriority",
        ),
        ("/properties/properties/colour", json!("red"), "InvalidRequestContent", "properties.properties.colour"),
        ("/properties/computeType", json!("Abacus"), "InvalidRequestContent", "properties.computeType"),
        ("/properties/computeType", json!("Kubernetes"), "InvalidRequestContent", "properties.resourceId"),
    ];
    for (pointer, value, code, target) in table {
        let reply = cloud.put(&compute("cpu"), with(cluster(), pointer, value));
        assert_eq!((reply.error(), reply.text("/error/target")), ((400, code), target), "{pointer}");
    }
    assert_eq!(cloud.put(&compute("cpu-1"), cluster()).error(), (400, "InvalidResourceName"));
    let orphan = format!("{}/computes/cpu", workspace("none"));
    assert_eq!(cloud.put(&orphan, cluster()).error(), (404, "ParentResourceNotFound"));
    cloud.make(&compute("cpu"), cluster());
    assert_eq!(cloud.delete(&compute("cpu")).error(), (400, "BadRequest"));
    let detach = cloud.delete(&format!("{}?underlyingResourceAction=Detach", compute("cpu")));
    assert_eq!(detach.error(), (400, "BadRequest"));
}

#[test]
fn passwords_of_a_cluster_are_not_kept() {
    let mut cloud = with_workspace();
    let credentials =
        json!({"adminUserName": "azureuser", "adminUserPassword": "canary", "adminUserSshPublicKey": "canary"});
    let body = with(cluster(), "/properties/properties/userAccountCredentials", credentials);
    let made = cloud.make(&compute("cpu"), body.clone());
    assert_eq!(made["properties"]["properties"]["userAccountCredentials"], json!({"adminUserName": "azureuser"}));
    cloud.put(&compute("cpu"), body).ok(200);
    let attached = json!({"location": "westeurope", "properties": {"computeType": "AKS", "resourceId": group("x"),
        "properties": {"sslConfiguration": {"key": "canary", "cert": "canary"}}}});
    cloud.make(&compute("aks"), attached);
    let kept = mlhost_plugin::Store::scan(&cloud.store, "", "", 10_000);
    assert!(kept.iter().all(|(_, value)| !String::from_utf8_lossy(value).contains("canary")));
}

#[test]
fn an_instance_runs() {
    let mut cloud = with_workspace();
    let body = json!({"location": "westeurope", "properties": {"computeType": "computeinstance", "properties": {
        "vmSize": "Standard_DS3_v2", "sshSettings": {}}}});
    let made = cloud.make(&compute("jo"), body);
    assert_eq!(made["properties"]["computeType"], "ComputeInstance");
    assert_eq!(made["properties"]["properties"]["state"], "Running");
    assert_eq!(made["properties"]["properties"]["sshSettings"]["sshPublicAccess"], "Disabled");
}

#[test]
fn computes_go_with_their_workspace() {
    let mut cloud = with_workspace();
    cloud.make(&compute("cpu"), cluster());
    cloud.unmake(&format!("{}?forceToPurge=true", workspace("ws-one")));
    cloud.make(&workspace("ws-one"), workspace_body());
    assert_eq!(cloud.get(&compute("cpu")).error(), (404, "ResourceNotFound"));
}
