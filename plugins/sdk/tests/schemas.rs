//! The schemas in `wit/schemas/` are those of the document types. `MLHOST_ACCEPT=1` writes them anew.

use std::path::Path;

use mlhost_plugin::documents::cloud::CloudDocument;
use mlhost_plugin::documents::deployer::DeployerDocument;
use mlhost_plugin::documents::details::Details;
use mlhost_plugin::documents::facts::FactsDocument;
use mlhost_plugin::documents::format::FormatDocument;
use mlhost_plugin::documents::kind::KindDocument;
use mlhost_plugin::documents::policy::PolicyDocument;
use mlhost_plugin::{Value, json, schema};

#[test]
fn the_schemas_are_those_of_the_types() {
    let documents = [
        ("cloud", schema::of::<CloudDocument>()),
        ("deployer", schema::of::<DeployerDocument>()),
        ("details", schema::of::<Details>()),
        ("facts", schema::of::<FactsDocument>()),
        ("format", schema::of::<FormatDocument>()),
        ("kind", schema::of::<KindDocument>()),
        ("policy", schema::of::<PolicyDocument>()),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/schemas");
    let accept = std::env::var_os("MLHOST_ACCEPT").is_some();
    for (name, schema) in documents {
        let mut whole = json!({"$schema": "https://json-schema.org/draft/2020-12/schema"});
        if let (Value::Object(whole), Value::Object(schema)) = (&mut whole, schema) {
            whole.extend(schema);
        }
        let expected = format!("{whole:#}\n");
        let file = folder.join(format!("{name}.schema.json"));
        if accept {
            std::fs::write(&file, &expected).unwrap();
        }
        let found = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(found == expected, "wit/schemas/{name}.schema.json is not up to date: run with MLHOST_ACCEPT=1");
    }
}
