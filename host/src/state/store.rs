//! The state of an environment on disk, for one run.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::document;
use super::folder::{Folder, check_environment_name};
use super::journal::{self, Event, Journal};
use super::lock::Lock;
use super::replay::{Pending, Replay};
use crate::model::state::State;
use crate::model::{Diagnostic, ErrorKind, Failure};

/// Whose state it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name of the project.
    pub project: String,
    /// Name of the environment.
    pub environment: String,
    /// Name of the target.
    pub target: String,
}

/// A state as it was found.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The state, with what an interrupted run left taken in.
    pub state: State,
    /// Operations of an interrupted run that may still go on.
    pub pending: Vec<Pending>,
}

/// Reads the state of an environment without changing anything; `None` where it has none.
///
/// # Errors
/// When it cannot be read, is not whole, is of a newer format, or is not of this project, environment and target.
pub fn load(folder: &Path, identity: &Identity) -> Result<Option<Loaded>, Failure> {
    check_environment_name(&identity.environment)?;
    let Some(folder) = Folder::open(folder)? else { return Ok(None) };
    let found = read(&folder, identity)?;
    Ok(found.replay.map(|replay| Loaded { pending: replay.pending(), state: replay.state().clone() }))
}

/// What is on disk.
struct Found {
    /// The state with the journal taken in.
    replay: Option<Replay>,
    /// There is a state file.
    written: bool,
    /// The journal tells of what is not in the state file.
    left_over: bool,
}

fn read(folder: &Folder, identity: &Identity) -> Result<Found, Failure> {
    let state = document::read(folder, identity)?;
    let written = state.is_some();
    let Some((header, events)) = journal::read(folder, &identity.environment)? else {
        return Ok(Found { replay: state.map(Replay::new), written, left_over: false });
    };
    let mismatch = |why: String| mismatch(&folder.shown(&journal::file_name(&identity.environment)), &why);
    let named = (&header.project, &header.environment, &header.target);
    if named != (&identity.project, &identity.environment, &identity.target) {
        let (project, environment, target) = named;
        return Err(mismatch(format!("project `{project}`, environment `{environment}`, target `{target}`")));
    }
    let base = match state {
        Some(state) if state.lineage != header.lineage => return Err(mismatch(format!("lineage {}", header.lineage))),
        // Folded into the state just before the run was killed.
        Some(state) if state.serial > header.serial => {
            return Ok(Found { replay: Some(Replay::new(state)), written, left_over: false });
        }
        Some(state) if state.serial < header.serial => return Err(mismatch(format!("serial {}", header.serial))),
        Some(state) => state,
        None if header.serial > 0 => return Err(mismatch(format!("serial {}, and there is no state", header.serial))),
        None => State { lineage: header.lineage, ..empty(identity) },
    };
    let mut replay = Replay::new(base.clone());
    events.iter().for_each(|event| replay.apply(event));
    // A journal that only carries pending operations over tells nothing new.
    let left_over = *replay.state() != base || !written && !events.is_empty();
    Ok(Found { replay: Some(replay), written, left_over })
}

/// The state of an environment that this run, holding its lock, may change.
#[derive(Debug)]
pub struct Store {
    lock: Lock,
    replay: Replay,
    journal: Option<Journal>,
    /// There is a state file, and nothing has changed since it was written.
    clean: bool,
}

impl Store {
    /// Opens the state of the environment that `lock` is for, or a new one. What an interrupted run left in the journal is
    /// taken in and written down; operations that may still go on stay in the journal, see [`Store::pending`].
    ///
    /// # Errors
    /// As [`load`]; or when it cannot be written.
    pub fn open(lock: Lock, identity: &Identity) -> Result<Self, Failure> {
        if lock.environment != identity.environment {
            let message = format!("the lock of `{}` is no lock of `{}`", lock.environment, identity.environment);
            return Err(Failure::new(ErrorKind::Bug, Diagnostic::error("state/wrong-lock", message)));
        }
        let found = read(&lock.folder, identity)?;
        let replay = match found.replay {
            Some(replay) => replay,
            None => Replay::new(new_state(identity)?),
        };
        let mut store = Self { lock, replay, journal: None, clean: found.written && !found.left_over };
        if found.left_over {
            store.fold()?;
        } else if !store.pending().is_empty() {
            let (folder, carried) = (&store.lock.folder, store.replay.carry_over());
            store.journal = Some(Journal::start(folder, store.replay.state(), &carried)?);
        } else {
            // The run was killed after the state was written or before anything was sent: what is left tells nothing.
            store.lock.folder.remove(&journal::file_name(&identity.environment))?;
        }
        Ok(store)
    }

