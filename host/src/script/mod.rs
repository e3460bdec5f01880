//! Evaluates a Rhai script into a [`Definition`](crate::model::Definition), sandboxed and bounded.
