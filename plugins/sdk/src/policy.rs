//! Rules of an organisation, each judging a whole environment.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::bindings::host::mlhost::plugin::types;
use crate::bindings::policy::exports::mlhost::plugin::policies as wire;
use crate::documents::policy::{PolicyDocument, SeverityWord};
use crate::{Context, Diagnostic, JsonSchema, Resource, Severity, schema};

pub use wire::{Finding, Policy as PolicyRecord, Verdict};

/// A rule: the type's fields are its parameters, their doc comments its help text. Implement it and name the type in
/// [`policy_plugin!`](crate::policy_plugin). Parameters should have defaults under which a sensible environment passes.
pub trait Policy: DeserializeOwned + JsonSchema + 'static {
    /// `[a-z][a-z0-9-]*`.
    const NAME: &'static str;
    /// One line for lists and help texts.
    const SUMMARY: &'static str;
    /// Why the rule is there and what it looks at, in a few sentences.
    const DOCUMENTATION: &'static str;
    /// The rule's document, when it was made beforehand, as for [`Kind::DOCUMENT`](crate::Kind::DOCUMENT).
    const DOCUMENT: Option<&'static str> = None;
    /// How grave a finding is unless the project says otherwise.
    const SEVERITY: Severity = Severity::Error;

    /// Judges an environment. Silence means that it complies.
    fn evaluate(&self, context: &Context, environment: &[Resource], findings: &mut Findings);
}

/// Gathers what a rule finds.
#[derive(Debug)]
pub struct Findings {
    policy: &'static str,
    severity: Severity,
    list: Vec<Finding>,
}

impl Findings {
    /// An empty list for a rule.
    pub fn new(policy: &'static str, severity: Severity) -> Self {
        Self { policy, severity, list: Vec::new() }
    }

    /// The rule is broken. The diagnostic's severity becomes the rule's.
    pub fn violated(&mut self, diagnostic: Diagnostic) {
        self.push(Verdict::Violated, diagnostic);
    }

    /// It hangs on a value that is known only after apply.
    pub fn undetermined(&mut self, diagnostic: Diagnostic) {
        self.push(Verdict::Undetermined, diagnostic);
    }

    fn push(&mut self, verdict: Verdict, mut diagnostic: Diagnostic) {
        diagnostic.severity = self.severity;
        self.list.push(Finding { policy: self.policy.into(), verdict, diagnostic });
    }

    /// What was found.
    pub fn into_vec(self) -> Vec<Finding> {
        self.list
    }
}

/// The rules of a plugin; [`policy_plugin!`](crate::policy_plugin) implements it.
pub trait Policies: 'static {
    /// The rules.
    fn policies() -> Vec<PolicyRecord>;

    /// Judges by one of them; `None` when there is none of this name.
    fn evaluate(name: &str, parameters: &str, context: &Context, environment: &[Resource]) -> Option<Vec<Finding>>;
}

/// The document of a rule.
pub fn document<P: Policy>() -> PolicyDocument {
    PolicyDocument {
        parameters: schema::of::<P>(),
        severity: match P::SEVERITY {
            Severity::Error => SeverityWord::Error,
            Severity::Warning => SeverityWord::Warning,
            Severity::Info => SeverityWord::Info,
        },
        documentation: P::DOCUMENTATION.into(),
    }
}

/// Describes a rule.
pub fn describe<P: Policy>() -> PolicyRecord {
    let document = P::DOCUMENT.map_or_else(|| schema::text(&document::<P>()), str::to_owned);
    PolicyRecord { name: P::NAME.into(), summary: P::SUMMARY.into(), document }
}

/// Judges by a rule. Parameters that are not of its schema are a finding of their own.
pub fn evaluate<P: Policy>(parameters: &str, context: &Context, environment: &[Resource]) -> Vec<Finding> {
    let mut findings = Findings::new(P::NAME, P::SEVERITY);
    match serde_json::from_str::<P>(parameters) {
        Ok(policy) => policy.evaluate(context, environment, &mut findings),
        Err(error) => {
            // Whatever the rule's own severity: a rule that cannot be judged by must not pass.
            findings.severity = Severity::Error;
            findings.violated(
                Diagnostic::error(
                    format!("{}/parameters", P::NAME),
                    format!("the rule's parameters are wrong: {error}"),
                )
                .help(format!("see `mlhost plugin inspect` for the parameters of `{}`", P::NAME)),
            );
        }
    }
    findings.into_vec()
}

