//! Azure container registries.
