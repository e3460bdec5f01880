//! `mlhost init`: a first project.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use mlhost::model::{Diagnostic, ErrorKind, Failure};

use super::Done;
use super::args::InitArguments;
use super::terminal::Terminal;

const SCRIPT: &str = include_str!("init/platform.rhai");
const PROJECT: &str = include_str!("init/mlhost.toml");
const IGNORE: &str = ".mlhost/\n";

pub fn run(arguments: &InitArguments, terminal: &Terminal) -> Result<Done, Failure> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder).map_err(|error| problem(folder, &error))?;
    let absolute = folder.canonicalize().map_err(|error| problem(folder, &error))?;
    let name: String = absolute
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    let project = PROJECT.replace("{project}", if name.is_empty() { "mlops" } else { name });
    // Nothing is written when something of it is there already.
    let files = [("mlhost.toml", project.as_str()), ("platform.rhai", SCRIPT)];
    if let Some((file, _)) = files.iter().find(|(file, _)| folder.join(file).exists()) {
        return Err(Failure::input(
            Diagnostic::error("init/exists", format!("there is already a {file} here"))
                .in_file(folder.join(file).display().to_string())
                .help("name another folder: `mlhost init FOLDER`"),
        ));
    }
    for (file, text) in files.into_iter().chain((!folder.join(".gitignore").exists()).then_some((".gitignore", IGNORE)))
    {
        let path = folder.join(file);
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut opened| opened.write_all(text.as_bytes()));
        written.map_err(|error| problem(&path, &error))?;
    }
    let script = folder.join("platform.rhai");
    terminal.print(&format!(
        "Wrote mlhost.toml and platform.rhai. Next: mlhost apply {}\n",
        super::report::text::clean(&script.display().to_string())
    ));
    Ok(Done::Well)
}

fn problem(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        ErrorKind::Other,
        Diagnostic::error("init/write", format!("cannot be written: {error}"))
            .in_file(path.display().to_string())
            .help("choose a folder that you may write to"),
    )
}
