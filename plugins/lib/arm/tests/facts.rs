//! The table of resource types agrees with the published facts.
#![cfg(feature = "testing")]

use mlhost_arm::testing::facts_folder;
use mlhost_arm::types;
use mlhost_plugin::{Value, json};
use proptest::prelude::*;

#[test]
fn types_and_name_rules_are_those_of_azure() {
    let Some(folder) = facts_folder(env!("CARGO_MANIFEST_DIR")) else { return };
    let facts: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("types.json")).unwrap()).unwrap();
    for ty in types::ALL {
        let fact = &facts["types"][ty.name];
        assert_eq!(fact["apiVersion"], ty.api_version, "{}", ty.name);
        assert_eq!(fact["stable"], true);
        assert_eq!(fact["name"]["pattern"], ty.names.pattern, "{}", ty.name);
        assert_eq!(fact["name"]["maxLength"], ty.names.max, "{}", ty.name);
        // Of all compute types the clusters have the longest shortest name.
        let min = if ty.kind == "ml_compute_cluster" { 2 } else { ty.names.min };
        assert_eq!(fact["name"]["minLength"], min, "{}", ty.name);
        assert_eq!(fact["name"]["uniqueIn"] == "global", ty.names.global, "{}", ty.name);
    }
}

proptest! {
    #[test]
    fn hand_written_matchers_agree_with_the_patterns(name in r"[a-cA-C1-3%&./\\?() _-]{1,12}|[a-z]{1,40}|[a-c-]{2,5}[0-9-]{0,3}") {
        for ty in types::ALL {
            let pattern = jsonschema::draft7::new(&json!({"pattern": ty.names.pattern})).unwrap();
            let length = (ty.names.min..=ty.names.max).contains(&name.len());
            let expected = length && pattern.is_valid(&json!(name));
            prop_assert_eq!(ty.names.problem(&name).is_none(), expected, "{} against {}", name, ty.names.pattern);
        }
    }
}
