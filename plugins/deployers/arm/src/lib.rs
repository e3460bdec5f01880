//! Deploys through Azure Resource Manager.
