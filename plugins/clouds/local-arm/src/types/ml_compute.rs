//! Microsoft.MachineLearningServices/workspaces/computes: clusters and instances; attached kinds are taken as given.

use serde_json::{Map, Value, json};

use super::fill::{self, text};
use super::machine_learning::{IDENTITY, SKU, WORKSPACE};
use super::names::{invalid, made_of, word};
use super::shape::{Fallback, Shape, TAGS, Tagged, object};
use super::{Draft, Facts, Model, SoftDelete};
use crate::fault::Fault;
use crate::vm_sizes;

/// The members around the settings of one kind of compute.
macro_rules! compute {
    ($kind:literal, $settings:expr) => {
        (
            $kind,
            object! {
                Required "computeType": Shape::Choice(&[$kind]),
                Optional "computeLocation": Shape::Text,
                ReadOnly "provisioningState": Shape::Text,
                Optional "description": Shape::Text,
                ReadOnly "createdOn": Shape::Text,
                ReadOnly "modifiedOn": Shape::Text,
                Optional "resourceId": Shape::Text,
                ReadOnly "provisioningErrors": Shape::Any,
                ReadOnly "isAttachedCompute": Shape::Bool,
                Optional "disableLocalAuth": Shape::Bool,
                Optional "properties": $settings,
            },
        )
    };
}

const SUBNET: Shape = object! { Required "id": Shape::Text };

const CLUSTER: Shape = object! {
    Optional "osType": Shape::Choice(&["Linux", "Windows"]) => Fallback::Text("Linux"),
    Optional "vmSize": Shape::Text,
    Optional "vmPriority": Shape::Choice(&["Dedicated", "LowPriority"]) => Fallback::Text("Dedicated"),
    Optional "virtualMachineImage": object! { Required "id": Shape::Text },
    Optional "isolatedNetwork": Shape::Bool,
    Optional "scaleSettings": object! {
        Required "maxNodeCount": Shape::Int(0, i64::MAX),
        Optional "minNodeCount": Shape::Int(0, i64::MAX) => Fallback::Int(0),
        Optional "nodeIdleTimeBeforeScaleDown": Shape::Text,
    },
    Optional "userAccountCredentials": object! {
        Required "adminUserName": Shape::Text,
        WriteOnly "adminUserSshPublicKey": Shape::Text,
        WriteOnly "adminUserPassword": Shape::Text,
    },
    Optional "subnet": SUBNET,
    Optional "remoteLoginPortPublicAccess":
        Shape::Choice(&["Enabled", "Disabled", "NotSpecified"]) => Fallback::Text("NotSpecified"),
    ReadOnly "allocationState": Shape::Text,
    ReadOnly "allocationStateTransitionTime": Shape::Text,
    ReadOnly "errors": Shape::Any,
    ReadOnly "currentNodeCount": Shape::Any,
    ReadOnly "targetNodeCount": Shape::Any,
    ReadOnly "nodeStateCounts": Shape::Any,
    Optional "enableNodePublicIp": Shape::Bool,
    Optional "propertyBag": Shape::Any,
};

const SCHEDULES: Shape = object! {
    Optional "computeStartStop": Shape::List(&object! {
        ReadOnly "id": Shape::Text,
        ReadOnly "provisioningStatus": Shape::Text,
        Optional "status": Shape::Choice(&["Enabled", "Disabled"]),
        Optional "action": Shape::Choice(&["Start", "Stop"]),
        Optional "triggerType": Shape::Choice(&["Recurrence", "Cron"]),
        Optional "recurrence": Shape::Any,
        Optional "cron": Shape::Any,
        Optional "schedule": Shape::Any,
    }),
};

