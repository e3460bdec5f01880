//! The command line. Doc comments are the help texts.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Infrastructure as code for machine-learning platforms, extended by WebAssembly plugins.
///
/// `mlhost apply SCRIPT` evaluates a script, shows what it would change, asks, and deploys. Without a project file it
/// deploys the environment `dev` to a cloud inside mlhost itself, so that nothing is needed to begin.
#[derive(Debug, Parser)]
#[command(name = "mlhost", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Arguments {
    /// Options of all commands.
    #[command(flatten)]
    pub global: GlobalArguments,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 success · 1 other error · 2 changes present (only with --detailed-exitcode) · 3 authentication ·
4 an operation failed, the state is saved · 5 a policy or gate said no · 6 environment or state not found ·
8 cancelled · 9 timed out · 10 usage, script or configuration · 11 lock held · 12 stale plan · 13 drift ·
14 plugin failed · 15 approval missing · 255 a bug";

/// Options of all commands.
#[derive(Debug, Args)]
pub struct GlobalArguments {
    /// What standard output carries: text for people, or JSON (a document, or a line for each event).
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub output: Format,
    /// When to use colours (NO_COLOR is respected).
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Write a log to standard error: what is read and sent, what plugins say. It holds no secrets.
    #[arg(long, global = true, value_enum, value_name = "LEVEL", env = "MLHOST_LOG")]
    pub log: Option<LogLevel>,
    /// Append the log to a file instead; the level is `debug` unless --log says otherwise.
    #[arg(long, global = true, value_name = "FILE", env = "MLHOST_LOG_FILE")]
    pub log_file: Option<PathBuf>,
}

/// What goes into the log; each level holds those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Changes that failed, errors of plugins.
    Error,
    /// Attempts that are repeated, warnings of plugins.
    Warn,
    /// Every change as it begins and ends.
    Info,
    /// Every stage, plugin and request.
    Debug,
    /// Bodies of requests and answers, too.
    Trace,
}

/// What standard output carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluates a script, lets the plugins validate it and the policies judge it; changes nothing.
    Check(CheckArguments),
    /// Shows what apply would change.
    Plan(PlanArguments),
    /// Makes the environment what the script declares.
    Apply(ApplyArguments),
    /// Deletes everything of an environment.
    Destroy(DestroyArguments),
    /// Prints the outputs of the last apply.
    Output(OutputArguments),
    /// Shows what is deployed according to the state, or what a plan file holds.
    Show(ShowArguments),
    /// Lists and inspects plugins.
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// The local cloud: serves it, shows its requests, gives it faults, empties it.
    #[command(subcommand)]
    Cloud(CloudCommand),
    /// Writes a first project into a folder.
    Init(InitArguments),
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Which environment of which project.
#[derive(Debug, Clone, Default, Args)]
pub struct EnvironmentArguments {
    /// Environment [default: the project's default_environment, else dev].
    #[arg(short, long, value_name = "NAME")]
    pub environment: Option<String>,
    /// Values for param(): a JSON object, or an ARM parameter file. Repeatable; later ones win.
    #[arg(long, value_name = "FILE")]
    pub params: Vec<PathBuf>,
    /// A plugin in addition to the project's: a component file, `NAME=FILE` to name it. Repeatable.
    #[arg(long = "plugin", value_name = "FILE")]
    pub plugins: Vec<String>,
    /// Refuse plugins of the project that mlhost.lock does not pin yet, instead of pinning them.
    #[arg(long, env = "MLHOST_LOCKED", value_parser = clap::builder::FalseyValueParser::new())]
    pub locked: bool,
}

/// How a plan is made.
#[derive(Debug, Clone, Args)]
pub struct PlanningArguments {
    /// Take the state's word for what is deployed, without looking.
    #[arg(long)]
    pub no_refresh: bool,
    /// Take over resources that are there already but not in the state.
    #[arg(long)]
    pub adopt: bool,
    /// Lift the protection of a resource for this run. Repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub unprotect: Vec<String>,
    /// How long to wait for the lock of the environment: `90s`, `5m`, or a number of seconds.
    #[arg(long, value_name = "DURATION", default_value = "0", value_parser = duration)]
    pub lock_timeout: Duration,
}

/// A time with its units, or whole seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = || text.parse().map(Duration::from_secs).ok();
    mlhost::duration::parse(text).or_else(seconds).ok_or_else(|| "write it like `90s`, `5m` or `1h 30m`".to_owned())
}

/// `mlhost check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The script.
    pub script: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
}

/// `mlhost plan`.
#[derive(Debug, Args)]
pub struct PlanArguments {
    /// The script.
    pub script: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
    #[command(flatten)]
    pub planning: PlanningArguments,
    /// Write the plan to a file that `mlhost apply FILE` carries out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Show every resource of a large plan.
    #[arg(long)]
    pub full: bool,
}

/// `mlhost apply`.
#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// The script, or a plan file made by `mlhost plan --out`.
    pub script: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
    #[command(flatten)]
    pub planning: PlanningArguments,
    #[command(flatten)]
    pub carrying: CarryingArguments,
    /// Show every resource of a large plan.
    #[arg(long)]
    pub full: bool,
}

