//! Power cuts: `kill -9` at random points of apply and destroy, some of them in the middle of the recovery from an earlier
//! one, some while the cloud has a bad day. The next run converges: nothing is there twice, nothing is orphaned, the outputs
//! are right.
//!
//! 30 runs are killed by default, and half as many on bad days; 300 and 150 with `MLHOST_LONG_TESTS=1`
//! (`cargo xtask test --long`). `MLHOST_SEED` repeats a run that failed, as far as the machine lets it.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::world::{RESOURCES, World};

/// Kills of each of the settings below.
fn kills(faults: bool) -> u32 {
    let all = if std::env::var_os("MLHOST_LONG_TESTS").is_some() { 300 } else { 30 };
    if faults { all / 4 } else { all / 2 }
}

fn seed() -> u64 {
    std::env::var("MLHOST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..))
}

const APPLY: &[&str] = &["apply", "platform.rhai", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes"];

/// What the cloud does to requests on a bad day: the words of `mlhost cloud chaos add`.
const FAULTS: &[&str] = &[
    "throttled --seconds 0 --rate 0.1",
    "unavailable --rate 0.05",
    "reset --rate 0.05",
    "lost-answer --rate 0.1",
    "stale-read --rate 0.1",
    "late-failure --rate 0.05",
];

/// Starts a bad day.
fn trouble(world: &World, seed: u32) {
    for fault in FAULTS {
        let words: Vec<&str> = fault.split(' ').collect();
        let seed = seed.to_string();
        world.well(&[&["cloud", "chaos", "add", "--seed", &seed], words.as_slice()].concat(), "a bad day");
    }
}

/// Runs the command until no operation failed any more, a few times at most. Then the bad day is over.
fn come_through(world: &World, arguments: &[&str], story: &str) {
    let mut transcripts = String::new();
    for _ in 0..6 {
        let run = world.run(arguments);
        transcripts.push_str(&run.transcript());
        match run.code {
            Some(0) => {
                world.well(&["cloud", "chaos", "clear"], story);
                return;
            }
            Some(4) => {}
            _ => break,
        }
    }
    panic!("{arguments:?} did not come to a good end, {story}\n{transcripts}");
}

/// How long a run takes that nobody disturbs.
fn undisturbed(world: &World, arguments: &[&str]) -> Duration {
    let began = Instant::now();
    world.well(arguments, "undisturbed");
    began.elapsed()
}

/// Starts a run and kills it after a while; says whether it was still running.
fn kill(world: &World, arguments: &[&str], after: Duration) -> bool {
    let mut command = world.project.command(arguments);
    command.env("MLHOST_BEARER_TOKEN", "token").stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::thread::sleep(after);
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

fn survives(world: &World, faults: bool) {
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let longest = [undisturbed(world, APPLY), undisturbed(world, DESTROY)];
    world.well(APPLY, "once more");
    let expected = world.deployed();
    let outputs = world.well(&["output", "--output", "json"], "undisturbed");
    assert_eq!(expected.len(), RESOURCES, "{expected:#?}");

    let (mut killed, mut met) = (0, 0);
    while killed < kills(faults) {
        let mut story = format!("seed {seed}, after {killed} kills:");
        if faults {
            trouble(world, random.u32(..));
        }
        for _ in 0..random.u32(1..=3) {
            let (arguments, longest) = if random.bool() { (APPLY, longest[0]) } else { (DESTROY, longest[1]) };
            let after = longest.mul_f64(random.f64() * 1.1);
            met += u32::from(kill(world, arguments, after));
            killed += 1;
            story.push_str(&format!(" {} killed after {after:?},", arguments[0]));
        }
        let end = if random.u8(0..3) == 0 { DESTROY } else { APPLY };
        if faults {
            come_through(world, end, &story);
        } else {
            world.well(end, &story);
        }
        if end == DESTROY {
            world.is_settled(&BTreeSet::new(), &story);
        } else {
            world.is_settled(&expected, &story);
            assert_eq!(world.well(&["output", "--output", "json"], &story), outputs, "{story}");
            let plan = world.well(&["plan", "platform.rhai"], &story);
            assert!(plan.contains("No changes"), "{story}\n{plan}");
        }
    }
    assert!(met * 3 >= killed, "only {met} of {killed} runs were still running when they were killed (seed {seed})");
}

#[test]
fn runs_killed_together_with_their_cloud_are_finished_by_the_next_one() {
    survives(&World::embedded(), false);
}

#[test]
fn runs_killed_while_the_cloud_goes_on_are_finished_by_the_next_one() {
    survives(&World::served(), false);
}

#[test]
fn so_are_runs_killed_together_with_their_cloud_on_a_bad_day() {
    survives(&World::embedded(), true);
}

#[test]
fn so_are_runs_killed_while_the_cloud_goes_on_on_a_bad_day() {
    survives(&World::served(), true);
}
