//! How a change ends well.

use mlhost_plugin::Response;
use mlhost_plugin::deployer::Outcome;

use crate::failure::unexpected;
use crate::response::object_text;

use super::{Next, Step, Task, Verb};

impl Task {
    /// The operation is done; how the resource came out is still to be read.
    pub(super) fn finished(mut self) -> Next {
        self.misses = 0;
        match self.verb {
            Verb::Delete => Next::End(Outcome::Done(String::new())),
            Verb::Put if self.recovering => self.recovered(),
            Verb::Put => {
                self.step = Step::Fetch;
                Next::Send(self)
            }
        }
    }

    /// The resource is ready, and this answer shows it (unless it is empty).
    pub(super) fn settled(mut self, response: &Response) -> Next {
        if self.recovering {
            return self.recovered();
        }
        match object_text(response) {
            Some(body) => Next::End(Outcome::Done(body)),
            None if self.step != Step::Fetch && response.body.iter().all(u8::is_ascii_whitespace) => {
                self.step = Step::Fetch;
                Next::Send(self)
            }
            None => Next::End(Outcome::Failed(unexpected(response, "a resource as a JSON object"))),
        }
    }

    /// The soft-deleted resource is back: now it gets the body that was declared.
    fn recovered(mut self) -> Next {
        self.recovering = false;
        self.ours = true;
        self.begun = true;
        self.polls = 0;
        self.step = Step::Put;
        Next::Send(self)
    }
}
