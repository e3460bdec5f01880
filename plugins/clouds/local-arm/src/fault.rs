//! ARM's error bodies. Messages follow what Azure was recorded to send; a test holds them against the collected bodies.

use serde_json::{Map, Value, json};

use crate::answer::Answer;

/// Who refuses: ARM itself or the resource provider behind it (`x-ms-failure-cause`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// ARM itself.
    Gateway,
    /// The resource provider.
    Service,
}

/// A refusal in ARM's error envelope.
#[derive(Debug, Clone)]
pub struct Fault {
    /// HTTP status.
    pub status: u16,
    /// ARM's error code.
    pub code: &'static str,
    /// The sentence for people.
    pub message: String,
    /// Path of the property that is wrong, where one is.
    pub target: Option<String>,
    /// What is wrong one by one, where it is more than one thing.
    pub details: Vec<Fault>,
    cause: Cause,
}

impl Fault {
    /// A refusal by ARM itself.
    pub fn gateway(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), target: None, details: Vec::new(), cause: Cause::Gateway }
    }

    /// A refusal by a resource provider.
    pub fn service(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { cause: Cause::Service, ..Self::gateway(status, code, message) }
    }

    /// Names the property that is wrong.
    pub fn at(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The answer that carries it.
    pub fn answer(&self) -> Answer {
        let cause = match self.cause {
            Cause::Gateway => "gateway",
            Cause::Service => "service",
        };
        Answer::json(self.status, &json!({ "error": self.body() })).header("x-ms-failure-cause", cause)
    }

    /// The error by itself.
    pub fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("code".to_owned(), Value::from(self.code));
        body.insert("message".to_owned(), Value::from(self.message.as_str()));
        if let Some(target) = &self.target {
            body.insert("target".to_owned(), Value::from(target.as_str()));
        }
        if !self.details.is_empty() {
            body.insert("details".to_owned(), self.details.iter().map(Self::body).collect());
        }
        Value::Object(body)
    }
}

/// The request as such.
impl Fault {
    pub(crate) fn missing_api_version() -> Self {
        Self::gateway(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    }

    pub(crate) fn invalid_api_version(version: &str, supported: &str) -> Self {
        Self::gateway(
            400,
            "InvalidApiVersionParameter",
            format!("The api-version '{version}' is invalid. The supported versions are '{supported}'."),
        )
    }

    pub(crate) fn no_registered_provider(location: &str, version: &str, kind: &str, api: &str, places: &str) -> Self {
        Self::gateway(
            400,
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location '{location}' and API version '{version}' for type \
                 '{kind}'. The supported api-versions are '{api}'. The supported locations are '{places}'."
            ),
        )
    }

    pub(crate) fn authentication_failed() -> Self {
        Self::gateway(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
    }

    pub(crate) fn invalid_content(parser_message: &str) -> Self {
        Self::gateway(
            400,
            "InvalidRequestContent",
            format!("The request content was invalid and could not be deserialized: '{parser_message}'."),
        )
    }

    pub(crate) fn invalid_uri() -> Self {
        Self::gateway(400, "InvalidRequestUri", "The request URI is not valid.")
    }

    pub(crate) fn method_not_allowed(method: &str, path: &str) -> Self {
        Self::gateway(
            405,
            "HttpMethodNotSupported",
            format!("The HTTP method '{method}' is not supported at scope '{path}'."),
        )
    }

    pub(crate) fn precondition_failed(id: &str) -> Self {
        Self::gateway(412, "PreconditionFailed", format!("The condition on the resource '{id}' was not met."))
    }

    pub(crate) fn invalid_filter(filter: &str) -> Self {
        Self::gateway(
            400,
            "InvalidFilterInQueryString",
            format!("Invalid $filter '{filter}' specified in the query string."),
        )
    }

    pub(crate) fn invalid_skip_token(token: &str) -> Self {
        Self::gateway(400, "InvalidSkipToken", format!("The $skiptoken '{token}' is not one of this service's."))
    }
}

/// Scopes and names.
impl Fault {
    pub(crate) fn subscription_not_found(id: &str) -> Self {
        Self::gateway(404, "SubscriptionNotFound", format!("The subscription '{id}' could not be found."))
    }

    pub(crate) fn invalid_subscription_id(id: &str) -> Self {
        Self::gateway(
            400,
            "InvalidSubscriptionId",
            format!("The provided subscription identifier '{id}' is malformed or invalid."),
        )
    }

    pub(crate) fn group_not_found(name: &str) -> Self {
        Self::gateway(404, "ResourceGroupNotFound", format!("Resource group '{name}' could not be found."))
    }