/// How a plan is carried out.
#[derive(Debug, Clone, Args)]
pub struct CarryingArguments {
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
    /// How many resources to work on at once.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallelism: u16,
    /// How long one operation of the control plane is followed. One that has not ended then is left to the next run.
    #[arg(long, value_name = "DURATION", default_value = "4h", value_parser = duration)]
    pub timeout: Duration,
    /// Do not read what was changed once more to see whether the control plane did all that it was asked for.
    #[arg(long)]
    pub no_read_back: bool,
}

/// `mlhost destroy`.
#[derive(Debug, Args)]
pub struct DestroyArguments {
    /// The script, or the folder of the project.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
    #[command(flatten)]
    pub planning: PlanningArguments,
    #[command(flatten)]
    pub carrying: CarryingArguments,
    /// Show every resource of a large plan.
    #[arg(long)]
    pub full: bool,
}

/// `mlhost output`.
#[derive(Debug, Args)]
pub struct OutputArguments {
    /// Print this output alone, as it is.
    pub name: Option<String>,
    /// The script, or the folder of the project.
    #[arg(long, default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
}

/// `mlhost show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// The script, the folder of the project, or a plan file.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    #[command(flatten)]
    pub environment: EnvironmentArguments,
}

/// `mlhost plugin …`.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Lists the plugins of a project: the standard ones and its own.
    List {
        /// The script, or the folder of the project.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// A plugin in addition to the project's: a component file, `NAME=FILE` to name it. Repeatable.
        #[arg(long = "plugin", value_name = "FILE")]
        plugins: Vec<String>,
    },
    /// Accepts the project's plugins as they are now: shows what is new about them, and pins them in mlhost.lock.
    Update {
        /// Plugins by name; all when none is named.
        names: Vec<String>,
        /// The script, or the folder of the project.
        #[arg(long, default_value = ".", value_name = "PATH")]
        path: PathBuf,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    /// Puts a plugin through what it will meet: odd names, wrong properties, no network.
    Certify {
        /// A component file, `NAME=FILE` to name it.
        file: String,
        /// The script, or the folder of the project, whose limits hold.
        #[arg(long, default_value = ".", value_name = "PATH")]
        path: PathBuf,
    },
    /// Shows what a plugin may use, and what the project allows beyond that.
    Limits {
        /// The script, or the folder of the project.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Shows what a plugin, or one of its kinds or policies, is and takes.
    Inspect {
        /// A plugin, a kind or a policy by name, or a component file.
        name: String,
        /// The script, or the folder of the project.
        #[arg(long, default_value = ".", value_name = "PATH")]
        path: PathBuf,
    },
}

/// `mlhost cloud …`.
#[derive(Debug, Subcommand)]
pub enum CloudCommand {
    /// Puts the local cloud on a loopback port, so that other tools can talk to it.
    Serve {
        /// The script, or the folder of the project, whose cloud it is.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Port on 127.0.0.1; 0 for a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Prints the requests that the local cloud answered, oldest first.
    Log {
        /// The script, or the folder of the project, whose cloud it is.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// How many of the last requests.
        #[arg(short = 'n', long, default_value_t = 1000)]
        last: u32,
        /// Only requests that change something.
        #[arg(long)]
        writes: bool,
    },
    /// Gives the local cloud faults, to see how a deployment bears them. They hold for whoever talks to it, served or not.
    #[command(subcommand)]
    Chaos(ChaosCommand),
    /// Empties the local cloud: everything in it is gone, as if it had never been.
    Reset {
        /// The script, or the folder of the project, whose cloud it is.
        #[arg(default_value = ".")]
        path: PathBuf,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
}

/// `mlhost cloud chaos …`.
#[derive(Debug, Subcommand)]
pub enum ChaosCommand {
    /// Adds a rule that says which requests meet which fault. The same seed gives the same requests their fault.
    Add(ChaosRule),
    /// Lists the rules, how many requests they matched and hit, and the faults that there are.
    List {
        /// The script, or the folder of the project, whose cloud it is.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Removes all rules, and lets operations end that they kept from it.
    Clear {
        /// The script, or the folder of the project, whose cloud it is.
        #[arg(default_value = ".")]
        path: PathBuf,
    },
}

/// `mlhost cloud chaos add`.
#[derive(Debug, Args)]
pub struct ChaosRule {
    /// The fault; `mlhost cloud chaos list` shows all.
    pub fault: String,
    /// Only requests for this resource type; `*` stands for any text.
    #[arg(long = "type", value_name = "TYPE")]
    pub resource_type: Option<String>,
    /// Only requests with this method.
    #[arg(long)]
    pub method: Option<String>,
    /// The share of these requests that meet the fault, from 0 to 1 [default: 1].
    #[arg(long)]
    pub rate: Option<f64>,
    /// How many requests meet it at most.
    #[arg(long, value_name = "N")]
    pub times: Option<u64>,
    /// Decides with --rate which requests [default: 0].
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How long a wait is.
    #[arg(long)]
    pub seconds: Option<f64>,
    /// JSON Pointer of a property.
    #[arg(long)]
    pub pointer: Option<String>,
    /// How many reads.
    #[arg(long, value_name = "N")]
    pub reads: Option<u32>,
    /// The script, or the folder of the project, whose cloud it is.
    #[arg(long, default_value = ".", value_name = "PATH")]
    pub path: PathBuf,
}

/// `mlhost init`.
#[derive(Debug, Args)]
pub struct InitArguments {
    /// The folder; made when it is not there.
    #[arg(default_value = ".")]
    pub folder: PathBuf,
}
