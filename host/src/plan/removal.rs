//! What a deletion, and the first half of a replacement, does away with.

use std::sync::Arc;

use serde_json::Value;

use crate::model::environment::{Resource, RuleSet};
use crate::model::plan::{Action, Change, Replaced};
use crate::model::state::StateResource;

/// The deletion of a resource as the state has it.
pub(super) fn deleted(address: &str, state: &StateResource, live_digest: Option<String>) -> Change {
    Change {
        address: address.to_owned(),
        kind: state.kind.clone(),
        plugin: state.plugin.clone(),
        resource_type: state.resource_type.clone(),
        id: state.id.clone(),
        action: Action::Delete,
        reasons: Vec::new(),
        properties: Vec::new(),
        unchanged: 0,
        body: Value::Null,
        live_digest,
        depends_on: state.depends_on.clone(),
        details: state.details.clone(),
        replaces: None,
        rules: Arc::new(RuleSet::default()),
        modelled: true,
        protected: state.protected,
        place: None,
    }
}

/// What is deleted before `resource` is created again.
pub(super) fn replaced(resource: &Resource, state: Option<&StateResource>) -> Replaced {
    match state {
        Some(state) => Replaced {
            resource_type: state.resource_type.clone(),
            id: state.id.clone(),
            details: state.details.clone(),
            depends_on: state.depends_on.clone(),
        },
        None => Replaced {
            resource_type: resource.resource_type.clone(),
            id: resource.id.clone(),
            details: resource.details.clone(),
            depends_on: resource.depends_on.clone(),
        },
    }
}
