//! Any Azure resource, passed through as it is written.

mod form;
mod place;

use std::collections::BTreeMap;

use mlhost_arm::{Body, Builder, rules};
use mlhost_plugin::{Compare, Context, Declaration, Expansion, Kind, Map, Relation, Rule, Value, resource_plugin};
use schemars::JsonSchema;
use serde::Deserialize;

/// A resource of any type. Every property that is not named here is part of the body that is sent: `location`, `tags`,
/// `sku`, `kind`, `identity`, `properties`, …
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ArmResource {
    /// Resource type, for example `Microsoft.Search/searchServices`.
    r#type: String,
    /// Version of the interface of that type, for example `2025-05-01`.
    #[schemars(extend("pattern" = r"^\d{4}-\d{2}-\d{2}(-[A-Za-z0-9.]+)?$"))]
    api_version: String,
    /// Handle, name or id of the resource group. Default: the one declared before it. Without effect when `parent` or
    /// `scope` is given.
    resource_group: Option<String>,
    /// Handle or id of the resource it is a child of. Its type is then that of the parent and one more segment.
    parent: Option<String>,
    /// Handle or id of the resource that it extends (a lock, a role assignment), or the id of a subscription, a management
    /// group or a resource group.
    scope: Option<String>,
    /// Query parameters of the request that deletes it. Default: none but the api-version.
    #[serde(default)]
    delete_query: BTreeMap<String, String>,
    /// The body.
    #[serde(flatten)]
    body: Map<String, Value>,
}

impl Kind for ArmResource {
    const NAME: &'static str = "arm_resource";
    const SUMMARY: &'static str = "Any Azure resource, passed through as it is written";
    const TYPE: &'static str = "";
    const DOCUMENT: Option<&'static str> = Some(include_str!("../kind.json"));
    const COMPARE: Compare = Compare::IgnoreCase;
    const ARGUMENTS: &'static [&'static str] = &["type"];
    const MODELLED: bool = false;
    const OPEN_OUTPUTS: bool = true;

    fn placed_in() -> Option<Relation> {
        Some(Relation::new("resource_group", "resource_group"))
    }

    fn rules() -> Vec<Rule> {
        rules::tracked("The resource")
    }

    fn expand(mut self, declaration: &Declaration, context: &Context) -> Expansion {
        let body = std::mem::take(&mut self.body);
        let query = std::mem::take(&mut self.delete_query);
        let mut resource = self.locate(declaration, context);
        for member in ["id", "name", "apiVersion"] {
            if body.contains_key(member) {
                let message = format!("`{member}` is not part of the body");
                resource.problem("body", message, &format!("/{member}"));
            }
        }
        resource.details.delete_query = query;
        resource.body = Body::from(body);
        resource.finish()
    }

    fn find(declaration: &Declaration, context: &Context) -> Expansion {
        match declaration.decode::<Self>() {
            Ok(resource) => resource.locate(declaration, context).finish(),
            Err(diagnostic) => diagnostic.into(),
        }
    }
}

impl ArmResource {
    /// The resource without its body: type, api-version, name and place checked.
    fn locate(&self, declaration: &Declaration, context: &Context) -> Builder {
        let id = place::id(self, &declaration.name, context);
        let (id, problem) = match id {
            Ok(id) => (id, None),
            Err(problem) => (String::new(), Some(problem)),
        };
        let mut resource = Builder::new(declaration, &self.r#type, &self.api_version, id);
        resource.diagnostics.extend(form::type_problem(&self.r#type));
        resource.diagnostics.extend(form::api_version_problem(&self.api_version));
        // What is wrong with the type is said once, not again for the place that hangs on it.
        if resource.diagnostics.is_empty() {
            resource.diagnostics.extend(problem);
        }
        resource
    }
}

resource_plugin!(ArmResource);

#[cfg(test)]
mod tests;
