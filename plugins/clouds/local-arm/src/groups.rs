//! Resource groups.

use mlhost_plugin::Store;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::Wait;
use crate::describe::SUBSCRIPTION;
use crate::fault::Fault;
use crate::id::Scope;
use crate::locks::{self, Act};
use crate::operations::{self, Ending};
use crate::record::{Record, group_key};
use crate::resources::put::{merge, respell};
use crate::resources::{load, remove as resources};
use crate::types::resource_group::{API_VERSIONS, SHAPE, valid_name};
use crate::types::validate::normalise;
use crate::{lists, regions, soft_delete};

/// Answers a request for one group.
///
/// # Errors
/// Whatever ARM refuses.
pub fn one(call: &mut Call<'_>, name: &str) -> Result<Answer, Fault> {
    check_version(call)?;
    match call.method {
        "GET" => find(call, name).map(|record| Answer::bytes(200, record.body)),
        "HEAD" => find(call, name).map(|_| Answer::empty(204)),
        "PUT" => put(call, name, None),
        "PATCH" => patch(call, name),
        "DELETE" => delete(call, name),
        method => Err(Fault::method_not_allowed(method, call.url.raw_path)),
    }
}

/// The list of groups.
///
/// # Errors
/// For a filter other than `tagName eq '…' [and tagValue eq '…']`.
pub fn list(call: &mut Call<'_>) -> Result<Answer, Fault> {
    check_version(call)?;
    let wanted = match call.url.parameter("$filter") {
        None => None,
        Some(filter) => Some(tag_filter(filter).ok_or_else(|| Fault::invalid_filter(filter))?),
    };
    let prefix = group_key(SUBSCRIPTION, "");
    lists::page(call, &[prefix], &|_, bytes| {
        let body = lists::body_of(bytes)?;
        let Some((name, value)) = &wanted else { return Some(body) };
        let group: Value = serde_json::from_slice(&body).ok()?;
        let tags = group.get("tags")?.as_object()?;
        let (_, tag) = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_ref().is_none_or(|value| tag == value.as_str()).then_some(body)
    })
}

/// Name and value in `tagName eq 'a' and tagValue eq 'b'`.
fn tag_filter(filter: &str) -> Option<(String, Option<String>)> {
    let term = |text: &str, name: &str| {
        let mut words = text.trim().splitn(3, ' ');
        let (key, operator, value) = (words.next()?, words.next()?, words.next()?);
        let matches = key.eq_ignore_ascii_case(name) && operator.eq_ignore_ascii_case("eq");
        let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        (matches && !value.contains('\'')).then(|| value.to_owned())
    };
    match filter.split_once(" and ") {
        None => Some((term(filter, "tagName")?, None)),
        Some((name, value)) => Some((term(name, "tagName")?, Some(term(value, "tagValue")?))),
    }
}

fn check_version(call: &Call<'_>) -> Result<(), Fault> {
    if API_VERSIONS.split(' ').any(|version| version == call.api_version) {
        return Ok(());
    }
    Err(Fault::invalid_api_version(call.api_version, &API_VERSIONS.replace(' ', ", ")))
}

fn find(call: &mut Call<'_>, name: &str) -> Result<Record, Fault> {
    load(call, &group_key(SUBSCRIPTION, name)).ok_or_else(|| Fault::group_not_found(name))
}

/// Refuses writes into a group that is being deleted.
///
/// # Errors
/// `ResourceGroupBeingDeleted`.
pub fn refuse_deleting(group: &Record, name: &str) -> Result<(), Fault> {
    // Deletion is the only operation that a group ever has.
    if group.operation.is_some() { Err(Fault::group_being_deleted(name)) } else { Ok(()) }
}

