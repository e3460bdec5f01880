//! The `mlhost` command.

mod cli;

/// A plan makes millions of small values, most of which live to its end: the system's allocator takes half as long again
/// for a large one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
