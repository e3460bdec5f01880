use super::*;
use crate::testing::shared;

#[test]
fn types_are_found_in_any_case_and_are_in_order() {
    assert_eq!(find("microsoft.storage/STORAGEACCOUNTS").unwrap().name, "Microsoft.Storage/storageAccounts");
    assert!(find("Microsoft.Storage/nothing").is_none());
    assert_eq!(namespace("MICROSOFT.network"), Some("Microsoft.Network"));
    assert_eq!(namespace("Contoso.Things"), None);
    assert!(TYPES.windows(2).all(|pair| pair[0].name.to_lowercase() < pair[1].name.to_lowercase()));
    let names: Vec<_> = namespaces().collect();
    assert!(names.windows(2).all(|pair| pair[0].to_lowercase() < pair[1].to_lowercase()), "{names:?}");
    assert!(types_of("microsoft.keyvault").any(|kind| kind == "vaults/secrets"));
}

#[test]
fn verbs_are_those_of_the_collected_types() {
    let Some(types) = shared("types.json") else { return };
    let types = types.get("types").unwrap_or(&types).as_object().unwrap();
    for known in TYPES {
        let facts = &types[known.name];
        let headers = |verb: &str| -> Vec<String> {
            let list = facts[verb]["pollHeaders"].as_array().cloned().unwrap_or_default();
            list.iter().map(|header| header.as_str().unwrap().to_lowercase()).collect()
        };
        let wait = |verb: &str| {
            let has = |name: &str| headers(verb).iter().any(|header| header == name);
            match (facts[verb]["longRunning"].as_bool(), has("azure-asyncoperation"), has("location")) {
                (Some(true), true, true) => Both,
                (Some(true), true, false) => AsyncOperation,
                (Some(true), false, true) => Location,
                (Some(true), false, false) => State,
                _ => No,
            }
        };
        assert_eq!((known.put, known.delete), (wait("put"), wait("delete")), "{}", known.name);
        let scopes = facts["writableScopes"].as_array().unwrap();
        assert_eq!(known.anywhere, scopes.iter().any(|scope| scope != "resourceGroup"), "{}", known.name);
        if let Some(codes) = facts["put"]["successCodes"].as_array() {
            assert!(codes.iter().any(|code| code == known.created), "{} {codes:?}", known.name);
        }
    }
    // Resource groups have a module of their own.
    assert_eq!(TYPES.len() + 1, types.len());
}
