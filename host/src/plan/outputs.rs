//! Outputs before and after.

use std::collections::HashSet;

use serde_json::Value;

use super::PlanInput;
use super::resolve::Resolver;
use super::text;
use crate::model::plan::{Change, OutputChange};
use crate::model::reference;

/// The outputs of the environment in its order, then those that go.
pub(super) fn outputs(input: &PlanInput<'_>, resolver: &Resolver<'_>, changes: &[Change]) -> Vec<OutputChange> {
    let before = |name: &str| {
        input.state.outputs.get(name).map(|value| {
            let mut value = value.clone();
            reference::finish(&mut value);
            value
        })
    };
    let declared = input.environment.outputs.iter().map(|output| {
        let mut value = output.value.clone();
        resolver.resolve(&mut value, changes);
        OutputChange {
            name: output.name.clone(),
            before: before(&output.name),
            after: Some(text::shown(&value)),
            value,
        }
    });
    let names: HashSet<&str> = input.environment.outputs.iter().map(|output| output.name.as_str()).collect();
    let gone = input.state.outputs.keys().filter(|name| !names.contains(name.as_str())).map(|name| OutputChange {
        name: name.clone(),
        before: before(name),
        after: None,
        value: Value::Null,
    });
    declared.chain(gone).collect()
}
