//! Data that the tests of several renderers share.

use std::time::Duration;

use mlhost::deploy::event::{ApplyEvent, Cause, Running};
use mlhost::model::ChangeClass;
use mlhost::model::plan::{Action, Basis, Change, Drift, OutputChange, Plan, PropertyChange, Shown};
use mlhost::model::source::Place;
use mlhost::model::state::{State, StateResource};
use serde_json::{Map, Value, json};

use super::style::Style;

/// A style with colour.
pub fn colored(width: usize) -> Style {
    Style { color: true, ..Style::plain(width) }
}

/// A line of the sample script.
pub fn place(line: u32) -> Place {
    Place { file: "platform.rhai".to_owned(), line, column: 1 }
}

/// A property that is created, changed or removed in place.
pub fn property(pointer: &str, before: Option<Value>, after: Option<Value>) -> PropertyChange {
    PropertyChange {
        pointer: pointer.to_owned(),
        before: before.map(Shown::Value),
        after: after.map(Shown::Value),
        class: ChangeClass::InPlace,
        consequence: None,
        place: None,
    }
}

/// A change without properties.
pub fn change(address: &str, resource_type: &str, action: Action) -> Change {
    let (kind, name) = address.split_once('.').unwrap();
    Change {
        replaces: None,
        address: address.to_owned(),
        kind: kind.into(),
        plugin: kind.replace('_', "-").into(),
        resource_type: resource_type.to_owned(),
        id: format!("/subscriptions/0/resourceGroups/mlops/providers/{resource_type}/{name}"),
        action,
        reasons: Vec::new(),
        properties: Vec::new(),
        unchanged: 0,
        body: Value::Null,
        live_digest: None,
        depends_on: Vec::new(),
        details: Map::new(),
        rules: Default::default(),
        modelled: true,
        protected: false,
        place: None,
    }
}

/// A plan with the given changes.
pub fn plan_of(changes: Vec<Change>) -> Plan {
    Plan {
        format: 1,
        project: "mlops".to_owned(),
        environment: "dev".to_owned(),
        target: "local".to_owned(),
        script: "platform.rhai".to_owned(),
        facts: Map::new(),
        basis: Basis { lineage: String::new(), serial: 0 },
        changes,
        drift: Vec::new(),
        outputs: Vec::new(),
    }
}

fn created() -> Vec<Change> {
    let mut vault = change("key_vault.mlops-kv-dev", "Microsoft.KeyVault/vaults", Action::Create);
    vault.place = Some(place(3));
    vault.protected = true;
    let added = |pointer: &str, value: Value| property(pointer, None, Some(value));
    vault.properties = vec![
        added("/location", json!("westeurope")),
        added("/tags/cost.center", json!("42")),
        added("/tags/team", json!("ml")),
        added("/properties/tenantId", json!("00000000-0000-0000-0000-000000000000")),
        added("/properties/sku/family", json!("A")),
        added("/properties/sku/name", json!("standard")),
        added("/properties/networkAcls/ipRules/0/value", json!("10.0.0.0/8")),
        added("/properties/networkAcls/ipRules/1/value", json!("192.168.0.0/16")),
        added("/properties/enableSoftDelete", json!(true)),
    ];
    let mut machine = change("arm_resource.vm", "Microsoft.Compute/virtualMachines", Action::Create);
    machine.place = Some(place(9));
    machine.modelled = false;
    machine.properties = vec![
        added("/properties/osProfile/adminPassword", json!(null)),
        added("/properties/osProfile/customData", json!("I2Nsb3VkLWNvbmZpZw".repeat(12))),
        added("/properties/host/id", json!(null)),
        added("/properties/zone", json!("${secret:env:ZONE}")),
    ];
    machine.properties[0].after = Some(Shown::Secret);
    machine.properties[2].after = Some(Shown::KnownAfterApply);
    vec![vault, machine]
}

