//! Secrets: handles in, values out, at the boundary alone.
//!
//! A body leaves the pipeline with its secret tokens and its escapes in place (`model::reference`); here, and only here,
//! tokens become values and escapes are removed. Only handles that the script itself names are granted: a plugin that
//! forges a token for another one gets nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use crate::model::reference::{self, Part};
use crate::model::{Diagnostic, Diagnostics, TokenTarget};

use super::message::{BoundaryCode, BoundaryError};
use super::scrub::{SCRUBBED, Scrubber};

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Missing(String),
    /// No source knows such handles.
    #[error("`{0}` is no handle of a secret")]
    Unsupported(String),
}

/// Where the values of secrets are.
pub trait SecretSource: Send + Sync {
    /// The value behind a handle.
    ///
    /// # Errors
    /// When there is none.
    fn get(&self, handle: &str) -> Result<String, SecretError>;
}

/// Handles `env:NAME`, looked up by a function that the binary gives: the library reads no process environment.
pub struct EnvironmentSecrets<F>(pub F);

impl<F: Fn(&str) -> Option<String> + Send + Sync> SecretSource for EnvironmentSecrets<F> {
    fn get(&self, handle: &str) -> Result<String, SecretError> {
        match handle.strip_prefix("env:") {
            Some(name) if !name.is_empty() => {
                (self.0)(name).filter(|value| !value.is_empty()).ok_or_else(|| SecretError::Missing(name.to_owned()))
            }
            _ => Err(SecretError::Unsupported(handle.to_owned())),
        }
    }
}

/// The secrets of a run.
pub struct Secrets {
    source: Arc<dyn SecretSource>,
    granted: BTreeSet<String>,
    /// Handles that are not given out, and whose values may come back all the same.
    deployed: BTreeSet<String>,
    /// Values by handle, as far as they were asked for.
    values: Mutex<BTreeMap<String, String>>,
    /// The values of all handles, as far as there are any: they are scrubbed from everything that comes back, whether or
    /// not this run has sent them.
    known: OnceLock<Vec<String>>,
}

impl Secrets {
    /// Secrets out of a source. `granted` are the handles that the script names.
    pub fn new(source: Arc<dyn SecretSource>, granted: impl IntoIterator<Item = String>) -> Self {
        Self {
            source,
            granted: granted.into_iter().collect(),
            deployed: BTreeSet::new(),
            values: Mutex::default(),
            known: OnceLock::new(),
        }
    }

    /// Handles that earlier runs have sent: a control plane may give back their values.
    #[must_use]
    pub fn with_deployed(mut self, handles: impl IntoIterator<Item = String>) -> Self {
        self.deployed = handles.into_iter().collect();
        self
    }

    /// No secrets at all.
    pub fn none() -> Self {
        Self::new(Arc::new(EnvironmentSecrets(|_: &str| None)), [])
    }

    /// Whether all secrets in a resource's body have a value: to be asked before anything is changed.
    pub fn check(&self, address: &str, body: &Value) -> Diagnostics {
        let mut diagnostics = Vec::new();
        // An ill-formed string was reported when the script was read.
        let _ = reference::visit_tokens(body, &mut |pointer, token| {
            if let TokenTarget::Secret { handle } = token.0
                && let Err(problem) = self.value(&handle)
            {
                diagnostics.push(problem.diagnostic().about(address).pointer(pointer));
            }
        });
        diagnostics
    }

    /// A body as it is sent: tokens replaced, escapes removed. Without `disclose` the values are not given, but must be
    /// there all the same.
    ///
    /// # Errors
    /// `denied` for a handle that was not granted, `invalid-request` for one without a value and for references that
    /// nothing has resolved.
    pub(super) fn fill(&self, body: Vec<u8>, disclose: bool) -> Result<Vec<u8>, BoundaryError> {
        if !body.windows(2).any(|pair| pair == b"${") {
            return Ok(body);
        }
        let invalid = |message: String| BoundaryError::new(BoundaryCode::InvalidRequest, message);
        let mut value: Value = serde_json::from_slice(&body)
            .map_err(|error| invalid(format!("a body with references must be JSON, and this is not: {error}")))?;
        let mut error = None;
        reference::resolve(&mut value, &mut |token| match &token.0 {
            TokenTarget::Secret { handle } => match self.value(handle) {
                Ok(value) => Some(Value::from(if disclose { value.as_str() } else { SCRUBBED })),
                Err(problem) => {
                    error.get_or_insert(problem.boundary_error());
                    None
                }
            },
            TokenTarget::Resource { .. } => None,
        });
        if let Some(error) = error {
            return Err(error);
        }
        if let Some(token) = first_token(&value) {
            return Err(invalid(format!("nothing has resolved the reference `{token}` in the body")));
        }
        reference::finish(&mut value);
        serde_json::to_vec(&value).map_err(|error| invalid(format!("the body cannot be written: {error}")))
    }

    /// Takes out the values of all handles, and one more.
    pub(super) fn scrubber(&self, token: Option<&str>) -> Scrubber {
        let known = self.known.get_or_init(|| {
            // One without a value has nothing that could come back.
            self.granted.union(&self.deployed).filter_map(|handle| self.source.get(handle).ok()).collect()
        });
        Scrubber::new(known.iter().map(String::as_str).chain(token))
    }

    fn value(&self, handle: &str) -> Result<String, Problem> {
        if !self.granted.contains(handle) {
            return Err(Problem::NotGranted(handle.to_owned()));
        }
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = values.get(handle) {
            return Ok(value.clone());
        }
        let value = self.source.get(handle).map_err(Problem::NoValue)?;
        values.insert(handle.to_owned(), value.clone());
        Ok(value)
    }
}

