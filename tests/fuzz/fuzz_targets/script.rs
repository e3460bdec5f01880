//! The fuzz target `script`: `cargo xtask fuzz script`.
#![no_main]
mlhost_fuzz::fuzz_target!(script);
