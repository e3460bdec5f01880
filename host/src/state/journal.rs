//! The journal: what a run is about to do and what came of it, on disk before the next thing happens.
//!
//! The first line is a header that names the state it adds to; each further line is an [`Event`]. A group of events is
//! written with one call and synced once.

use std::io::Write;

use cap_std::fs::File;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::folder::Folder;
use crate::model::state::{State, StateResource};
use crate::model::{Diagnostic, ErrorKind, Failure};

/// What is asked of the deployer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// It is not there.
    Create,
    /// It is there.
    Update,
    /// It is to go.
    Delete,
}

impl Verb {
    /// The word in the plugin contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is deployed as given here.
    Upserted(Box<StateResource>),
    /// It is no longer there, or no longer ours.
    Deleted,
    /// It did not succeed.
    Failed {
        /// The control plane's code.
        code: String,
        /// Its message.
        message: String,
        /// The control plane refused before it did anything, so the state is what it was before. When this is false, or
        /// nobody knows, the resource stays uncertain.
        refused: bool,
    },
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A change is about to be sent.
    Begin {
        /// The resource's address.
        address: String,
        /// What is asked for.
        verb: Verb,
        /// The resource as it will be; `None` for a deletion.
        resource: Option<Box<StateResource>>,
    },
    /// The control plane works on it.
    Pending {
        /// The resource's address.
        address: String,
        /// The deployer's token to ask on with.
        token: Value,
    },
    /// It is over. Without a `Begin` it corrects the state without a change to the cloud.
    End {
        /// The resource's address.
        address: String,
        /// What came of it.
        result: Outcome,
    },
}

/// The first line: which state the events add to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) journal: u32,
    pub(super) project: String,
    pub(super) environment: String,
    pub(super) target: String,
    pub(super) lineage: String,
    pub(super) serial: u64,
}

impl Header {
    pub(super) fn of(state: &State) -> Self {
        Self {
            journal: super::document::FORMAT,
            project: state.project.clone(),
            environment: state.environment.clone(),
            target: state.target.clone(),
            lineage: state.lineage.clone(),
            serial: state.serial,
        }
    }
}

/// Name of the file of an environment.
pub(super) fn file_name(environment: &str) -> String {
    format!("{environment}.journal")
}

/// A journal on disk: its header and events. `None` where there is none, or where not even its header was written whole:
/// then nothing had been sent yet.
pub(super) fn read(folder: &Folder, environment: &str) -> Result<Option<(Header, Vec<Event>)>, Failure> {
    let name = file_name(environment);
    match folder.read(&name)? {
        Some(bytes) => parse(&bytes, &folder.shown(&name)),
        None => Ok(None),
    }
}

fn parse(bytes: &[u8], shown: &str) -> Result<Option<(Header, Vec<Event>)>, Failure> {
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    let last = lines.len().saturating_sub(1);
    let mut header = None;
    let mut events = Vec::new();
    for (index, line) in lines.into_iter().enumerate() {
        let result = if index == 0 {
            serde_json::from_slice::<Header>(line).map(|read| header = Some(read))
        } else {
            serde_json::from_slice::<Event>(line).map(|event| events.push(event))
        };
        match result {
            // The writing of the last line was cut off.
            Err(_) if index == last => break,
            Err(error) => return Err(corrupt(shown, index + 1, &error.to_string())),
            Ok(()) => {}
        }
    }
    let Some(header) = header else { return Ok(None) };
    if header.journal != super::document::FORMAT {
        return Err(newer(shown, header.journal));
    }
    Ok(Some((header, events)))
}

/// A journal that is written to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    name: String,
    /// Length of what was written whole.
    length: u64,
    /// The last write failed and may have left a part of a line.
    torn: bool,
}

impl Journal {
    /// Starts a journal that adds to `state`, with the events that it opens with, in place of any other.
    pub(super) fn start(folder: &Folder, state: &State, events: &[Event]) -> Result<Self, Failure> {
        let name = file_name(&state.environment);
        let mut bytes = line(&Header::of(state))?;
        bytes.extend(lines(events)?);
        folder.replace(&name, &bytes)?;
        let file = folder.append_to(&name)?;
        Ok(Self { file, name, length: bytes.len() as u64, torn: false })
    }

    /// Writes events and waits until they are on disk.
    pub(super) fn append(&mut self, folder: &Folder, events: &[Event]) -> Result<(), Failure> {
        let bytes = lines(events)?;
        let result = self.write(&bytes).map_err(|error| folder.failure(&self.name, "write", &error));
        self.torn = result.is_err();
        result
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        if self.torn {
            self.file.set_len(self.length)?;
        }
        self.file.write_all(bytes)?;
        self.file.sync_data()?;
        self.length += bytes.len() as u64;
        Ok(())
    }
}