fn put(call: &mut Call<'_>, name: &str, merged: Option<Map<String, Value>>) -> Result<Answer, Fault> {
    let key = group_key(SUBSCRIPTION, name);
    let old = load(call, &key);
    let scope = Scope::Group(SUBSCRIPTION.to_owned(), name.to_owned());
    match &old {
        Some(old) => refuse_deleting(old, name)?,
        None => valid_name(name)?,
    }
    locks::check_group(call.store, &scope, Act::Write)?;
    call.preconditions(old.is_some(), &scope.path())?;
    let mut body = match merged {
        Some(merged) => merged,
        None => respell(call.object()?),
    };
    for own in ["id", "name", "type", "properties"] {
        body.remove(own);
    }
    let location =
        body.get("location").and_then(Value::as_str).map(regions::fold).ok_or_else(Fault::location_required)?;
    if regions::find(&location).is_none() {
        let kind = "Microsoft.Resources/resourceGroups";
        return Err(Fault::location_not_available(&location, kind, &regions::names()));
    }
    let before: Option<Value> = old.as_ref().and_then(|old| serde_json::from_slice(&old.body).ok());
    let text = |pointer: &str| before.as_ref().and_then(|body| body.pointer(pointer)).and_then(Value::as_str);
    if let Some(old) = text("/location").filter(|old| *old != location) {
        return Err(Fault::group_location(&location, old));
    }
    body.insert("location".to_owned(), Value::from(location));
    let checked = normalise(&SHAPE, Value::Object(body))?;
    let mut whole = Map::new();
    whole.insert("id".to_owned(), Value::from(text("/id").map_or_else(|| scope.path(), str::to_owned)));
    whole.insert("name".to_owned(), Value::from(text("/name").unwrap_or(name)));
    whole.insert("type".to_owned(), Value::from("Microsoft.Resources/resourceGroups"));
    if let Value::Object(checked) = checked {
        whole.extend(checked);
    }
    whole.insert("properties".to_owned(), json!({ "provisioningState": "Succeeded" }));
    let body = Value::Object(whole).to_string().into_bytes();
    Record { operation: None, body: body.clone() }.save(call.store, &key);
    Ok(Answer::bytes(if old.is_some() { 200 } else { 201 }, body))
}

fn patch(call: &mut Call<'_>, name: &str) -> Result<Answer, Fault> {
    let record = find(call, name)?;
    let changes = respell(call.object()?);
    let mut merged: Map<String, Value> = serde_json::from_slice(&record.body).unwrap_or_default();
    merge(&mut merged, changes);
    put(call, name, Some(merged))
}

fn delete(call: &mut Call<'_>, name: &str) -> Result<Answer, Fault> {
    let key = group_key(SUBSCRIPTION, name);
    let mut record = find(call, name)?;
    let id = match record.operation.clone() {
        Some(under_way) => under_way,
        None => {
            let scope = Scope::Group(SUBSCRIPTION.to_owned(), name.to_owned());
            locks::check_group(call.store, &scope, Act::Delete)?;
            let path = record.id().unwrap_or_else(|| scope.path());
            let id = operations::start(call, Ending::GroupDeleted, &key, &path, Wait::Location);
            record.operation = Some(id.clone());
            if let Some(body) = operations::with_state(&record.body, "Deleting") {
                record.body = body;
            }
            record.save(call.store, &key);
            id
        }
    };
    let poll = call.link(&format!("/subscriptions/{SUBSCRIPTION}/operationresults/{id}"));
    Ok(Answer::empty(202).header("location", poll).header("retry-after", "0"))
}

/// Removes a group with all that is in it.
pub fn remove(store: &mut dyn Store, now_ms: u64, key: &str, path: &str) {
    resources::all_below(store, now_ms, path, true);
    // A workspace is recovered into its group: without the group nothing of it is left.
    soft_delete::forget_group(store, path);
    store.delete(key);
}

#[cfg(test)]
mod tests {
    use super::tag_filter;

    #[test]
    fn filters() {
        assert_eq!(tag_filter("tagName eq 'a b'"), Some(("a b".to_owned(), None)));
        assert_eq!(tag_filter("tagName eq 'a' and tagValue eq 'x'"), Some(("a".to_owned(), Some("x".to_owned()))));
        for bad in ["", "tagName", "tagName eq a", "name eq 'a'", "tagName eq 'a' or tagName eq 'b'"] {
            assert_eq!(tag_filter(bad), None, "{bad}");
        }
    }
}
