//! Azure resource groups.
