//! Compiled plugins, kept so that each is compiled once.
//!
//! Compiled code is machine code: whoever can change it can do anything that mlhost can, and the runtime does not notice.
//! So the folder and the key belong to the user alone, every file carries a keyed hash (BLAKE3) over its name and all that
//! is in it, and what leaves the least doubt is compiled anew. A project cannot bring such a folder: it lies in the user's
//! own cache.

use std::hash::{Hash, Hasher};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use cap_tempfile::TempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::manifest::Manifest;

const MAGIC: &[u8; 8] = b"mlhost\x01\x01";
const KEY_FILE: &str = "key";
const SUFFIX: &str = ".plugin";
/// Files that are kept; the oldest go first.
const MOST_FILES: usize = 200;
/// A damaged or hostile file is not read to its end.
const LARGEST: u64 = 1 << 30;

/// The cache of a user.
pub struct Cache {
    dir: Dir,
    key: [u8; 32],
}

impl Cache {
    /// Opens the cache, and makes it where it is not there. `None` where it cannot be trusted or used: then plugins are
    /// compiled each time.
    pub fn open(path: &Path) -> Option<Self> {
        std::fs::create_dir_all(path).ok()?;
        let dir = Dir::open_ambient_dir(path, ambient_authority()).ok()?;
        owned(&dir)?;
        let key = read_key(&dir).or_else(|| make_key(&dir))?;
        Some(Self { dir, key })
    }

    /// A compiled plugin and what it is, if it is there and beyond doubt.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<(Component, Manifest)> {
        let name = file_name(engine, digest);
        let mut bytes = Vec::new();
        self.dir.open(&name).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (tag, sealed) = rest.split_first_chunk::<32>()?;
        // The comparison of two hashes takes the same time wherever they differ.
        if blake3::Hash::from_bytes(*tag) != self.seal(&name, sealed) {
            return None;
        }
        let (length, sealed) = sealed.split_first_chunk::<8>()?;
        let (manifest, code) = sealed.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let manifest = serde_json::from_slice(manifest).ok()?;
        Some((deserialize(engine, code)?, manifest))
    }

    /// Keeps a compiled plugin. That it cannot be kept costs time at the next run, and nothing else.
    pub(super) fn store(&self, engine: &Engine, digest: &str, component: &Component, manifest: &Manifest) {
        let name = file_name(engine, digest);
        let (Ok(code), Ok(manifest)) = (component.serialize(), serde_json::to_vec(manifest)) else { return };
        let mut sealed = (manifest.len() as u64).to_le_bytes().to_vec();
        sealed.extend_from_slice(&manifest);
        sealed.extend_from_slice(&code);
        let tag = self.seal(&name, &sealed);
        // As above: a full disk or a folder that was taken away is no reason to fail.
        let _ = write(&self.dir, &name, &[MAGIC, tag.as_bytes(), &sealed]);
        self.prune();
    }

    fn seal(&self, name: &str, sealed: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(name.as_bytes()).update(b"\0").update(sealed);
        hasher.finalize()
    }

    fn prune(&self) {
        let Ok(entries) = self.dir.entries() else { return };
        let mut files: Vec<_> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                Some((entry.metadata().ok()?.modified().ok()?, name.ends_with(SUFFIX).then_some(name)?))
            })
            .collect();
        if files.len() > MOST_FILES {
            files.sort();
            for (_, name) in files.iter().take(files.len() - MOST_FILES) {
                // Another run may have been faster.
                let _ = self.dir.remove_file(name);
            }
        }
    }
}

/// The file of a component under the engine's settings and version.
fn file_name(engine: &Engine, digest: &str) -> String {
    struct Blake(blake3::Hasher);
    impl Hasher for Blake {
        fn finish(&self) -> u64 {
            let mut first = [0; 8];
            self.0.finalize_xof().fill(&mut first);
            u64::from_le_bytes(first)
        }

        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
    }
    let mut hasher = Blake(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{digest}-{:016x}{SUFFIX}", hasher.finish())
}

#[allow(unsafe_code)]
fn deserialize(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: the bytes carry a hash under a key that only this user can read, made by `store` from the output of the
    // compiler; and they are in memory, where nobody can change them between the check and this.
    unsafe { Component::deserialize(engine, code) }.ok()
}

/// Makes sure that the folder is the user's own and closed to others.
#[cfg(unix)]
fn owned(dir: &Dir) -> Option<()> {
    use cap_std::fs::{MetadataExt, PermissionsExt};
    let metadata = dir.dir_metadata().ok()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return None;
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        dir.set_permissions(".", cap_std::fs::Permissions::from_mode(0o700)).ok()?;
    }
    Some(())
}