    /// The state: a resource whose change is under way is in it, uncertain.
    pub fn state(&self) -> &State {
        self.replay.state()
    }

    /// Operations that were begun, by this run or an interrupted one, and not seen to end.
    pub fn pending(&self) -> Vec<Pending> {
        self.replay.pending()
    }

    /// Writes events to the journal, waits until they are on disk, and takes them into the state.
    ///
    /// # Errors
    /// When they cannot be written: then what they announce must not be done.
    pub fn append(&mut self, events: &[Event]) -> Result<(), Failure> {
        if events.is_empty() {
            return Ok(());
        }
        match &mut self.journal {
            Some(journal) => journal.append(&self.lock.folder, events)?,
            None => self.journal = Some(Journal::start(&self.lock.folder, self.replay.state(), events)?),
        }
        tracing::trace!(target: "mlhost::state", events = events.len(), "journalled");
        self.clean = false;
        events.iter().for_each(|event| self.replay.apply(event));
        Ok(())
    }

    /// Writes the state with the next serial and empties the journal; does nothing when nothing has changed. `outputs` are
    /// the new outputs (in token form, so that secrets are handles); `None` keeps the old ones.
    ///
    /// # Errors
    /// When it cannot be written: the journal then still holds all that happened.
    pub fn finish(&mut self, outputs: Option<BTreeMap<String, Value>>) -> Result<(), Failure> {
        if let Some(outputs) = outputs
            && outputs != self.replay.state().outputs
        {
            self.replay.state_mut().outputs = outputs;
            self.clean = false;
        }
        if self.clean { Ok(()) } else { self.fold() }
    }

    /// A run killed between the two writes leaves a journal of an older serial, which counts as folded. What it loses of
    /// pending operations is only their tokens: their resources are uncertain in the state, so the next run looks.
    fn fold(&mut self) -> Result<(), Failure> {
        let folder = &self.lock.folder;
        self.replay.state_mut().serial += 1;
        let state = self.replay.state();
        if let Err(failure) = document::write(folder, state) {
            self.replay.state_mut().serial -= 1;
            return Err(failure);
        }
        let carried = self.replay.carry_over();
        self.journal = if carried.is_empty() {
            folder.remove(&journal::file_name(&state.environment))?;
            None
        } else {
            Some(Journal::start(folder, state, &carried)?)
        };
        self.replay.start_over(&carried);
        self.clean = true;
        Ok(())
    }
}

fn new_state(identity: &Identity) -> Result<State, Failure> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|error| {
        let message = format!("the operating system gives no random numbers: {error}");
        Failure::new(ErrorKind::Other, Diagnostic::error("state/random", message))
    })?;
    Ok(State { lineage: hex::encode(random), ..empty(identity) })
}

/// The state of an environment that was never deployed; it has no lineage yet.
pub fn empty(identity: &Identity) -> State {
    State {
        format: document::FORMAT,
        project: identity.project.clone(),
        environment: identity.environment.clone(),
        target: identity.target.clone(),
        lineage: String::new(),
        serial: 0,
        resources: BTreeMap::new(),
        outputs: BTreeMap::new(),
    }
}

fn mismatch(shown: &str, of: &str) -> Failure {
    let diagnostic = Diagnostic::error("state/journal-mismatch", format!("the journal adds to another state ({of})"))
        .in_file(shown)
        .note("nothing was changed, and nothing was deployed; the journal tells what an interrupted run had sent")
        .help("restore the state file that belongs to it; or, if the state file is known to be right, move the journal away");
    Failure::new(ErrorKind::Other, diagnostic)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
