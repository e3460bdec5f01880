//! Tests of the plan as people read it.

use insta::assert_snapshot;
use serde_json::json;

use super::super::tests::{change, colored, place, plan_of, property, sample};
use super::*;

const POLICIES: Option<PolicyCounts> = Some(PolicyCounts { policies: 4, errors: 0, warnings: 1, undetermined: 1 });

fn text(of: &Plan, style: &Style) -> String {
    plan(&PlanView { plan: of, policies: POLICIES, full: false }, style)
}

#[test]
fn a_plan_on_a_wide_terminal() {
    assert_snapshot!(text(&sample(), &Style::plain(100)), @r#"
    Plan for platform.rhai, environment dev, target local
    4 policies: 1 warning, 1 undetermined until apply

    Changed outside mlhost since the last apply (2):
      ~ storage_account.mlopssadev
          ~ properties.minimumTlsVersion = "TLS1_2" → "TLS1_0"
      - key_vault.mlops-kv-dev  was deleted

     <= virtual_network.hub  Microsoft.Network/virtualNetworks  platform.rhai:2

      + key_vault.mlops-kv-dev  Microsoft.KeyVault/vaults  platform.rhai:3  [protected]
          + location = "westeurope"
          + tags
            + "cost.center" = "42"
            + team          = "ml"
          + properties
            + tenantId         = "00000000-0000-0000-0000-000000000000"
            + sku
              + family = "A"
              + name   = "standard"
            + networkAcls.ipRules
              + [0].value = "10.0.0.0/8"
              + [1].value = "192.168.0.0/16"
            + enableSoftDelete = true

      + arm_resource.vm  Microsoft.Compute/virtualMachines  platform.rhai:9  [not modelled]
          + properties
            + osProfile
              + adminPassword = (secret)
              + customData    = "I2Nsb3VkLWNvbmZpZwI2Nsb3VkLWNvbmZpZwI2Nsb3VkLWNvbmZpZwI2Nsb3VkLWNvbmZ…"
            + host.id = (known after apply)
            + zone    = (secret)

      ~ storage_account.mlopssadev  Microsoft.Storage/storageAccounts  platform.rhai:5
          ~ properties.minimumTlsVersion = "TLS1_0" → "TLS1_2"  platform.rhai:6
          - tags.owner                   = "nobody"
          (1 unchanged property hidden)

    -/+ ml_compute_cluster.mlops-mls-dev/cpu-compute
          Microsoft.MachineLearningServices/workspaces/computes  platform.rhai:14
          # The cluster is deleted and created again; jobs that run on it are cancelled.
          ~ properties.properties
            ~ scaleSettings.maxNodeCount = 3 → 5  platform.rhai:15
            ~ vmSize                     = "STANDARD_D3_V2" → "STANDARD_NC6"
                # forces replacement, loses data  platform.rhai:16
            ~ subnet.id
                 = "/subscriptions/0/resourceGr…iders/Microsoft.Network/virtualNetworks/hub/subnets/one"
                 → "/subscriptions/0/resourceGr…iders/Microsoft.Network/virtualNetworks/hub/subnets/two"
                # forces replacement, loses data  platform.rhai:17
          (11 unchanged properties hidden)

      - container_registry.old  Microsoft.ContainerRegistry/registries
          # the script no longer declares it

    Outputs:
      + workspace_id = (known after apply)
      - registry     = "old.azurecr.io"

    Plan: 1 to delete, 1 to replace, 1 to update, 2 to create, 1 to read; 1 unchanged.
        - container_registry.old is deleted
      -/+ ml_compute_cluster.mlops-mls-dev/cpu-compute is deleted and created again, with the loss of
            its data
    "#);
}

#[test]
fn a_plan_on_a_narrow_terminal() {
    assert_snapshot!(text(&sample(), &Style::plain(40)), @r#"
    Plan for platform.rhai, environment
      dev, target local
    4 policies: 1 warning, 1 undetermined
      until apply

    Changed outside mlhost since the last
      apply (2):
      ~ storage_account.mlopssadev
          ~ properties.minimumTlsVersion
               = "TLS1_2"
               → "TLS1_0"
      - key_vault.mlops-kv-dev  was deleted

     <= virtual_network.hub
          Microsoft.Network/virtualNetworks
          platform.rhai:2

      + key_vault.mlops-kv-dev
          Microsoft.KeyVault/vaults
          platform.rhai:3  [protected]
          + location = "westeurope"
          + tags
            + "cost.center" = "42"
            + team          = "ml"
          + properties
            + tenantId = "00000000-0000-00…"
            + sku
              + family = "A"
              + name   = "standard"
            + networkAcls.ipRules
              + [0].value = "10.0.0.0/8"
              + [1].value = "192.168.0.0/16"
            + enableSoftDelete = true

      + arm_resource.vm
          Microsoft.Compute/virtualMachines
          platform.rhai:9  [not modelled]
          + properties
            + osProfile
              + adminPassword = (secret)
              + customData
                   = "I2Nsb3VkLWNvbmZpZwI2…"
            + host.id = (known after apply)
            + zone    = (secret)

      ~ storage_account.mlopssadev
          Microsoft.Storage/storageAccounts
          platform.rhai:5
          ~ properties.minimumTlsVersion
               = "TLS1_0"
               → "TLS1_2"
              platform.rhai:6
          - tags.owner = "nobody"
          (1 unchanged property hidden)

    -/+ ml_compute_cluster.mlops-mls-dev/
        cpu-compute
          Microsoft.M…es/workspaces/computes
          platform.rhai:14
          # The cluster is deleted and
            created again; jobs that run on
            it are cancelled.
          ~ properties.properties
            ~ scaleSettings.maxNodeCount
                 = 3
                 → 5
                platform.rhai:15
            ~ vmSize
                 = "STANDARD_D3_V2"
                 → "STANDARD_NC6"
                # forces replacement, loses data
                platform.rhai:16
            ~ subnet.id
                 = "/subscr…hub/subnets/one"
                 → "/subscr…hub/subnets/two"
                # forces replacement, loses data
                platform.rhai:17
          (11 unchanged properties hidden)

      - container_registry.old
          Microsoft.C…nerRegistry/registries
          # the script no longer declares
            it

    Outputs:
      + workspace_id = (known after apply)
      - registry     = "old.azurecr.io"

    Plan: 1 to delete, 1 to replace, 1 to
      update, 2 to create, 1 to read; 1
      unchanged.
        - container_registry.old is deleted
      -/+ ml_compute_cluster.mlops-mls-dev/
            cpu-compute is deleted and created
            again, with the loss of its data
    "#);
}

#[test]
fn a_plan_in_ascii() {
    let mut plan = plan_of(vec![sample().changes.swap_remove(4)]);
    plan.changes[0].properties.truncate(1);
    assert_snapshot!(text(&plan, &Style { unicode: false, ..Style::plain(60) }), @r#"
    Plan for platform.rhai, environment dev, target local
    4 policies: 1 warning, 1 undetermined until apply

      ~ storage_account.mlopssadev
          Microsoft.Storage/storageAccounts  platform.rhai:5
          ~ properties.minimumTlsVersion = "TLS1_0" -> "TLS1_2"
              platform.rhai:6
          (1 unchanged property hidden)

    Plan: 1 to update.
    "#);
}

#[test]
fn colour_repeats_what_the_signs_say() {
    let mut plan = sample();
    plan.drift.clear();
    plan.changes.retain(|change| change.action >= Action::Update);
    let shown = text(&plan, &colored(100)).replace('\u{1b}', "ESC");
    assert_snapshot!(shown, @r#"
    Plan for platform.rhai, environment dev, target local
    4 policies: 1 warning, 1 undetermined until apply

    ESC[33m  ~ESC[0m ESC[1mstorage_account.mlopssadevESC[0m  ESC[2mMicrosoft.Storage/storageAccountsESC[0m  ESC[2mplatform.rhai:5ESC[0m
          ESC[33m~ESC[0m properties.minimumTlsVersion = "TLS1_0" → "TLS1_2"  ESC[2mplatform.rhai:6ESC[0m
          ESC[31m-ESC[0m tags.owner                   = "nobody"
          ESC[2m(1 unchanged property hidden)ESC[0m

    ESC[31m-/+ESC[0m ESC[1mml_compute_cluster.mlops-mls-dev/cpu-computeESC[0m
          ESC[2mMicrosoft.MachineLearningServices/workspaces/computesESC[0m  ESC[2mplatform.rhai:14ESC[0m
          # The cluster is deleted and created again; jobs that run on it are cancelled.
          ESC[33m~ESC[0m properties.properties
            ESC[33m~ESC[0m scaleSettings.maxNodeCount = 3 → 5  ESC[2mplatform.rhai:15ESC[0m
            ESC[33m~ESC[0m vmSize                     = "STANDARD_D3_V2" → "STANDARD_NC6"
                ESC[31m# forces replacement, loses dataESC[0m  ESC[2mplatform.rhai:16ESC[0m
            ESC[33m~ESC[0m subnet.id
                 = "/subscriptions/0/resourceGr…iders/Microsoft.Network/virtualNetworks/hub/subnets/one"
                 → "/subscriptions/0/resourceGr…iders/Microsoft.Network/virtualNetworks/hub/subnets/two"
                ESC[31m# forces replacement, loses dataESC[0m  ESC[2mplatform.rhai:17ESC[0m
          ESC[2m(11 unchanged properties hidden)ESC[0m

    ESC[31m  -ESC[0m ESC[1mcontainer_registry.oldESC[0m  ESC[2mMicrosoft.ContainerRegistry/registriesESC[0m
          # the script no longer declares it

    Outputs:
      ESC[32m+ESC[0m workspace_id = ESC[2m(known after apply)ESC[0m
      ESC[31m-ESC[0m registry     = "old.azurecr.io"

    ESC[1mPlan: 1 to delete, 1 to replace, 1 to update.ESC[0m
    ESC[31m    -ESC[0m container_registry.old is deleted
    ESC[31m  -/+ESC[0m ml_compute_cluster.mlops-mls-dev/cpu-compute is deleted and created again, with the loss of
    ESC[31m       ESC[0m its data
    "#);
    let stripped = anstream::adapter::strip_str(&text(&plan, &colored(100))).to_string();
    assert_eq!(stripped, text(&plan, &Style::plain(100)));
}

#[test]
fn nothing_to_do_takes_one_line() {
    let none = |n: usize| plan_of((0..n).map(|n| change(&format!("k.{n}"), "T", Action::None)).collect());
    let style = Style::plain(100);
    assert_eq!(text(&none(7), &style), "No changes. 7 resources are as declared.\n");
    assert_eq!(text(&none(1), &style), "No changes. 1 resource is as declared.\n");
    assert_eq!(text(&none(0), &style), "No changes. Nothing is declared and nothing is deployed.\n");
}

#[test]
fn a_destroy_plan_says_so() {
    let mut plan = plan_of((0..12).map(|n| change(&format!("key_vault.v{n}"), "T", Action::Delete)).collect());
    plan.script.clear();
    plan.changes.truncate(12);
    let shown = text(&plan, &Style::plain(100));
    assert!(shown.starts_with("Plan to destroy environment dev, target local\n"), "{shown}");
    assert!(shown.ends_with("    - key_vault.v9 is deleted\n      … and 2 more\n"), "{shown}");
}

#[test]
fn only_outputs_change() {
    let mut plan = plan_of(vec![change("k.a", "T", Action::None)]);
    plan.outputs = vec![OutputChange {
        name: "a.b".to_owned(),
        before: Some(json!(1)),
        after: Some(Shown::Value(json!(2))),
        value: json!(2),
    }];
    assert_snapshot!(text(&plan, &Style::plain(100)), @r#"
    Plan for platform.rhai, environment dev, target local
    4 policies: 1 warning, 1 undetermined until apply

    Outputs:
      ~ "a.b" = 1 → 2

    Plan: no resource changes; 1 unchanged.
    "#);
}

fn many(n: usize) -> Plan {
    let changes = (0..n).map(|n| {
        let kind = if n % 3 == 0 { "key_vault" } else { "storage_account" };
        let mut one = change(&format!("{kind}.n{n}"), "Microsoft.Some/type", Action::Create);
        one.place = Some(place(7 + (n % 3) as u32));
        one.properties = (0..8).map(|p| property(&format!("/properties/p{p}"), None, Some(json!(p)))).collect();
        one
    });
    plan_of(changes.collect())
}

#[test]
fn many_new_resources_are_summarised_by_kind() {
    assert_snapshot!(text(&many(10_000), &Style::plain(100)), @"
    Plan for platform.rhai, environment dev, target local
    4 policies: 1 warning, 1 undetermined until apply

    10,000 resources, by kind (--full shows each):
      + 3,334 key_vault  platform.rhai:7
      + 6,666 storage_account  platform.rhai:8

    Plan: 10,000 to create.
    ");
}

#[test]
fn all_of_many_are_shown_on_request() {
    let plan = many(1_000);
    let shown = super::plan(&PlanView { plan: &plan, policies: None, full: true }, &Style::plain(100));
    assert_eq!(shown.matches("  + storage_account.").count() + shown.matches("  + key_vault.").count(), 1_000);
    assert_eq!(shown.matches("p7 = 7").count(), 1_000);
}

#[test]
fn of_many_changes_the_first_are_shown() {
    let changes = (0..LIMIT + 5).map(|n| change(&format!("key_vault.n{n}"), "T", Action::Update));
    let shown = text(&plan_of(changes.collect()), &Style::plain(100));
    assert_eq!(shown.matches("  ~ key_vault.").count(), LIMIT);
    assert!(shown.contains("5 more, by kind (--full shows each):\n  ~ 5 key_vault\n"), "{shown}");
}
