//! Measurements as they are kept between runs, below `target/bench`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// What a case came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// Its name.
    pub case: String,
    /// One for each contender.
    pub measured: Vec<Measured>,
}

/// What a contender took: medians over its runs.
#[derive(Debug, Serialize, Deserialize)]
pub struct Measured {
    /// Its name.
    pub name: String,
    /// Runs that count.
    pub runs: usize,
    /// From start to exit, in milliseconds.
    pub wall_ms: f64,
    /// The fastest run, in milliseconds.
    pub fastest_ms: f64,
    /// User and system time, in milliseconds.
    pub cpu_ms: f64,
    /// Largest resident memory, in MiB.
    pub peak_mib: f64,
    /// Its time over that of the first contender in the same round.
    pub ratio: f64,
    /// Milliseconds by stage, where the run logs them.
    pub stages: BTreeMap<String, f64>,
}

impl Record {
    /// The measurements of a contender.
    pub fn of(&self, name: &str) -> Option<&Measured> {
        self.measured.iter().find(|measured| measured.name == name)
    }

    /// Keeps it in place of the last one of its case.
    pub fn save(&self, folder: &Path) -> Result<()> {
        let path = folder.join(format!("{}.json", self.case));
        std::fs::write(&path, serde_json::to_vec_pretty(self)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }

    /// All that are kept, by case.
    pub fn load_all(folder: &Path) -> Result<BTreeMap<String, Self>> {
        let mut records = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let record: Self = serde_json::from_slice(&std::fs::read(&path)?)
                    .with_context(|| format!("{} is of another version: remove it", path.display()))?;
                records.insert(record.case.clone(), record);
            }
        }
        Ok(records)
    }
}
