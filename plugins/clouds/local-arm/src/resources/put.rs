//! PUT and PATCH of a resource: what is asked for, held against what is there and what the type allows.

use mlhost_plugin::Store;
use serde_json::{Map, Value};

use super::{Kind, check_scope, kind, load, require_group};
use crate::answer::Answer;
use crate::call::Call;
use crate::catalogue::Wait;
use crate::describe::REGION;
use crate::fault::Fault;
use crate::groups;
use crate::id::{ResourceId, Scope};
use crate::locks::{self, Act};
use crate::operations::{self, Ending};
use crate::record::{Record, next_seed, resource_key};
use crate::resources::missing;
use crate::types::fill;
use crate::types::names::{invalid, plausible};
use crate::types::validate::normalise;
use crate::types::{Draft, Facts, Model, SoftDelete};
use crate::{regions, sensitive, soft_delete};

/// What is there before a write.
struct Place {
    /// Key of the record.
    key: String,
    /// The id as it is or will be answered.
    path: String,
    /// The stored body.
    old: Option<Value>,
}

/// Creates or replaces a resource: 201 or 202 when it is new, 200 when it was there.
///
/// # Errors
/// Whatever ARM and the provider refuse.
pub fn put(call: &mut Call<'_>, id: &ResourceId) -> Result<Answer, Fault> {
    let of = kind(call, &id.scope, &id.namespace, &id.kind())?;
    let place = place(call, id, &of)?;
    locks::check(call.store, id, Act::Write)?;
    call.preconditions(place.old.is_some(), &place.path)?;
    let body = call.object()?;
    write(call, id, &of, place, body, false)
}

/// Merges a body into a resource: 200.
///
/// # Errors
/// `ResourceNotFound`, and what a PUT of the merged body is refused for.
pub fn patch(call: &mut Call<'_>, id: &ResourceId) -> Result<Answer, Fault> {
    let of = kind(call, &id.scope, &id.namespace, &id.kind())?;
    let place = place(call, id, &of)?;
    let Some(Value::Object(mut merged)) = place.old.clone() else { return Err(missing(call.store, id)) };
    locks::check(call.store, id, Act::Write)?;
    call.preconditions(true, &place.path)?;
    let changes = respell(call.object()?);
    // The principals of an identity and the state are the service's: it puts them in again.
    merge(&mut merged, changes);
    write(call, id, &of, place, merged, true)
}

/// JSON Merge Patch (RFC 7396) of an object.
pub fn merge(target: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (key, change) in changes {
        match (target.get_mut(&key), change) {
            (_, Value::Null) => {
                target.remove(&key);
            }
            (Some(Value::Object(inner)), Value::Object(change)) => merge(inner, change),
            (_, change) => {
                target.insert(key, change);
            }
        }
    }
}

/// Finds out where a resource is or would be, and that all above it is there and alive.
fn place(call: &mut Call<'_>, id: &ResourceId, of: &Kind) -> Result<Place, Fault> {
    check_scope(call, of, id)?;
    let group = require_group(call.store, &id.scope)?;
    if let Some(group) = &group {
        groups::refuse_deleting(group, id.scope.group().unwrap_or_default())?;
    }
    let key = resource_key(id);
    if let Some(record) = load(call, &key) {
        let old: Option<Value> = serde_json::from_slice(&record.body).ok();
        let path = old.as_ref().and_then(|old| fill::text(old, "/id")).map_or_else(|| id.path(), str::to_owned);
        if record.operation.is_some_and(|operation| operations::is_deletion(call.store, &operation)) {
            return Err(Fault::being_deleted(&path));
        }
        return Ok(Place { key, path, old });
    }
    let path = new_path(call.store, id, of, group.as_ref())?;
    Ok(Place { key, path, old: None })
}

/// The id of a new resource: what is above it as it was first written, the type as ARM spells it.
fn new_path(store: &dyn Store, id: &ResourceId, of: &Kind, group: Option<&Record>) -> Result<String, Fault> {
    let spelled = of.known.map_or_else(|| id.full_type(), |known| known.name.to_owned());
    let own_kind = spelled.rsplit('/').next().unwrap_or_default();
    if let Some(parent) = id.parent() {
        let absent = || Fault::parent_not_found("write", &id.kind(), &parent.path());
        let parent_path =
            Record::load(store, &resource_key(&parent)).and_then(|record| record.id()).ok_or_else(absent)?;
        return Ok(format!("{parent_path}/{own_kind}/{}", id.name()));
    }
    let scope = match (&id.scope, group) {
        (Scope::Resource(owner), _) => {
            let record = Record::load(store, &resource_key(owner)).ok_or_else(|| missing(store, owner))?;
            record.id().unwrap_or_else(|| owner.path())
        }
        (Scope::Group(..), Some(group)) => group.id().unwrap_or_else(|| id.scope.path()),
        (scope, _) => scope.path(),
    };
    let namespace = spelled.split('/').next().unwrap_or_default();
    Ok(format!("{scope}/providers/{namespace}/{own_kind}/{}", id.name()))
}

