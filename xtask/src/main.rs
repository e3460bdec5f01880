//! Builds, runs and tests mlhost.

mod bench;
mod components;
mod fuzz;
mod guests;
mod host;
mod run;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use run::cargo;

/// Time for each fuzz target where all of them are run with everything else.
const CI_SECONDS: u32 = 4;

/// Builds, runs and tests mlhost.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds what is needed and runs mlhost with the arguments that follow.
    Mlhost {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Builds the plugins and the mlhost binary that embeds them (target/release/mlhost).
    Build,
    /// Runs all tests.
    Test {
        /// Accepts what the commands under test print now as the expected output.
        #[arg(long)]
        accept: bool,
        /// Kills ten times as many runs: some minutes more.
        #[arg(long)]
        long: bool,
        /// Arguments for the test programs, for example a part of a test's name.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measures mlhost side by side with terraform and with the same work in native Rust.
    Bench(bench::BenchArguments),
    /// Feeds the places that read what others wrote with inputs that nobody would think of.
    Fuzz {
        /// One target, by its folder in tests/fuzz/corpus; all of them when it is not named.
        target: Option<String>,
        /// Time for each target.
        #[arg(long, default_value_t = 60)]
        seconds: u32,
        /// Inputs to run through the target, instead of looking for new ones.
        inputs: Vec<PathBuf>,
    },
    /// Checks format and lints, runs all tests and each fuzz target for a moment: what must pass before a change lands.
    Ci,
}

fn main() -> ExitCode {
    let outcome = fuzz::as_compiler().unwrap_or_else(|| perform(Arguments::parse().task));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Result<ExitCode> {
    let root = root()?;
    match task {
        Task::Mlhost { arguments } => {
            let binary = host::build(&root, true)?;
            return run::replace_by(&binary, &arguments);
        }
        Task::Build => {
            let binary = host::build(&root, false)?;
            println!("{}", binary.display());
        }
        Task::Test { accept, long, arguments } => test(&root, accept, long, &arguments)?,
        Task::Bench(arguments) => bench::bench(&root, &arguments)?,
        Task::Fuzz { target, seconds, inputs } => {
            fuzz::run(&root, &fuzz::Run { target: target.as_deref(), seconds, seed: None, inputs: &inputs })?;
        }
        Task::Ci => {
            run::step("format");
            cargo(&root, &["fmt", "--all", "--check"]).run()?;
            test(&root, false, false, &[])?;
            run::step("lints");
            cargo(&root, &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
            run::step("fuzz targets");
            // A change is judged by what it changes, not by luck.
            fuzz::run(&root, &fuzz::Run { target: None, seconds: CI_SECONDS, seed: Some(1), inputs: &[] })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn test(root: &std::path::Path, accept: bool, long: bool, arguments: &[String]) -> Result<()> {
    host::build(root, false)?;
    run::step("tests");
    let mut command = cargo(root, &["test", "--release", "--workspace", "--"]);
    command.args(arguments);
    command.env("MLHOST_BUNDLE", host::bundle(root));
    if long {
        command.env("MLHOST_LONG_TESTS", "1");
    }
    if accept {
        command.env("MLHOST_ACCEPT", "1").env("INSTA_UPDATE", "always");
    } else {
        command.env("INSTA_UPDATE", "no");
    }
    command.run()
}

fn root() -> Result<PathBuf> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).context("xtask lies in the workspace")
}
