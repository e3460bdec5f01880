//! A folder for the targets that read files: one for each thread, in memory where the system has such a place.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        tempfile::tempdir_in(place).expect("a temporary folder")
    };
}

/// Runs something in a folder with these files, which are gone afterwards. Names are checked: `NAME` or `FOLDER/NAME` of
/// plain characters; others are left out.
pub fn with_files<T>(files: &[(&str, &str)], run: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| {
        // A folder of its own for each run: a target may leave files behind.
        let folder = tempfile::tempdir_in(folder.path()).expect("a folder in it");
        for (name, text) in files.iter().filter(|(name, _)| is_plain(name)) {
            let path: PathBuf = folder.path().join(name);
            // Two names may need one place both as a file and as a folder: the first has it.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = std::fs::write(&path, text);
        }
        run(folder.path())
    })
}

fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        (1..=32).contains(&part.len())
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match name.split_once('/') {
        Some((folder, file)) => plain(folder) && !folder.contains('.') && plain(file),
        None => plain(name),
    }
}
