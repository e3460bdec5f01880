//! What the store holds and under which keys.
//!
//! - `r0/…` resource groups, `r1/…` resources, `r2/…` their children and so on, each key ending in the lower-case id:
//!   a collection is one contiguous range without the children of its members
//! - `x/…` resources that extend another one (locks, role assignments)
//! - `n/…` names that are unique in the world, `d/…` soft-deleted resources, `o/…` operations, `c` a counter
//!
//! A record is one line that names the operation under way (empty when there is none), and the body as a GET answers it.

use crate::guid::guid;
use crate::id::{MAX_DEPTH, ResourceId, Scope};
use mlhost_plugin::Store;

/// A stored resource or resource group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Id of the operation that still works on it.
    pub operation: Option<String>,
    /// JSON as a GET answers it.
    pub body: Vec<u8>,
}

impl Record {
    /// Reads a record.
    pub fn load(store: &dyn Store, key: &str) -> Option<Self> {
        store.get(key).and_then(Self::decode)
    }

    /// Reads the stored form.
    pub fn decode(mut bytes: Vec<u8>) -> Option<Self> {
        let line = bytes.iter().position(|byte| *byte == b'\n')?;
        let operation = (line > 0).then(|| String::from_utf8_lossy(bytes.get(..line).unwrap_or_default()).into_owned());
        bytes.drain(..=line);
        Some(Self { operation, body: bytes })
    }

    /// The `id` in the body, without reading the rest into values.
    pub fn id(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Head {
            id: String,
        }
        serde_json::from_slice::<Head>(&self.body).ok().map(|head| head.id)
    }

    /// Writes it.
    pub fn save(&self, store: &mut dyn Store, key: &str) {
        store.set(key, self.encode());
    }

    /// The stored form.
    pub fn encode(&self) -> Vec<u8> {
        let operation = self.operation.as_deref().unwrap_or("");
        let mut bytes = Vec::with_capacity(operation.len() + 1 + self.body.len());
        bytes.extend_from_slice(operation.as_bytes());
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Key of a resource group.
pub fn group_key(subscription: &str, name: &str) -> String {
    format!("r0/subscriptions/{subscription}/resourcegroups/{name}").to_lowercase()
}

/// Key of a resource.
pub fn resource_key(id: &ResourceId) -> String {
    format!("{}{}", space(&id.scope, id.pairs.len()), id.path()).to_lowercase()
}

/// Prefix of the members of a collection: the resources of one type below one parent.
pub fn collection_prefix(scope: &Scope, namespace: &str, pairs: &[(String, String)], kind: &str) -> String {
    let mut prefix = format!("{}{}/providers/{namespace}", space(scope, pairs.len() + 1), scope.path());
    for (kind, name) in pairs {
        prefix.push('/');
        prefix.push_str(kind);
        prefix.push('/');
        prefix.push_str(name);
    }
    format!("{prefix}/{kind}/").to_lowercase()
}

/// Prefixes of everything that lies below an id: children, resources of a group, extensions.
pub fn below(path: &str) -> impl Iterator<Item = String> {
    let path = path.to_lowercase();
    let depths: Vec<String> = (1..=MAX_DEPTH).map(|depth| format!("r{depth}")).chain(["x".to_owned()]).collect();
    depths.into_iter().map(move |space| format!("{space}{path}/"))
}

/// The id part of a resource's key.
pub fn path_of_key(key: &str) -> &str {
    key.find('/').and_then(|at| key.get(at..)).unwrap_or("")
}

fn space(scope: &Scope, depth: usize) -> String {
    if matches!(scope, Scope::Resource(_)) { "x".to_owned() } else { format!("r{depth}") }
}

/// A seed that no earlier creation had: GUIDs derived from it are new although nothing here is random.
pub fn next_seed(store: &mut dyn Store, key: &str) -> String {
    let count = store.get("c").and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<u64>().ok()).unwrap_or(0) + 1;
    store.set("c", count.to_string().into_bytes());
    guid(&[key, &count.to_string()])
}
