//! The fuzz target `ids`: `cargo xtask fuzz ids`.
#![no_main]
mlhost_fuzz::fuzz_target!(ids);
