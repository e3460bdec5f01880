//! The fuzz target `plan`: `cargo xtask fuzz plan`.
#![no_main]
mlhost_fuzz::fuzz_target!(plan);
