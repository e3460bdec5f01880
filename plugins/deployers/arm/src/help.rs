//! What to do about frequent failures. Codes and their meaning: Azure Resource Manager's common deployment errors.

/// Remedies by code (without regard to case).
const REMEDIES: &[(&str, &str)] = &[
    (
        "AuthorizationFailed",
        "Give the identity a role with that action on that scope (Contributor, or Owner for role assignments); a new role takes some minutes to work.",
    ),
    ("LinkedAuthorizationFailed", "Give the identity a role on the resource that the body links to, too."),
    (
        "RoleAssignmentUpdateNotPermitted",
        "Principal, role and scope of a role assignment cannot change: delete it and create another.",
    ),
    ("AuthenticationFailed", "Sign in again (`az login`), or check the variables of the credential in use."),
    (
        "InvalidAuthenticationToken",
        "Sign in again (`az login`); check that the credential belongs to the cloud of the fact `endpoint`.",
    ),
    ("ExpiredAuthenticationToken", "Sign in again (`az login`); check the clock of this machine."),
    (
        "InvalidAuthenticationTokenTenant",
        "Sign in to the tenant of the subscription: set the fact `tenant_id`, or `az login --tenant TENANT`.",
    ),
    (
        "SubscriptionNotFound",
        "Check the fact `subscription_id`, and that the identity may see that subscription (`az account list`).",
    ),
    ("InvalidSubscriptionId", "The fact `subscription_id` must be the subscription's GUID."),
    ("QuotaExceeded", "Ask for more quota in the region, take a smaller size, or another region."),
    (
        "OperationNotAllowed",
        "Where the message speaks of cores or of a quota: ask for more, take a smaller size, or another region.",
    ),
    (
        "SkuNotAvailable",
        "Take another size or region: `az vm list-skus --location REGION --output table` lists what there is.",
    ),
    ("StorageAccountAlreadyTaken", "Names of storage accounts are unique in all of Azure: choose another one."),
    (
        "StorageAccountAlreadyExists",
        "It is in another resource group of this subscription: choose another name, or refer to it with `existing`.",
    ),
    ("AccountNameInvalid", "3 to 24 lower-case letters and digits."),
    (
        "VaultAlreadyExists",
        "Names of key vaults are unique in all of Azure, deleted ones included: choose another name, or purge the deleted vault (`az keyvault list-deleted`, `az keyvault purge --name NAME`).",
    ),
    (
        "ConflictError",
        "A deleted key vault still holds the name: recover it (`az keyvault recover --name NAME`) or purge it (`az keyvault purge --name NAME`).",
    ),
    ("AlreadyInUse", "Names of container registries are unique in all of Azure: choose another one."),
    ("ScopeLocked", "A lock protects it. Remove the lock first, if that is really meant (`az lock list`)."),
    ("RequestDisallowedByPolicy", "An Azure Policy of the organisation forbids it: the message names the policy."),
    ("DenyAssignmentAuthorizationFailed", "A deployment stack or a managed application protects it: change it there."),
    (
        "NoRegisteredProviderFound",
        "The type does not exist in that location or with that api-version: the message lists those that do.",
    ),
    ("LocationNotAvailableForResourceType", "Choose one of the regions that the message lists."),
    ("LocationRequired", "Set `location`, or the fact `location`."),
    ("InvalidResourceLocation", "A resource cannot move: delete it, or keep its location."),
    ("InvalidResourceGroupLocation", "A resource group cannot move: keep its location, or choose another name."),
    ("ResourceGroupNotFound", "Create the resource group first, or declare it."),
    ("BeingDeleted", "Wait until it is gone, then run again."),
    ("ResourceGroupBeingDeleted", "Wait until the resource group is gone, then run again."),
    ("ParentResourceNotFound", "Create the parent first, or declare it so that it comes first."),
    ("InUseSubnetCannotBeDeleted", "Delete the resources in the subnet first."),
    ("PrincipalNotFound", "A new identity takes a moment to be known everywhere: run again."),
    (
        "RoleAssignmentExists",
        "The same principal has the role on that scope under another name: remove that assignment, or this declaration.",
    ),
    ("ResourceExists", "Take it over with `--adopt`, refer to it with `existing`, or choose another name."),
    (
        "UnexpectedResponse",
        "Check the fact `endpoint`: does Resource Manager answer there, and no proxy or login page?",
    ),
    ("InvalidToken", "The journal of the last run cannot be used for this operation: run `apply` again."),
    ("authentication", "Sign in with `az login`, or set the variables of a service principal or workload identity."),
    ("connect", "Check the network, the proxy variables, and the fact `endpoint`."),
];

/// Remedies by words of the message, for codes that say little.
const BY_MESSAGE: &[(&str, &str)] = &[
    (
        "Soft-deleted workspace exists",
        "A deleted ML workspace still holds the name: recover it in the portal, or purge it (`az ml workspace delete --name NAME --permanently-delete`).",
    ),
    (
        "is not unique",
        "A deleted Log Analytics workspace may still hold the name: recover it by creating it in the same resource group and region, or choose another name.",
    ),
    ("quota", "Ask for more quota in the region, take a smaller size, or another region."),
];

/// What to do about a failure; empty where nothing better than the message is known.
pub fn help(code: &str, message: &str) -> String {
    if code.eq_ignore_ascii_case("MissingSubscriptionRegistration") {
        let namespace = quoted_after(message, "namespace").unwrap_or("NAMESPACE");
        return format!("Register it once: `az provider register --namespace {namespace} --wait`.");
    }
    let by_message = || BY_MESSAGE.iter().find(|(words, _)| message.contains(words));
    let by_code = REMEDIES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
    by_code.or_else(by_message).map(|(_, remedy)| (*remedy).to_owned()).unwrap_or_default()
}

/// The namespace in quotes after a word; only letters, digits and dots, for it is shown as part of a command.
fn quoted_after<'a>(message: &'a str, word: &str) -> Option<&'a str> {
    let quoted = message.split_once(word)?.1.trim_start().strip_prefix('\'')?.split_once('\'')?.0;
    let plain = !quoted.is_empty() && quoted.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    plain.then_some(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registration_names_the_namespace_but_no_command_of_the_servers() {
        let message = "The subscription is not registered to use namespace 'Microsoft.KeyVault'. See …";
        assert!(help("MissingSubscriptionRegistration", message).contains("--namespace Microsoft.KeyVault "));
        let evil = "to use namespace 'x; rm -rf /'. See";
        assert!(help("MissingSubscriptionRegistration", evil).contains("--namespace NAMESPACE "));
    }

    #[test]
    fn codes_that_say_little_are_told_by_their_message() {
        assert!(help("BadRequest", "Soft-deleted workspace exists. Please purge").contains("--permanently-delete"));
        assert_eq!(help("BadRequest", "something else"), "");
    }

    #[test]
    fn no_code_is_listed_twice() {
        for (at, (code, _)) in REMEDIES.iter().enumerate() {
            assert!(!REMEDIES.iter().skip(at + 1).any(|(other, _)| other.eq_ignore_ascii_case(code)), "{code}");
        }
    }
}
