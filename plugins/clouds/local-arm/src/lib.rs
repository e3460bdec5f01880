//! An Azure Resource Manager control plane in a plugin.
