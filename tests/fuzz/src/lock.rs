//! The lock file of plugins.

use mlhost::model::Sources;
use mlhost::plugin::lock::{LockFile, differences};

use crate::check;

/// A lock that is read is printed and read again, and differs from itself in nothing.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match LockFile::parse(text) {
        Ok(file) => {
            assert_eq!(LockFile::parse(&file.print()).ok().as_ref(), Some(&file), "{}", file.print());
            for plugin in file.plugins() {
                assert_eq!(file.get(&plugin.name), Some(plugin));
                assert!(differences(plugin, plugin).is_empty(), "{plugin:?}");
                assert!(plugin.permissions().iter().all(|sentence| !sentence.is_empty()), "{plugin:?}");
            }
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
