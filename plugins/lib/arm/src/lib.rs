//! Azure Resource Manager ids, names and common properties, shared by plugins.
