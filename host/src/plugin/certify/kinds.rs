//! What kinds are put through.

use serde_json::{Value, json};

use super::super::bindings::{kinds_api, types};
use super::super::catalog::Grants;
use super::super::roles::Kinds;
use super::answers::{self, TOLD};
use super::{Check, NAMES, Subject};
use crate::model::Diagnostic;

/// More than a call usually brings.
const MANY: usize = 1_000;

pub(super) async fn checks(subject: &Subject<'_>) -> Vec<Check> {
    let odd: Vec<types::Declaration> =
        subject.manifest.kinds.iter().flat_map(|kind| declarations(&kind.name, &kind.document.properties)).collect();
    let answers = [expand(subject, &odd).await, expand(subject, &odd).await];
    let steady = subject.steady(
        "it gives the same resources when it is asked again",
        &answers.each_ref().map(|answer| answer.as_ref().map(|some| format!("{some:?}")).map_err(Diagnostic::clone)),
    );
    let [answer, _] = answers;
    let takes = Check {
        name: "its kinds take odd names and wrong properties, and say what is wrong".to_owned(),
        problems: match answer {
            Ok(expansions) => faults(subject, &odd, &expansions),
            Err(diagnostic) => vec![diagnostic],
        },
    };
    let mut all = vec![documents(subject), takes, steady];
    all.push(many(subject).await);
    all
}

async fn expand(subject: &Subject<'_>, list: &[types::Declaration]) -> Result<Vec<kinds_api::Expansion>, Diagnostic> {
    let mut kinds = Kinds::new(subject.instance(Grants::default()).await?)?;
    kinds.expand(&subject.context(), list).await
}

/// Whether what it says of its kinds can be used.
fn documents(subject: &Subject<'_>) -> Check {
    let mut problems = Vec::new();
    for kind in &subject.manifest.kinds {
        let document = &kind.document;
        let name = &kind.name;
        if !document.properties.is_null()
            && let Err(error) = jsonschema::validator_for(&document.properties)
        {
            problems.push(subject.problem(format!("the schema of `{name}` is none: {error}")));
        }
        if kind.summary.trim().is_empty() {
            problems.push(subject.problem(format!("`{name}` has no summary")));
        }
        let pointers =
            document.rules.iter().map(|rule| &rule.path).chain(document.outputs.values().map(|output| &output.pointer));
        for pointer in pointers.filter(|pointer| !pointer.starts_with('/')) {
            problems.push(subject.problem(format!("`{pointer}` of `{name}` is no JSON Pointer")));
        }
    }
    Check { name: "the schemas, rules and outputs of its kinds can be used".to_owned(), problems }
}

/// Every odd name with good and bad properties; `properties` is the schema of a kind.
fn declarations(kind: &str, properties: &Value) -> Vec<types::Declaration> {
    let known: Vec<&String> =
        properties.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.keys()).collect();
    let all = |value: Value| Value::Object(known.iter().map(|name| ((*name).clone(), value.clone())).collect());
    let odd = [
        json!({}),
        json!({"no_such_property": 1}),
        all(Value::Null),
        all(json!(-1)),
        all(json!("")),
        all(json!("${other.thing#/id}")),
        all(json!([{"deep": [[[]]]}])),
        all(json!({"a/b~c": {"": true}})),
        all(json!("x".repeat(100_000))),
    ];
    let named = NAMES.iter().flat_map(|name| odd.iter().map(move |properties| (*name, properties)));
    named
        .flat_map(|(name, properties)| {
            ["managed", "existing"].map(|mode| types::Declaration {
                address: format!("{kind}.{name}"),
                kind: kind.to_owned(),
                name: name.to_owned(),
                mode: mode.to_owned(),
                properties: properties.to_string(),
            })
        })
        .collect()
}

fn faults(subject: &Subject<'_>, asked: &[types::Declaration], expansions: &[kinds_api::Expansion]) -> Vec<Diagnostic> {
    if asked.len() != expansions.len() {
        return vec![subject.problem(format!("it answered {} of {} declarations", expansions.len(), asked.len()))];
    }
    let faults = asked.iter().zip(expansions).flat_map(|(declaration, expansion)| {
        // The contract gives errors room for 1,000 messages a call; what was cut off for want of it is no fault.
        let cut = expansion.diagnostics.iter().any(|said| said.code == "plugin/more");
        if cut { Vec::new() } else { answers::of_expansion(declaration, expansion) }
    });
    faults.take(TOLD).map(|fault| subject.problem(fault)).collect()
}

async fn many(subject: &Subject<'_>) -> Check {
    let kind = subject.manifest.kinds.first().map_or("", |kind| kind.name.as_str());
    let list: Vec<types::Declaration> = (0..MANY)
        .map(|number| types::Declaration {
            address: format!("{kind}.n{number}"),
            kind: kind.to_owned(),
            name: format!("n{number}"),
            mode: "managed".to_owned(),
            properties: "{}".to_owned(),
        })
        .collect();
    let problems = match expand(subject, &list).await {
        Ok(expansions) if expansions.len() == MANY => Vec::new(),
        Ok(expansions) => vec![subject.problem(format!("it answered {} of {MANY} declarations", expansions.len()))],
        Err(diagnostic) => vec![diagnostic],
    };
    Check { name: format!("it takes {MANY} declarations in a call within its limits"), problems }
}
