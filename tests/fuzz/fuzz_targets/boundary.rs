//! The fuzz target `boundary`: `cargo xtask fuzz boundary`.
#![no_main]
mlhost_fuzz::fuzz_target!(boundary);
