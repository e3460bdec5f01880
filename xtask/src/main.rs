//! Builds, runs and tests mlhost.

mod bench;
mod components;
mod guests;
mod host;
mod run;
mod toolchain;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use run::cargo;

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
    /// Checks format and lints, and runs all tests: what must pass before a change lands.
    Ci,
}

fn main() -> ExitCode {
    match perform(Arguments::parse().task) {
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
        Task::Ci => {
            run::step("format");
            cargo(&root, &["fmt", "--all", "--check"]).run()?;
            test(&root, false, false, &[])?;
            run::step("lints");
            cargo(&root, &["clippy", "--release", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
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
