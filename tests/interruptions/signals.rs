//! Ctrl-C: the first lets what is under way come to its end, the second leaves it to the next run, which takes it up.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use rustix::process::{Pid, Signal, kill_process};

use crate::slow::Slow;

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Reads what a run says until a line begins with `words`.
fn read_until(stderr: &mut impl BufRead, words: &str) {
    let mut line = String::new();
    while !line.starts_with(words) {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it never says {words:?}");
    }
}

/// Exit code and standard output.
fn end(mut child: Child) -> (Option<i32>, String) {
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    (child.wait().unwrap().code(), out)
}

fn finish(slow: &Slow) {
    let mut command = slow.project.command(&["apply", "platform.rhai", "--yes"]);
    let run = slow.project.finish(command.env("MLHOST_BEARER_TOKEN", "token").output().unwrap());
    assert_eq!(run.code, Some(0), "{}", run.transcript());
    assert_eq!(
        (slow.writes("first"), slow.writes("second")),
        (1, 1),
        "each is written once in all\n{}",
        run.transcript()
    );
    assert!(!slow.project.path().join(".mlhost/state/dev.journal").exists());
}

#[test]
fn the_first_waits_for_what_is_under_way_and_starts_nothing_more() {
    for signal in [Signal::INT, Signal::TERM] {
        let slow = Slow::start();
        let mut child = slow.apply_until_it_waits();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        send(&child, signal);
        read_until(&mut stderr, "Interrupted: waiting for what is under way.");
        slow.release();
        let (code, out) = end(child);
        assert_eq!(code, Some(8), "{out}");
        assert!(out.contains("mlhost apply platform.rhai"), "it says how to go on: {out}");
        assert_eq!((slow.writes("first"), slow.writes("second")), (1, 0));
        assert!(slow.project.read(".mlhost/state/dev.json").contains("/things/first"));
        assert!(!slow.project.path().join(".mlhost/state/dev.journal").exists(), "nothing is left open");
        finish(&slow);
    }
}

#[test]
fn the_second_leaves_it_to_the_next_run_which_takes_it_up() {
    let slow = Slow::start();
    let mut child = slow.apply_until_it_waits();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    send(&child, Signal::INT);
    read_until(&mut stderr, "Interrupted: waiting for what is under way.");
    send(&child, Signal::INT);
    let (code, out) = end(child);
    assert_eq!(code, Some(8), "{out}");
    assert!(slow.project.read(".mlhost/state/dev.journal").contains("pending"), "the operation is in the journal");
    slow.release();
    finish(&slow);
}

#[test]
fn an_operation_outlives_a_power_cut() {
    let slow = Slow::start();
    let mut child = slow.apply_until_it_waits();
    // The token is journalled with the next heartbeat at the latest.
    let journal = slow.project.path().join(".mlhost/state/dev.journal");
    while !std::fs::read_to_string(&journal).is_ok_and(|text| text.contains("pending")) {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    slow.release();
    finish(&slow);
}
