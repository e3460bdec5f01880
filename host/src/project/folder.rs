//! The project folder: the only place that a project and its scripts can name files in.

use std::io::{ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};

use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::PROJECT_FILE;
use crate::model::{Diagnostic, Failure};
use crate::script::{Loader, ReadError};

/// An open project folder. Paths below it never lead out of it, whatever links lie in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    dir: Dir,
}

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self { path: path.to_owned(), dir: Dir::open_ambient_dir(path, ambient_authority())? })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The open folder, for writing below it.
    pub fn dir(&self) -> &Dir {
        &self.dir
    }

    /// Its own name, empty for a root.
    pub(super) fn name(&self) -> String {
        self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Reads a text file of at most `limit` bytes below the folder.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read_text(&self, path: &str, limit: usize) -> Result<String, ReadError> {
        if !is_below(path) {
            return Err(ReadError::Outside);
        }
        let file = self.dir.open(path).map_err(|error| self.read_error(path, &error))?;
        read_limited(file, limit)
    }

    /// Opens a file below the folder for reading; `None` when the path, or a link on its way, leads out of it.
    ///
    /// # Errors
    /// The system's.
    pub fn open_file(&self, path: &str) -> std::io::Result<Option<cap_std::fs::File>> {
        if !is_below(path) {
            return Ok(None);
        }
        match self.dir.open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) => match self.read_error(path, &error) {
                ReadError::Outside => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Replaces a text file in the folder at once.
    ///
    /// # Errors
    /// The system's.
    pub fn replace_text(&self, name: &str, text: &str) -> std::io::Result<()> {
        let mut file = cap_tempfile::TempFile::new(&self.dir)?;
        file.write_all(text.as_bytes())?;
        file.replace(name)
    }

    /// Names of the files in a folder below this one, sorted; none when it is not there.
    pub(super) fn list(&self, path: &str) -> Vec<String> {
        let Ok(entries) = self.dir.read_dir(path) else { return Vec::new() };
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    /// cap-std has no error of its own for a link that leads out; it refuses with "permission denied", as the system does
    /// for a file that is inside.
    fn read_error(&self, path: &str, error: &std::io::Error) -> ReadError {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
            ErrorKind::PermissionDenied if error.raw_os_error().is_none() && !self.is_inside(path) => {
                ReadError::Outside
            }
            _ => ReadError::System(error.to_string()),
        }
    }

    fn is_inside(&self, path: &str) -> bool {
        let (Ok(root), Ok(real)) = (self.path.canonicalize(), self.path.join(path).canonicalize()) else {
            return false;
        };
        real.starts_with(root)
    }
}

impl Loader for Folder {
    fn read(&self, path: &str, limit: usize) -> Result<String, ReadError> {
        self.read_text(path, limit)
    }
}

/// Reads a text file anywhere: one that the command line names.
///
/// # Errors
/// See [`ReadError`].
pub(super) fn read_anywhere(path: &Path, limit: usize) -> Result<String, ReadError> {
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => ReadError::NotFound,
        _ => ReadError::System(error.to_string()),
    })?;
    read_limited(file, limit)
}

fn read_limited(file: impl Read, limit: usize) -> Result<String, ReadError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| ReadError::System(error.to_string()))?;
    if bytes.len() > limit {
        return Err(ReadError::TooLarge(limit));
    }
    let text = String::from_utf8(bytes).map_err(|_| ReadError::NotText)?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

fn is_below(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// A project folder, and the script in it that was named.
#[derive(Debug)]
pub(super) struct Found {
    /// The project folder: the nearest one upwards with a project file, else the script's own.
    pub(super) folder: Folder,
    /// The script, relative to it; empty when only the folder was named.
    pub(super) script: String,
}

/// Finds the project folder of a script, or around a folder.
///
/// # Errors
/// When the script's folder is not there or may not be read.
pub(super) fn find(script: &Path) -> Result<Found, Failure> {
    let error = |message: String, help: &str| Failure::input(Diagnostic::error("project/script", message).help(help));
    let shown = script.display();
    if script.is_dir() {
        let home = script.canonicalize();
        let opened = home.and_then(|home| {
            let root = home.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()).unwrap_or(&home);
            Folder::open(root)
        });
        return match opened {
            Ok(folder) => Ok(Found { folder, script: String::new() }),
            Err(cause) => Err(error(format!("cannot open the folder `{shown}`: {cause}"), "check who may read it")),
        };
    }
    let Some(name) = script.file_name().and_then(|name| name.to_str()) else {
        return Err(error(
            format!("`{shown}` is no path of a script"),
            "name the script file, for example `platform.rhai`",
        ));
    };
    let parent = match script.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let home = parent.canonicalize().map_err(|cause| {
        error(format!("cannot open the folder of the script `{shown}`: {cause}"), "check the path of the script")
    })?;
    if !home.join(name).is_file() {
        return Err(error(format!("there is no script `{shown}`"), "check the path of the script"));
    }
    let root = home.ancestors().find(|folder| folder.join(PROJECT_FILE).is_file()).unwrap_or(&home);
    let folder = Folder::open(root).map_err(|cause| {
        error(format!("cannot open the project folder `{}`: {cause}", root.display()), "check who may read it")
    })?;
    let relative = home.strip_prefix(root).unwrap_or(Path::new("")).join(name);
    let segments: Option<Vec<&str>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
    match segments {
        Some(segments) => Ok(Found { folder, script: segments.join("/") }),
        None => Err(error(format!("the path of `{shown}` is not Unicode"), "rename the folders on the way to it")),
    }
}
