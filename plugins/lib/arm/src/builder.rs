//! Makes a resource of a declaration: id, location, tags, body, details.

use mlhost_plugin::{Context, Declaration, Details, Diagnostic, Expansion, Resource, schema, token};
use serde::Deserialize;

use crate::body::{Body, IntoBody};
use crate::handle::handle;
use crate::id::{self, ResourceId};
use crate::parts::Tags;
use crate::types::{self, ResourceType};

/// A resource under construction, with what is found wrong on the way.
#[derive(Debug)]
pub struct Builder {
    kind: String,
    address: String,
    resource_type: String,
    id: String,
    /// The body to send.
    pub body: Body,
    /// Details for the deployer.
    pub details: Details,
    /// What is wrong so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Further declarations.
    pub declarations: Vec<Declaration>,
}

impl Builder {
    /// A resource with an id of its own making.
    pub fn new(declaration: &Declaration, resource_type: &str, api_version: &str, id: String) -> Self {
        Self {
            kind: declaration.kind.clone(),
            address: declaration.address.clone(),
            resource_type: resource_type.into(),
            id,
            body: Body::default(),
            details: Details::of_version(api_version),
            diagnostics: Vec::new(),
            declarations: Vec::new(),
        }
    }

    fn of_type(ty: &ResourceType, declaration: &Declaration, scope: Result<String, Diagnostic>) -> Self {
        let (scope, problem) = match scope {
            Ok(scope) => (scope, None),
            Err(problem) => (String::new(), Some(problem)),
        };
        let mut builder = Self::new(declaration, ty.name, ty.api_version, scope);
        builder.diagnostics.extend(problem);
        if let Some(message) = ty.names.problem(&declaration.name) {
            builder.diagnostics.push(
                Diagnostic::error(format!("{}/name", ty.kind), message)
                    .help(format!("{} to {} characters: {}", ty.names.min, ty.names.max, ty.names.words)),
            );
        }
        builder
    }

    /// A resource in a resource group: `property` is the declaration's `resource_group`.
    pub fn in_group(ty: &ResourceType, declaration: &Declaration, context: &Context, property: Option<&str>) -> Self {
        let id = group_id(property, context).map(|group| id::of_resource(&group, ty.name, &[&declaration.name]));
        Self::of_type(ty, declaration, id)
    }

    /// A resource group.
    pub fn group(declaration: &Declaration, context: &Context) -> Self {
        let id = subscription(context, "").map(|subscription| id::of_group(subscription, &declaration.name));
        Self::of_type(&types::RESOURCE_GROUP, declaration, id)
    }

    /// A child: `property` is the declaration's property of the same name as `pointer` says, which refers to its parent.
    pub fn child(
        ty: &ResourceType,
        declaration: &Declaration,
        parent: &ResourceType,
        pointer: &str,
        property: Option<&str>,
    ) -> Self {
        let id = match property {
            Some(value) => handle(ty.kind, pointer, value, parent).map(|()| {
                let segment = ty.name.rsplit('/').next().unwrap_or_default();
                format!("{value}/{segment}/{}", declaration.name)
            }),
            None => Err(Diagnostic::error(format!("{}/no-parent", ty.kind), format!("it lives in no {}", parent.kind))
                .at(pointer)
                .help(format!(
                    "give the handle of its {} first: {}(parent, \"{}\")",
                    parent.kind, ty.kind, declaration.name
                ))),
        };
        Self::of_type(ty, declaration, id)
    }

    /// Sets the location: of the property, else of the environment.
    pub fn location(&mut self, property: Option<String>, context: &Context) -> &mut Self {
        match property.as_deref().or_else(|| context.facts.text("location")) {
            Some(location) => {
                self.body.set("/location", location);
            }
            None => self.diagnostics.push(
                Diagnostic::error("arm/no-location", "it is not said where to place it")
                    .at("/location")
                    .help("set `location` here, or for the whole environment in the project file"),
            ),
        }
        self
    }

    /// Sets the tags.
    pub fn tags(&mut self, tags: Tags) -> &mut Self {
        if tags.len() > 50 {
            let message = format!("there are {} tags, Azure takes at most 50", tags.len());
            self.problem("tags", message, "/tags");
        }
        if !tags.is_empty() {
            self.body.set("/tags", tags);
        }
        self
    }

    /// Sets a member of the body, if there is a value.
    pub fn set(&mut self, pointer: &str, value: impl IntoBody) -> &mut Self {
        self.body.set(pointer, value);
        self
    }

    /// Sets a member of the body to the id that a property refers to, after a check that it is of the type.
    pub fn refer(&mut self, pointer: &str, property: &str, value: Option<String>, target: &ResourceType) -> &mut Self {
        if let Some(value) = value {
            self.diagnostics.extend(handle(&self.kind, property, &value, target).err());
            self.body.set(pointer, value);
        }
        self
    }

    /// Adds an error of the code `KIND/WORD` at a property.
    pub fn problem(&mut self, word: &str, message: impl Into<String>, pointer: &str) {
        self.diagnostics.push(Diagnostic::error(format!("{}/{word}", self.kind), message).at(pointer));
    }

    /// The resource so far, or what is wrong.
    pub fn finish(self) -> Expansion {
        let resource = Resource {
            address: self.address,
            type_: self.resource_type,
            id: self.id,
            body: self.body.text(),
            depends_on: Vec::new(),
            details: schema::text(&self.details),
        };
        let mut expansion = Expansion::of(resource);
        expansion.declarations = self.declarations;
        expansion.diagnostics = self.diagnostics;
        if expansion.has_errors() {
            expansion.resources.clear();
            expansion.declarations.clear();
        }
        expansion
    }
}

