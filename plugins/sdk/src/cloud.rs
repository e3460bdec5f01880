//! A control plane in a plugin.

use std::collections::BTreeMap;

use crate::bindings::cloud::exports::mlhost::plugin::cloud::Guest;
use crate::{Request, Response, Value};

/// Headers of a cloud's answer that tell the host what to do with the answer. They never reach a client.
///
/// Some faults of a network only a transport can show. A cloud that plays them (see
/// [`ChaosDocument`](crate::documents::cloud::ChaosDocument)) says so in its answer. What it stored is kept all the same: an
/// answer with [`DROP`] is one that was lost on its way back. Of an endpoint on the network the host takes no such word.
pub mod transport {
    /// The connection breaks instead of the answer: any value. The status then is for the log of requests alone; 0 says
    /// that the request did not get through either.
    pub const DROP: &str = "mlhost-drop";

    /// The answer comes so many milliseconds later.
    pub const DELAY: &str = "mlhost-delay-ms";
}

/// A control plane: implement it and name the type in [`cloud_plugin!`](crate::cloud_plugin).
pub trait Cloud: 'static {
    /// What this cloud is, the origin it answers for and the facts a newcomer need not give
    /// (`wit/schemas/cloud.schema.json`).
    fn describe() -> Value;

    /// Answers one request. All that it stores while it does so is kept together or not at all. `received_at_ms` is the
    /// time in milliseconds since 1970. Headers in [`transport`] tell the host how to bring the answer home.
    fn handle(store: &mut dyn Store, received_at_ms: u64, request: Request) -> Response;
}

/// A key-value store, ordered by the bytes of the key.
pub trait Store {
    /// The value of a key.
    fn get(&self, key: &str) -> Option<Vec<u8>>;

    /// Sets the value of a key.
    fn set(&mut self, key: &str, value: Vec<u8>);

    /// Removes a key; says whether there was one.
    fn delete(&mut self, key: &str) -> bool;

    /// Entries whose key starts with `prefix` and is greater than `after` (empty for all), in key order, at most
    /// `limit`.
    fn scan(&self, prefix: &str, after: &str, limit: u32) -> Vec<(String, Vec<u8>)>;
}

/// A store in memory, for tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryStore(BTreeMap<String, Vec<u8>>);

impl Store for MemoryStore {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    fn set(&mut self, key: &str, value: Vec<u8>) {
        self.0.insert(key.to_owned(), value);
    }

    fn delete(&mut self, key: &str) -> bool {
        self.0.remove(key).is_some()
    }

    fn scan(&self, prefix: &str, after: &str, limit: u32) -> Vec<(String, Vec<u8>)> {
        self.0
            .range(prefix.to_owned()..)
            .take_while(|(key, _)| key.starts_with(prefix))
            .filter(|(key, _)| key.as_str() > after)
            .take(limit as usize)
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()
    }
}

/// The store that the host offers.
struct HostStore;

impl Store for HostStore {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        crate::bindings::host::mlhost::plugin::store::get(key)
    }

    fn set(&mut self, key: &str, value: Vec<u8>) {
        crate::bindings::host::mlhost::plugin::store::set(key, &value);
    }

    fn delete(&mut self, key: &str) -> bool {
        crate::bindings::host::mlhost::plugin::store::delete(key)
    }

    fn scan(&self, prefix: &str, after: &str, limit: u32) -> Vec<(String, Vec<u8>)> {
        crate::bindings::host::mlhost::plugin::store::scan(prefix, after, limit)
    }
}

impl<C: Cloud> Guest for C {
    fn describe() -> String {
        <C as Cloud>::describe().to_string()
    }

    fn handle(received_at: u64, request: Request) -> Response {
        <C as Cloud>::handle(&mut HostStore, received_at, request)
    }
}

/// Makes the crate a cloud plugin: `cloud_plugin!(LocalArm);`.
#[macro_export]
macro_rules! cloud_plugin {
    ($cloud:ident) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
    $crate::bindings::cloud::export_plugin!($cloud with_types_in $crate::bindings::cloud);
        };
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_in_memory_scans_as_the_contract_says() {
        let mut store = MemoryStore::default();
        for key in ["b/2", "a/1", "b/1", "b/3", "c"] {
            store.set(key, key.into());
        }
        let keys = |entries: Vec<(String, Vec<u8>)>| entries.into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys(store.scan("b/", "", 10)), ["b/1", "b/2", "b/3"]);
        assert_eq!(keys(store.scan("b/", "b/1", 1)), ["b/2"]);
        assert_eq!(keys(store.scan("", "b/3", 9)), ["c"]);
        assert!(store.delete("c"));
        assert!(!store.delete("c"));
        assert_eq!(store.get("c"), None);
    }
}
