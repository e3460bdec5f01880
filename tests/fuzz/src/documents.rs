//! What plugins say of themselves, as JSON documents.

use mlhost::compose::schema::Schemas;
use mlhost::model::{Declaration, KindDocument, Mode, Sources};
use mlhost::plugin::lock::LockFile;
use mlhost::plugin::manifest::Manifest;
use serde_json::{Map, Value};

use crate::check;
use crate::sections::Sections;

/// A kind's document with properties held against it (`=== properties`), and a whole manifest (`=== manifest`).
///
/// What is read is written and read again; properties are valid or what is wrong with them has a code, words and a
/// pointer; what a manifest asks for can be pinned.
pub fn run(data: &[u8]) {
    let Some(sections) = Sections::new("kind", data) else { return };
    if let Ok(document) = serde_json::from_str::<KindDocument>(sections.get("kind")) {
        let written = serde_json::to_value(&document).expect("a document can be written");
        let read: KindDocument = serde_json::from_value(written.clone()).expect("what is written is read");
        assert_eq!(serde_json::to_value(read).ok(), Some(written));
        if let Ok(properties) = serde_json::from_str(sections.get("properties")) {
            holds_against(&document, properties);
        }
    }
    if let Ok(manifest) = serde_json::from_str::<Manifest>(sections.get("manifest")) {
        assert!(manifest.methods().is_sorted());
        assert!(manifest.permissions().iter().all(|sentence| !sentence.is_empty()));
        let lock = LockFile::of([manifest.locked()]);
        assert_eq!(LockFile::parse(&lock.print()).ok().as_ref(), Some(&lock), "{}", lock.print());
    }
}

fn holds_against(document: &KindDocument, properties: Map<String, Value>) {
    let declaration = Declaration {
        address: "kind.name".to_owned(),
        kind: "kind".to_owned(),
        name: "name".to_owned(),
        mode: Mode::Managed,
        properties,
        span: None,
        property_spans: Default::default(),
        protected: false,
        expanded_from: None,
    };
    let problems = Schemas::default().check(&declaration, document);
    check::diagnostics(&problems, &Sources::default());
    for problem in &problems {
        assert_eq!(problem.address.as_deref(), Some("kind.name"), "{problem:?}");
        assert!(problem.pointer.as_deref().is_some_and(|at| at.is_empty() || at.starts_with('/')), "{problem:?}");
    }
    assert_eq!(Schemas::default().check(&declaration, document), problems, "another verdict the second time");
}
