//! The fuzz target `component`: `cargo xtask fuzz component`.
#![no_main]
mlhost_fuzz::fuzz_target!(component);
