//! Lists, in pages.

use serde_json::Value;

use crate::answer::Answer;
use crate::call::Call;
use crate::describe::SUBSCRIPTION;
use crate::fault::Fault;
use crate::id::{ProviderPath, Scope};
use crate::operations::{self, Look};
use crate::record::{Record, collection_prefix, path_of_key, resource_key};
use crate::resources::{kind, require_group};
use crate::url::encode;

/// Entries of a page when the client does not say.
const PAGE: usize = 200;

/// Most entries of a page.
const LARGEST_PAGE: usize = 1000;

/// A page ends when it has grown to this many bytes.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Entries fetched from the store at a time.
const CHUNK: u32 = 50;

/// Turns a stored entry into an element of the list; `None` leaves it out.
pub type Element<'f> = &'f dyn Fn(&str, Vec<u8>) -> Option<Vec<u8>>;

/// A page of the entries below some prefixes, in their order, from where `$skiptoken` says, with a `nextLink` when there
/// are more.
///
/// # Errors
/// For a `$top` or `$skiptoken` that is none.
pub fn page(call: &mut Call<'_>, prefixes: &[String], element: Element<'_>) -> Result<Answer, Fault> {
    let top = top(call)?;
    let mut after = match call.url.parameter("$skiptoken") {
        Some(token) => decode_token(token).ok_or_else(|| Fault::invalid_skip_token(token))?,
        None => String::new(),
    };
    let mut last = String::new();
    let mut body = b"{\"value\":[".to_vec();
    let mut count = 0;
    let first = prefixes.iter().position(|prefix| after.is_empty() || after.starts_with(prefix.as_str()));
    for prefix in prefixes.iter().skip(first.unwrap_or(prefixes.len())) {
        if !after.starts_with(prefix.as_str()) {
            after.clear();
        }
        loop {
            let entries = call.store.scan(prefix, &after, CHUNK);
            if entries.is_empty() {
                break;
            }
            for (key, value) in entries {
                let Some(value) = now(call, &key, value) else {
                    after = key;
                    continue;
                };
                if let Some(text) = element(&key, value) {
                    if count == top || body.len() > PAGE_BYTES {
                        body.extend_from_slice(format!("],\"nextLink\":{}}}", next_link(call, &last)).as_bytes());
                        return Ok(Answer::bytes(200, body));
                    }
                    if count > 0 {
                        body.push(b',');
                    }
                    body.extend_from_slice(&text);
                    last.clone_from(&key);
                    count += 1;
                }
                after = key;
            }
        }
    }
    body.extend_from_slice(b"]}");
    Ok(Answer::bytes(200, body))
}

/// A stored entry as it is now: an operation on it that is due is carried out first, as when somebody looks at the resource
/// itself. `None` when that removed it.
fn now(call: &mut Call<'_>, key: &str, value: Vec<u8>) -> Option<Vec<u8>> {
    // Only resources and groups have operations; the name of one stands in the first line.
    if !key.starts_with(['r', 'x']) || value.starts_with(b"\n") {
        return Some(value);
    }
    let record = operations::settle(call.store, call.now_ms, key, Record::decode(value)?, Look::List)?;
    Some(record.encode())
}

fn top(call: &Call<'_>) -> Result<usize, Fault> {
    let Some(text) = call.url.parameter("$top") else { return Ok(PAGE) };
    match text.parse::<usize>() {
        Ok(top) if top > 0 => Ok(top.min(LARGEST_PAGE)),
        _ => {
            Err(Fault::gateway(400, "InvalidTopInQueryString", format!("The $top '{text}' is not a positive number.")))
        }
    }
}

