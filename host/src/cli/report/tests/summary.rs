//! Tests of the summary of a run.

use insta::assert_snapshot;
use serde_json::json;

use super::super::tests::{a_run, colored};
use super::*;

fn tally() -> Tally {
    let mut tally = Tally::default();
    a_run().iter().for_each(|event| tally.event(event));
    tally
}

fn shown(tally: &Tally, cancelled: bool, style: &Style) -> String {
    let outputs = [("workspace_id".to_owned(), json!("/subscriptions/0/workspaces/main")), ("n".to_owned(), json!(1))];
    let next =
        ["run `mlhost apply platform.rhai -e dev` again when the cause is gone; what was made is kept".to_owned()];
    let ending = Ending {
        command: "apply",
        environment: "dev",
        tally,
        cancelled,
        elapsed: Duration::from_secs(125),
        outputs: &outputs.into(),
        next: &next,
    };
    summary(&ending, style)
}

#[test]
fn a_failed_run() {
    assert_snapshot!(shown(&tally(), false, &Style::plain(100)), @r#"
    Apply of dev failed after 2m05s: 1 created, 1 failed, 1 skipped.

    Failed:
      ! ml_workspace.main (updating, platform.rhai:12)
          Conflict: A workspace of this name was deleted and is kept.\u{1b}[2J
          help: recover it, or purge it with `mlhost destroy --purge`

    Skipped:
        ml_compute_cluster.main/cpu-compute, because ml_workspace.main failed

    Outputs:
      n            = 1
      workspace_id = "/subscriptions/0/workspaces/main"

    Next: run `mlhost apply platform.rhai -e dev` again when the cause is gone; what was made is kept
    "#);
}

#[test]
fn a_failed_run_on_a_narrow_terminal() {
    assert_snapshot!(shown(&tally(), false, &Style::plain(40)), @r#"
    Apply of dev failed after 2m05s: 1
      created, 1 failed, 1 skipped.

    Failed:
      ! ml_workspace.main (updating,
          platform.rhai:12)
          Conflict: A workspace of this name
          was deleted and is kept.\u{1b}[2J
          help: recover it, or purge
                it with `mlhost destroy
                --purge`

    Skipped:
        ml_compute_cluster.main/cpu-
          compute, because ml_workspace.main
          failed

    Outputs:
      n            = 1
      workspace_id = "/subscriptions/0/workspaces/main"

    Next: run `mlhost apply platform.rhai -e
          dev` again when the cause is gone;
          what was made is kept
    "#);
}

#[test]
fn runs_that_end_otherwise() {
    let style = Style::plain(100);
    let first = |tally: &Tally, cancelled: bool| shown(tally, cancelled, &style).lines().next().unwrap().to_owned();
    let mut good = tally();
    good.failed.clear();
    good.skipped.clear();
    assert_eq!(first(&good, false), "Apply of dev is complete in 2m05s: 1 created.");
    assert_eq!(first(&good, true), "Apply of dev was cancelled after 2m05s: 1 created.");
    assert_eq!(first(&Tally::default(), false), "Apply of dev is complete in 2m05s: nothing was changed.");
    assert!(shown(&tally(), false, &colored(100)).starts_with("\u{1b}[1m\u{1b}[31mApply of dev failed"));
}

#[test]
fn many_failures_are_counted() {
    let mut many = tally();
    many.failed = vec![many.failed[0].clone(); 50];
    many.skipped = vec![("k.a".to_owned(), None); 50];
    let shown = shown(&many, true, &Style::plain(100));
    assert_eq!(shown.matches("… and 30 more").count(), 2, "{shown}");
    assert!(shown.contains("k.a, because the run was cancelled"), "{shown}");
}
