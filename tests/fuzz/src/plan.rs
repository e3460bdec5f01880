//! Plan files.

use mlhost::model::Sources;
use mlhost::plan::{Schedule, looks_like_plan, read_plan, steps, write_plan};

use crate::check;

/// A plan that is read is written and read again, and can be worked through to its end.
pub fn run(data: &[u8]) {
    match read_plan(data, "fuzz.plan") {
        Ok(plan) => {
            let bytes = write_plan(&plan).expect("a plan can be written");
            assert!(looks_like_plan(&bytes));
            assert_eq!(read_plan(&bytes, "fuzz.plan").ok().as_ref(), Some(&plan), "it comes back as another plan");
            let graph = steps(&plan);
            let count = graph.steps().len();
            let mut schedule = Schedule::new(graph);
            let mut done = 0;
            loop {
                let ready = schedule.ready(3);
                if ready.is_empty() {
                    break;
                }
                for step in ready {
                    schedule.done(step);
                    done += 1;
                }
            }
            assert_eq!(done, count, "some steps wait for ever");
        }
        Err(failure) => {
            check::failure(&failure, &Sources::default());
            assert!(
                failure.diagnostics.iter().all(|error| error.file.is_some() && error.help.is_some()),
                "{failure:?}"
            );
        }
    }
}
