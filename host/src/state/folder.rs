//! The folder that holds states: reading, atomic writing, and errors that name the file.

use std::io::{self, ErrorKind as IoKind, Write};
use std::path::{Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use cap_tempfile::TempFile;

use crate::model::{Diagnostic, ErrorKind, Failure};

const LONGEST_NAME: usize = 100;

/// Checks that the name of an environment can be the name of a file: `[A-Za-z0-9._-]`, not starting with a dot, at most
/// 100 characters.
///
/// # Errors
/// Input, `state/environment-name`.
pub fn check_environment_name(name: &str) -> Result<(), Failure> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if !name.is_empty() && name.len() <= LONGEST_NAME && !name.starts_with('.') && name.chars().all(good) {
        return Ok(());
    }
    let shown: String = name.chars().take(LONGEST_NAME).collect();
    Err(Failure::input(
        Diagnostic::error("state/environment-name", format!("`{shown}` cannot be the name of an environment"))
            .note(format!(
                "expected 1 to {LONGEST_NAME} of the characters A-Z, a-z, 0-9, `.`, `_` and `-`, not starting with `.`"
            ))
            .help("choose another name for the environment"),
    ))
}

/// A folder with states. Nothing outside of it is reached, whatever links are in it.
#[derive(Debug)]
pub(super) struct Folder {
    dir: Dir,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder, and makes it first where it is not there.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        std::fs::create_dir_all(path).map_err(|error| failure(path, "create the folder", &error))?;
        let dir = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(|error| failure(path, "open the folder", &error))?;
        Ok(Self { dir, path: path.to_owned() })
    }

    /// Opens a folder; `None` where it is not there.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Failure> {
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Some(Self { dir, path: path.to_owned() })),
            Err(error) if error.kind() == IoKind::NotFound => Ok(None),
            Err(error) => Err(failure(path, "open the folder", &error)),
        }
    }

    /// The path of a file in it, for messages.
    pub(super) fn shown(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    /// The whole of a file; `None` where it is not there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Failure> {
        match self.dir.read(name) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == IoKind::NotFound => Ok(None),
            Err(error) => Err(failure(&self.path.join(name), "read", &error)),
        }
    }

    /// Replaces a file at once: a reader, and a power cut, see the old one or the new one.
    pub(super) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let write = || -> io::Result<()> {
            let mut file = TempFile::new(&self.dir)?;
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.replace(name)?;
            self.sync()
        };
        write().map_err(|error| failure(&self.path.join(name), "write", &error))
    }

    /// Removes a file if it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failure> {
        let remove = || match self.dir.remove_file(name) {
            Ok(()) => self.sync(),
            Err(error) if error.kind() == IoKind::NotFound => Ok(()),
            Err(error) => Err(error),
        };
        remove().map_err(|error| failure(&self.path.join(name), "remove", &error))
    }

    /// Opens a file for reading and writing, and makes it where it is not there.
    pub(super) fn open_file(&self, name: &str) -> Result<File, Failure> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        self.dir.open_with(name, &options).map_err(|error| failure(&self.path.join(name), "write", &error))
    }

    /// Opens a file to append to it, and makes it, lastingly, where it is not there.
    pub(super) fn append_to(&self, name: &str) -> Result<File, Failure> {
        let open = || -> io::Result<File> {
            let mut options = OpenOptions::new();
            options.append(true).create(true);
            let file = self.dir.open_with(name, &options)?;
            self.sync()?;
            Ok(file)
        };
        open().map_err(|error| failure(&self.path.join(name), "write", &error))
    }

    /// The failure of an operation on a file that the caller holds.
    pub(super) fn failure(&self, name: &str, doing: &str, error: &io::Error) -> Failure {
        failure(&self.path.join(name), doing, error)
    }

    /// Makes names lasting. Where a folder cannot be opened as a file (Windows), the file system does so by itself.
    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) { self.dir.open(".")?.sync_all() } else { Ok(()) }
    }
}

fn failure(path: &Path, doing: &str, error: &io::Error) -> Failure {
    let shown = path.display();
    let (code, help) = match error.kind() {
        IoKind::PermissionDenied | IoKind::ReadOnlyFilesystem => (
            "state/read-only",
            "give the user who runs mlhost the right to write there, or choose another folder for the state",
        ),
        IoKind::StorageFull | IoKind::QuotaExceeded => ("state/disk-full", "free some space and run the command again"),
        _ => ("state/io", "check that the path is right and the disk works, then run the command again"),
    };
    let diagnostic =
        Diagnostic::error(code, format!("cannot {doing} `{shown}`: {error}")).in_file(shown.to_string()).help(help);
    Failure::new(ErrorKind::Other, diagnostic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_environments() {
        for good in ["dev", "Prod-1", "a.b_c", "0"] {
            assert!(check_environment_name(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", ".dev", "a/b", "a\\b", "a b", "dév", "a\0", &"x".repeat(101)] {
            let failure = check_environment_name(bad).unwrap_err();
            assert_eq!(failure.diagnostics[0].code, "state/environment-name", "{bad}");
            assert_eq!(failure.kind, ErrorKind::Input);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("file"), "").unwrap();
        let failure = Folder::create(&temp.path().join("file/state")).unwrap_err();
        assert!(failure.diagnostics[0].message.contains("file/state"), "{failure:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_folder_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(temp.path()).unwrap();
        std::fs::set_permissions(temp.path(), std::fs::Permissions::from_mode(0o555)).unwrap();
        let result = folder.replace("dev.json", b"{}");
        let root = std::fs::write(temp.path().join("probe"), "").is_ok();
        std::fs::set_permissions(temp.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        if root {
            eprintln!("skipped: this user may write anywhere");
            return;
        }
        let failure = result.unwrap_err();
        assert_eq!(failure.diagnostics[0].code, "state/read-only");
        assert!(failure.diagnostics[0].message.contains(&temp.path().display().to_string()));
    }

    #[test]
    fn replacing_leaves_nothing_else_behind() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::create(temp.path()).unwrap();
        folder.replace("a", b"1").unwrap();
        folder.replace("a", b"2").unwrap();
        assert_eq!(folder.read("a").unwrap().as_deref(), Some(b"2".as_slice()));
        assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 1);
        folder.remove("a").unwrap();
        folder.remove("a").unwrap();
        assert_eq!(folder.read("a").unwrap(), None);
    }
}
