//! Reads that are behind: for some reads after a write, a resource is shown as it was before.

use mlhost_plugin::Store;
use serde::{Deserialize, Serialize};

use crate::record::Record;

const PREFIX: &str = "chaos/stale/";
const PAGE: u32 = 100;

/// What reads still show.
#[derive(Debug, Serialize, Deserialize)]
struct Stale {
    /// The body before the write; `None` when there was nothing.
    before: Option<String>,
    /// How many reads are still to show it.
    reads: u32,
}

/// The body under a key, as reads would show it if they fell behind now.
pub fn snapshot(store: &dyn Store, key: &str) -> Option<String> {
    Record::load(store, key).and_then(|record| String::from_utf8(record.body).ok())
}

/// Lets the next reads of a key show what was before.
pub fn remember(store: &mut dyn Store, key: &str, before: Option<String>, reads: u32) {
    if let Ok(bytes) = serde_json::to_vec(&Stale { before, reads }) {
        store.set(&format!("{PREFIX}{key}"), bytes);
    }
}

/// What a read of a key shows instead of what is there: `None` when reads have caught up, else the body before, or
/// nothing where nothing was.
pub fn look(store: &mut dyn Store, key: &str) -> Option<Option<String>> {
    let key = format!("{PREFIX}{key}");
    let mut stale: Stale = serde_json::from_slice(&store.get(&key)?).ok()?;
    stale.reads = stale.reads.saturating_sub(1);
    if stale.reads == 0 {
        store.delete(&key);
    } else if let Ok(bytes) = serde_json::to_vec(&stale) {
        store.set(&key, bytes);
    }
    Some(stale.before)
}

/// All reads catch up.
pub fn clear(store: &mut dyn Store) {
    loop {
        let page = store.scan(PREFIX, "", PAGE);
        if page.is_empty() {
            return;
        }
        for (key, _) in page {
            store.delete(&key);
        }
    }
}
