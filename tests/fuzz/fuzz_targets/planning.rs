//! The fuzz target `planning`: `cargo xtask fuzz planning`.
#![no_main]
mlhost_fuzz::fuzz_target!(planning);