/// Why a secret cannot be used.
enum Problem {
    NotGranted(String),
    NoValue(SecretError),
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::NotGranted(_) => "secret/not-granted",
            Self::NoValue(SecretError::Missing(_)) => "secret/missing",
            Self::NoValue(SecretError::Unsupported(_)) => "secret/unsupported",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::NotGranted(handle) => {
                format!("the secret `{handle}` is asked for by a plugin, but not by the script")
            }
            Self::NoValue(error) => error.to_string(),
        }
    }

    fn diagnostic(&self) -> Diagnostic {
        let help = match self {
            Self::NotGranted(handle) => format!("Where that is meant, write `secret(\"{handle}\")` in the script."),
            Self::NoValue(SecretError::Missing(name)) => format!("Set {name}, then run again."),
            Self::NoValue(SecretError::Unsupported(_)) => "Write `env:NAME` for an environment variable.".to_owned(),
        };
        Diagnostic::error(self.code(), self.message()).help(help)
    }

    fn boundary_error(&self) -> BoundaryError {
        let code = match self {
            Self::NotGranted(_) => BoundaryCode::Denied,
            Self::NoValue(_) => BoundaryCode::InvalidRequest,
        };
        BoundaryError::new(code, format!("{}: {}", self.code(), self.message()))
    }
}

fn first_token(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if reference::may_hold_tokens(text) => {
            reference::parse(text).ok()?.into_iter().find_map(|part| match part {
                Part::Token(token) => Some(token.to_string()),
                Part::Text(_) => None,
            })
        }
        Value::Array(items) => items.iter().find_map(first_token),
        Value::Object(map) => map.values().find_map(first_token),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let lookup = |name: &str| match name {
            "PASSWORD" => Some("p$${ss\"word".to_owned()),
            "OTHER" => Some("${secret:env:PASSWORD}".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let granted = ["env:PASSWORD", "env:OTHER", "env:EMPTY", "env:ABSENT", "vault:x"].map(str::to_owned);
        Secrets::new(Arc::new(EnvironmentSecrets(lookup)), granted)
    }

    fn fill(body: &Value, disclose: bool) -> Result<Value, BoundaryError> {
        secrets().fill(body.to_string().into_bytes(), disclose).map(|body| serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn tokens_become_values_and_escapes_go() {
        let body = json!({"a": "${secret:env:PASSWORD}", "b": "x${secret:env:PASSWORD}y", "c": "$${secret:env:PASSWORD}", "d": 1});
        assert_eq!(
            fill(&body, true).unwrap(),
            json!({"a": "p$${ss\"word", "b": "xp$${ss\"wordy", "c": "${secret:env:PASSWORD}", "d": 1})
        );
        assert_eq!(fill(&body, false).unwrap()["b"], "x(secret)y");
    }

    #[test]
    fn a_value_that_looks_like_a_token_is_no_token() {
        assert_eq!(fill(&json!(["${secret:env:OTHER}"]), true).unwrap(), json!(["${secret:env:PASSWORD}"]));
    }

    #[test]
    fn a_missing_value_is_an_error_even_where_it_would_not_be_given() {
        for disclose in [true, false] {
            for (handle, code, text) in [
                ("env:ABSENT", BoundaryCode::InvalidRequest, "secret/missing: the environment variable ABSENT"),
                ("env:EMPTY", BoundaryCode::InvalidRequest, "secret/missing: the environment variable EMPTY"),
                ("vault:x", BoundaryCode::InvalidRequest, "secret/unsupported"),
                ("env:HOME", BoundaryCode::Denied, "secret/not-granted"),
            ] {
                let error = fill(&json!({"p": format!("${{secret:{handle}}}")}), disclose).unwrap_err();
                assert_eq!(error.code, code);
                assert!(error.message.starts_with(text), "{error}");
            }
        }
    }

    #[test]
    fn unresolved_references_and_bodies_that_are_no_json_do_not_leave() {
        let error = fill(&json!({"p": "a${x.y#/id}"}), true).unwrap_err();
        assert!(error.message.contains("${x.y#/id}"));
        assert!(secrets().fill(b"a=${secret:env:PASSWORD}".to_vec(), true).is_err());
        assert_eq!(secrets().fill(b"plain $ {text".to_vec(), true).unwrap(), b"plain $ {text");
    }

    #[test]
    fn the_check_names_resource_place_and_variable() {
        let body = json!({"properties": {"admin": ["${secret:env:ABSENT}", "${secret:env:PASSWORD}"]}});
        let diagnostics = secrets().check("vm.x", &body);
        let [diagnostic] = diagnostics.as_slice() else { panic!("{diagnostics:?}") };
        assert_eq!(diagnostic.code, "secret/missing");
        assert_eq!(
            (diagnostic.address.as_deref(), diagnostic.pointer.as_deref()),
            (Some("vm.x"), Some("/properties/admin/0"))
        );
        assert!(diagnostic.help.as_deref().is_some_and(|help| help.contains("ABSENT")));
    }

    #[test]
    fn values_are_scrubbed_whether_or_not_they_were_sent() {
        assert_eq!(secrets().scrubber(Some("token")).text("token p$${ss\"word"), "(secret) (secret)");
        let lookup = |name: &str| (name == "OLD").then(|| "sent before".to_owned());
        let secrets = Secrets::new(Arc::new(EnvironmentSecrets(lookup)), []).with_deployed(["env:OLD".to_owned()]);
        assert_eq!(secrets.scrubber(None).text("was sent before, too"), "was (secret), too");
        let error = secrets.fill(br#"["${secret:env:OLD}"]"#.to_vec(), true).unwrap_err();
        assert_eq!(error.code, BoundaryCode::Denied, "it is not given out");
    }
}
