//! Disks that are full, and folders that cannot be written: a clear message, and nothing is lost.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use mlhost_tests::{Project, Run, binary};

use crate::world::{RESOURCES, World};

/// Nobody, on every Unix.
const NOBODY: u32 = 65534;

/// Runs an apply none of whose files can grow beyond so many blocks. A write beyond that fails, as on a full disk.
fn apply_with_room(world: &World, blocks: u32) -> Run {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" apply platform.rhai --yes");
    command.arg("-c").arg(script).arg(binary()).current_dir(world.project.path());
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", world.project.path().join("home")).env("MLHOST_BEARER_TOKEN", "token");
    world.project.finish(command.output().unwrap())
}

fn is_clear(run: &Run, blocks: u32) {
    let text = run.transcript();
    assert!(run.code.is_some_and(|code| ![0, 101, 255].contains(&code)), "with {blocks} blocks\n{text}");
    assert!(run.stderr.contains("error[") && !text.contains("panicked"), "with {blocks} blocks\n{text}");
}

/// From no room at all to enough: every write of a run is the one that fails, once.
fn survives(world: &World) -> u32 {
    let mut failed = 0;
    let mut blocks = 0;
    loop {
        let run = apply_with_room(world, blocks);
        if run.code == Some(0) {
            break;
        }
        is_clear(&run, blocks);
        failed += 1;
        blocks = blocks * 5 / 4 + 1;
        assert!(blocks < 1 << 20, "it never has enough room\n{}", run.transcript());
    }
    let plan = world.well(&["plan", "platform.rhai"], "with room again");
    assert!(plan.contains("No changes"), "{plan}");
    let expected = world.deployed();
    assert_eq!(expected.len(), RESOURCES);
    world.is_settled(&expected, "with room again");
    failed
}

#[test]
fn a_full_disk_stops_a_run_and_loses_nothing() {
    assert!(survives(&World::embedded()) > 3);
}

#[test]
fn a_full_disk_stops_a_run_whose_cloud_is_elsewhere() {
    // Only state and journal are written here.
    assert!(survives(&World::served()) > 3);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let project = Project::copy_of("examples/mlops");
    for folder in [project.path().parent().unwrap(), project.path()] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    }
    let mut command = project.command(&["apply", "platform.rhai", "--yes"]);
    if rustix::process::geteuid().is_root() {
        // Root may write everywhere.
        command.uid(NOBODY).gid(NOBODY);
    }
    let run = match command.output() {
        Ok(output) => project.finish(output),
        Err(error) => {
            eprintln!("skipped: another user cannot run {}: {error}", binary().display());
            return;
        }
    };
    std::fs::set_permissions(project.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::set_permissions(project.path().parent().unwrap(), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run.code, Some(1), "{}", run.transcript());
    assert!(run.stderr.contains("error[") && run.stderr.contains(".mlhost"), "{}", run.transcript());
}