/// A plan with something of everything.
pub fn sample() -> Plan {
    let mut group = change("resource_group.mlops", "Microsoft.Resources/resourceGroups", Action::None);
    group.place = Some(place(1));
    let mut found = change("virtual_network.hub", "Microsoft.Network/virtualNetworks", Action::Read);
    found.place = Some(place(2));
    let mut cluster = change(
        "ml_compute_cluster.mlops-mls-dev/cpu-compute",
        "Microsoft.MachineLearningServices/workspaces/computes",
        Action::Replace,
    );
    cluster.place = Some(place(14));
    cluster.unchanged = 11;
    let consequence = "The cluster is deleted and created again; jobs that run on it are cancelled.";
    let replaced = |mut property: PropertyChange, line: u32| {
        property.class = ChangeClass::DataLoss;
        property.consequence = Some(consequence.to_owned());
        property.place = Some(place(line));
        property
    };
    cluster.properties = vec![
        property("/properties/properties/scaleSettings/maxNodeCount", Some(json!(3)), Some(json!(5))),
        replaced(
            property("/properties/properties/vmSize", Some(json!("STANDARD_D3_V2")), Some(json!("STANDARD_NC6"))),
            16,
        ),
        replaced(
            property(
                "/properties/properties/subnet/id",
                Some(json!(
                    "/subscriptions/0/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/one"
                )),
                Some(json!(
                    "/subscriptions/0/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/hub/subnets/two"
                )),
            ),
            17,
        ),
    ];
    cluster.properties[0].place = Some(place(15));
    let mut account = change("storage_account.mlopssadev", "Microsoft.Storage/storageAccounts", Action::Update);
    account.place = Some(place(5));
    account.unchanged = 1;
    account.properties = vec![
        property("/properties/minimumTlsVersion", Some(json!("TLS1_0")), Some(json!("TLS1_2"))),
        property("/tags/owner", Some(json!("nobody")), None),
    ];
    account.properties[0].place = Some(place(6));
    let mut old = change("container_registry.old", "Microsoft.ContainerRegistry/registries", Action::Delete);
    old.reasons = vec!["the script no longer declares it".to_owned()];
    let mut changes = vec![group, found];
    changes.extend(created());
    changes.extend([account, cluster, old]);
    let mut plan = plan_of(changes);
    plan.drift = vec![
        Drift {
            address: "storage_account.mlopssadev".to_owned(),
            deleted: false,
            properties: vec![property("/properties/minimumTlsVersion", Some(json!("TLS1_2")), Some(json!("TLS1_0")))],
        },
        Drift { address: "key_vault.mlops-kv-dev".to_owned(), deleted: true, properties: Vec::new() },
    ];
    let output = |name: &str, before: Option<Value>, after: Option<Shown>| OutputChange {
        name: name.to_owned(),
        before,
        after,
        value: Value::Null,
    };
    plan.outputs = vec![
        output("workspace_id", None, Some(Shown::KnownAfterApply)),
        output("registry", Some(json!("old.azurecr.io")), None),
        output("location", Some(json!("westeurope")), Some(Shown::Value(json!("westeurope")))),
    ];
    plan
}

/// The events of a run in which one resource is made, one fails and one is skipped.
pub fn a_run() -> Vec<ApplyEvent> {
    let (vault, workspace, cluster) = ("key_vault.main", "ml_workspace.main", "ml_compute_cluster.main/cpu-compute");
    let started = |address: &str, action: Action| ApplyEvent::Started {
        address: address.to_owned(),
        action,
        id: format!("/subscriptions/0/{address}"),
    };
    let seconds = Duration::from_secs;
    let throttled = Cause { code: "TooManyRequests".to_owned(), message: "slow\ndown".to_owned(), help: None };
    let conflict = Cause {
        code: "Conflict".to_owned(),
        message: "A workspace of this name was deleted and is kept.\u{1b}[2J".to_owned(),
        help: Some("recover it, or purge it with `mlhost destroy --purge`".to_owned()),
    };
    let progress = |elapsed: u64| ApplyEvent::Progress {
        address: workspace.to_owned(),
        status: "Provisioning".to_owned(),
        elapsed: seconds(elapsed),
    };
    vec![
        ApplyEvent::Begin { total: 3 },
        started(vault, Action::Create),
        started(workspace, Action::Update),
        progress(5),
        ApplyEvent::Retry { address: vault.to_owned(), cause: throttled, after: seconds(2), attempt: 2 },
        progress(29),
        ApplyEvent::Completed {
            address: vault.to_owned(),
            action: Action::Create,
            id: "/subscriptions/0/key_vault.main".to_owned(),
            elapsed: Duration::from_millis(4_250),
        },
        progress(31),
        progress(59),
        ApplyEvent::Heartbeat {
            running: vec![Running { address: workspace.to_owned(), action: Action::Update, elapsed: seconds(61) }],
        },
        ApplyEvent::Failed {
            address: workspace.to_owned(),
            action: Action::Update,
            cause: conflict,
            place: Some(place(12)),
            elapsed: seconds(121),
        },
        ApplyEvent::Skipped {
            address: cluster.to_owned(),
            action: Action::Replace,
            because_of: Some(workspace.to_owned()),
        },
    ]
}

/// A state with a protected and an uncertain resource.
pub fn state() -> State {
    let resource = |kind: &str, resource_type: &str, name: &str| StateResource {
        earlier: Vec::new(),
        kind: kind.into(),
        plugin: kind.replace('_', "-").into(),
        resource_type: resource_type.to_owned(),
        id: format!("/subscriptions/0/resourceGroups/mlops/providers/{resource_type}/{name}"),
        body: json!({"properties": {"password": "${secret:env:P}"}}),
        digest: "00".to_owned(),
        depends_on: Vec::new(),
        details: Map::new(),
        protected: kind == "key_vault",
        uncertain: kind == "storage_account",
        failed: false,
    };
    let resources = [
        ("key_vault.mlops-kv-dev".to_owned(), resource("key_vault", "Microsoft.KeyVault/vaults", "mlops-kv-dev")),
        (
            "storage_account.mlopssadev".to_owned(),
            resource("storage_account", "Microsoft.Storage/storageAccounts", "mlopssadev"),
        ),
    ];
    State {
        format: 1,
        project: "mlops".to_owned(),
        environment: "dev".to_owned(),
        target: "local".to_owned(),
        lineage: "4f1c".to_owned(),
        serial: 12,
        resources: resources.into(),
        outputs: [("password".to_owned(), json!("${secret:env:P}")), ("nodes".to_owned(), json!(3))].into(),
    }
}
