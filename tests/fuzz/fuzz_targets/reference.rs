//! The fuzz target `reference`: `cargo xtask fuzz reference`.
#![no_main]
mlhost_fuzz::fuzz_target!(reference);
