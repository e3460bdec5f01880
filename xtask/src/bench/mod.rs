//! `cargo xtask bench`: whole runs of mlhost side by side with terraform and with the same work in native Rust.

mod cases;
mod machine;
mod measure;
mod project;
mod record;
mod report;
mod stages;
mod targets;
mod terraform;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{cargo, step};
use crate::{host, run};
use cases::Workshop;
use record::Record;

/// What to measure.
#[derive(clap::Args)]
pub struct BenchArguments {
    /// Cases to measure. Default: all.
    cases: Vec<String>,
    /// Rounds of each case. Default: as many as the case needs for a steady median.
    #[arg(long)]
    runs: Option<usize>,
    /// Another mlhost to measure in turn with this one, for figures before and after a change.
    #[arg(long, value_name = "BINARY")]
    against: Option<PathBuf>,
    /// Leaves terraform and the native twin out.
    #[arg(long)]
    alone: bool,
    /// Writes docs/performance.md from these measurements and the last ones of the other cases.
    #[arg(long)]
    write: bool,
}

/// Builds, measures, reports.
pub fn bench(root: &Path, arguments: &BenchArguments) -> Result<()> {
    let known = cases::all();
    if let Some(unknown) = arguments.cases.iter().find(|name| known.iter().all(|case| case.name != **name)) {
        let names: Vec<&str> = known.iter().map(|case| case.name).collect();
        bail!("there is no case `{unknown}`; there are: {}", names.join(", "));
    }
    let workshop = workshop(root, arguments)?;
    for case in known.iter().filter(|case| arguments.cases.is_empty() || arguments.cases.iter().any(|n| n == case.name))
    {
        run::step(&format!("{}: {}", case.name, case.what));
        let contenders = (case.contenders)(&workshop)?;
        let record = measure::race(case.name, &contenders, arguments.runs.unwrap_or(case.runs))?;
        print!("{}", report::plain(&record));
        // A comparison of two versions is no measurement of this one for the record.
        if arguments.against.is_none() && !arguments.alone {
            record.save(&workshop.folder)?;
        }
    }
    if arguments.write {
        let records = Record::load_all(&workshop.folder)?;
        let path = root.join("docs/performance.md");
        let text = report::document(&machine::facts(root), &known, &records);
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        step(&format!("wrote {}", path.display()));
    }
    Ok(())
}

fn workshop(root: &Path, arguments: &BenchArguments) -> Result<Workshop> {
    let mlhost = host::build(root, true)?;
    let mut twin = None;
    if !arguments.alone {
        let mut build = cargo(root, &["build", "--release", "--quiet", "--package", "mlhost-twin"]);
        build.env("MLHOST_BUNDLE", host::bundle(root)).run()?;
        twin = Some(root.join("target/release/mlhost-twin"));
    }
    let terraform = (!arguments.alone && terraform::is_here()).then(|| PathBuf::from("terraform"));
    if terraform.is_none() && !arguments.alone {
        step("terraform is not installed: it is left out");
    }
    let folder = root.join("target/bench");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(Workshop {
        root: root.to_owned(),
        folder,
        mlhost,
        other: arguments.against.clone(),
        twin,
        bundle: host::bundle(root),
        terraform,
    })
}
