//! The fuzz target `project`: `cargo xtask fuzz project`.
#![no_main]
mlhost_fuzz::fuzz_target!(project);
