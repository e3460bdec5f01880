//! Power cuts: `kill -9` at random points of apply and destroy, some of them in the middle of the recovery from an earlier
//! one. The next run converges: nothing is there twice, nothing is orphaned, the outputs are right.
//!
//! 30 runs are killed by default, 300 with `MLHOST_LONG_TESTS=1` (`cargo xtask test --long`). `MLHOST_SEED` repeats a
//! run that failed, as far as the machine lets it.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::world::{RESOURCES, World};

/// Kills of each of the settings below.
fn kills() -> u32 {
    let all = if std::env::var_os("MLHOST_LONG_TESTS").is_some() { 300 } else { 30 };
    all / 2
}

fn seed() -> u64 {
    std::env::var("MLHOST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..))
}

const APPLY: &[&str] = &["apply", "platform.rhai", "--yes"];
const DESTROY: &[&str] = &["destroy", "--yes"];

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

fn survives(world: &World) {
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let longest = [undisturbed(world, APPLY), undisturbed(world, DESTROY)];
    world.well(APPLY, "once more");
    let expected = world.deployed();
    let outputs = world.well(&["output", "--output", "json"], "undisturbed");
    assert_eq!(expected.len(), RESOURCES, "{expected:#?}");

    let (mut killed, mut met) = (0, 0);
    while killed < kills() {
        let mut story = format!("seed {seed}, after {killed} kills:");
        for _ in 0..random.u32(1..=3) {
            let (arguments, longest) = if random.bool() { (APPLY, longest[0]) } else { (DESTROY, longest[1]) };
            let after = longest.mul_f64(random.f64() * 1.1);
            met += u32::from(kill(world, arguments, after));
            killed += 1;
            story.push_str(&format!(" {} killed after {after:?},", arguments[0]));
        }
        if random.u8(0..3) == 0 {
            world.well(DESTROY, &story);
            world.is_settled(&BTreeSet::new(), &story);
        } else {
            world.well(APPLY, &story);
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
    survives(&World::embedded());
}

#[test]
fn runs_killed_while_the_cloud_goes_on_are_finished_by_the_next_one() {
    survives(&World::served());
}
