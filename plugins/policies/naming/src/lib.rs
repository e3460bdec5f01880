//! Rules for resource names.

mod pattern;
mod rule;

use std::collections::BTreeMap;

use mlhost_plugin::{Context, Diagnostic, Findings, Policy, Resource, policy_plugin, token};
use pattern::Pattern;
use rule::Rule;
use schemars::JsonSchema;
use serde::Deserialize;

/// What names must look like. In `prefix`, `suffix` and `contains` the text `{environment}` stands for the name of the
/// environment and `{project}` for that of the project.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Naming {
    /// What holds for all names.
    #[serde(flatten)]
    all: Rule,
    /// What holds for names of a resource type, beside what holds for all; the types without regard to case:
    /// `#{ "Microsoft.Storage/storageAccounts": #{ prefix: "st" } }`.
    types: BTreeMap<String, Rule>,
    /// Resource types whose names are not looked at.
    except: Vec<String>,
}

impl Policy for Naming {
    const NAME: &'static str = "naming";
    const SUMMARY: &'static str = "Names have the length, characters, prefix and suffix that the organisation wants";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../policy.json"));
    const DOCUMENTATION: &'static str = "Looks at the last part of every resource's id, and says which name breaks which \
        rule: least and greatest length, allowed characters, prefix, suffix and contained text, for all resources and per \
        resource type. Without parameters it only asks that names have at most 64 characters and are made of letters, digits \
        and `-`, `_`, `.`, so that they survive scripts, URLs and file names. What Azure itself asks of a name is checked by \
        the kinds.";

    fn evaluate(&self, context: &Context, environment: &[Resource], findings: &mut Findings) {
        let all = self.all.with_defaults();
        for resource in environment {
            if self.except.iter().any(|name| name.eq_ignore_ascii_case(&resource.type_)) {
                continue;
            }
            let name = last_segment(&resource.id);
            let own = self.types.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&resource.type_));
            let rules = std::iter::once(&all).chain(own.map(|(_, rule)| rule));
            if token::holds_token(name) {
                let message = "its name is known only after apply";
                findings.undetermined(Diagnostic::error("naming/unknown", message).about(&resource.address));
                continue;
            }
            for problem in rules.flat_map(|rule| rule.problems(name, context)) {
                let message = format!("the name `{name}` {}", problem.message);
                findings.violated(Diagnostic::error(problem.code, message).about(&resource.address).help(problem.help));
            }
        }
        self.check_parameters(findings);
    }
}

impl Naming {
    /// A pattern that cannot be read must not pass unseen.
    fn check_parameters(&self, findings: &mut Findings) {
        for rule in std::iter::once(&self.all).chain(self.types.values()) {
            if let Some(Err(error)) = rule.pattern().map(Pattern::parse) {
                let message = format!("the pattern `{}` cannot be read: {error}", rule.pattern().unwrap_or_default());
                findings.violated(Diagnostic::error("naming/pattern", message).help(pattern::HELP));
            }
        }
    }
}

/// The last segment of an id: the name. An id may end with a token, whose pointer holds slashes of its own.
fn last_segment(id: &str) -> &str {
    let end = if id.ends_with('}') { id.rfind("${").unwrap_or(id.len()) } else { id.len() };
    let start = id.get(..end).and_then(|front| front.rfind('/')).map_or(0, |at| at + 1);
    id.get(start..).unwrap_or(id)
}

policy_plugin!(Naming);

#[cfg(test)]
mod tests;