/// The part of the properties that tells where something is.
#[derive(Deserialize)]
struct Place {
    resource_group: Option<String>,
}

/// Finds what exists in a resource group.
pub fn find_in_group(ty: &ResourceType, declaration: &Declaration, context: &Context) -> Expansion {
    match declaration.decode::<Place>() {
        Ok(place) => Builder::in_group(ty, declaration, context, place.resource_group.as_deref()).finish(),
        Err(diagnostic) => diagnostic.into(),
    }
}

/// Finds a child that exists; `pointer` names the property that refers to its parent.
pub fn find_child(ty: &ResourceType, declaration: &Declaration, parent: &ResourceType, pointer: &str) -> Expansion {
    match declaration.decode::<mlhost_plugin::Value>() {
        Ok(properties) => {
            let property = properties.pointer(pointer).and_then(mlhost_plugin::Value::as_str);
            Builder::child(ty, declaration, parent, pointer, property).finish()
        }
        Err(diagnostic) => diagnostic.into(),
    }
}

/// The subscription of the environment.
fn subscription<'a>(context: &'a Context, pointer: &str) -> Result<&'a str, Diagnostic> {
    context.facts.text("subscription_id").ok_or_else(|| {
        Diagnostic::error("arm/no-subscription", "the environment names no subscription")
            .at(pointer)
            .help("set `subscription_id` for the environment in the project file")
    })
}

/// The id of a resource group, given as a handle, an id or the name of an existing one.
///
/// # Errors
/// `arm/no-resource-group`, `arm/resource-group` for what is none, `arm/no-subscription`.
pub fn group_id(property: Option<&str>, context: &Context) -> Result<String, Diagnostic> {
    const POINTER: &str = "/resource_group";
    let Some(value) = property.filter(|value| !value.is_empty()) else {
        return Err(Diagnostic::error("arm/no-resource-group", "it is not said in which resource group it lives")
            .at(POINTER)
            .help("declare one with resource_group(…) before it, or set `resource_group`"));
    };
    let wrong = |message: String| {
        let help = "give a handle made by resource_group(…), the name of a resource group, or its id";
        Err(Diagnostic::error("arm/resource-group", message).at(POINTER).help(help))
    };
    if let Some(reference) = token::reference(value) {
        return match (reference.kind(), reference.pointer.as_str()) {
            ("resource_group", "/id") => Ok(value.to_owned()),
            ("resource_group", "/name") => Ok(id::of_group(subscription(context, POINTER)?, value)),
            _ => wrong(format!("`{}` is not a resource group", reference.address)),
        };
    }
    if value.starts_with('/') {
        return match ResourceId::parse(value) {
            Some(id) if id.is_of(types::RESOURCE_GROUP.name) => Ok(value.to_owned()),
            _ => wrong(format!("`{value}` is not the id of a resource group")),
        };
    }
    match types::RESOURCE_GROUP.names.problem(value) {
        Some(message) => wrong(message),
        None => Ok(id::of_group(subscription(context, POINTER)?, value)),
    }
}

#[cfg(test)]
mod tests {
    use mlhost_plugin::json;
    use mlhost_plugin::testing::{complaints, context, declaration};

    use super::*;

    const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn a_group_is_a_handle_a_name_or_an_id() {
        let context = context(json!({"subscription_id": SUBSCRIPTION}));
        let named = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/main");
        assert_eq!(group_id(Some("${resource_group.main#/id}"), &context).unwrap(), "${resource_group.main#/id}");
        assert_eq!(group_id(Some("main"), &context).unwrap(), named);
        assert_eq!(group_id(Some(&named), &context).unwrap(), named);
        for (value, code) in [
            (None, "arm/no-resource-group"),
            (Some("${key_vault.v#/id}"), "arm/resource-group"),
            (Some("/subscriptions/S"), "arm/resource-group"),
            (Some("a/b"), "arm/resource-group"),
        ] {
            assert_eq!(group_id(value, &context).unwrap_err().code, code);
        }
        let nowhere = mlhost_plugin::testing::context(json!({}));
        assert_eq!(group_id(Some("main"), &nowhere).unwrap_err().code, "arm/no-subscription");
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let declaration = declaration("storage_account", "Wrong-Name", json!({}));
        let nowhere = context(json!({}));
        let mut builder = Builder::in_group(&types::STORAGE_ACCOUNT, &declaration, &nowhere, None);
        builder.location(None, &nowhere);
        let expansion = builder.finish();
        let expected = [
            ("arm/no-resource-group", "/resource_group"),
            ("storage_account/name", ""),
            ("arm/no-location", "/location"),
        ];
        assert_eq!(complaints(&expansion), expected);
        assert!(expansion.resources.is_empty());
    }

    #[test]
    fn a_child_lives_in_its_parent() {
        let declaration = declaration("ml_compute_cluster", "cpu-compute", json!({}));
        let child = |parent| {
            Builder::child(&types::ML_COMPUTE_CLUSTER, &declaration, &types::ML_WORKSPACE, "/workspace", parent)
                .finish()
        };
        let expansion = child(Some("${ml_workspace.w#/id}"));
        assert_eq!(expansion.resources.first().unwrap().id, "${ml_workspace.w#/id}/computes/cpu-compute");
        assert_eq!(complaints(&child(None)), [("ml_compute_cluster/no-parent", "/workspace")]);
        assert_eq!(complaints(&child(Some("${key_vault.w#/id}"))), [("ml_compute_cluster/reference", "/workspace")]);
    }
}
