//! Scripts, from their text to what they declare.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use mlhost::model::reference::visit_tokens;
use mlhost::model::{Definition, Diagnostics, ErrorKind, Failure, KindDocument, Sources, TokenTarget};
use mlhost::script::{Loader, ReadError, ScriptInput, evaluate};
use serde_json::{Value, json};

use crate::check;
use crate::sections::Sections;

const ENTRY: &str = "main.rhai";

/// Enough for any script that fits into an input, and over in milliseconds.
const STEPS: u64 = 5_000;

/// Kinds of every shape, most of them real.
const KINDS: &[(&str, &str)] = &[
    ("resource_group", include_str!("../../../plugins/resources/resource-group/kind.json")),
    ("storage_account", include_str!("../../../plugins/resources/storage-account/kind.json")),
    ("key_vault", include_str!("../../../plugins/resources/key-vault/kind.json")),
    ("ml_workspace", include_str!("../../../plugins/resources/machine-learning/ml_workspace.json")),
    ("ml_compute_cluster", include_str!("../../../plugins/resources/machine-learning/ml_compute_cluster.json")),
    ("arm_resource", include_str!("../../../plugins/resources/arm-resource/kind.json")),
];

static INPUT: LazyLock<Arc<ScriptInput>> = LazyLock::new(|| {
    let kinds = KINDS.iter().map(|(word, document)| {
        let document: KindDocument = serde_json::from_str(document).expect("a kind's document");
        ((*word).to_owned(), document)
    });
    let values = json!({
        "tier": "Hot", "count": 3, "sizes": [1, 2.5, null], "nested": {"a": true}, "token": "${secret:env:KEY}",
        "half": "$", "large": u64::MAX,
    });
    Arc::new(ScriptInput {
        project: "mlops".to_owned(),
        environment: "dev".to_owned(),
        values: serde_json::from_value(values).expect("a map"),
        facts: json!({"location": "westeurope"}).as_object().cloned().unwrap_or_default(),
        kinds: kinds.collect(),
        summaries: BTreeMap::from([("key_vault".to_owned(), "Keeps secrets".to_owned())]),
        steps: Some(STEPS),
    })
});

/// The script and what it imports.
struct Texts(BTreeMap<String, String>);

impl Loader for Texts {
    fn read(&self, path: &str, _: usize) -> Result<String, ReadError> {
        self.0.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

/// A script ends within its limits, says the same each time, and either declares what the next stages can take or says
/// where it is wrong. No text of it or of its parameters becomes a secret.
pub fn run(data: &[u8]) {
    let Some(sections) = Sections::new(ENTRY, data) else { return };
    let texts = Arc::new(Texts(sections.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()));
    let (result, sources) = once(&texts);
    let (again, _) = once(&texts);
    assert_eq!(format!("{result:?}"), format!("{again:?}"), "the same script gives two answers");
    match result {
        Ok((definition, remarks)) => {
            check::remarks(&remarks, &sources);
            let may_hold_secrets = texts.0.values().any(|text| text.contains("secret"));
            declares_what_fits(&definition, &sources, may_hold_secrets);
        }
        Err(failure) => {
            check::failure(&failure, &sources);
            assert_eq!(failure.kind, ErrorKind::Input, "{failure:?}");
            let error = failure.diagnostics.last().expect("an error");
            assert!(error.help.is_some(), "no remedy: {error:?}");
            assert!(error.span.is_some() || error.code == "script/unreadable", "no place: {error:?}");
        }
    }
}

fn once(texts: &Arc<Texts>) -> (Result<(Definition, Diagnostics), Failure>, Sources) {
    let mut sources = Sources::default();
    let loader: Arc<dyn Loader> = Arc::<Texts>::clone(texts);
    let result = evaluate(ENTRY, ENTRY, loader, Arc::clone(&INPUT), &mut sources);
    (result, sources)
}

fn declares_what_fits(definition: &Definition, sources: &Sources, may_hold_secrets: bool) {
    let addresses: BTreeSet<&str> = definition.declarations.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses.len(), definition.declarations.len(), "an address twice");
    let tokens_fit = |value: &Value| {
        visit_tokens(value, &mut |_, token| match token.0 {
            TokenTarget::Resource { address, .. } => {
                assert!(addresses.contains(address.as_str()), "a reference to `{address}`, which is not declared");
            }
            TokenTarget::Secret { handle } => assert!(may_hold_secrets, "the secret `{handle}` out of nowhere"),
        })
        .expect("well-formed strings");
    };
    for declaration in &definition.declarations {
        assert!(INPUT.kinds.contains_key(&declaration.kind), "{declaration:?}");
        assert!(!declaration.name.is_empty(), "{declaration:?}");
        let properties = Value::Object(declaration.properties.clone());
        tokens_fit(&properties);
        for (pointer, place) in &declaration.property_spans {
            assert!(check::is_inside(*place, sources), "{pointer}: {place:?}");
        }
        assert!(declaration.span.is_none_or(|place| check::is_inside(place, sources)), "{declaration:?}");
    }
    let names: BTreeSet<&str> = definition.outputs.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(names.len(), definition.outputs.len(), "an output twice");
    for output in &definition.outputs {
        tokens_fit(&output.value);
        assert!(output.span.is_none_or(|place| check::is_inside(place, sources)), "{output:?}");
    }
}
