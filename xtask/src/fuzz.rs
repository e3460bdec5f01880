//! Runs the fuzz targets of `tests/fuzz`: libFuzzer, guided by the code that an input reaches, with the stable toolchain
//! and without compiling any dependency anew.
//!
//! Two things make that possible. libFuzzer is a C++ library; the crate that brings it, `libfuzzer-sys`, is built apart,
//! with the `cfg` that cargo-fuzz sets too, and the library that comes of it is linked to our programs. And what cargo-fuzz
//! passes to the compiler for all crates, this program adds to the calls for the workspace's own: it is the
//! `RUSTC_WORKSPACE_WRAPPER` of that build, for which cargo keeps artefacts of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::run::{Program, cargo, step};

/// Set for the calls of this program in place of the compiler: the library to link.
const ENGINE: &str = "MLHOST_FUZZ_ENGINE";
/// Package of the targets.
const PACKAGE: &str = "mlhost-fuzz";
/// Longest input, in bytes: more finds nothing that less would not.
const LONGEST: u32 = 4096;
/// Longest that one input may take, in seconds.
const SLOWEST: u32 = 10;

/// Coverage as libFuzzer reads it (the flags of cargo-fuzz), and the checks that an optimised build leaves out.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions=on",
    "-Coverflow-checks=on",
];

/// What is to be run.
pub struct Run<'a> {
    /// One target; all of them when absent.
    pub target: Option<&'a str>,
    /// Time for each.
    pub seconds: u32,
    /// Where chance begins; anywhere when absent.
    pub seed: Option<u32>,
    /// Inputs to run instead of looking for new ones.
    pub inputs: &'a [PathBuf],
}

/// The compiler, when cargo calls this program in its place; `None` otherwise.
pub fn as_compiler() -> Option<Result<ExitCode>> {
    let engine = std::env::var_os(ENGINE)?;
    let mut arguments = std::env::args_os().skip(1);
    let mut compiler = Command::new(arguments.next()?);
    let arguments: Vec<_> = arguments.collect();
    let follows = |name: &str, value: &str| arguments.windows(2).any(|pair| pair[0] == name && pair[1] == value);
    compiler.args(&arguments);
    if arguments.iter().any(|argument| argument == "--crate-name") {
        compiler.args(FLAGS);
    }
    if follows("--crate-type", "bin") {
        let mut library = std::ffi::OsString::from("-Clink-arg=");
        library.push(engine);
        compiler.arg(library).arg(if cfg!(target_os = "macos") { "-Clink-arg=-lc++" } else { "-Clink-arg=-lstdc++" });
    }
    let status = compiler.status().with_context(|| format!("cannot run {compiler:?}"));
    Some(status.map(|status| if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// Builds the targets and runs them; says so and does nothing where libFuzzer cannot be built.
///
/// # Errors
/// When an input breaks a property: it is kept, and the command that repeats it was printed.
pub fn run(root: &Path, what: &Run<'_>) -> Result<()> {
    let targets = targets(root)?;
    if let Some(unknown) = what.target.filter(|target| !targets.iter().any(|name| name == target)) {
        bail!("there is no fuzz target `{unknown}`: {}", targets.join(", "));
    }
    if cfg!(windows) || !has_cxx() {
        step(
            "fuzzing is skipped: libFuzzer needs Linux or macOS and a C++ compiler (`c++`, or the one that CXX names)",
        );
        return Ok(());
    }
    build(root)?;
    let chosen: Vec<&String> = targets.iter().filter(|name| what.target.is_none_or(|target| target == *name)).collect();
    let mut failed = Vec::new();
    for target in chosen {
        if !fuzz(root, target, what)? {
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("fuzzing found something: {}", failed.join(", ")) }
}

/// The targets, by name: the programs of the package.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("tests/fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".rs")?.to_owned())).collect();
    names.sort();
    Ok(names)
}

fn has_cxx() -> bool {
    let compiler = std::env::var_os("CXX").unwrap_or_else(|| "c++".into());
    Program::new(compiler, &["--version"]).output().is_some()
}

fn build(root: &Path) -> Result<()> {
    let engine = engine(root)?;
    let wrapper = std::env::current_exe().context("this program has a path")?;
    let mut command =
        cargo(root, &["build", "--release", "--quiet", "--package", PACKAGE, "--bins", "--features", "programs"]);
    command.env("RUSTC_WORKSPACE_WRAPPER", wrapper).env(ENGINE, engine);
    step("fuzz targets: instrumenting the workspace");
    command.run()
}

/// libFuzzer, built once.
fn engine(root: &Path) -> Result<PathBuf> {
    let folder = root.join("target/fuzz/engine");
    if let Some(found) = library(&folder) {
        return Ok(found);
    }
    step("fuzz targets: building libFuzzer");
    let mut command = cargo(root, &["build", "--release", "--quiet", "--package", "libfuzzer-sys", "--target-dir"]);
    command.args([&folder]).env("RUSTFLAGS", "--cfg fuzzing").env_remove("CARGO_ENCODED_RUSTFLAGS");
    command.run().context("libFuzzer cannot be built")?;
    library(&folder).context("libfuzzer-sys made no libfuzzer.a")
}

/// What the build script of `libfuzzer-sys` made.
fn library(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder.join("release/build")).ok()?;
    entries.flatten().map(|entry| entry.path().join("out/libfuzzer.a")).find(|path| path.is_file())
}

/// Runs one target; says whether all its properties held.
fn fuzz(root: &Path, target: &str, what: &Run<'_>) -> Result<bool> {
    let found = root.join("target/fuzz").join(target);
    let corpus = root.join("tests/fuzz/corpus").join(target);
    std::fs::create_dir_all(found.join("corpus")).with_context(|| format!("cannot make {}", found.display()))?;
    let mut command = Command::new(root.join("target/release").join(target));
    command
        .current_dir(&found)
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg(format!("-timeout={SLOWEST}"));
    if what.inputs.is_empty() {
        let words = root.join("tests/fuzz/words").join(format!("{target}.txt"));
        command.arg(format!("-max_total_time={}", what.seconds)).arg(format!("-max_len={LONGEST}"));
        command.args(["-print_final_stats=1", "-reload=0"]);
        if let Some(seed) = what.seed {
            command.arg(format!("-seed={seed}"));
        }
        if words.is_file() {
            command.arg(format!("-dict={}", words.display()));
        }
        command.arg(found.join("corpus")).arg(corpus);
    } else {
        command.args(what.inputs.iter().map(std::path::absolute).collect::<std::io::Result<Vec<_>>>()?);
    }
    let output = command.output().with_context(|| format!("cannot run the fuzz target {target}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let figure =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("?").trim().to_owned();
        let reached = text.lines().rev().find_map(|line| line.split_once("cov: ")?.1.split(' ').next());
        step(&format!(
            "fuzz {target}: {} inputs, {} a second, {} places reached, {} inputs kept",
            figure("stat::number_of_executed_units:"),
            figure("stat::average_exec_per_sec:"),
            reached.unwrap_or("?"),
            figure("stat::new_units_added:"),
        ));
        return Ok(true);
    }
    eprintln!("{text}");
    let input = text.lines().find_map(|line| line.split_once("Test unit written to ")).map(|(_, path)| path);
    step(&format!("fuzz {target}: a property does not hold ({})", output.status));
    if let Some(input) = input {
        eprintln!("  input:  {input}");
        eprintln!("  repeat: cargo xtask fuzz {target} {input}");
        eprintln!("  keep:   put it into tests/fuzz/corpus/{target} under a name that says what it is");
    }
    Ok(false)
}
