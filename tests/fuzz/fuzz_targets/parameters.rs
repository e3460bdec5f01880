//! The fuzz target `parameters`: `cargo xtask fuzz parameters`.
#![no_main]
mlhost_fuzz::fuzz_target!(parameters);
