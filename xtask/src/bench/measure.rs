//! Runs processes from start to exit, in turns, and takes medians.
//!
//! All contenders of a case run once in each round, one after the other: what else the machine does meets all of them,
//! and the ratio of two runs of one round says more than the ratio of two averages.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use wait4::Wait4;

use super::record::{Measured, Record};
use super::stages;

/// One of the programs of a case.
pub struct Contender {
    /// Its name in reports; the first one of a case is what the others are compared with.
    pub name: String,
    /// No more rounds than this, for one that takes very long.
    pub most: usize,
    /// Makes ready for a run; not measured.
    pub before: Box<dyn Fn() -> Result<()>>,
    /// The run.
    pub command: Box<dyn Fn() -> Command>,
}

/// What a run took.
struct Sample {
    wall: Duration,
    cpu: Duration,
    peak: u64,
    stages: BTreeMap<String, f64>,
}

/// Runs all contenders in turns.
pub fn race(case: &str, contenders: &[Contender], rounds: usize) -> Result<Record> {
    let mut samples: Vec<Vec<Sample>> = contenders.iter().map(|_| Vec::new()).collect();
    // The first round fills caches and is thrown away, except for those that run only a few times.
    for round in 0..=rounds {
        for (contender, samples) in contenders.iter().zip(&mut samples) {
            let warm_up = round == 0;
            if samples.len() >= contender.most || (warm_up && contender.most <= 1) {
                continue;
            }
            let sample = run(contender).with_context(|| format!("{case}, {}", contender.name))?;
            if !warm_up {
                samples.push(sample);
            }
        }
    }
    let measured = contenders
        .iter()
        .zip(&samples)
        .map(|(contender, own)| {
            let walls = own.iter().map(|sample| millis(sample.wall));
            let pairs = samples.first().into_iter().flatten().zip(own);
            Measured {
                name: contender.name.clone(),
                runs: own.len(),
                wall_ms: median(walls.clone()),
                fastest_ms: walls.fold(f64::INFINITY, f64::min),
                cpu_ms: median(own.iter().map(|sample| millis(sample.cpu))),
                peak_mib: median(own.iter().map(|sample| sample.peak as f64 / f64::from(1 << 20))),
                ratio: median(pairs.map(|(first, own)| own.wall.as_secs_f64() / first.wall.as_secs_f64())),
                stages: stage_medians(own),
            }
        })
        .collect();
    Ok(Record { case: case.to_owned(), measured })
}

fn run(contender: &Contender) -> Result<Sample> {
    (contender.before)()?;
    let log = tempfile::NamedTempFile::new().context("a temporary file")?;
    let mut command = (contender.command)();
    let stderr = File::create(log.path()).context("a temporary file")?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr);
    let started = Instant::now();
    let used = command.spawn().context("it does not start")?.wait4().context("it cannot be waited for")?;
    let wall = started.elapsed();
    let said = std::fs::read_to_string(log.path()).unwrap_or_default();
    if !used.status.success() {
        bail!("`{command:?}` failed ({}):\n{said}", used.status);
    }
    let cpu = used.rusage.utime + used.rusage.stime;
    Ok(Sample { wall, cpu, peak: used.rusage.maxrss, stages: stages::read(&said) })
}

fn stage_medians(samples: &[Sample]) -> BTreeMap<String, f64> {
    let names = samples.first().map(|sample| sample.stages.keys()).into_iter().flatten();
    names
        .map(|name| (name.clone(), median(samples.iter().filter_map(|sample| sample.stages.get(name).copied()))))
        .collect()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The middle one, or the mean of the middle two.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2).copied().unwrap_or(f64::NAN);
    let lower = values.get(values.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert!(median([].into_iter()).is_nan());
    }
}
