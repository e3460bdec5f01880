//! Every `cases/**/*.rhai` is a test: its first lines name the commands (`// $ mlhost plan case.rhai`), the transcript of
//! which is the golden file `*.snap` beside it. Files of a folder of the same name with `.d` are there when they run.
//! `cargo xtask test --accept` writes the golden files anew.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use mlhost_tests::{Project, repository};

#[test]
fn every_case_prints_what_its_golden_file_says() {
    let mut cases = Vec::new();
    gather(&repository().join("tests/cases"), &mut cases);
    cases.sort();
    assert!(!cases.is_empty(), "there are no cases");
    let wanted = std::env::var("CASE").unwrap_or_default();
    let mut failed = Vec::new();
    for case in cases.iter().filter(|case| case.display().to_string().contains(&wanted)) {
        if std::panic::catch_unwind(|| check(case)).is_err() {
            failed.push(case.display().to_string());
        }
    }
    assert!(failed.is_empty(), "{} of {} cases differ:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

fn check(case: &Path) {
    let text = std::fs::read_to_string(case).unwrap();
    let name = case.file_name().unwrap().to_str().unwrap();
    let project = match case.with_extension("d") {
        folder if folder.is_dir() => Project::copy_of(folder.strip_prefix(repository()).unwrap().to_str().unwrap()),
        _ => Project::new(),
    };
    let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("// ")).collect();
    let commands: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert!(!commands.is_empty(), "{name} names no command: its first lines are `// $ mlhost …`");
    // The script starts with its own header, so that places in it are those of the file.
    project.write(name, &text);
    let mut transcript = String::new();
    for command in commands {
        transcript.push_str(&format!("$ {command}\n{}\n", project.run_line(command).transcript()));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(case.parent().unwrap());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(case.file_stem().unwrap().to_str().unwrap(), transcript.trim_end()));
}

fn gather(folder: &Path, cases: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && path.extension().is_none() {
            gather(&path, cases);
        } else if path.extension().is_some_and(|extension| extension == "rhai") {
            cases.push(path);
        }
    }
}
