//! Where a resource lives: in a resource group, in a parent, or as an extension of something.

use mlhost_arm::builder::group_id;
use mlhost_arm::id::{self, ResourceId};
use mlhost_plugin::{Context, Diagnostic, token};

use crate::ArmResource;
use crate::form::name_problem;

/// The id of a resource.
///
/// # Errors
/// `arm_resource/name`, `arm_resource/parent`, `arm_resource/scope`, or what [`group_id`] refuses.
pub fn id(resource: &ArmResource, name: &str, context: &Context) -> Result<String, Diagnostic> {
    let segments: Vec<&str> = name.split('/').collect();
    if let Some(message) = segments.iter().find_map(|segment| name_problem(segment)) {
        return Err(Diagnostic::error("arm_resource/name", message));
    }
    match (&resource.parent, &resource.scope) {
        (Some(_), Some(_)) => Err(Diagnostic::error("arm_resource/scope", "it has both a `parent` and a `scope`")
            .at("/scope")
            .help("give `parent` for a child, `scope` for an extension of another resource")),
        (Some(parent), None) => child(&resource.r#type, parent, &segments),
        (None, Some(scope)) => {
            check_scope(scope)?;
            count(&resource.r#type, &segments)?;
            Ok(id::of_resource(scope, &resource.r#type, &segments))
        }
        (None, None) => {
            count(&resource.r#type, &segments)?;
            Ok(id::of_resource(&group_id(resource.resource_group.as_deref(), context)?, &resource.r#type, &segments))
        }
    }
}

/// As many segments in the name as the type has behind its namespace.
fn count(resource_type: &str, names: &[&str]) -> Result<(), Diagnostic> {
    let expected = resource_type.matches('/').count();
    if expected == names.len() {
        return Ok(());
    }
    let message = format!("the name has {} parts, the type `{resource_type}` needs {expected}", names.len());
    Err(Diagnostic::error("arm_resource/name", message)
        .help("write PARENT/NAME for a child, or give the `parent` and the last part of the name"))
}

fn child(resource_type: &str, parent: &str, names: &[&str]) -> Result<String, Diagnostic> {
    let wrong = |message: String| {
        let help = "give a handle, or the id of a resource whose type is the type without its last part";
        Err(Diagnostic::error("arm_resource/parent", message).at("/parent").help(help))
    };
    let Some((parent_type, segment)) = resource_type.rsplit_once('/').filter(|(front, _)| front.contains('/')) else {
        return wrong(format!("the type `{resource_type}` is not that of a child"));
    };
    if names.len() != 1 {
        let message = "the name of a resource with a `parent` has one part";
        return Err(Diagnostic::error("arm_resource/name", message));
    }
    if !token::holds_token(parent) {
        match ResourceId::parse(parent) {
            Some(id) if id.is_of(parent_type) => {}
            Some(id) => return wrong(format!("the parent is a {}, not a {parent_type}", id.resource_type())),
            None => return wrong(format!("`{parent}` is not the id of a {parent_type}")),
        }
    }
    Ok(format!("{parent}/{segment}/{}", names.first().copied().unwrap_or_default()))
}

fn check_scope(scope: &str) -> Result<(), Diagnostic> {
    // Ids of management groups parse too: they are resources of Microsoft.Management.
    if token::holds_token(scope) || ResourceId::parse(scope).is_some() {
        return Ok(());
    }
    Err(Diagnostic::error("arm_resource/scope", format!("`{scope}` is no id"))
        .at("/scope")
        .help("give a handle, or an id such as /subscriptions/…"))
}
