//! Azure Log Analytics workspaces.
