//! The fuzz target `state`: `cargo xtask fuzz state`.
#![no_main]
mlhost_fuzz::fuzz_target!(state);
