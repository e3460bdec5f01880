//! The lock of an environment: one run at a time.
//!
//! The operating system holds it for the process and drops it when the process ends, however it ends: a lock is never
//! stale. What the file says is only for people.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::folder::{Folder, check_environment_name};
use crate::model::{Diagnostic, ErrorKind, Failure};

const RETRY_EVERY: Duration = Duration::from_millis(100);
const LONGEST_OWNER: u64 = 4096;

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Name of the user.
    pub user: String,
    /// Name of the machine.
    pub host: String,
    /// Process id.
    pub pid: u32,
    /// What it does (`mlhost apply platform.rhai`): never a whole command line, whose values may be secret.
    pub command: String,
    /// Since when, RFC 3339.
    pub since: String,
}

impl Owner {
    /// This process, from now on.
    pub fn this_process(user: impl Into<String>, host: impl Into<String>, command: impl Into<String>) -> Self {
        let now = jiff::Timestamp::now();
        let since = now.round(jiff::Unit::Second).unwrap_or(now).to_string();
        Self { user: user.into(), host: host.into(), pid: std::process::id(), command: command.into(), since }
    }
}

/// The right to change the state of an environment; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    pub(super) folder: Folder,
    pub(super) environment: String,
}

impl Lock {
    /// Takes the lock of an environment whose state is in `folder` (made where it is not there). Waits up to `wait` while
    /// another run holds it; blocks the thread while it does.
    ///
    /// # Errors
    /// Locked, `state/locked`, with the owner; or why the folder cannot be used.
    pub fn acquire(folder: &Path, environment: &str, owner: &Owner, wait: Duration) -> Result<Self, Failure> {
        check_environment_name(environment)?;
        let folder = Folder::create(folder)?;
        let name = format!("{environment}.lock");
        let mut file = folder.open_file(&name)?.into_std();
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let left = wait.saturating_sub(started.elapsed());
                    if left.is_zero() {
                        return Err(locked(environment, read_owner(&mut file), &folder.shown(&name), wait));
                    }
                    std::thread::sleep(left.min(RETRY_EVERY));
                }
                Err(TryLockError::Error(error)) => return Err(folder.failure(&name, "lock", &error)),
            }
        }
        write_owner(&mut file, owner).map_err(|error| folder.failure(&name, "write", &error))?;
        Ok(Self { file, folder, environment: environment.to_owned() })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only to not name an owner who has gone; closing the file is what unlocks.
        let _ = self.file.set_len(0);
    }
}

fn write_owner(file: &mut File, owner: &Owner) -> std::io::Result<()> {
    let mut text = serde_json::to_string(owner)?;
    text.push('\n');
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())
}

fn read_owner(file: &mut File) -> Option<Owner> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(LONGEST_OWNER).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn locked(environment: &str, owner: Option<Owner>, shown: &str, waited: Duration) -> Failure {
    let mut diagnostic = match owner {
        Some(owner) => {
            let Owner { user, host, pid, command, since } = owner;
            let message = format!("environment `{environment}` is locked by {user}@{host} since {since}");
            Diagnostic::error("state/locked", message).note(format!("process {pid} runs `{command}`"))
        }
        None => Diagnostic::error("state/locked", format!("environment `{environment}` is locked by another run")),
    };
    if !waited.is_zero() {
        diagnostic = diagnostic.note(format!("waited {} for it", crate::duration::show(waited)));
    }
    let help =
        "wait until that run has ended, or let this one wait with `--lock-timeout 5m`; the lock goes with its process";
    Failure::new(ErrorKind::Locked, diagnostic.in_file(shown).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        Owner::this_process("ada", "engine", "mlhost apply platform.rhai")
    }

    fn acquire(folder: &Path, wait: Duration) -> Result<Lock, Failure> {
        Lock::acquire(folder, "dev", &owner(), wait)
    }

    #[test]
    fn the_second_is_told_who_the_first_is() {
        let temp = tempfile::tempdir().unwrap();
        let first = acquire(temp.path(), Duration::ZERO).unwrap();
        let failure = acquire(temp.path(), Duration::ZERO).unwrap_err();
        assert_eq!(failure.kind, ErrorKind::Locked);
        let text = format!("{:?}", failure.diagnostics);
        for word in ["ada@engine", "mlhost apply platform.rhai", &std::process::id().to_string(), "since 2", "Z\""] {
            assert!(text.contains(word), "{word} in {text}");
        }
        drop(first);
        assert!(acquire(temp.path(), Duration::ZERO).is_ok());
    }

    #[test]
    fn waiting_gets_it_when_it_is_given_back_and_ends_when_it_is_not() {
        let temp = tempfile::tempdir().unwrap();
        let first = acquire(temp.path(), Duration::ZERO).unwrap();
        let started = Instant::now();
        assert_eq!(acquire(temp.path(), Duration::from_millis(150)).unwrap_err().kind, ErrorKind::Locked);
        assert!(started.elapsed() >= Duration::from_millis(150));
        let giver = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(first);
        });
        assert!(acquire(temp.path(), Duration::from_secs(20)).is_ok());
        giver.join().unwrap();
    }

    #[test]
    fn environments_do_not_lock_each_other() {
        let temp = tempfile::tempdir().unwrap();
        let _dev = acquire(temp.path(), Duration::ZERO).unwrap();
        assert!(Lock::acquire(temp.path(), "test", &owner(), Duration::ZERO).is_ok());
        let failure = Lock::acquire(temp.path(), "../dev", &owner(), Duration::ZERO).unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "state/environment-name");
    }
}
