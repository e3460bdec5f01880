//! Running programs.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

/// A program to run, with the words to name it by when it fails.
pub struct Program {
    command: Command,
    name: String,
}

impl Program {
    /// A program with arguments.
    pub fn new(program: impl AsRef<OsStr>, arguments: &[&str]) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.args(arguments);
        let name = format!("{} {}", program.to_string_lossy(), arguments.join(" "));
        Self { command, name }
    }

    /// Adds arguments.
    pub fn args(&mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable.
    pub fn env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.command.env(name, value);
        self
    }

    /// Takes a variable away.
    pub fn env_remove(&mut self, name: &str) -> &mut Self {
        self.command.env_remove(name);
        self
    }

    /// Sets the folder it runs in.
    pub fn current_dir(&mut self, folder: &Path) -> &mut Self {
        self.command.current_dir(folder);
        self
    }

    /// Hides what it says on standard error.
    pub fn quiet(&mut self) -> &mut Self {
        self.command.stderr(std::process::Stdio::null());
        self
    }

    /// Runs it to its end.
    pub fn run(&mut self) -> Result<()> {
        let status = self.command.status().with_context(|| format!("cannot run `{}`", self.name))?;
        if !status.success() {
            bail!("`{}` failed ({status})", self.name);
        }
        Ok(())
    }

    /// Runs it and gives what it prints; `None` when it is not there or fails.
    pub fn output(&mut self) -> Option<String> {
        let output = self.command.output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// The cargo that runs this xtask, in the workspace.
///
/// What cargo told this program about its own package goes no further: build scripts that watch these variables
/// would see others than in a build without xtask, and everything above them would be built again.
pub fn cargo(root: &Path, arguments: &[&str]) -> Program {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut program = Program::new(cargo, arguments);
    program.current_dir(root);
    let own = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| own(name)) {
        program.env_remove(&name);
    }
    program
}

/// Says what comes next.
pub fn step(what: &str) {
    eprintln!("xtask: {what}");
}

/// Runs a program in the place of this one: its exit code is ours, and signals reach it.
pub fn replace_by(program: &Path, arguments: &[String]) -> Result<ExitCode> {
    let mut command = Command::new(program);
    command.args(arguments);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(command.exec()).with_context(|| format!("cannot run {}", program.display()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().with_context(|| format!("cannot run {}", program.display()))?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
    }
}
