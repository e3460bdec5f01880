//! What a deployer's document says of credentials, and what of it is believed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Diagnostic, ErrorKind, Failure};
use crate::net::origin::Origin;

/// The credential that a deployer's requests need (`credential` in `wit/schemas/deployer.schema.json`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CredentialDocument {
    kind: String,
    scopes: BTreeMap<String, String>,
    authorities: BTreeMap<String, String>,
    /// The fact that holds the tenant.
    pub tenant_fact: Option<String>,
}

impl CredentialDocument {
    /// The credential out of a deployer's document.
    ///
    /// # Errors
    /// `auth/kind` when there is none of the kind `azure`.
    pub fn of(document: &Value, origin: &Origin) -> Result<Self, Failure> {
        let credential = document.get("credential").and_then(|credential| Self::deserialize(credential).ok());
        credential.filter(|credential| credential.kind == "azure").ok_or_else(|| {
            let message = format!("the deployer does not say how to sign in to {origin}");
            let diagnostic = Diagnostic::error("auth/kind", message).note("the credential kind `azure` was expected");
            Failure::new(ErrorKind::Plugin, diagnostic)
        })
    }

    /// The scope for an origin. It must be that origin's own: a token for somebody else would be given away there.
    ///
    /// # Errors
    /// `auth/scope` when none is known, `auth/foreign-scope` when it is another's.
    pub fn scope(&self, origin: &Origin) -> Result<String, Failure> {
        let Some(scope) = of_origin(&self.scopes, origin) else {
            let known: Vec<&str> = self.scopes.keys().map(String::as_str).collect();
            let diagnostic = Diagnostic::error("auth/scope", format!("it is not known which tokens {origin} takes"))
                .note(format!("known are {}", known.join(", ")))
                .help(if origin.is_loopback() {
                    "Give it a token of its own: set MLHOST_BEARER_TOKEN."
                } else {
                    "Check the endpoint of the environment."
                });
            return Err(Failure::input(diagnostic));
        };
        let audience = scope.strip_suffix("/.default").unwrap_or(scope);
        if Origin::parse(audience).ok().as_ref() != Some(origin) {
            let message = format!("the deployer asks for a token for `{audience}` to send it to {origin}");
            return Err(Failure::new(ErrorKind::Plugin, Diagnostic::error("auth/foreign-scope", message)));
        }
        Ok(scope.clone())
    }

    /// The origin of the identity service for an origin.
    pub fn authority(&self, origin: &Origin) -> Option<String> {
        of_origin(&self.authorities, origin).cloned()
    }
}

fn of_origin<'a>(map: &'a BTreeMap<String, String>, origin: &Origin) -> Option<&'a String> {
    map.iter().find(|(known, _)| Origin::parse(known).is_ok_and(|known| known == *origin)).map(|(_, value)| value)
}