const INSTANCE: Shape = object! {
    Optional "vmSize": Shape::Text,
    Optional "subnet": SUBNET,
    Optional "applicationSharingPolicy": Shape::Choice(&["Personal", "Shared"]) => Fallback::Text("Shared"),
    Optional "sshSettings": object! {
        Optional "sshPublicAccess": Shape::Choice(&["Enabled", "Disabled"]) => Fallback::Text("Disabled"),
        ReadOnly "adminUserName": Shape::Text,
        ReadOnly "sshPort": Shape::Any,
        Optional "adminPublicKey": Shape::Text,
    },
    Optional "customServices": Shape::List(&Shape::Any),
    ReadOnly "osImageMetadata": Shape::Any,
    ReadOnly "connectivityEndpoints": Shape::Any,
    ReadOnly "applications": Shape::Any,
    ReadOnly "createdBy": Shape::Any,
    ReadOnly "errors": Shape::Any,
    ReadOnly "state": Shape::Text,
    Optional "computeInstanceAuthorizationType": Shape::Choice(&["personal"]) => Fallback::Text("personal"),
    Optional "enableSSO": Shape::Bool,
    Optional "personalComputeInstanceSettings": object! {
        Optional "assignedUser": object! { Required "objectId": Shape::Text, Required "tenantId": Shape::Text },
    },
    Optional "setupScripts": Shape::Any,
    ReadOnly "lastOperation": Shape::Any,
    Optional "schedules": SCHEDULES,
    Optional "idleTimeBeforeShutdown": Shape::Text,
    Optional "enableNodePublicIp": Shape::Bool,
    ReadOnly "containers": Shape::Any,
    ReadOnly "dataDisks": Shape::Any,
    ReadOnly "dataMounts": Shape::Any,
    ReadOnly "versions": Shape::Any,
};

static SHAPE: Shape = object! {
    Optional "location": Shape::Text,
    Optional "tags": TAGS,
    Optional "sku": SKU,
    Optional "identity": IDENTITY,
    Required "properties": Shape::Tagged(&Tagged {
        tag: "computeType",
        cases: &[
            compute!("AmlCompute", CLUSTER),
            compute!("ComputeInstance", INSTANCE),
            compute!("AKS", Shape::Any),
            compute!("DataFactory", Shape::Any),
            compute!("DataLakeAnalytics", Shape::Any),
            compute!("Databricks", Shape::Any),
            compute!("HDInsight", Shape::Any),
            compute!("Kubernetes", Shape::Any),
            compute!("SynapseSpark", Shape::Any),
            compute!("VirtualMachine", Shape::Any),
        ],
    }),
};

/// Computes of a workspace.
pub static COMPUTE: Model = Model {
    name: "Microsoft.MachineLearningServices/workspaces/computes",
    api_versions: WORKSPACE.api_versions,
    shape: &SHAPE,
    located: false,
    valid_name,
    unique: None,
    soft_delete: SoftDelete::No,
    immutable: &[
        "/properties/computeType",
        "/properties/computeLocation",
        "/properties/disableLocalAuth",
        "/properties/resourceId",
        "/properties/properties/vmSize",
        "/properties/properties/vmPriority",
        "/properties/properties/osType",
        "/properties/properties/subnet/id",
        "/properties/properties/isolatedNetwork",
        "/properties/properties/enableNodePublicIp",
        "/properties/properties/remoteLoginPortPublicAccess",
        "/properties/properties/userAccountCredentials/adminUserName",
    ],
    creating: "Creating",
    check,
    fill: fill_compute,
};

/// 2 to 32 letters, digits and hyphens, starting with a letter and not ending with a hyphen and digits.
fn valid_name(name: &str) -> Result<(), Fault> {
    let stem = name.trim_end_matches(|last: char| last.is_ascii_digit());
    let numbered = stem.len() < name.len() && stem.ends_with('-');
    if made_of(name, 2, 32, word) && name.starts_with(|first: char| first.is_ascii_alphabetic()) && !numbered {
        return Ok(());
    }
    Err(invalid(
        name,
        "Use 2 to 32 letters, digits and hyphens, starting with a letter and not ending with a hyphen and digits.",
    ))
}

