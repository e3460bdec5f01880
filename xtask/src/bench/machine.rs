//! What the measurements were made on.

use std::path::Path;

use crate::run::Program;

/// Facts, as lines of name and value.
pub fn facts(root: &Path) -> Vec<(&'static str, String)> {
    let ask = |program: &str, arguments: &[&str]| {
        let answer = Program::new(program, arguments).current_dir(root).output()?;
        answer.lines().next().map(str::to_owned)
    };
    let of = |file: &str, key: &str| {
        let text = std::fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = of("/proc/meminfo", "MemTotal").and_then(|text| text.trim_end_matches(" kB").parse::<u64>().ok());
    let unknown = || "unknown".to_owned();
    vec![
        ("date", ask("date", &["+%Y-%m-%d"]).unwrap_or_else(unknown)),
        ("processor", of("/proc/cpuinfo", "model name").unwrap_or_else(unknown)),
        ("cores", format!("{cores}, shared with other machines")),
        ("memory", memory.map_or_else(unknown, |kib| format!("{} GiB", kib >> 20))),
        ("system", ask("uname", &["-srm"]).unwrap_or_else(unknown)),
        ("rustc", ask("rustc", &["--version"]).unwrap_or_else(unknown)),
        ("terraform", ask("terraform", &["version"]).unwrap_or_else(|| "not installed".to_owned())),
    ]
}
