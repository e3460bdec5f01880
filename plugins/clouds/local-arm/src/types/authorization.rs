//! Microsoft.Authorization: locks and role assignments, which hang on a scope.

use serde_json::{Map, Value};

use super::names::{invalid, made_of};
use super::shape::{Fallback, Shape, object};
use super::{Draft, Facts, Model, SoftDelete, nothing_to_check};
use crate::fault::Fault;
use crate::guid::is_guid;
use crate::record::Record;

static LOCK_SHAPE: Shape = object! {
    Required "properties": object! {
        Required "level": Shape::Choice(&["NotSpecified", "CanNotDelete", "ReadOnly"]),
        Optional "notes": Shape::Text,
        Optional "owners": Shape::List(&object! { Optional "applicationId": Shape::Text }),
    },
};

/// Locks.
pub static LOCK: Model = Model {
    name: "Microsoft.Authorization/locks",
    api_versions: "2020-05-01 2017-04-01 2016-09-01 2015-01-01",
    shape: &LOCK_SHAPE,
    located: false,
    valid_name: |name| {
        let allowed = |character: char| character.is_ascii_alphanumeric() || "_.()-".contains(character);
        if made_of(name, 1, 90, allowed) && !name.ends_with('.') {
            return Ok(());
        }
        Err(invalid(name, "Use up to 90 letters, digits and _ . ( ) -, without a period at the end."))
    },
    unique: None,
    soft_delete: SoftDelete::No,
    immutable: &[],
    creating: "",
    check: nothing_to_check,
    fill: |_, _| {},
};

static ROLE_ASSIGNMENT_SHAPE: Shape = object! {
    Required "properties": object! {
        Required "roleDefinitionId": Shape::Text,
        Required "principalId": Shape::Text,
        Optional "principalType":
            Shape::Choice(&["User", "Group", "ServicePrincipal", "ForeignGroup", "Device", "AgentUser",
                "AgentServicePrincipal"]) => Fallback::Text("ServicePrincipal"),
        Optional "description": Shape::Text,
        Optional "condition": Shape::Text,
        Optional "conditionVersion": Shape::Text,
        Optional "delegatedManagedIdentityResourceId": Shape::Text,
        ReadOnly "scope": Shape::Text,
        ReadOnly "createdOn": Shape::Text,
        ReadOnly "updatedOn": Shape::Text,
        ReadOnly "createdBy": Shape::Text,
        ReadOnly "updatedBy": Shape::Text,
    },
};

/// Role assignments.
pub static ROLE_ASSIGNMENT: Model = Model {
    name: "Microsoft.Authorization/roleAssignments",
    api_versions: "\
        2022-04-01 2020-10-01-preview 2020-08-01-preview 2020-04-01-preview 2020-03-01-preview \
        2018-09-01-preview 2018-01-01-preview 2017-10-01-preview 2015-07-01",
    shape: &ROLE_ASSIGNMENT_SHAPE,
    located: false,
    valid_name: |name| {
        if is_guid(name) {
            return Ok(());
        }
        Err(Fault::service(
            400,
            "InvalidRoleAssignmentId",
            format!("The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."),
        ))
    },
    unique: None,
    soft_delete: SoftDelete::No,
    immutable: &[],
    creating: "",
    check: check_assignment,
    fill: fill_assignment,
};

/// One role, one principal, one scope: one assignment, whose principal and role never change.
fn check_assignment(draft: &Draft<'_>) -> Result<(), Fault> {
    let same = |other: &Value| {
        ["/properties/roleDefinitionId", "/properties/principalId"].iter().all(|pointer| {
            let text = |body: &Value| body.pointer(pointer).and_then(Value::as_str).map(str::to_lowercase);
            text(draft.body) == text(other)
        })
    };
    if let Some(old) = draft.old {
        return if same(old) {
            Ok(())
        } else {
            Err(Fault::service(
                400,
                "RoleAssignmentUpdateNotPermitted",
                "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
            ))
        };
    }
    let prefix = crate::record::collection_prefix(&draft.id.scope, &draft.id.namespace, &[], "roleAssignments");
    let mut after = String::new();
    loop {
        let page = draft.store.scan(&prefix, &after, 200);
        let Some((last, _)) = page.last() else { return Ok(()) };
        after.clone_from(last);
        let taken = page
            .into_iter()
            .filter_map(|(_, bytes)| serde_json::from_slice::<Value>(&Record::decode(bytes)?.body).ok())
            .any(|other| same(&other));
        if taken {
            return Err(Fault::service(409, "RoleAssignmentExists", "The role assignment already exists."));
        }
    }
}

fn fill_assignment(body: &mut Map<String, Value>, facts: &Facts<'_>) {
    let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let scope = facts.path.to_lowercase().rfind("/providers/").and_then(|at| facts.path.get(..at)).unwrap_or("");
    properties.insert("scope".to_owned(), Value::from(if scope.is_empty() { "/" } else { scope }));
    properties.insert("createdOn".to_owned(), facts.keep("/properties/createdOn", || Value::from(facts.now)));
    properties.insert("updatedOn".to_owned(), Value::from(facts.now));
}
