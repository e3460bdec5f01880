//! What stands behind the `store` import: one SQLite file for all plugins of a project, each seeing its own keys alone.
//!
//! Write-ahead logging without a sync per commit: what was committed survives the death of the process, and a power cut
//! loses at most the last moments, never consistency.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

/// A request a cloud plugin answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    /// Milliseconds since 1970.
    pub at: i64,
    /// HTTP method.
    pub method: String,
    /// URL, without its origin.
    pub url: String,
    /// HTTP status.
    pub status: u16,
    /// Microseconds it took.
    pub micros: i64,
}

/// The keys of one plugin.
pub struct KeyValue {
    connection: Connection,
    plugin: String,
}

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS entries (plugin TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (plugin, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS requests (plugin TEXT NOT NULL, at INTEGER NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL, status INTEGER NOT NULL, micros INTEGER NOT NULL);
";

impl KeyValue {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// When the file cannot be opened or is no store.
    pub fn open(path: &Path, plugin: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(30))?;
        connection.execute_batch(SCHEMA)?;
        connection.set_prepared_statement_cache_capacity(16);
        Ok(Self { connection, plugin: plugin.to_owned() })
    }

    /// Sets how large the file may become, in bytes.
    pub(super) fn bound(&mut self, bytes: u64) -> wasmtime::Result<()> {
        let page: i64 = self.connection.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(store_error)?;
        let pages = (bytes / u64::try_from(page).unwrap_or(1).max(1)).clamp(1, u32::MAX.into());
        self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).map_err(store_error)
    }

    /// Starts a transaction; everything until [`commit`](Self::commit) is kept together or not at all.
    pub fn begin(&mut self) -> wasmtime::Result<()> {
        self.execute("BEGIN IMMEDIATE")
    }

    /// Ends the transaction.
    pub fn commit(&mut self) -> wasmtime::Result<()> {
        self.execute("COMMIT")
    }

    /// Forgets the transaction, if there is one.
    pub fn rollback(&mut self) {
        if !self.connection.is_autocommit() {
            // SQLite rolls back by itself when this fails, at the latest when the connection is closed.
            let _ = self.execute("ROLLBACK");
        }
    }

    fn execute(&mut self, sql: &str) -> wasmtime::Result<()> {
        self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map_err(store_error)?;
        Ok(())
    }

    pub(super) fn get(&mut self, key: &str) -> wasmtime::Result<Option<Vec<u8>>> {
        self.connection
            .prepare_cached("SELECT value FROM entries WHERE plugin = ?1 AND key = ?2")
            .and_then(|mut statement| statement.query_row(params![self.plugin, key], |row| row.get(0)).optional())
            .map_err(store_error)
    }

    pub(super) fn set(&mut self, key: &str, value: &[u8]) -> wasmtime::Result<()> {
        self.connection
            .prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET value = excluded.value")
            .and_then(|mut statement| statement.execute(params![self.plugin, key, value]))
            .map_err(store_error)?;
        Ok(())
    }

    pub(super) fn delete(&mut self, key: &str) -> wasmtime::Result<bool> {
        self.connection
            .prepare_cached("DELETE FROM entries WHERE plugin = ?1 AND key = ?2")
            .and_then(|mut statement| statement.execute(params![self.plugin, key]))
            .map(|rows| rows > 0)
            .map_err(store_error)
    }

    pub(super) fn scan(&mut self, prefix: &str, after: &str, limit: u32) -> wasmtime::Result<Vec<(String, Vec<u8>)>> {
        // No key sorts above its prefix followed by the last code point.
        let end = format!("{prefix}\u{10FFFF}");
        self.connection
            .prepare_cached(
                "SELECT key, value FROM entries WHERE plugin = ?1 AND key >= ?2 AND key > ?3 AND key < ?4 ORDER BY key LIMIT ?5",
            )
            .and_then(|mut statement| {
                let rows = statement.query_map(params![self.plugin, prefix, after, end, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
                rows.collect()
            })
            .map_err(store_error)
    }

    /// Notes a request.
    pub fn log(&mut self, request: &LoggedRequest) -> wasmtime::Result<()> {
        self.connection
            .prepare_cached("INSERT INTO requests VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .and_then(|mut statement| {
                statement.execute(params![
                    self.plugin,
                    request.at,
                    request.method,
                    request.url,
                    request.status,
                    request.micros
                ])
            })
            .map_err(store_error)?;
        Ok(())
    }

    /// The last requests, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn requests(&mut self, last: u32) -> rusqlite::Result<Vec<LoggedRequest>> {
        let mut statement = self.connection.prepare(
            "SELECT at, method, url, status, micros FROM (SELECT rowid, * FROM requests WHERE plugin = ?1 ORDER BY rowid DESC LIMIT ?2) ORDER BY rowid",
        )?;
        let rows = statement.query_map(params![self.plugin, last], |row| {
            Ok(LoggedRequest {
                at: row.get(0)?,
                method: row.get(1)?,
                url: row.get(2)?,
                status: row.get(3)?,
                micros: row.get(4)?,
            })
        })?;
        rows.collect()
    }

    /// Forgets everything of this plugin.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn clear(&mut self) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM entries WHERE plugin = ?1", params![self.plugin])?;
        self.connection.execute("DELETE FROM requests WHERE plugin = ?1", params![self.plugin])?;
        Ok(())
    }
}

fn store_error(error: rusqlite::Error) -> wasmtime::Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull) {
        return wasmtime::Error::msg(
            "the plugin's store is full: the disk is, or it has reached the limit `store` of `[limits]` in mlhost.toml",
        );
    }
    wasmtime::Error::msg(format!("the plugin's store failed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_plugin_sees_its_own_keys_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let mut one = KeyValue::open(&path, "one").unwrap();
        let mut two = KeyValue::open(&path, "two").unwrap();
        for key in ["b/2", "a", "b/1", "c"] {
            one.set(key, key.as_bytes()).unwrap();
        }
        two.set("a", b"other").unwrap();
        assert_eq!(one.get("a").unwrap().unwrap(), b"a");
        assert_eq!(two.scan("", "", 10).unwrap().len(), 1);
        let keys: Vec<String> = one.scan("b/", "", 10).unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["b/1", "b/2"]);
        let keys: Vec<String> = one.scan("b/", "b/1", 10).unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["b/2"]);
        assert!(one.delete("a").unwrap());
        assert!(!one.delete("a").unwrap());
    }

    #[test]
    fn what_was_not_committed_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = KeyValue::open(&folder.path().join("store.sqlite"), "p").unwrap();
        store.begin().unwrap();
        store.set("k", b"v").unwrap();
        store.rollback();
        assert_eq!(store.get("k").unwrap(), None);
        store.rollback();
    }
}
