//! The state and the journal of an environment.

use std::path::Path;
use std::time::Duration;

use mlhost::model::{ErrorKind, Failure, Sources};
use mlhost::state::{Identity, Loaded, Lock, Owner, Store, load};

use crate::sections::Sections;
use crate::{check, folder};

const STATE: &str = "dev.json";
const JOURNAL: &str = "dev.journal";

/// A run that looks and one that changes see the same state; what the second writes down is the same once more. What cannot
/// be read stays as it is.
pub fn run(data: &[u8]) {
    let Some(sections) = Sections::new(STATE, data) else { return };
    let files: Vec<(&str, &str)> =
        sections.iter().filter(|(name, text)| [STATE, JOURNAL].contains(name) && !text.is_empty()).take(2).collect();
    let identity = Identity { project: "p".into(), environment: "dev".into(), target: "local".into() };
    folder::with_files(&files, |folder| {
        let read = || [STATE, JOURNAL].map(|name| std::fs::read(folder.join(name)).ok());
        let before = read();
        match load(folder, &identity) {
            Err(failure) => {
                fits(&failure);
                let opened = open(folder, &identity).err().unwrap_or_else(|| panic!("opened in spite of {failure:?}"));
                assert_eq!(format!("{opened:?}"), format!("{failure:?}"));
                assert_eq!(read(), before, "what cannot be read was changed");
            }
            Ok(None) => assert!(open(folder, &identity).is_ok_and(|store| store.state().resources.is_empty())),
            Ok(Some(loaded)) => {
                let mut store = open(folder, &identity).expect("what can be loaded can be opened");
                assert_eq!(store.state().resources, loaded.state.resources);
                assert_eq!(store.pending(), loaded.pending);
                store.finish(None).expect("it can be written down");
                drop(store);
                let again = load(folder, &identity).expect("what was written is read");
                let Loaded { state, pending } = again.expect("it is there");
                assert_eq!((state.resources, state.outputs), (loaded.state.resources, loaded.state.outputs));
                assert_eq!(pending, loaded.pending);
            }
        }
    });
}

fn open(folder: &Path, identity: &Identity) -> Result<Store, Failure> {
    let owner = Owner::this_process("u", "h", "fuzz");
    Store::open(Lock::acquire(folder, &identity.environment, &owner, Duration::ZERO)?, identity)
}

fn fits(failure: &Failure) {
    check::failure(failure, &Sources::default());
    assert!(matches!(failure.kind, ErrorKind::Input | ErrorKind::Other), "{failure:?}");
    assert!(failure.diagnostics.iter().all(|error| error.file.is_some() && error.help.is_some()), "{failure:?}");
}