fn write(
    call: &mut Call<'_>,
    id: &ResourceId,
    of: &Kind,
    place: Place,
    body: Map<String, Value>,
    patch: bool,
) -> Result<Answer, Fault> {
    let mut body = respell(body);
    for own in ["id", "name", "type", "systemData"] {
        body.remove(own);
    }
    if let Some(Value::String(location)) = body.get_mut("location") {
        *location = regions::fold(location);
    }
    refuse_move(id, &place, &body)?;
    sensitive::strip(&mut body, &id.full_type());
    let body = match of.model {
        Some(model) => modelled(call, id, model, &place, body)?,
        None => given(call, id, &place, body)?,
    };
    save(call, id, of, place, body, patch)
}

/// Members of every body in ARM's spelling: clients may write them in any case.
pub fn respell(body: Map<String, Value>) -> Map<String, Value> {
    const ENVELOPE: &[&str] =
        &["id", "name", "type", "location", "tags", "kind", "sku", "identity", "properties", "systemData"];
    let spelled = |name: String| match ENVELOPE.iter().find(|known| known.eq_ignore_ascii_case(&name)) {
        Some(known) => (*known).to_owned(),
        None => name,
    };
    body.into_iter().map(|(name, value)| (spelled(name), value)).collect()
}

/// A resource never changes its location.
fn refuse_move(id: &ResourceId, place: &Place, body: &Map<String, Value>) -> Result<(), Fault> {
    let old = place.old.as_ref().and_then(|old| fill::text(old, "/location"));
    let new = body.get("location").and_then(Value::as_str);
    match (old, new) {
        (Some(old), Some(new)) if old != new => {
            Err(Fault::resource_location(id.name(), old, id.scope.group().unwrap_or_default(), new))
        }
        _ => Ok(()),
    }
}

/// The body of a type that is not modelled: as given, without secrets, with what every service adds.
fn given(call: &mut Call<'_>, id: &ResourceId, place: &Place, mut body: Map<String, Value>) -> Result<Value, Fault> {
    if place.old.is_none() && !plausible(id.name()) {
        return Err(invalid(id.name(), r"Use 1 to 260 characters other than < > % & \ ? /."));
    }
    let now = call.now();
    let seed = if body.contains_key("identity") { next_seed(call.store, &place.key) } else { String::new() };
    let facts = Facts { path: &place.path, name: id.name(), now: &now, seed: &seed, old: place.old.as_ref() };
    fill::identity(&mut body, &facts);
    body.insert("systemData".to_owned(), fill::system_data(&facts));
    Ok(Value::Object(body))
}

/// The body of a modelled type: checked, defaulted, with what the service computes.
fn modelled(
    call: &mut Call<'_>,
    id: &ResourceId,
    model: &'static Model,
    place: &Place,
    mut body: Map<String, Value>,
) -> Result<Value, Fault> {
    let old = place.old.as_ref();
    if old.is_none() {
        (model.valid_name)(id.name())?;
    }
    check_location(model, &body)?;
    let revived = if old.is_none() { claim(call, id, model, &body)? } else { None };
    if let Some(Value::Object(vault)) = revived.clone().filter(|_| model.soft_delete == SoftDelete::Vault) {
        // A recovered vault is what it was; the next PUT may change it.
        body = vault;
        for own in ["id", "name", "type", "systemData"] {
            body.remove(own);
        }
    }
    let mut body = normalise(model.shape, Value::Object(body))?;
    let old = old.or(revived.as_ref());
    keep_immutable(model, old, &mut body)?;
    (model.check)(&Draft { id, body: &body, old, store: &*call.store })?;
    let mut body = if let Value::Object(map) = body { map } else { Map::new() };
    let seed = if old.is_none() { next_seed(call.store, &place.key) } else { String::new() };
    let now = call.now();
    let facts = Facts { path: &place.path, name: id.name(), now: &now, seed: &seed, old };
    fill::identity(&mut body, &facts);
    (model.fill)(&mut body, &facts);
    body.insert("systemData".to_owned(), fill::system_data(&facts));
    if let Some(unique) = &model.unique {
        call.store.set(&soft_delete::name_key(unique.space, id.name()), place.path.clone().into_bytes());
    }
    Ok(Value::Object(body))
}

