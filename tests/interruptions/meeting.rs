//! Two runs at once, and a lock whose owner is gone.

use std::process::Stdio;

use crate::slow::Slow;
use crate::world::World;

#[test]
fn two_applies_at_once_make_everything_once() {
    let world = World::served();
    let start = |wait: &str| {
        let mut command = world.project.command(&["apply", "platform.rhai", "--yes", "--lock-timeout", wait]);
        command.env("MLHOST_BEARER_TOKEN", "token").stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let (first, second) = (start("60"), start("60"));
    for child in [first, second] {
        let run = world.project.finish(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.transcript());
    }
    let expected = world.deployed();
    world.is_settled(&expected, "after two at once");
    let log = world.well(&["cloud", "log", "--writes"], "after two at once");
    assert_eq!(log.lines().filter(|line| line.starts_with("PUT")).count(), expected.len(), "{log}");
}

#[test]
fn the_one_that_comes_second_is_told_who_was_first() {
    let slow = Slow::start();
    let mut first = slow.apply_until_it_waits();
    let mut command = slow.project.command(&["apply", "platform.rhai", "--yes"]);
    let second = slow.project.finish(command.env("MLHOST_BEARER_TOKEN", "token").output().unwrap());
    assert_eq!(second.code, Some(11), "{}", second.transcript());
    assert!(second.stderr.contains(&format!("process {}", first.id())), "{}", second.transcript());
    assert!(second.stderr.contains("mlhost apply platform.rhai"), "{}", second.transcript());

    // The lock goes with its owner, however that ends.
    first.kill().unwrap();
    first.wait().unwrap();
    slow.release();
    let mut command = slow.project.command(&["apply", "platform.rhai", "--yes"]);
    let third = slow.project.finish(command.env("MLHOST_BEARER_TOKEN", "token").output().unwrap());
    assert_eq!(third.code, Some(0), "{}", third.transcript());
    assert_eq!((slow.writes("first"), slow.writes("second")), (1, 1));
}
