//! Where script texts come from.

/// Why a text could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The path leads out of the folder: it is absolute, has a `..` segment or passes a symbolic link that does.
    #[error("the path leads out of the project folder")]
    Outside,
    /// It is not UTF-8.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// It is longer than this many bytes.
    #[error("the file is larger than {0} bytes")]
    TooLarge(usize),
    /// The system's own words.
    #[error("{0}")]
    System(String),
}

/// Gives the texts of scripts by path.
pub trait Loader: Send + Sync {
    /// Reads a text of at most `limit` bytes.
    ///
    /// `path` is relative to the project folder, with `/` between its segments.
    ///
    /// # Errors
    /// See [`ReadError`]; a path that leads out of the folder is never followed.
    fn read(&self, path: &str, limit: usize) -> Result<String, ReadError>;
}
