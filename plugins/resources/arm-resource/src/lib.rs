//! Any Azure resource, passed through as it is written.
