//! Tests of the lines about a run.

use insta::assert_snapshot;

use super::super::tests::a_run;
use super::*;

fn lines(width: usize) -> String {
    let mut progress = PlainProgress::new(Style::plain(width));
    a_run().iter().map(|event| progress.event(event)).collect()
}

#[test]
fn a_run_in_lines() {
    assert_snapshot!(lines(100), @r#"
    + key_vault.main: creating
    ~ ml_workspace.main: updating
      key_vault.main: attempt 2 in 2.0s, after TooManyRequests: slow down
    + key_vault.main: created in 4.2s (1/3)
      ml_workspace.main: still updating (Provisioning), 31s
      ml_workspace.main: still updating (Provisioning), 1m01s
    ! ml_workspace.main: updating failed after 2m01s: Conflict: A workspace of this name was deleted
        and is kept.\u{1b}[2J
      ml_compute_cluster.main/cpu-compute: skipped, because ml_workspace.main failed
    "#);
}

#[test]
fn a_run_in_narrow_lines() {
    assert_snapshot!(lines(40), @r#"
    + key_vault.main: creating
    ~ ml_workspace.main: updating
      key_vault.main: attempt 2 in 2.0s,
        after TooManyRequests: slow down
    + key_vault.main: created in 4.2s
        (1/3)
      ml_workspace.main: still updating
        (Provisioning), 31s
      ml_workspace.main: still updating
        (Provisioning), 1m01s
    ! ml_workspace.main: updating failed
        after 2m01s: Conflict: A workspace
        of this name was deleted and is
        kept.\u{1b}[2J
      ml_compute_cluster.main/cpu-compute:
        skipped, because ml_workspace.main
        failed
    "#);
}
