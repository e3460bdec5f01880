//! The fuzz target `deployer`: `cargo xtask fuzz deployer`.
#![no_main]
mlhost_fuzz::fuzz_target!(deployer);
