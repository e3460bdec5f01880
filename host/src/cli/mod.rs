//! The command line: one file for each command; what they share is in [`session`], [`planning`] and [`carry`].

mod apply;
mod args;
mod carry;
mod certify;
mod chaos;
mod check;
mod cloud;
mod crash;
mod destroy;
mod init;
mod interrupt;
mod locking;
mod log;
mod output;
mod plan;
mod planning;
mod plugin;
mod report;
mod session;
mod show;
mod stream;
mod target;
mod terminal;
mod update;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use mlhost::model::{ErrorKind, Failure, Sources};

use args::{Arguments, Command};
use terminal::Terminal;

/// The standard plugins, compiled ahead of time (see `cargo xtask build`).
static BUNDLE: &[u8] = include_bytes!(env!("MLHOST_BUNDLE"));

/// How a command ended that did what it was asked.
pub enum Done {
    /// There is nothing more to say.
    Well,
    /// `--detailed-exitcode`: there are changes.
    Changes,
}

/// Runs the command line and gives the exit code.
pub fn run() -> ExitCode {
    crash::guard(perform)
}

fn perform() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed stream is no reason to fail differently.
            let _ = error.print();
            return if error.use_stderr() { code(ErrorKind::Input) } else { ExitCode::SUCCESS };
        }
    };
    let mut terminal = Terminal::new(&arguments.global);
    let mut sources = Sources::default();
    let streams = matches!(arguments.command, Command::Apply(_) | Command::Destroy(_));
    match log::start(&arguments.global) {
        Ok(to_stderr) => terminal.logging = to_stderr,
        Err(failure) => {
            report_failure(&terminal, &failure, streams, &sources);
            return code(failure.kind);
        }
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.say(&format!("error: cannot start: {error}\n"));
            return code(ErrorKind::Other);
        }
    };
    match runtime.block_on(dispatch(arguments.command, &terminal, &mut sources)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Changes) => ExitCode::from(2),
        Err(failure) => {
            report_failure(&terminal, &failure, streams, &sources);
            code(failure.kind)
        }
    }
}

fn report_failure(terminal: &Terminal, failure: &Failure, streams: bool, sources: &Sources) {
    terminal.diagnostics(&failure.diagnostics, sources);
    match (terminal.json(), streams) {
        (true, true) => stream::Stream::new(terminal).failure(failure, sources),
        (true, false) => stream::failure(terminal, failure, sources),
        (false, _) => {}
    }
}

fn code(kind: ErrorKind) -> ExitCode {
    ExitCode::from(kind.exit_code())
}

async fn dispatch(command: Command, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    match command {
        Command::Check(arguments) => check::run(arguments, terminal, sources).await,
        Command::Plan(arguments) => plan::run(arguments, terminal, sources).await,
        Command::Apply(arguments) => apply::run(arguments, terminal, sources).await,
        Command::Destroy(arguments) => destroy::run(arguments, terminal, sources).await,
        Command::Output(arguments) => output::run(&arguments, terminal, sources).await,
        Command::Show(arguments) => show::run(&arguments, terminal, sources).await,
        Command::Plugin(command) => plugin::run(command, terminal, sources).await,
        Command::Cloud(command) => cloud::run(command, terminal, sources).await,
        Command::Init(arguments) => init::run(&arguments, terminal),
        Command::Completions { shell } => {
            // Not straight to the stream: a reader that went away would be a panic.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "mlhost", &mut script);
            terminal.print(&String::from_utf8_lossy(&script));
            Ok(Done::Well)
        }
    }
}