    pub(crate) fn group_being_deleted(name: &str) -> Self {
        Self::gateway(
            409,
            "ResourceGroupBeingDeleted",
            format!("The resource group '{name}' is in deprovisioning state and cannot perform this operation."),
        )
    }

    pub(crate) fn group_location(new: &str, old: &str) -> Self {
        Self::gateway(
            400,
            "InvalidResourceGroupLocation",
            format!("Invalid resource group location '{new}'. The Resource group already exists in location '{old}'."),
        )
    }

    pub(crate) fn invalid_namespace(namespace: &str) -> Self {
        Self::gateway(404, "InvalidResourceNamespace", format!("The resource namespace '{namespace}' is invalid."))
    }

    pub(crate) fn invalid_type(kind: &str, namespace: &str, version: &str, supported: &str) -> Self {
        Self::gateway(
            404,
            "InvalidResourceType",
            format!(
                "The resource type '{kind}' could not be found in the namespace '{namespace}' for api version \
                 '{version}'. The supported api-versions are '{supported}'."
            ),
        )
    }

    pub(crate) fn unknown_action(kind: &str, namespace: &str, version: &str) -> Self {
        Self::gateway(
            404,
            "InvalidResourceType",
            format!(
                "Resource type '{kind}' of provider namespace '{namespace}' was not found in global location for api \
                 version '{version}'."
            ),
        )
    }

    pub(crate) fn resource_not_found(full_name: &str, group: &str) -> Self {
        Self::gateway(
            404,
            "ResourceNotFound",
            format!(
                "The Resource '{full_name}' under resource group '{group}' was not found. For more details please go \
                 to https://aka.ms/ARMResourceNotFoundFix"
            ),
        )
    }

    pub(crate) fn parent_not_found(operation: &str, kind: &str, parent: &str) -> Self {
        Self::gateway(
            404,
            "ParentResourceNotFound",
            format!(
                "Failed to perform '{operation}' on resource(s) of type '{kind}', because the parent resource \
                 '{parent}' could not be found."
            ),
        )
    }

    pub(crate) fn scope_locked(id: &str, operation: &str, locked: &str) -> Self {
        Self::gateway(
            409,
            "ScopeLocked",
            format!(
                "The scope '{id}' cannot perform {operation} operation because following scope(s) are locked: \
                 '{locked}'. Please remove the lock and try again."
            ),
        )
    }
}

/// Locations and bodies.
impl Fault {
    pub(crate) fn location_required() -> Self {
        Self::gateway(400, "LocationRequired", "The location property is required for this definition.")
    }

    pub(crate) fn location_not_available(location: &str, kind: &str, regions: &str) -> Self {
        Self::gateway(
            400,
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{location}' is not available for resource type '{kind}'. List of available \
                 regions for the resource type is '{regions}'."
            ),
        )
    }

    pub(crate) fn resource_location(name: &str, old: &str, group: &str, new: &str) -> Self {
        Self::gateway(
            409,
            "InvalidResourceLocation",
            format!(
                "The resource '{name}' already exists in location '{old}' in resource group '{group}'. A resource \
                 with the same name cannot be created in location '{new}'. Please select a new resource name."
            ),
        )
    }

    pub(crate) fn linked_invalid_id(value: &str, path: &str) -> Self {
        Self::gateway(
            400,
            "LinkedInvalidPropertyId",
            format!(
                "Property id '{value}' at path '{path}' is invalid. Expect fully qualified resource Id that start \
                 with '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
            ),
        )
        .at(path)
    }

    /// The referenced resource is not there. Wording of Microsoft.Network, which other providers vary.
    pub(crate) fn reference_not_found(value: &str, by: &str, path: &str) -> Self {
        Self::service(
            400,
            "InvalidResourceReference",
            format!(
                "Resource {value} referenced by resource {by} was not found. Please make sure that the referenced \
                 resource exists."
            ),
        )
        .at(path)
    }

    /// A property that can only be set when the resource is created. Code of Microsoft.Compute.
    pub(crate) fn property_change(path: &str) -> Self {
        Self::service(409, "PropertyChangeNotAllowed", format!("Changing property '{path}' is not allowed.")).at(path)
    }

    /// A write to something that is on its way out.
    pub(crate) fn being_deleted(id: &str) -> Self {
        Self::service(409, "Conflict", format!("The resource '{id}' is being deleted. Try again when it is gone."))
    }

    /// An operation came to its end without success.
    pub(crate) fn operation_failed(path: &str) -> Self {
        Self::service(
            409,
            "ResourceDeploymentFailure",
            "The resource write operation failed to complete successfully, because it reached terminal provisioning state \
             'Failed'.",
        )
        .at(path)
    }

    /// A provider's plain 400.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::service(400, "BadRequest", message)
    }
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;