/// Elsewhere the user's own cache folder is closed to others by where it is.
#[cfg(not(unix))]
fn owned(_: &Dir) -> Option<()> {
    Some(())
}

/// The key, if it is one and nobody else could read it.
fn read_key(dir: &Dir) -> Option<[u8; 32]> {
    let file = dir.open(KEY_FILE).ok()?;
    #[cfg(unix)]
    {
        use cap_std::fs::{MetadataExt, PermissionsExt};
        let metadata = file.metadata().ok()?;
        if metadata.permissions().mode() & 0o077 != 0 || metadata.uid() != rustix::process::geteuid().as_raw() {
            return None;
        }
    }
    let mut key = Vec::new();
    file.take(33).read_to_end(&mut key).ok()?;
    key.try_into().ok()
}

/// A new key. Whatever was kept under another one is in doubt from then on.
fn make_key(dir: &Dir) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).ok()?;
    match dir.remove_file(KEY_FILE) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(_) => return None,
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use cap_std::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match dir.open_with(KEY_FILE, &options) {
        Ok(mut file) => file.write_all(&key).ok().map(|()| key),
        // Another run made one at the same moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read_key(dir),
        Err(_) => None,
    }
}

/// Writes a file that is there as a whole or not at all.
fn write(dir: &Dir, name: &str, parts: &[&[u8]]) -> std::io::Result<()> {
    let mut file = TempFile::new(dir)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.replace(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::{Limits, engine};

    const COMPONENT: &str = "(component (core module $m (func (export \"f\"))) (core instance (instantiate $m)))";

    fn manifest() -> Manifest {
        Manifest { name: "ours".into(), digest: "d".into(), ..Manifest::default() }
    }

    fn filled(path: &Path) -> (Cache, Engine) {
        let engine = engine::engine(&Limits::default()).unwrap();
        let cache = Cache::open(path).unwrap();
        let component = Component::new(&engine, wat::parse_str(COMPONENT).unwrap()).unwrap();
        cache.store(&engine, "d", &component, &manifest());
        (cache, engine)
    }

    #[test]
    fn what_is_stored_is_found_by_the_next_run() {
        let temp = tempfile::tempdir().unwrap();
        let (cache, engine) = filled(temp.path());
        drop(cache);
        let cache = Cache::open(temp.path()).unwrap();
        let (_, found) = cache.load(&engine, "d").unwrap();
        assert_eq!(found.name, "ours");
        assert!(cache.load(&engine, "e").is_none());
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let temp = tempfile::tempdir().unwrap();
        let (cache, engine) = filled(temp.path());
        let path = temp.path().join(file_name(&engine, "d"));
        let good = std::fs::read(&path).unwrap();
        let places = (0..64).chain((64..good.len()).step_by(good.len() / 200 + 1)).chain([good.len() - 1]);
        for place in places {
            let mut bad = good.clone();
            bad[place] ^= 1 << (place % 8);
            std::fs::write(&path, bad).unwrap();
            assert!(cache.load(&engine, "d").is_none(), "byte {place}");
        }
        for length in [0, 7, 39, 47, good.len() / 2, good.len() - 1] {
            std::fs::write(&path, &good[..length]).unwrap();
            assert!(cache.load(&engine, "d").is_none(), "{length} bytes");
        }
        std::fs::write(&path, &good).unwrap();
        assert!(cache.load(&engine, "d").is_some());
        // Under another name it is another plugin's.
        std::fs::copy(&path, temp.path().join(file_name(&engine, "e"))).unwrap();
        assert!(cache.load(&engine, "e").is_none());
    }

    #[test]
    fn without_its_key_nothing_is_believed() {
        let temp = tempfile::tempdir().unwrap();
        let (cache, engine) = filled(temp.path());
        drop(cache);
        std::fs::write(temp.path().join(KEY_FILE), [7; 32]).unwrap();
        assert!(Cache::open(temp.path()).unwrap().load(&engine, "d").is_none());
        std::fs::write(temp.path().join(KEY_FILE), b"short").unwrap();
        let cache = Cache::open(temp.path()).unwrap();
        assert!(cache.load(&engine, "d").is_none());
        assert_eq!(std::fs::read(temp.path().join(KEY_FILE)).unwrap().len(), 32);
    }

    #[cfg(unix)]
    #[test]
    fn it_belongs_to_the_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let temp = tempfile::tempdir().unwrap();
        std::fs::set_permissions(temp.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let (_, engine) = filled(temp.path());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(temp.path()), 0o700);
        assert_eq!(mode(&temp.path().join(KEY_FILE)), 0o600);
        // A key that others could read is replaced.
        std::fs::set_permissions(temp.path().join(KEY_FILE), std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Cache::open(temp.path()).unwrap().load(&engine, "d").is_none());
    }
}
