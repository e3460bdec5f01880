//! Runs the built `mlhost` command in temporary projects.

pub mod served;
pub mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A temporary folder in which commands run.
pub struct Project {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Run {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

impl Project {
    /// An empty one.
    ///
    /// # Panics
    /// When there is no room for temporary folders.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // A project without a file is named after its folder.
        std::fs::create_dir(folder.path().join("project")).expect("a folder in it");
        let path = folder.path().canonicalize().expect("a real path").join("project");
        Self { _folder: folder, path }
    }

    /// A copy of a folder of this repository; a name that begins with `dot-` gets a dot instead.
    ///
    /// # Panics
    /// When it is not there.
    pub fn copy_of(folder: &str) -> Self {
        let project = Self::new();
        copy(&repository().join(folder), project.path());
        project
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a path below the project")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    /// Reads a file.
    ///
    /// # Panics
    /// When it cannot be read.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The command with arguments, in this folder, without a terminal and with a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        for name in ["PATH", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.path().join("home"));
        command
    }

    /// Runs the command.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.finish(self.command(arguments).output().expect("the mlhost binary"))
    }

    /// Runs a command line as a case names it: `mlhost ARGUMENTS`, with `NAME=VALUE` before it for its environment.
    ///
    /// # Panics
    /// When it is no such line.
    pub fn run_line(&self, line: &str) -> Run {
        let mut words = line.split_whitespace().peekable();
        let mut variables = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| word.split_once('=')) {
            variables.push((name, value));
            words.next();
        }
        assert_eq!(words.next(), Some("mlhost"), "a case runs mlhost, not `{line}`");
        let arguments: Vec<&str> = words.collect();
        self.finish(self.command(&arguments).envs(variables).output().expect("the mlhost binary"))
    }

    /// An output with all that differs from run to run replaced.
    pub fn finish(&self, output: Output) -> Run {
        let tidy = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            steady(&text.replace(&self.path().display().to_string(), "[project]"))
        };
        Run { stdout: tidy(&output.stdout), stderr: tidy(&output.stderr), code: output.status.code() }
    }
}

impl Run {
    /// The run as a golden file shows it.
    pub fn transcript(&self) -> String {
        let mut text = String::new();
        for (name, stream) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !stream.is_empty() {
                text.push_str(&format!("--- {name}\n{}\n", stream.trim_end()));
            }
        }
        text.push_str(&match self.code {
            Some(code) => format!("--- exit {code}\n"),
            None => "--- killed\n".to_owned(),
        });
        text
    }
}

/// Replaces durations (`0.1s`, `12ms`) by `[time]`, so that a transcript is the same on every machine.
fn steady(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String| {
        let number = word.trim_end_matches(['s', 'm']).to_owned();
        let unit = word.get(number.len()..).unwrap_or_default();
        let is_time = matches!(unit, "s" | "ms") && number.parse::<f64>().is_ok();
        out.push_str(if is_time { "[time]" } else { word });
        word.clear();
    };
    for c in text.chars() {
        if c.is_alphanumeric() || c == '.' || c == '_' || c == '-' {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// The repository's root.
///
/// # Panics
/// Never in a checkout.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lies in the repository").to_owned()
}

/// The binary under test, which `cargo xtask test` has built.
///
/// # Panics
/// When it was not built.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    let binary = test.ancestors().map(|folder| folder.join("mlhost")).find(|path| path.is_file());
    binary.expect("build the command first: `cargo xtask build` (`cargo xtask test` does it)")
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a plain name");
        if name == ".mlhost" {
            continue;
        }
        let target = to.join(name.strip_prefix("dot-").map_or_else(|| name.clone(), |rest| format!(".{rest}")));
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
