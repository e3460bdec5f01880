//! What policies are put through.

use serde_json::{Value, json};

use super::super::bindings::{policies_api, types};
use super::super::catalog::Grants;
use super::super::roles::Policies;
use super::answers::{self, TOLD};
use super::{Check, NAMES, Subject};
use crate::model::Diagnostic;

pub(super) async fn checks(subject: &Subject<'_>) -> Vec<Check> {
    let odd = environment();
    let names: Vec<&str> = subject.manifest.policies.iter().map(|policy| policy.name.as_str()).collect();
    let each = |value: &Value| Value::Object(names.iter().map(|name| ((*name).to_owned(), value.clone())).collect());
    let empty = each(&json!({})).to_string();
    let answers = [evaluate(subject, &odd, &empty).await, evaluate(subject, &odd, &empty).await];
    let steady = subject.steady(
        "it finds the same when it is asked again",
        &answers.each_ref().map(|answer| answer.as_ref().map(|some| format!("{some:?}")).map_err(Diagnostic::clone)),
    );
    let [answer, _] = answers;
    let mut takes = faults(subject, &names, answer);
    takes.extend(faults(subject, &names, evaluate(subject, &[], &empty).await));
    let mut parameters = Vec::new();
    for odd_value in [json!(3), json!(null), json!([]), json!({"no_such_parameter": [[]]})] {
        let given = each(&odd_value).to_string();
        parameters.extend(faults(subject, &names, evaluate(subject, &odd, &given).await));
    }
    for broken in ["", "}{", "[]"] {
        parameters.extend(faults(subject, &names, evaluate(subject, &odd, broken).await));
    }
    vec![
        Check { name: "its policies take odd resources and none at all".to_owned(), problems: takes },
        Check { name: "its policies take wrong parameters, and say what is wrong".to_owned(), problems: parameters },
        steady,
    ]
}

async fn evaluate(
    subject: &Subject<'_>,
    environment: &[types::Resource],
    parameters: &str,
) -> Result<Vec<policies_api::Finding>, Diagnostic> {
    let mut policies = Policies::new(subject.instance(Grants::default()).await?)?;
    policies.evaluate(&subject.context(), environment, &parameters.to_owned()).await
}

fn faults(
    subject: &Subject<'_>,
    names: &[&str],
    answer: Result<Vec<policies_api::Finding>, Diagnostic>,
) -> Vec<Diagnostic> {
    let findings = match answer {
        Ok(findings) => findings,
        Err(diagnostic) => return vec![diagnostic],
    };
    let fault = |finding: &policies_api::Finding| {
        if !names.contains(&finding.policy.as_str()) {
            return Some(format!("it answered for `{}`, a policy that it does not have", finding.policy));
        }
        answers::of_diagnostic(&finding.diagnostic)
    };
    findings.iter().filter_map(fault).take(TOLD).map(|fault| subject.problem(fault)).collect()
}

/// Resources as no control plane would take them.
fn environment() -> Vec<types::Resource> {
    let deep = (0..100).fold(json!("end"), |inner, _| json!({ "properties": inner }));
    let bodies = [
        json!({}),
        json!(null),
        json!([]),
        json!("text"),
        json!({"properties": null, "location": 3, "tags": [], "sku": "x", "identity": {}}),
        json!({"properties": {"scaleSettings": {"maxNodeCount": "${other.thing#/x}"}}}),
        deep,
    ];
    let types = ["", "Some.Namespace/type", "no-slash", "A/b/c/d/e", "\u{1b}[2J/ÿ"];
    let mut resources = Vec::new();
    for (name, (resource_type, body)) in NAMES.iter().flat_map(|name| {
        types.iter().flat_map(|ty| bodies.iter().map(move |body| (ty, body))).map(move |pair| (name, pair))
    }) {
        let number = resources.len();
        resources.push(types::Resource {
            address: format!("thing.{number}"),
            type_: (*resource_type).to_owned(),
            id: format!("/{number}/{name}"),
            body: body.to_string(),
            depends_on: vec!["nobody.there".to_owned()],
            details: "{}".to_owned(),
        });
    }
    resources
}
