//! What a request costs must not hang on how much there is.

use std::cell::Cell;

use mlhost_plugin::{Cloud, MemoryStore, Request, Store};

use super::{account, account_body};
use crate::LocalArm;
use crate::describe::ORIGIN;
use crate::testing::{TestCloud, group};

/// Counts what goes in and out.
struct Counting {
    inner: MemoryStore,
    calls: Cell<usize>,
}

impl Counting {
    fn count(&self) {
        self.calls.set(self.calls.get() + 1);
    }
}

impl Store for Counting {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.count();
        self.inner.get(key)
    }

    fn set(&mut self, key: &str, value: Vec<u8>) {
        self.count();
        self.inner.set(key, value);
    }

    fn delete(&mut self, key: &str) -> bool {
        self.count();
        self.inner.delete(key)
    }

    fn scan(&self, prefix: &str, after: &str, limit: u32) -> Vec<(String, Vec<u8>)> {
        let found = self.inner.scan(prefix, after, limit);
        self.calls.set(self.calls.get() + 1 + found.len());
        found
    }
}

#[test]
fn store_accesses_of_a_request_are_few_and_do_not_grow() {
    let mut cloud = TestCloud::with_group();
    for number in 0..300 {
        cloud.put(&account(&format!("stmany{number:03}")), account_body()).ok(202);
    }
    let mut store = Counting { inner: cloud.store, calls: Cell::new(0) };
    let mut cost = |method: &str, path: &str, body: Option<String>| {
        store.calls.set(0);
        let url = format!("{ORIGIN}{path}?api-version=2026-04-01");
        let headers = vec![("authorization".to_owned(), "Bearer t".to_owned())];
        let request = Request { method: method.to_owned(), url, headers, body: body.map(String::into_bytes) };
        let response = LocalArm::handle(&mut store, crate::testing::START_MS, request);
        assert!(response.status < 300, "{method} {path} {}", response.status);
        store.calls.get()
    };
    // One of each is the look whether faults were asked for.
    assert!(cost("PUT", &account("stnew"), Some(account_body().to_string())) <= 14);
    assert!(cost("PUT", &account("stmany007"), Some(account_body().to_string())) <= 9);
    assert!(cost("GET", &account("stmany008"), None) <= 3);
    assert!(cost("DELETE", &account("stmany009"), None) <= 21);
}

#[test]
fn a_thousand_writes_and_reads_are_quick() {
    let mut cloud = TestCloud::with_group();
    let started = std::time::Instant::now();
    for number in 0..1000 {
        let path = account(&format!("stmany{number:04}"));
        let reply = cloud.put(&path, account_body());
        cloud.wait(reply);
    }
    let written = started.elapsed();
    for number in 0..1000 {
        cloud.get(&account(&format!("stmany{number:04}"))).ok(200);
    }
    let read = started.elapsed() - written;
    println!("1,000 storage accounts with their polls: {written:?}; 1,000 reads: {read:?}");
    // Loose enough for a busy machine; measured 0.1 ms for a PUT with two polls.
    assert!(written.as_secs() < 5 && read.as_secs() < 5);
    cloud.unmake(&group("Rg"));
}
