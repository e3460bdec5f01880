//! What this deployer is, which facts it wants, and how the host gets tokens for it.

use std::collections::BTreeMap;

use mlhost_plugin::documents::deployer::{CredentialDocument, DeployerDocument};
use mlhost_plugin::{Value, json};

/// A cloud of Azure's. Source: Azure CLI 2.91, `cloud.py`.
struct Cloud {
    /// Origin of Resource Manager.
    origin: &'static str,
    /// OAuth scope of tokens for it.
    scope: &'static str,
    /// Origin of Microsoft Entra.
    authority: &'static str,
}

/// The public cloud comes first: it is the default.
const CLOUDS: &[Cloud] = &[
    Cloud {
        origin: DEFAULT_ORIGIN,
        scope: "https://management.azure.com/.default",
        authority: "https://login.microsoftonline.com",
    },
    Cloud {
        origin: "https://management.usgovcloudapi.net",
        scope: "https://management.usgovcloudapi.net/.default",
        authority: "https://login.microsoftonline.us",
    },
    Cloud {
        origin: "https://management.chinacloudapi.cn",
        scope: "https://management.chinacloudapi.cn/.default",
        authority: "https://login.chinacloudapi.cn",
    },
    Cloud {
        origin: "https://management.sovcloud-api.fr",
        scope: "https://management.sovcloud-api.fr/.default",
        authority: "https://login.sovcloud-identity.fr",
    },
];

/// Resource Manager of the public cloud.
pub const DEFAULT_ORIGIN: &str = "https://management.azure.com";

const GUID: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// The document that `describe` gives.
pub fn document() -> Value {
    let by_origin = |value: fn(&Cloud) -> &'static str| -> BTreeMap<String, String> {
        CLOUDS.iter().map(|cloud| (cloud.origin.to_owned(), value(cloud).to_owned())).collect()
    };
    let document = DeployerDocument {
        name: "azure".to_owned(),
        summary: "Deploys through Azure Resource Manager".to_owned(),
        facts: facts_schema(),
        origin_fact: "endpoint".to_owned(),
        default_origin: DEFAULT_ORIGIN.to_owned(),
        methods: ["DELETE", "GET", "PUT"].map(str::to_owned).to_vec(),
        subdomains: true,
        request_id_headers: vec!["x-ms-client-request-id".to_owned()],
        credential: Some(CredentialDocument {
            kind: "azure".to_owned(),
            scopes: by_origin(|cloud| cloud.scope),
            authorities: by_origin(|cloud| cloud.authority),
            tenant_fact: Some("tenant_id".to_owned()),
        }),
    };
    json!(document)
}

fn facts_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "subscription_id": {
                "type": "string",
                "pattern": GUID,
                "description": "Azure subscription that the environment lives in.",
            },
            "tenant_id": {
                "type": "string",
                "pattern": GUID,
                "description": "Microsoft Entra tenant of the subscription.",
            },
            "location": {
                "type": "string",
                "minLength": 1,
                "description": "Region of resources that name none, for example `westeurope`.",
            },
            "endpoint": {
                "type": "string",
                "pattern": "^https?://[^/?#@ ]+/?$",
                "default": DEFAULT_ORIGIN,
                "description": "Origin of Resource Manager; another one for sovereign clouds and emulators.",
            },
            "credential": {
                "type": "string",
                "enum": ["environment", "workload_identity", "managed_identity", "azure_cli"],
                "description": "The only way to sign in; all are tried in this order otherwise.",
            },
            "resource_group": {
                "type": "string",
                "minLength": 1,
                "maxLength": 90,
                "description": "Name of the resource group that resources are placed in when the script declares none.",
            },
        },
        "required": ["subscription_id"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_has_a_scope_and_an_authority_under_its_origin() {
        let document = document();
        let credential = &document["credential"];
        assert_eq!(credential["scopes"].as_object().unwrap().len(), CLOUDS.len());
        for cloud in CLOUDS {
            assert_eq!(credential["scopes"][cloud.origin], format!("{}/.default", cloud.origin));
            assert!(credential["authorities"][cloud.origin].as_str().unwrap().starts_with("https://login."));
            assert!(!cloud.origin.ends_with('/'));
        }
        assert_eq!(document["default_origin"], CLOUDS[0].origin);
    }

    #[test]
    fn the_facts_schema_takes_what_is_meant_and_nothing_else() {
        let schema = jsonschema::validator_for(&document()["facts"]).unwrap();
        let guid = "00000000-0000-0000-0000-000000000001";
        assert!(schema.is_valid(&json!({"subscription_id": guid, "endpoint": "http://127.0.0.1:1/", "other": 1})));
        for bad in [
            json!({}),
            json!({"subscription_id": "mine"}),
            json!({"subscription_id": guid, "endpoint": "https://h/path"}),
            json!({"subscription_id": guid, "endpoint": "ftp://h"}),
            json!({"subscription_id": guid, "location": ""}),
        ] {
            assert!(!schema.is_valid(&bad), "{bad}");
        }
    }
}