/// Judges by all the rules that parameters are given for.
fn evaluate_all<P: Policies>(context: &Context, environment: &[Resource], parameters: &str) -> Vec<Finding> {
    let parameters: BTreeMap<String, Box<RawValue>> = serde_json::from_str(parameters).unwrap_or_default();
    parameters
        .iter()
        .filter_map(|(name, parameters)| P::evaluate(name, parameters.get(), context, environment))
        .flatten()
        .collect()
}

impl<P: Policies> wire::Guest for P {
    fn policies() -> Vec<PolicyRecord> {
        <P as Policies>::policies()
    }

    fn evaluate(context: types::Context, environment: Vec<Resource>, parameters: String) -> Vec<Finding> {
        evaluate_all::<P>(&context.into(), &environment, &parameters)
    }
}

/// Makes the crate a plugin of these rules: `policy_plugin!(Naming);`.
#[macro_export]
macro_rules! policy_plugin {
    ($($policy:ty),+ $(,)?) => {
        /// The rules of this plugin.
        pub struct Plugin;

        impl $crate::policy::Policies for Plugin {
            fn policies() -> Vec<$crate::policy::PolicyRecord> {
                vec![$($crate::policy::describe::<$policy>()),+]
            }

            fn evaluate(
                name: &str,
                parameters: &str,
                context: &$crate::Context,
                environment: &[$crate::Resource],
            ) -> Option<Vec<$crate::Finding>> {
                $(if name == <$policy as $crate::Policy>::NAME {
                    return Some($crate::policy::evaluate::<$policy>(parameters, context, environment));
                })+
                None
            }
        }

        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        const _: () = {
            $crate::bindings::policy::export_plugin!(Plugin with_types_in $crate::bindings::policy);
        };
    };
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::testing::{context, resource};
    use crate::{Value, json};

    /// At most so many resources.
    #[derive(Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields, default)]
    #[schemars(crate = "crate::schemars")]
    struct Few {
        /// How many.
        most: usize,
    }

    impl Default for Few {
        fn default() -> Self {
            Self { most: 1 }
        }
    }

    impl Policy for Few {
        const NAME: &'static str = "few";
        const SUMMARY: &'static str = "Few resources";
        const DOCUMENTATION: &'static str = "Few is good.";
        const SEVERITY: Severity = Severity::Warning;

        fn evaluate(&self, _: &Context, environment: &[Resource], findings: &mut Findings) {
            if environment.len() > self.most {
                findings.violated(Diagnostic::error("few/many", "too many"));
            }
        }
    }

    policy_plugin!(Few);

    fn judge(parameters: Value) -> Vec<Finding> {
        let two = [resource("a.b", "T/a", json!({})), resource("a.c", "T/a", json!({}))];
        evaluate_all::<Plugin>(&context(json!({})), &two, &parameters.to_string())
    }

    #[test]
    fn only_rules_with_parameters_are_asked() {
        assert_eq!(judge(json!({})), []);
        assert_eq!(judge(json!({"other": {}})), []);
        assert_eq!(judge(json!({"few": {"most": 2}})), []);
        let found = judge(json!({"few": {}}));
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((finding.verdict, finding.diagnostic.severity), (Verdict::Violated, Severity::Warning));
    }

    #[test]
    fn wrong_parameters_are_an_error() {
        let found = judge(json!({"few": {"mots": 2}}));
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (finding.diagnostic.code.as_str(), finding.diagnostic.severity),
            ("few/parameters", Severity::Error)
        );
        assert!(finding.diagnostic.message.contains("mots"));
    }

    #[test]
    fn its_document_names_parameters_and_severity() {
        let document: Value = serde_json::from_str(&describe::<Few>().document).unwrap();
        assert_eq!(document.pointer("/severity"), Some(&json!("warning")));
        assert_eq!(document.pointer("/parameters/properties/most/default"), Some(&json!(1)));
        assert_eq!(document.pointer("/parameters/additionalProperties"), Some(&json!(false)));
    }
}
