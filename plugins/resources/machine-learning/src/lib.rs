//! Azure Machine Learning workspaces and compute clusters.

mod cluster;
mod cluster_credentials;
mod workspace;
mod workspace_parts;

pub use cluster::MlComputeCluster;
pub use workspace::MlWorkspace;

mlhost_plugin::resource_plugin!(MlWorkspace, MlComputeCluster);
