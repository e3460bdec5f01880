//! Helps to test plugins natively.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::{Context, Declaration, Expansion, Kind, Policy, Resource};

/// A managed declaration `KIND.NAME`.
pub fn declaration(kind: &str, name: &str, properties: Value) -> Declaration {
    Declaration {
        address: format!("{kind}.{name}"),
        kind: kind.into(),
        name: name.into(),
        mode: "managed".into(),
        properties: properties.to_string(),
    }
}

/// A declaration of something that exists already.
pub fn existing(kind: &str, name: &str, properties: Value) -> Declaration {
    Declaration { mode: "existing".into(), ..declaration(kind, name, properties) }
}

/// The context of an environment `dev` of a project `test`. Facts that are not an object count as none.
pub fn context(facts: Value) -> Context {
    let facts = match facts {
        Value::Object(map) => map,
        _ => serde_json::Map::new(),
    };
    Context { project: "test".into(), environment: "dev".into(), facts: facts.into() }
}

/// A resource as policies and exporters get it.
pub fn resource(address: &str, resource_type: &str, body: Value) -> Resource {
    let name = address.rsplit(['.', '/']).next().unwrap_or_default();
    Resource {
        address: address.into(),
        type_: resource_type.into(),
        id: format!("/{resource_type}/{name}"),
        body: body.to_string(),
        depends_on: Vec::new(),
        details: "{}".into(),
    }
}

/// Expands a managed declaration of a kind.
pub fn expand<K: Kind>(name: &str, properties: Value, context: &Context) -> Expansion {
    crate::kind::expand::<K>(&declaration(K::NAME, name, properties), context)
}

/// The codes of what is wrong with an expansion, with the places.
pub fn complaints(expansion: &Expansion) -> Vec<(&str, &str)> {
    expansion.diagnostics.iter().map(|diagnostic| (diagnostic.code.as_str(), diagnostic.pointer.as_str())).collect()
}

/// A JSON text as a value; `null` when it is none.
pub fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Checks that the document that a kind carries is that of its type. With `MLHOST_ACCEPT=1` in the environment it is
/// written to `file` in the crate's folder instead; compile again then.
///
/// # Panics
/// When it is not up to date, or cannot be written.
pub fn assert_kind_document<K: Kind>(manifest_dir: &str, file: &str) {
    assert_document(&crate::kind::document::<K>(), K::DOCUMENT, &Path::new(manifest_dir).join(file));
}

/// The same for the document of a rule.
///
/// # Panics
/// When it is not up to date, or cannot be written.
pub fn assert_policy_document<P: Policy>(manifest_dir: &str, file: &str) {
    assert_document(&crate::policy::document::<P>(), P::DOCUMENT, &Path::new(manifest_dir).join(file));
}

fn assert_document(document: &impl Serialize, carried: Option<&str>, file: &Path) {
    let expected = format!("{}\n", serde_json::to_string_pretty(document).expect("documents serialise"));
    if std::env::var_os("MLHOST_ACCEPT").is_some() {
        std::fs::write(file, expected).expect("the document can be written");
        return;
    }
    assert!(carried == Some(&expected), "{} is not up to date: run the test with MLHOST_ACCEPT=1", file.display());
}
