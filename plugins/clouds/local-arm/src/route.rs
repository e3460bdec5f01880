//! From the segments of a path to what is asked for.

use crate::describe::SUBSCRIPTION;
use crate::fault::Fault;
use crate::guid::is_guid;
use crate::id::{ProviderPath, ResourceId, Scope};

/// What a request is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// All tenants.
    Tenants,
    /// All subscriptions.
    Subscriptions,
    /// The subscription.
    Subscription,
    /// Its regions.
    Locations,
    /// Its resource providers.
    Providers,
    /// One resource provider.
    Provider(String),
    /// Registration of a resource provider.
    Register(String),
    /// Its resource groups.
    Groups,
    /// A resource group.
    Group(String),
    /// The resources of the subscription or of a group.
    Resources(Option<String>),
    /// What became of an operation; `true` where the answer is its status and not its result.
    Operation(String, bool),
    /// Soft-deleted vaults.
    DeletedVaults,
    /// One of them, by region and name.
    DeletedVault(String, String),
    /// The end of one of them.
    PurgeVault(String, String),
    /// A resource.
    Resource(ResourceId),
    /// The resources of one type in a scope or below a parent.
    Collection(Scope, String, Vec<(String, String)>, String),
    /// An action, or the collection of a child type: the method tells which.
    Below(ResourceId, String),
}

impl Route {
    /// Reads a path.
    ///
    /// # Errors
    /// For a subscription that is not this cloud's and for a path that means nothing.
    pub fn parse(segments: &[String]) -> Result<Self, Fault> {
        let words: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if let ["subscriptions", subscription, ..] = words.as_slice() {
            if !is_guid(subscription) {
                return Err(Fault::invalid_subscription_id(subscription));
            }
            if *subscription != SUBSCRIPTION {
                return Err(Fault::subscription_not_found(subscription));
            }
        }
        let own = |at: usize| segments.get(at).cloned().unwrap_or_default();
        Ok(match words.as_slice() {
            ["tenants"] => Self::Tenants,
            ["subscriptions"] => Self::Subscriptions,
            ["subscriptions", _] => Self::Subscription,
            ["subscriptions", _, "locations"] => Self::Locations,
            ["subscriptions", _, "providers"] => Self::Providers,
            ["subscriptions", _, "providers", _] => Self::Provider(own(3)),
            ["subscriptions", _, "providers", _, "register"] => Self::Register(own(3)),
            ["subscriptions", _, "resources"] => Self::Resources(None),
            ["subscriptions", _, "resourcegroups"] => Self::Groups,
            ["subscriptions", _, "resourcegroups", _] => Self::Group(own(3)),
            ["subscriptions", _, "resourcegroups", _, "resources"] => Self::Resources(Some(own(3))),
            ["subscriptions", _, "operationresults", id] => Self::Operation((*id).to_owned(), false),
            ["subscriptions", _, "providers", _, "locations", _, "operationresults", id] => {
                Self::Operation((*id).to_owned(), false)
            }
            ["subscriptions", _, "providers", _, "locations", _, "operationstatuses", id] => {
                Self::Operation((*id).to_owned(), true)
            }
            ["subscriptions", _, "providers", "microsoft.keyvault", "deletedvaults"] => Self::DeletedVaults,
            ["subscriptions", _, "providers", "microsoft.keyvault", "locations", _, "deletedvaults", _] => {
                Self::DeletedVault(own(5), own(7))
            }
            ["subscriptions", _, "providers", "microsoft.keyvault", "locations", _, "deletedvaults", _, "purge"] => {
                Self::PurgeVault(own(5), own(7))
            }
            _ => Self::provider(segments)?,
        })
    }

    fn provider(segments: &[String]) -> Result<Self, Fault> {
        let path = ProviderPath::parse(segments).ok_or_else(Fault::invalid_uri)?;
        let trailing = path.trailing.clone();
        Ok(match trailing {
            None => Self::Resource(path.resource().ok_or_else(Fault::invalid_uri)?),
            Some(kind) if path.pairs.is_empty() => Self::Collection(path.scope, path.namespace, path.pairs, kind),
            Some(word) => Self::Below(path.resource().ok_or_else(Fault::invalid_uri)?, word),
        })
    }
}
