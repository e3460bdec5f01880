//! The scale settings of a compute cluster, read from its body.

use mlhost_arm::duration;
use mlhost_plugin::{Diagnostic, Resource, Value, token};
use serde::Deserialize;

/// The type of computes.
const TYPE: &str = "Microsoft.MachineLearningServices/workspaces/computes";
/// Where a body says how many machines are kept.
pub const MIN_NODES: &str = "/properties/properties/scaleSettings/minNodeCount";
/// Where a body says how many machines there may be.
pub const MAX_NODES: &str = "/properties/properties/scaleSettings/maxNodeCount";
/// Where a body says how long a machine is kept.
pub const IDLE: &str = "/properties/properties/scaleSettings/nodeIdleTimeBeforeScaleDown";

/// A number of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Known(u64),
    /// It hangs on something that is known only after apply.
    Unknown,
    /// It is not said, or it is no number, which Azure would refuse.
    Absent,
}

/// A time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idle {
    /// As it is written, and its length in seconds.
    Known(String, u64),
    /// It hangs on something that is known only after apply.
    Unknown,
    /// It is not said, or it is no duration, which Azure would refuse.
    Absent,
}

/// A compute cluster.
#[derive(Debug)]
pub struct Cluster<'a> {
    /// Address of the resource.
    pub address: &'a str,
    /// Machines that are kept without jobs.
    pub min_nodes: Count,
    /// Most machines.
    pub max_nodes: Count,
    /// How long a machine without a job is kept.
    pub idle: Idle,
}

/// The part of a body that matters here; nothing else of it is parsed into values.
#[derive(Deserialize)]
struct Body {
    properties: Outer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outer {
    compute_type: String,
    properties: Inner,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    scale_settings: Scale,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scale {
    #[serde(default)]
    min_node_count: Value,
    #[serde(default)]
    max_node_count: Value,
    #[serde(default)]
    node_idle_time_before_scale_down: Value,
}

impl<'a> Cluster<'a> {
    /// The cluster that a resource is; `None` when it is something else, or has no scale settings.
    pub fn of(resource: &'a Resource) -> Option<Self> {
        if !resource.type_.eq_ignore_ascii_case(TYPE) {
            return None;
        }
        let body: Body = serde_json::from_str(&resource.body).ok()?;
        if !body.properties.compute_type.eq_ignore_ascii_case("AmlCompute") {
            return None;
        }
        let scale = body.properties.properties.scale_settings;
        Some(Self {
            address: &resource.address,
            min_nodes: count(&scale.min_node_count),
            max_nodes: count(&scale.max_node_count),
            idle: idle(&scale.node_idle_time_before_scale_down),
        })
    }

    /// An error about the cluster.
    pub fn diagnostic(&self, code: &str, message: String) -> Diagnostic {
        Diagnostic::error(code, message).about(self.address)
    }
}

fn count(value: &Value) -> Count {
    match value {
        Value::Number(number) => number.as_u64().map_or(Count::Absent, Count::Known),
        Value::String(text) if token::holds_token(text) => Count::Unknown,
        _ => Count::Absent,
    }
}

fn idle(value: &Value) -> Idle {
    match value {
        Value::String(text) if token::holds_token(text) => Idle::Unknown,
        Value::String(text) => match duration::seconds(text) {
            Some(seconds) => Idle::Known(text.clone(), seconds),
            None => Idle::Absent,
        },
        _ => Idle::Absent,
    }
}
