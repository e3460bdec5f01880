//! Requests to the local cloud.

use mlhost_cloud_local_arm::LocalArm;
use mlhost_plugin::{Cloud, MemoryStore, Request, Response};
use serde_json::Value;

use crate::requests::{Message, messages};

const ORIGIN: &str = "https://management.local-arm.invalid";
const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";
const START_MS: u64 = 1_795_390_260_000;
const MOST_REQUESTS: usize = 16;

/// Whatever is asked, in whatever order, the answer is one of Azure Resource Manager: a status, JSON or nothing, errors in
/// its envelope. The same requests have the same answers, and what is listed is there.
pub fn run(data: &[u8]) {
    let requests: Vec<Request> = messages(data, MOST_REQUESTS).iter().filter_map(request).collect();
    let mut store = MemoryStore::default();
    let answers = all(&mut store, &requests);
    for (request, answer) in requests.iter().zip(&answers) {
        fits(request, answer);
    }
    assert_eq!(all(&mut MemoryStore::default(), &requests), answers, "the same requests have other answers");
    lists_what_is_there(&mut store);
}

/// `METHOD PATH` with the rest filled in, or `METHOD URL` as it is.
fn request(message: &Message<'_>) -> Option<Request> {
    let (method, target) = message.first.split_once(' ')?;
    let mut url = String::new();
    if target.starts_with('/') {
        url.push_str(ORIGIN);
    }
    // As every client sends it.
    for byte in target.bytes() {
        match byte {
            b'!'..=b'~' => url.push(char::from(byte)),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    let mut headers = message.headers.clone();
    if target.starts_with('/') && headers.iter().all(|(name, _)| name != "authorization") {
        headers.push(("authorization".to_owned(), "Bearer t".to_owned()));
    }
    let body = (!message.body.is_empty()).then(|| message.body.to_vec());
    Some(Request { method: method.to_owned(), url, headers, body })
}

/// What was answered: status, headers, body.
type Answer = (u16, Vec<(String, String)>, Vec<u8>);

fn all(store: &mut MemoryStore, requests: &[Request]) -> Vec<Answer> {
    let times = (0..).map(|count: u64| START_MS + count * 5_000);
    let answers = requests.iter().zip(times).map(|(request, now)| LocalArm::handle(store, now, request.clone()));
    answers.map(|Response { status, headers, body }| (status, headers, body)).collect()
}

fn fits(request: &Request, (status, headers, body): &Answer) {
    let what = || format!("{} {}: {status} {}", request.method, request.url, String::from_utf8_lossy(body));
    assert!((200..600).contains(status), "{}", what());
    for (name, value) in headers {
        let token = |byte: u8| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit();
        assert!(!name.is_empty() && name.bytes().all(token), "the header {name:?} of {}", what());
        assert!(
            value.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "the header {name:?}: {value:?} of {}",
            what()
        );
        if matches!(name.as_str(), "location" | "azure-asyncoperation") {
            assert!(value.starts_with("http"), "{name}: {value} of {}", what());
        }
    }
    if request.method == "HEAD" || *status == 204 {
        assert!(body.is_empty(), "{}", what());
    }
    if body.is_empty() {
        assert!(request.method == "HEAD" || *status < 400, "an error without a body: {}", what());
        return;
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error} in {}", what()));
    if *status >= 400 {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        assert!(!text("/error/code").is_empty() && !text("/error/message").is_empty(), "no envelope: {}", what());
    }
}

fn lists_what_is_there(store: &mut MemoryStore) {
    let mut get = |path: &str| {
        let url = format!("{ORIGIN}{path}?api-version=2025-04-01");
        let headers = vec![("authorization".to_owned(), "Bearer t".to_owned())];
        let request = Request { method: "GET".to_owned(), url, headers, body: None };
        let answer = LocalArm::handle(store, START_MS + 3_600_000, request);
        (answer.status, serde_json::from_slice::<Value>(&answer.body).unwrap_or_default())
    };
    let (status, groups) = get(&format!("{SUBSCRIPTION}/resourcegroups"));
    assert_eq!(status, 200, "{groups}");
    for group in groups["value"].as_array().expect("a list") {
        let id = group["id"].as_str().expect("an id");
        let (status, body) = get(&encoded(id));
        assert_eq!((status, &body["id"]), (200, &group["id"]), "{body}");
    }
    let (status, resources) = get(&format!("{SUBSCRIPTION}/resources"));
    assert_eq!(status, 200, "{resources}");
    let ids = resources["value"].as_array().expect("a list").iter();
    let mut ids: Vec<String> = ids.map(|one| one["id"].as_str().expect("an id").to_ascii_lowercase()).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "a resource is listed twice: {resources}");
}

fn encoded(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
