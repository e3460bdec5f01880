//! Properties that refer to another resource: a handle of a kind, or the id of something made elsewhere.

use mlhost_plugin::{Diagnostic, token};

use crate::id::ResourceId;
use crate::types::{self, ResourceType};

/// Checks that a property refers to a resource of a type: by a token of its kind (or of a kind that may stand for any
/// type), or by a literal id.
///
/// # Errors
/// `KIND/reference` when it is a handle of another kind, `KIND/id` when it is no id of that type; with the pointer.
pub fn handle(kind: &str, pointer: &str, value: &str, target: &ResourceType) -> Result<(), Diagnostic> {
    if let Some(reference) = token::reference(value) {
        let other = types::ALL.iter().any(|known| known.kind == reference.kind() && known.kind != target.kind);
        if !other {
            return Ok(());
        }
        let message = format!("`{}` is not a {}", reference.address, target.kind);
        return Err(Diagnostic::error(format!("{kind}/reference"), message)
            .at(pointer)
            .help(format!("give a handle made by {}(…) or existing(\"{}\", …)", target.kind, target.kind)));
    }
    if token::holds_token(value) || ResourceId::parse(value).is_some_and(|id| id.is_of(target.name)) {
        return Ok(());
    }
    Err(id_problem(kind, pointer, value, target.name))
}

/// The diagnostic for a text that is no id of a type.
pub fn id_problem(kind: &str, pointer: &str, value: &str, resource_type: &str) -> Diagnostic {
    let message = match ResourceId::parse(value) {
        Some(id) => format!("the id is that of a {}, not of a {resource_type}", id.resource_type()),
        None => format!("`{value}` is not the id of a {resource_type}"),
    };
    Diagnostic::error(format!("{kind}/id"), message).at(pointer).help(format!(
        "give a handle, or an id of the form /subscriptions/…/resourceGroups/…/providers/{resource_type}/…"
    ))
}

/// Checks a literal id of a type that no kind stands for; tokens pass.
///
/// # Errors
/// `KIND/id` with the pointer.
pub fn id_of_type(kind: &str, pointer: &str, value: &str, resource_type: &str) -> Result<(), Diagnostic> {
    if token::holds_token(value) || ResourceId::parse(value).is_some_and(|id| id.is_of(resource_type)) {
        return Ok(());
    }
    Err(id_problem(kind, pointer, value, resource_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_right_handles_from_others() {
        let id = "/subscriptions/S/resourceGroups/G/providers/microsoft.storage/storageaccounts/a";
        for good in ["${storage_account.a#/id}", "${arm_resource.a#/id}", "${my_pattern.x#/storage/id}", id] {
            assert_eq!(handle("k", "/p", good, &types::STORAGE_ACCOUNT), Ok(()), "{good}");
        }
        let vault = "/subscriptions/S/resourceGroups/G/providers/Microsoft.KeyVault/vaults/a";
        for (bad, code) in [("${key_vault.a#/id}", "k/reference"), (vault, "k/id"), ("name", "k/id")] {
            let diagnostic = handle("k", "/p", bad, &types::STORAGE_ACCOUNT).unwrap_err();
            assert_eq!((diagnostic.code.as_str(), diagnostic.pointer.as_str()), (code, "/p"), "{bad}");
        }
    }
}
