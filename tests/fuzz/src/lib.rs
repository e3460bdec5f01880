//! Properties that hold for any input, one function for each place where mlhost reads what others wrote.
//!
//! Each function takes bytes and panics when a property does not hold. `cargo xtask fuzz` looks for bytes that make one
//! panic, guided by the code that they reach; an ordinary test replays `corpus/` through the same functions. Inputs are
//! text wherever the format is, so that a corpus can be read, written and corrected by hand.
//!
//! The package is laid out as cargo-fuzz expects, for those who have it and a nightly toolchain:
//! `cargo +nightly fuzz run --fuzz-dir tests/fuzz --features programs TARGET`.

mod boundary;
mod check;
mod cloud;
mod component;
mod deployer;
mod documents;
mod folder;
mod ids;
mod lock;
mod parameters;
mod plan;
mod planning;
mod project;
mod reference;
mod requests;
mod script;
mod sections;
mod state;

/// A fuzz target: its name, which is that of its folder in `corpus/`, and its properties.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("boundary", boundary::run),
    ("cloud", cloud::run),
    ("component", component::run),
    ("deployer", deployer::run),
    ("documents", documents::run),
    ("ids", ids::run),
    ("lock", lock::run),
    ("parameters", parameters::run),
    ("plan", plan::run),
    ("planning", planning::run),
    ("project", project::run),
    ("reference", reference::run),
    ("script", script::run),
    ("state", state::run),
];

/// Runs a target.
///
/// # Panics
/// When a property does not hold, or there is no such target.
pub fn run(target: &str, data: &[u8]) {
    let (_, properties) =
        TARGETS.iter().find(|(name, _)| *name == target).unwrap_or_else(|| panic!("there is no fuzz target {target}"));
    properties(data);
}

/// Makes a program of a target: what libFuzzer calls with each input.
#[macro_export]
macro_rules! fuzz_target {
    ($target:ident) => {
        #[cfg(fuzzing)]
        $crate::__libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::run(stringify!($target), data));

        /// The entry point that libFuzzer's `main` expects. A panic ends the process here, as it must: libFuzzer then
        /// writes the input down.
        #[cfg(not(fuzzing))]
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        pub extern "C" fn LLVMFuzzerTestOneInput(data: *const u8, size: usize) -> i32 {
            let data = if size == 0 {
                &[]
            } else {
                // SAFETY: libFuzzer hands in a buffer of this size that lives until the call returns.
                unsafe { std::slice::from_raw_parts(data, size) }
            };
            $crate::run(stringify!($target), data);
            0
        }
    };
}

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys as __libfuzzer_sys;
