//! Access policies of a key vault.

use mlhost_arm::{Body, Builder, IntoBody};
use mlhost_plugin::Value;
use schemars::JsonSchema;
use serde::Deserialize;

/// What an identity may do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessPolicy {
    /// Object id of the user, group or application in the directory.
    pub object_id: String,
    /// Directory of the identity (a GUID). Default: that of the vault.
    pub tenant_id: Option<String>,
    /// Application that acts on behalf of the identity (a GUID). Default: none.
    pub application_id: Option<String>,
    /// Permissions on keys: `get`, `list`, `create`, `wrapKey`, …, or `all`.
    #[serde(default)]
    pub keys: Vec<String>,
    /// Permissions on secrets: `get`, `list`, `set`, `delete`, `backup`, `restore`, `recover`, `purge`, or `all`.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Permissions on certificates: `get`, `list`, `create`, `import`, …, or `all`.
    #[serde(default)]
    pub certificates: Vec<String>,
}

/// Most access policies of a vault.
const MOST: usize = 1024;

/// Permissions on keys (Azure REST API, Microsoft.KeyVault 2026-02-01).
const KEYS: &[&str] = &[
    "all",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
    "sign",
    "verify",
    "get",
    "list",
    "create",
    "update",
    "import",
    "delete",
    "backup",
    "restore",
    "recover",
    "purge",
    "release",
    "rotate",
    "getrotationpolicy",
    "setrotationpolicy",
];

/// Permissions on secrets.
const SECRETS: &[&str] = &["all", "get", "list", "set", "delete", "backup", "restore", "recover", "purge"];

/// Permissions on certificates.
const CERTIFICATES: &[&str] = &[
    "all",
    "get",
    "list",
    "delete",
    "create",
    "import",
    "update",
    "managecontacts",
    "getissuers",
    "listissuers",
    "setissuers",
    "deleteissuers",
    "manageissuers",
    "recover",
    "purge",
    "backup",
    "restore",
];

/// Sets `/properties/accessPolicies`.
pub fn write(policies: Vec<AccessPolicy>, tenant: Option<&str>, vault: &mut Builder) {
    if policies.len() > MOST {
        let message = format!("there are {} access policies, Azure takes at most {MOST}", policies.len());
        vault.problem("access_policies", message, "/access_policies");
    }
    let policies: Vec<Value> = policies
        .into_iter()
        .enumerate()
        .filter_map(|(index, policy)| {
            let mut body = Body::default();
            body.set("/tenantId", policy.tenant_id.as_deref().or(tenant))
                .set("/objectId", policy.object_id)
                .set("/applicationId", policy.application_id);
            for (word, given, known) in [
                ("keys", policy.keys, KEYS),
                ("secrets", policy.secrets, SECRETS),
                ("certificates", policy.certificates, CERTIFICATES),
            ] {
                check(vault, &format!("/access_policies/{index}/{word}"), &given, known);
                body.set(&format!("/permissions/{word}"), given);
            }
            body.into_body()
        })
        .collect();
    vault.set("/properties/accessPolicies", policies);
}

fn check(vault: &mut Builder, pointer: &str, given: &[String], known: &[&str]) {
    for (index, word) in given.iter().enumerate() {
        let token = mlhost_plugin::token::holds_token(word);
        if !token && !known.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            let message = format!("there is no permission `{word}`; there are {}", known.join(", "));
            vault.problem("access_policies", message, &format!("{pointer}/{index}"));
        }
    }
}
