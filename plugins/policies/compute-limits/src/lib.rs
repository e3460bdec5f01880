//! Rules for the size of compute clusters.

mod cluster;

use cluster::{Cluster, Count, Idle};
use mlhost_arm::duration;
use mlhost_plugin::{Context, Diagnostic, Findings, Policy, Resource, policy_plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// How large compute clusters may be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ComputeLimits {
    /// Most machines that a cluster may keep when there are no jobs.
    min_nodes: u64,
    /// Most machines of one cluster. Default: no limit.
    max_nodes_per_cluster: Option<u64>,
    /// Most machines of all clusters of the environment together. Default: no limit.
    max_nodes: Option<u64>,
    /// Longest time that a machine without a job may be kept (ISO 8601 duration).
    max_idle: String,
}

impl Default for ComputeLimits {
    fn default() -> Self {
        Self { min_nodes: 0, max_nodes_per_cluster: None, max_nodes: None, max_idle: "PT1H".into() }
    }
}

impl Policy for ComputeLimits {
    const NAME: &'static str = "compute-limits";
    const SUMMARY: &'static str = "Compute clusters shrink without jobs and stay within limits";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../policy.json"));
    const DOCUMENTATION: &'static str = "Looks at the scale settings of every Azure ML compute cluster: how many machines \
        it keeps without jobs, how many it may have, how long it keeps a machine without a job; and at the most machines that \
        all clusters of the environment may have together. Without parameters it asks that clusters shrink to nothing, and \
        within an hour: machines that wait cost as much as machines that work.";

    fn evaluate(&self, _: &Context, environment: &[Resource], findings: &mut Findings) {
        let clusters: Vec<Cluster> = environment.iter().filter_map(Cluster::of).collect();
        let longest = duration::seconds(&self.max_idle);
        if longest.is_none() {
            let message = format!("`max_idle` is `{}`, which is no ISO 8601 duration", self.max_idle);
            findings.violated(Diagnostic::error("compute-limits/parameters", message).help("write for example PT1H"));
        }
        for cluster in &clusters {
            self.check_nodes(cluster, findings);
            if let Some(longest) = longest {
                self.check_idle(cluster, longest, findings);
            }
        }
        if let Some(most) = self.max_nodes {
            check_sum(&clusters, most, findings);
        }
    }
}

impl ComputeLimits {
    fn check_nodes(&self, cluster: &Cluster, findings: &mut Findings) {
        const CODE: &str = "compute-limits/min-nodes";
        match cluster.min_nodes {
            Count::Known(min) if min > self.min_nodes => findings.violated(
                cluster
                    .diagnostic(
                        CODE,
                        format!("it keeps {min} machines without jobs, at most {} are allowed", self.min_nodes),
                    )
                    .at(cluster::MIN_NODES)
                    .help("let the cluster shrink: machines that wait cost as much as machines that work"),
            ),
            Count::Unknown => findings.undetermined(
                cluster
                    .diagnostic(CODE, "how many machines it keeps without jobs is known only after apply".into())
                    .at(cluster::MIN_NODES),
            ),
            _ => {}
        }
        const MOST: &str = "compute-limits/max-nodes";
        let Some(most) = self.max_nodes_per_cluster else { return };
        match cluster.max_nodes {
            Count::Known(max) if max > most => findings.violated(
                cluster
                    .diagnostic(MOST, format!("it may have {max} machines, at most {most} are allowed"))
                    .at(cluster::MAX_NODES),
            ),
            Count::Unknown => findings.undetermined(
                cluster
                    .diagnostic(MOST, "how many machines it may have is known only after apply".into())
                    .at(cluster::MAX_NODES),
            ),
            _ => {}
        }
    }

    fn check_idle(&self, cluster: &Cluster, longest: u64, findings: &mut Findings) {
        const CODE: &str = "compute-limits/idle";
        match &cluster.idle {
            Idle::Known(text, seconds) if *seconds > longest => findings.violated(
                cluster
                    .diagnostic(
                        CODE,
                        format!("it keeps machines without a job for {text}, longer than {}", self.max_idle),
                    )
                    .at(cluster::IDLE)
                    .help("let machines go earlier"),
            ),
            Idle::Unknown => findings.undetermined(
                cluster
                    .diagnostic(CODE, "how long it keeps machines without a job is known only after apply".into())
                    .at(cluster::IDLE),
            ),
            _ => {}
        }
    }
}

/// All clusters together. What is not known yet can only add to the sum.
fn check_sum(clusters: &[Cluster], most: u64, findings: &mut Findings) {
    const CODE: &str = "compute-limits/max-nodes-of-all";
    let known = |cluster: &Cluster| match cluster.max_nodes {
        Count::Known(max) => max,
        Count::Unknown | Count::Absent => 0,
    };
    let sum = clusters.iter().map(known).fold(0, u64::saturating_add);
    let list: Vec<String> = clusters
        .iter()
        .filter(|cluster| known(cluster) > 0)
        .take(5)
        .map(|cluster| format!("{} has up to {}", cluster.address, known(cluster)))
        .collect();
    if sum > most {
        let message = format!("all clusters together may have {sum} machines, at most {most} are allowed");
        findings.violated(Diagnostic::error(CODE, message).help(list.join(", ")));
    } else if clusters.iter().any(|cluster| cluster.max_nodes == Count::Unknown) {
        let message = "how many machines all clusters together may have is known only after apply";
        findings.undetermined(Diagnostic::error(CODE, message));
    }
}

policy_plugin!(ComputeLimits);

#[cfg(test)]
mod tests;
