//! The fuzz target `lock`: `cargo xtask fuzz lock`.
#![no_main]
mlhost_fuzz::fuzz_target!(lock);
