//! The fuzz target `documents`: `cargo xtask fuzz documents`.
#![no_main]
mlhost_fuzz::fuzz_target!(documents);