fn check_location(model: &Model, body: &Map<String, Value>) -> Result<(), Fault> {
    match body.get("location") {
        Some(Value::String(location)) if regions::find(location).is_none() => {
            Err(Fault::location_not_available(location, model.name, &regions::names()))
        }
        None | Some(Value::Null) if model.located => Err(Fault::location_required()),
        _ => Ok(()),
    }
}

/// Makes sure that nobody else has the name, and asks what a deleted twin means.
fn claim(
    call: &mut Call<'_>,
    id: &ResourceId,
    model: &Model,
    body: &Map<String, Value>,
) -> Result<Option<Value>, Fault> {
    if let Some(unique) = &model.unique
        && call.store.get(&soft_delete::name_key(unique.space, id.name())).is_some()
    {
        return Err((unique.taken)(id.name()));
    }
    let region = body.get("location").and_then(Value::as_str);
    let mode = body.get("properties").and_then(|properties| properties.get("createMode")).and_then(Value::as_str);
    let recover = mode.is_some_and(|mode| mode.eq_ignore_ascii_case("recover"));
    soft_delete::twin(call, model.soft_delete, id, region, recover)
}

/// What cannot change keeps its value when an update leaves it out.
fn keep_immutable(model: &Model, old: Option<&Value>, body: &mut Value) -> Result<(), Fault> {
    let Some(old) = old else { return Ok(()) };
    for pointer in model.immutable {
        let before = old.pointer(pointer);
        let same = match (before, body.pointer(pointer)) {
            (_, None) => true,
            (Some(Value::String(before)), Some(Value::String(after))) => before.eq_ignore_ascii_case(after),
            (None, Some(after)) => after == &Value::Bool(false),
            (Some(before), Some(after)) => before == after,
        };
        if !same {
            return Err(Fault::property_change(&pointer.trim_start_matches('/').replace('/', ".")));
        }
        if let (Some(before), Some((owner, name))) = (before, pointer.rsplit_once('/'))
            && let Some(owner) = body.pointer_mut(owner).and_then(Value::as_object_mut)
        {
            owner.entry(name).or_insert_with(|| before.clone());
        }
    }
    Ok(())
}

/// Puts the body together, stores it and answers.
fn save(
    call: &mut Call<'_>,
    id: &ResourceId,
    of: &Kind,
    place: Place,
    body: Value,
    patch: bool,
) -> Result<Answer, Fault> {
    let created = place.old.is_none();
    let verbs = of.known.map_or((201, Wait::No), |known| (known.created, known.put));
    let wait = match verbs.1 {
        _ if patch => Wait::No,
        wait if created => wait,
        wait @ (Wait::AsyncOperation | Wait::Both) => wait,
        _ => Wait::No,
    };
    let state = match (wait, created) {
        (Wait::No, _) => "Succeeded",
        (_, true) => of.model.map_or("Creating", |model| model.creating),
        (_, false) => "Updating",
    };
    let region = fill::text(&body, "/location").map(str::to_owned);
    let body = compose(id, of, &place, body, state);
    let operation = (wait != Wait::No).then(|| operations::start(call, Ending::Ready, &place.key, &place.path, wait));
    let record = Record { operation: operation.clone(), body };
    record.save(call.store, &place.key);
    if id.full_type().eq_ignore_ascii_case("Microsoft.Authorization/locks") {
        locks::remember(call.store);
    }
    let status = if created { verbs.0 } else { 200 };
    // 202 means that there is nothing to show yet.
    let answer = if status == 202 { Answer::empty(202) } else { Answer::bytes(status, record.body) };
    Ok(match operation {
        Some(operation) => {
            let namespace =
                of.known.map_or(id.namespace.as_str(), |known| known.name.split('/').next().unwrap_or_default());
            operations::announce(answer, call, &operation, wait, namespace, Some(region.as_deref().unwrap_or(REGION)))
        }
        None => answer,
    })
}

fn compose(id: &ResourceId, of: &Kind, place: &Place, body: Value, state: &str) -> Vec<u8> {
    let name = place.path.rsplit('/').next().unwrap_or_default();
    let full_type = of.known.map_or_else(|| id.full_type(), |known| known.name.to_owned());
    let mut whole = Map::new();
    whole.insert("id".to_owned(), Value::from(place.path.as_str()));
    whole.insert("name".to_owned(), Value::from(name));
    whole.insert("type".to_owned(), Value::from(full_type));
    if let Value::Object(body) = body {
        whole.extend(body);
    }
    let mut whole = Value::Object(whole);
    let extension = of.known.is_some_and(|known| known.name.starts_with("Microsoft.Authorization/"));
    if !extension {
        operations::set_state(&mut whole, state);
    }
    serde_json::to_vec(&whole).unwrap_or_default()
}