fn lines(events: &[Event]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(events.len() * 512);
    for event in events {
        bytes.extend(line(event)?);
    }
    Ok(bytes)
}

fn line(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    let mut bytes = serde_json::to_vec(value).map_err(|error| {
        let message = format!("an event cannot be written as JSON: {error}");
        Failure::new(ErrorKind::Bug, Diagnostic::error("state/serialise", message))
    })?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn corrupt(shown: &str, line: usize, why: &str) -> Failure {
    let message = format!("line {line} of the journal cannot be read: {why}");
    let diagnostic = Diagnostic::error("state/journal-corrupt", message)
        .in_file(shown)
        .note("it was not changed, and nothing was deployed; it tells what an interrupted run had sent")
        .help("restore it from a backup; or repair that line by hand, or remove it if the resource it names is known to be right");
    Failure::new(ErrorKind::Other, diagnostic)
}

fn newer(shown: &str, format: u32) -> Failure {
    let message = format!("the journal has format {format}; this mlhost reads format {}", super::document::FORMAT);
    let diagnostic = Diagnostic::error("state/newer", message)
        .in_file(shown)
        .note("it was not changed, and nothing was deployed")
        .help("use the version of mlhost that wrote it, or a later one");
    Failure::new(ErrorKind::Other, diagnostic)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn sample() -> (Vec<u8>, Vec<Event>) {
        let header = Header {
            journal: 1,
            project: "p".into(),
            environment: "dev".into(),
            target: "local".into(),
            lineage: "l".into(),
            serial: 4,
        };
        let events = vec![
            Event::Begin { address: "a.b".into(), verb: Verb::Create, resource: Some(Box::default()) },
            Event::Pending { address: "a.b".into(), token: json!({"url": "u"}) },
            Event::End { address: "a.b".into(), result: Outcome::Upserted(Box::default()) },
            Event::End {
                address: "c.d".into(),
                result: Outcome::Failed { code: "X".into(), message: "y\nz".into(), refused: true },
            },
        ];
        let mut bytes = line(&header).unwrap();
        bytes.extend(lines(&events).unwrap());
        (bytes, events)
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, events) = sample();
        let (header, read) = parse(&bytes, "j").unwrap().unwrap();
        assert_eq!(header.serial, 4);
        assert_eq!(read, events);
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 5);
    }

    #[test]
    fn what_a_failed_write_left_is_cut_off_by_the_next() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(temp.path()).unwrap();
        let state: State = serde_json::from_value(json!({"format": 1, "project": "p", "environment": "dev",
            "target": "local", "lineage": "l", "serial": 4, "resources": {}}))
        .unwrap();
        let (_, events) = sample();
        let mut journal = Journal::start(&folder, &state, &events[..1]).unwrap();
        journal.file.write_all(b"{\"event\": \"pend").unwrap();
        journal.torn = true;
        journal.append(&folder, &events[1..]).unwrap();
        let (header, read) = super::read(&folder, "dev").unwrap().unwrap();
        assert_eq!((header, read), (Header::of(&state), events));
    }

    #[test]
    fn an_empty_journal_is_none() {
        assert_eq!(parse(b"", "j").unwrap(), None);
        assert_eq!(parse(b"\n", "j").unwrap(), None);
        assert_eq!(parse(b"{\"journal\": 1, \"pro", "j").unwrap(), None);
    }

    #[test]
    fn a_bad_line_in_the_middle_is_an_error_that_names_it() {
        let (bytes, _) = sample();
        let text = String::from_utf8(bytes).unwrap().replacen("\"event\":\"pending\"", "\"event\":\"what\"", 1);
        let failure = parse(text.as_bytes(), "j").unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "state/journal-corrupt");
        assert!(failure.diagnostics[0].message.contains("line 3"), "{failure:?}");
    }

    #[test]
    fn a_newer_journal_is_told() {
        let (bytes, _) = sample();
        let text = String::from_utf8(bytes).unwrap().replacen("\"journal\":1", "\"journal\":2", 1);
        assert_eq!(parse(text.as_bytes(), "j").unwrap_err().diagnostics[0].code, "state/newer");
    }

    proptest! {
        /// A power cut leaves a prefix; every event whose line is whole is there, and no other.
        #[test]
        fn a_torn_journal_keeps_its_whole_lines(cut in 0usize..2000) {
            let (bytes, events) = sample();
            let kept = &bytes[..cut.min(bytes.len())];
            let whole = kept.iter().filter(|byte| **byte == b'\n').count();
            match parse(kept, "j").unwrap() {
                None => prop_assert!(whole == 0),
                Some((_, read)) => {
                    // A line that lacks nothing but its line break is whole too.
                    prop_assert!(read.len() + 1 == whole || read.len() == whole);
                    prop_assert_eq!(&events[..read.len()], read.as_slice());
                }
            }
        }
    }
}
