//! The fuzz target `cloud`: `cargo xtask fuzz cloud`.
#![no_main]
mlhost_fuzz::fuzz_target!(cloud);
