//! Measurements as text: for the terminal, and for docs/performance.md.

use std::fmt::Write as _;

use super::cases::Case;
use super::record::{Measured, Record};
use super::targets::{self, Bound, Records, Target};

/// A case for the terminal.
pub fn plain(record: &Record) -> String {
    let mut out = String::new();
    for measured in &record.measured {
        let Measured { name, runs, wall_ms, fastest_ms, cpu_ms, peak_mib, ratio, stages } = measured;
        let _ = writeln!(
            out,
            "  {name:28} {:>10}  (fastest {}, cpu {}, {peak_mib:.0} MiB, {runs} runs)  ×{ratio:.2}",
            millis(*wall_ms),
            millis(*fastest_ms),
            millis(*cpu_ms),
        );
        if !stages.is_empty() {
            let list: Vec<String> = stages.iter().map(|(stage, ms)| format!("{stage} {}", millis(*ms))).collect();
            let _ = writeln!(out, "    {}", list.join(", "));
        }
    }
    out
}

fn millis(ms: f64) -> String {
    match ms {
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 10_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}

/// docs/performance.md.
pub fn document(facts: &[(&str, String)], cases: &[Case], records: &Records) -> String {
    let mut out = String::from(
        "# Performance\n\n\
         Written by `cargo xtask bench --write`. Whole processes, from start to exit: the contenders of a case run in turns,\n\
         a round at a time, after one round that does not count; times are medians, ratios are medians of the ratios within a\n\
         round. Peak memory is the resident memory that the system counted for the process.\n\n\
         | machine | |\n| --- | --- |\n",
    );
    for (name, value) in facts {
        let _ = writeln!(out, "| {name} | {value} |");
    }
    targets_table(&mut out, records);
    out.push_str("\n## Cases\n\n| case | contender | time | fastest | CPU | peak memory | runs | over mlhost |\n");
    out.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (case, record) in cases.iter().filter_map(|case| Some((case, records.get(case.name)?))) {
        for (index, measured) in record.measured.iter().enumerate() {
            let Measured { name, runs, wall_ms, fastest_ms, cpu_ms, peak_mib, ratio, .. } = measured;
            let what = if index == 0 { format!("`{}`: {}", case.name, case.what) } else { String::new() };
            let _ = writeln!(
                out,
                "| {what} | {name} | {} | {} | {} | {peak_mib:.0} MiB | {runs} | {ratio:.2} |",
                millis(*wall_ms),
                millis(*fastest_ms),
                millis(*cpu_ms),
            );
        }
    }
    stages_table(&mut out, cases, records);
    out.push_str(NOTES);
    out
}

fn targets_table(out: &mut String, records: &Records) {
    out.push_str("\n## Targets\n\n| what | to reach | aim | measured | |\n| --- | ---: | ---: | ---: | --- |\n");
    for Target { what, unit, bound, value } in targets::all() {
        let with_unit = |value: f64| match unit {
            "ms" => millis(value),
            "" => format!("{value:.2}"),
            unit => format!("{value:.0} {unit}"),
        };
        let (reach, aim) = match &bound {
            Bound::AtMost(most) => (format!("≤ {}", with_unit(*most)), String::new()),
            Bound::AtLeast(least, aim) => (format!("≥ {least}"), aim.map(|aim| format!("{aim}")).unwrap_or_default()),
        };
        let (measured, verdict) = match value(records) {
            Some(value) if bound.holds(value) => (with_unit(value), "reached"),
            Some(value) => (with_unit(value), "**not reached**"),
            None => (String::new(), "not measured"),
        };
        let _ = writeln!(out, "| {what} | {reach} | {aim} | {measured} | {verdict} |");
    }
}

/// Where the milliseconds go.
fn stages_table(out: &mut String, cases: &[Case], records: &Records) {
    out.push_str("\n## Where the time goes\n\n`--log debug` shows the time of each stage of any run.\n");
    for (case, record) in cases.iter().filter_map(|case| Some((case, records.get(case.name)?))) {
        let logged: Vec<&Measured> = record.measured.iter().filter(|measured| !measured.stages.is_empty()).collect();
        let Some(first) = logged.first() else { continue };
        if !case.name.starts_with("stages") {
            continue;
        }
        let names: Vec<&str> = logged.iter().map(|measured| measured.name.as_str()).collect();
        let _ = writeln!(out, "\n| {} | {} |", case.what, names.join(" | "));
        let _ = writeln!(out, "| --- |{}", " ---: |".repeat(names.len()));
        for stage in first.stages.keys() {
            let of = |measured: &&Measured| measured.stages.get(stage).map_or_else(String::new, |ms| millis(*ms));
            let _ = writeln!(out, "| {stage} | {} |", logged.iter().map(of).collect::<Vec<_>>().join(" | "));
        }
        let walls: Vec<String> = logged.iter().map(|measured| millis(measured.wall_ms)).collect();
        let _ = writeln!(out, "| whole run | {} |", walls.join(" | "));
    }
}

const NOTES: &str = "
## How it is measured

- terraform plans and applies its builtin `terraform_data`: it starts no provider process, which would cost it more. `count`
  is one block with a count, its fastest shape; `blocks` is a block for each resource with references like ours.
- The projects are groups of eight resources of seven kinds that refer to each other, made by a loop of the script. Every
  property goes through the schema, the plugin of its kind and two policies.
- The native twin is mlhost's own library with the plugins' crates linked natively: the same script, the same stages, no
  WebAssembly.
- The project of 100,000 allows plugins 1 GiB of memory: policies see all resources at once.
- What plugins compute is held by a test without noise: `tests/fuel.rs` counts WebAssembly fuel.
";
