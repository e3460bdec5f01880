//! What has to be reached, and what is aimed at.

use std::collections::BTreeMap;

use super::cases::{DESTROY, MLHOST, TWIN};
use super::record::{Measured, Record};

/// The records of all cases.
pub type Records = BTreeMap<String, Record>;

/// A value that a target bounds.
pub enum Bound {
    /// No more than this.
    AtMost(f64),
    /// No less than this, and what is aimed at.
    AtLeast(f64, Option<f64>),
}

/// A target.
pub struct Target {
    /// What is bounded.
    pub what: &'static str,
    /// The unit of its values.
    pub unit: &'static str,
    /// The bound.
    pub bound: Bound,
    /// Its value, where it was measured.
    pub value: fn(&Records) -> Option<f64>,
}

impl Bound {
    /// Whether a value is within.
    pub fn holds(&self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= *most,
            Self::AtLeast(least, _) => value >= *least,
        }
    }
}

fn of<'a>(records: &'a Records, case: &str, name: &str) -> Option<&'a Measured> {
    records.get(case)?.of(name).filter(|measured| measured.runs > 0)
}

fn wall(records: &Records, case: &str) -> Option<f64> {
    Some(of(records, case, MLHOST)?.wall_ms)
}

/// How many times faster than the fastest terraform.
fn faster(records: &Records, case: &str) -> Option<f64> {
    let twins = records.get(case)?.measured.iter().filter(|measured| measured.name.starts_with("terraform"));
    twins.map(|measured| measured.ratio).filter(|ratio| ratio.is_finite()).min_by(f64::total_cmp)
}

/// A stage's time over that of the native twin.
fn over_native(records: &Records, case: &str, stage: &str) -> Option<f64> {
    let time = |name| of(records, case, name)?.stages.get(stage).copied();
    Some(time(MLHOST)? / time(TWIN)?)
}

/// All targets.
#[rustfmt::skip]
pub fn all() -> Vec<Target> {
    use Bound::{AtLeast, AtMost};
    let target = |what, unit, bound, value| Target { what, unit, bound, value };
    vec![
        target("`plan` of examples/mlops", "ms", AtMost(20.0), |r| wall(r, "mlops")),
        target("… times faster than terraform", "", AtLeast(8.0, Some(13.0)), |r| faster(r, "mlops")),
        target("`plan` of 1,000 new resources: times faster than terraform", "", AtLeast(20.0, Some(35.0)), |r| faster(r, "plan-1000")),
        target("`plan` of 10,000 new resources: times faster than terraform", "", AtLeast(35.0, Some(70.0)), |r| faster(r, "plan-10000")),
        target("… time", "ms", AtMost(600.0), |r| wall(r, "plan-10000")),
        target("… memory", "MiB", AtMost(250.0), |r| Some(of(r, "plan-10000", MLHOST)?.peak_mib)),
        target("… per resource, over that at 1,000", "", AtMost(1.2), |r| Some(wall(r, "plan-10000")? / 10.0 / wall(r, "plan-1000")?)),
        target("`plan` of 100,000 new resources", "ms", AtMost(7_000.0), |r| wall(r, "plan-100000")),
        target("`plan` that reads 10,000 unchanged resources from the local cloud", "ms", AtMost(2_000.0), |r| wall(r, "refresh-10000")),
        target("`apply` of 1,000 to the local cloud", "ms", AtMost(2_000.0), |r| wall(r, "apply-1000")),
        target("… times faster than terraform", "", AtLeast(30.0, None), |r| faster(r, "apply-1000")),
        target("`destroy` of 1,000, over their `apply`", "", AtMost(1.0), |r| Some(of(r, "apply-1000", DESTROY)?.ratio)),
        target("compose of 1,000, over the native twin", "", AtMost(1.5), |r| over_native(r, "stages-1000", "composed")),
        target("compose of 10,000, over the native twin", "", AtMost(1.5), |r| over_native(r, "stages-10000", "composed")),
        target("judge of 1,000, over the native twin", "", AtMost(1.5), |r| over_native(r, "stages-1000", "judged")),
        target("judge of 10,000, over the native twin", "", AtMost(1.5), |r| over_native(r, "stages-10000", "judged")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_or_do_not() {
        assert!(Bound::AtMost(2.0).holds(2.0) && !Bound::AtMost(2.0).holds(2.1));
        assert!(Bound::AtLeast(2.0, None).holds(2.0) && !Bound::AtLeast(2.0, Some(1.0)).holds(1.9));
    }
}