fn check(draft: &Draft<'_>) -> Result<(), Fault> {
    let kind = text(draft.body, "/properties/computeType").unwrap_or_default();
    let required = |pointer: &str| {
        text(draft.body, pointer).filter(|text| !text.is_empty()).ok_or_else(|| {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            Fault::invalid_content(&format!("Required property '{path}' not found in JSON. Path '{path}'")).at(path)
        })
    };
    if !matches!(kind, "AmlCompute" | "ComputeInstance") {
        return required("/properties/resourceId").map(|_| ());
    }
    let size = required("/properties/properties/vmSize")?;
    if !vm_sizes::is_size(size) {
        return Err(Fault::service(
            400,
            "InvalidParameter",
            format!(
                "The value {size} of parameter properties.vmSize is invalid: there is no such virtual machine size."
            ),
        )
        .at("properties.properties.vmSize"));
    }
    let scale = "/properties/properties/scaleSettings";
    let nodes = |name: &str| draft.body.pointer(&format!("{scale}/{name}")).and_then(Value::as_i64);
    if let (Some(least), Some(most)) = (nodes("minNodeCount"), nodes("maxNodeCount"))
        && least > most
    {
        return Err(Fault::bad_request(format!(
            "minNodeCount ({least}) must not be greater than maxNodeCount ({most})."
        ))
        .at("properties.properties.scaleSettings.minNodeCount"));
    }
    for pointer in
        [format!("{scale}/nodeIdleTimeBeforeScaleDown"), "/properties/properties/idleTimeBeforeShutdown".to_owned()]
    {
        if let Some(duration) = text(draft.body, &pointer)
            && !is_duration(duration)
        {
            let path = pointer.trim_start_matches('/').replace('/', ".");
            return Err(Fault::bad_request(format!("'{duration}' is not an ISO 8601 duration.")).at(path));
        }
    }
    Ok(())
}

/// `P1DT2H3M4.5S`: at least one part, each once and in this order.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    let parts = |text: &str, units: &str| {
        let mut units = units.chars();
        let mut digits = 0;
        text.chars().all(|character| {
            if character.is_ascii_digit() || (character == '.' && digits > 0) {
                digits += 1;
                return true;
            }
            let known = digits > 0 && units.any(|unit| unit == character);
            digits = 0;
            known
        }) && digits == 0
    };
    !rest.is_empty() && parts(date, "YMWD") && time.is_none_or(|time| !time.is_empty() && parts(time, "HMS"))
}

fn fill_compute(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let region = body.get("location").and_then(Value::as_str).map(str::to_owned);
    let Some(properties) = fill::object(body, "properties") else { return };
    let kind = properties.get("computeType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let own = matches!(kind.as_str(), "AmlCompute" | "ComputeInstance");
    properties.insert("createdOn".to_owned(), facts.keep("/properties/createdOn", || Value::from(facts.now)));
    properties.insert("modifiedOn".to_owned(), Value::from(facts.now));
    properties.insert("isAttachedCompute".to_owned(), Value::Bool(!own));
    properties.insert("provisioningErrors".to_owned(), Value::Null);
    properties.entry("disableLocalAuth").or_insert(Value::Bool(false));
    if let Some(region) = region {
        properties.entry("computeLocation").or_insert_with(|| Value::from(region));
    }
    let Some(settings) = properties.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let mut put = |name: &str, value: Value| settings.insert(name.to_owned(), value);
    if kind == "AmlCompute" {
        let since = facts.keep("/properties/properties/allocationStateTransitionTime", || Value::from(facts.now));
        put("allocationState", Value::from("Steady"));
        put("allocationStateTransitionTime", since);
        put("currentNodeCount", Value::from(0));
        put("targetNodeCount", Value::from(0));
        put(
            "nodeStateCounts",
            json!({
                "idleNodeCount": 0, "runningNodeCount": 0, "preparingNodeCount": 0,
                "unusableNodeCount": 0, "leavingNodeCount": 0, "preemptedNodeCount": 0,
            }),
        );
    } else if kind == "ComputeInstance" {
        put("state", Value::from("Running"));
    }
}

#[cfg(test)]
mod tests {
    use super::is_duration;

    #[test]
    fn durations() {
        for good in ["PT15M", "PT120S", "P1D", "P1DT2H3M4S", "PT0.5S", "P2W"] {
            assert!(is_duration(good), "{good}");
        }
        for bad in ["", "P", "PT", "15M", "PT15", "PTM", "P1H", "PT1M2H", "PT15X"] {
            assert!(!is_duration(bad), "{bad}");
        }
    }
}
