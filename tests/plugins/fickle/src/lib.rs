//! A policy that contradicts itself: it answers for a rule that it never named, and says something else when it is asked
//! again. It is a test of the host and of nothing else.

use std::sync::atomic::{AtomicU32, Ordering};

use mlhost_plugin::policy::{Policies, PolicyRecord};
use mlhost_plugin::{Context, Diagnostic, Finding, Resource, Verdict, json};

static ASKED: AtomicU32 = AtomicU32::new(0);

/// The policy.
pub struct Fickle;

impl Policies for Fickle {
    fn policies() -> Vec<PolicyRecord> {
        let again = ASKED.fetch_add(1, Ordering::Relaxed) > 0;
        let name = if again { "second-thoughts" } else { "fickle" };
        let document = json!({"parameters": {}, "severity": "error", "documentation": "It cannot decide."});
        vec![PolicyRecord {
            name: name.to_owned(),
            summary: "It cannot decide".to_owned(),
            document: document.to_string(),
        }]
    }

    fn evaluate(name: &str, parameters: &str, _: &Context, _: &[Resource]) -> Option<Vec<Finding>> {
        let again = ASKED.fetch_add(1, Ordering::Relaxed) > 0;
        let policy = if parameters.contains("honest") { name } else { "unheard-of" };
        let diagnostic = Diagnostic::error("fickle/no", format!("asked before: {again}"));
        Some(vec![Finding { policy: policy.to_owned(), verdict: Verdict::Violated, diagnostic }])
    }
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, missing_docs)]
const _: () = {
    mlhost_plugin::bindings::policy::export_plugin!(Fickle with_types_in mlhost_plugin::bindings::policy);
};