/// The URL of the next page, as a JSON string.
fn next_link(call: &Call<'_>, after: &str) -> Value {
    let mut url = call.link(call.url.raw_path);
    for name in ["$top", "$filter"] {
        if let Some(value) = call.url.parameter(name) {
            url.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
    }
    url.push_str("&%24skiptoken=");
    for byte in after.bytes() {
        url.push_str(&format!("{byte:02x}"));
    }
    Value::from(url)
}

fn decode_token(token: &str) -> Option<String> {
    let digits: Option<Vec<u8>> =
        token.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let bytes = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect();
    String::from_utf8(bytes).ok()
}

/// The body of a record.
pub fn body_of(bytes: Vec<u8>) -> Option<Vec<u8>> {
    Record::decode(bytes).map(|record| record.body)
}

/// The resources of one type in a scope, or below a parent.
///
/// # Errors
/// For an unknown namespace or api-version, and for a scope or parent that is not there.
pub fn collection(
    call: &mut Call<'_>,
    scope: &Scope,
    namespace: &str,
    pairs: &[(String, String)],
    word: &str,
) -> Result<Answer, Fault> {
    let full_kind = pairs.iter().map(|(kind, _)| kind.as_str()).chain([word]).collect::<Vec<_>>().join("/");
    kind(call, scope, namespace, &full_kind)?;
    require_group(call.store, scope)?;
    let parent =
        ProviderPath { scope: scope.clone(), namespace: namespace.to_owned(), pairs: pairs.to_vec(), trailing: None };
    if let Some(parent) = parent.resource()
        && Record::load(call.store, &resource_key(&parent)).is_none()
    {
        return Err(Fault::parent_not_found("read", &full_kind, &parent.path()));
    }
    let mut prefixes = vec![collection_prefix(scope, namespace, pairs, word)];
    if matches!(scope, Scope::Subscription(_)) {
        for group in group_names(call) {
            let scope = Scope::Group(SUBSCRIPTION.to_owned(), group);
            prefixes.push(collection_prefix(&scope, namespace, pairs, word));
        }
    }
    let lengths: Vec<usize> = prefixes.iter().map(String::len).collect();
    // In the space of extensions, children lie between the members.
    let member = |key: &str| lengths.iter().any(|length| key.get(*length..).is_some_and(|name| !name.contains('/')));
    page(call, &prefixes, &|key, bytes| if member(key) { body_of(bytes) } else { None })
}

/// Names of all groups in lower case, in order.
fn group_names(call: &Call<'_>) -> Vec<String> {
    let prefix = format!("r0/subscriptions/{SUBSCRIPTION}/resourcegroups/");
    let mut names = Vec::new();
    let mut after = String::new();
    loop {
        let entries = call.store.scan(&prefix, &after, 500);
        let Some((last, _)) = entries.last() else { return names };
        after.clone_from(last);
        names.extend(entries.iter().filter_map(|(key, _)| key.get(prefix.len()..)).map(str::to_owned));
    }
}

/// The top-level resources of the subscription or of a group.
///
/// # Errors
/// `ResourceGroupNotFound`, and for a filter other than `resourceType eq '…'`.
pub fn resources(call: &mut Call<'_>, group: Option<&str>) -> Result<Answer, Fault> {
    let scope = match group {
        Some(group) => Scope::Group(SUBSCRIPTION.to_owned(), group.to_owned()),
        None => Scope::Subscription(SUBSCRIPTION.to_owned()),
    };
    require_group(call.store, &scope)?;
    let wanted = match call.url.parameter("$filter") {
        None => None,
        Some(filter) => Some(resource_type(filter).ok_or_else(|| Fault::invalid_filter(filter))?),
    };
    let prefix = format!("r1{}/", scope.path().to_lowercase());
    page(call, &[prefix], &|key, bytes| {
        let own = path_of_key(key).rsplit_once("/providers/").map(|(_, own)| own)?;
        let kind = own.rsplit_once('/').map(|(kind, _)| kind)?;
        let listed =
            wanted.as_deref().map_or_else(|| !kind.starts_with("microsoft.authorization/"), |wanted| kind == wanted);
        if listed { body_of(bytes) } else { None }
    })
}

/// The type in `resourceType eq 'NS/type'`, in lower case.
fn resource_type(filter: &str) -> Option<String> {
    let mut words = filter.split_whitespace();
    let (name, operator, value) = (words.next()?, words.next()?, words.next()?);
    let matches =
        name.eq_ignore_ascii_case("resourceType") && operator.eq_ignore_ascii_case("eq") && words.next().is_none();
    let value = value.strip_prefix('\'')?.strip_suffix('\'')?;
    matches.then(|| value.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_and_filters() {
        assert_eq!(decode_token("612f62").as_deref(), Some("a/b"));
        for bad in ["6", "zz", "ff", "é"] {
            assert_eq!(decode_token(bad), None, "{bad}");
        }
        assert_eq!(resource_type("resourceType eq 'A.B/c'").as_deref(), Some("a.b/c"));
        for bad in ["", "resourceType eq A.B/c", "name eq 'x'", "resourceType eq 'a' or name eq 'b'"] {
            assert_eq!(resource_type(bad), None, "{bad}");
        }
    }
}
