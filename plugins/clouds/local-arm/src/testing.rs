//! A cloud with a store in memory, for tests.

use std::path::PathBuf;

use mlhost_plugin::{Cloud, MemoryStore, Request, Response};
use serde_json::Value;

use crate::LocalArm;
use crate::describe::{ORIGIN, SUBSCRIPTION};

/// 2026-11-22T23:31:00Z.
pub const START_MS: u64 = 1_795_390_260_000;

/// The api-version that tests use for a type.
pub fn version(path: &str) -> &'static str {
    let path = path.to_lowercase();
    let table = [
        ("/computes", "2026-05-01"),
        ("microsoft.machinelearningservices", "2026-05-01"),
        ("microsoft.storage/storageaccounts", "2026-04-01"),
        ("microsoft.keyvault", "2026-02-01"),
        ("microsoft.containerregistry", "2025-11-01"),
        ("microsoft.insights/components", "2020-02-02"),
        ("microsoft.operationalinsights", "2026-03-01"),
        ("microsoft.authorization/locks", "2020-05-01"),
        ("microsoft.authorization/roleassignments", "2022-04-01"),
    ];
    table.iter().rfind(|(part, _)| path.contains(part)).map_or("2025-04-01", |(_, version)| version)
}

/// The cloud under test.
#[derive(Debug, PartialEq, Eq)]
pub struct TestCloud {
    pub store: MemoryStore,
    pub now_ms: u64,
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Status and error code.
    pub fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"]["code"].as_str().unwrap_or("no error"))
    }

    pub fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The text, which must be what was expected.
    pub fn ok(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.body);
        self
    }
}

impl TestCloud {
    /// An empty cloud.
    pub fn new() -> Self {
        Self { store: MemoryStore::default(), now_ms: START_MS }
    }

    /// A cloud with the resource group `Rg`.
    pub fn with_group() -> Self {
        let mut cloud = Self::new();
        cloud.put(&group("Rg"), serde_json::json!({"location": "West Europe"})).ok(201);
        cloud
    }

    /// Sends a request as it is.
    pub fn raw(&mut self, method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request =
            Request { method: method.to_owned(), url: url.to_owned(), headers, body: body.map(<[u8]>::to_vec) };
        let Response { status, headers, body } = LocalArm::handle(&mut self.store, self.now_ms, request);
        let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
        Reply { status, headers, body }
    }

    /// Sends an authorized request to a path, or to an absolute URL as it is.
    pub fn send(&mut self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            let mark = if path.contains('?') { '&' } else { '?' };
            format!("{ORIGIN}{path}{mark}api-version={}", version(path))
        };
        let body = body.map(|body| body.to_string().into_bytes());
        self.raw(method, &url, &[("authorization", "Bearer t")], body.as_deref())
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, None)
    }

    pub fn put(&mut self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, Some(body))
    }

    pub fn patch(&mut self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, Some(body))
    }

    pub fn delete(&mut self, path: &str) -> Reply {
        self.send("DELETE", path, None)
    }

    /// Polls as a client does until an answer is final, and gives that.
    pub fn wait(&mut self, reply: Reply) -> Reply {
        let (url, status) = match (reply.header("azure-asyncoperation"), reply.header("location")) {
            (Some(url), _) => (url.to_owned(), true),
            (None, Some(url)) => (url.to_owned(), false),
            _ => return reply,
        };
        for _ in 0..10 {
            let poll = self.get(&url);
            let running = if status { poll.text("/status") == "InProgress" } else { poll.status == 202 };
            if !running {
                return poll;
            }
        }
        panic!("{url} never ended");
    }

    /// Puts a resource, waits for it and reads it.
    pub fn make(&mut self, path: &str, body: Value) -> Value {
        let reply = self.put(path, body);
        assert!(reply.status < 300, "{path}: {:#}", reply.body);
        self.wait(reply);
        self.get(path).ok(200).body
    }

    /// Deletes a resource and waits for it.
    pub fn unmake(&mut self, path: &str) {
        let reply = self.delete(path);
        assert!(reply.status < 300, "{path}: {:#}", reply.body);
        self.wait(reply);
    }
}

/// Path of a resource group.
pub fn group(name: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}")
}

/// Path of something in the group `Rg`.
pub fn in_group(rest: &str) -> String {
    format!("{}/providers/{rest}", group("Rg"))
}

/// A document of the collected Azure facts, which lie beside the repository on machines where they are at hand.
pub fn shared(name: &str) -> Option<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = folder.ancestors().map(|folder| folder.join("../shared/azure").join(name)).find(|path| path.is_file());
    match found.and_then(|path| std::fs::read(path).ok()) {
        Some(bytes) => serde_json::from_slice(&bytes).ok(),
        None => {
            println!("skipped: no collected Azure facts ({name}) beside the repository");
            None
        }
    }
}
