//! What deployers and clouds are put through.

use std::path::Path;

use super::super::bindings::deployer_api::{Action, Outcome, Reading, Subject as Wanted};
use super::super::bindings::types;
use super::super::catalog::Grants;
use super::super::kv::KeyValue;
use super::super::roles::{Cloud, Deployer};
use super::answers::TOLD;
use super::{Check, NAMES, Subject};
use crate::model::Diagnostic;

/// A deployer without a network: it must say of each thing that it cannot.
pub(super) async fn deployer(subject: &Subject<'_>) -> Check {
    let problems = match ask_deployer(subject).await {
        Ok(problems) => problems,
        Err(diagnostic) => vec![diagnostic],
    };
    Check { name: "it says of each resource that it cannot be reached when there is no network".to_owned(), problems }
}

async fn ask_deployer(subject: &Subject<'_>) -> Result<Vec<Diagnostic>, Diagnostic> {
    let mut deployer = Deployer::new(subject.instance(Grants::default()).await?)?;
    let context = subject.context();
    let wanted = |name: &&str| Wanted {
        address: format!("thing.{name}"),
        type_: "Some.Namespace/type".to_owned(),
        id: format!("/{name}"),
        details: "{}".to_owned(),
    };
    let wanted: Vec<Wanted> = NAMES.iter().map(wanted).collect();
    let mut problems = Vec::new();
    let mut expect = |what: &str, asked: usize, good: usize, answered: usize| {
        if answered != asked {
            problems.push(subject.problem(format!("`{what}` answered {answered} of {asked}")));
        } else if good > 0 {
            problems.push(
                subject.problem(format!("`{what}` says of {good} of {asked} that it was done, without a network")),
            );
        }
    };
    let readings = deployer.read(&context, &wanted).await?;
    let found = readings.iter().filter(|reading| !matches!(reading, Reading::Failed(_))).count();
    expect("read", wanted.len(), found, readings.len());
    let bodies = ["{}", "null", "}{", "{\"properties\":{\"x\":[[]]}}", "", "3"];
    let verbs = ["put", "delete", "create", "update", "", "\u{1b}"];
    let actions: Vec<Action> = wanted
        .iter()
        .zip(bodies)
        .zip(verbs)
        .map(|((wanted, body), verb)| Action {
            verb: verb.to_owned(),
            address: wanted.address.clone(),
            type_: wanted.type_.clone(),
            id: wanted.id.clone(),
            body: body.to_owned(),
            details: "{}".to_owned(),
        })
        .collect();
    let outcomes = deployer.submit(&context, &actions).await?;
    expect("submit", actions.len(), done(&outcomes), outcomes.len());
    let tokens: Vec<String> = ["", "}{", "{}", "null", "\"x\""].map(str::to_owned).into();
    let outcomes = deployer.poll(&context, &tokens).await?;
    expect("poll", tokens.len(), done(&outcomes), outcomes.len());
    Ok(problems)
}

fn done(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Done(_))).count()
}

/// A cloud with an empty store: whatever comes in, an answer of HTTP goes out.
pub(super) async fn cloud(subject: &Subject<'_>) -> Check {
    let problems = match ask_cloud(subject).await {
        Ok(problems) => problems,
        Err(diagnostic) => vec![diagnostic],
    };
    Check { name: "it answers every request with an answer of HTTP".to_owned(), problems }
}

async fn ask_cloud(subject: &Subject<'_>) -> Result<Vec<Diagnostic>, Diagnostic> {
    let store = KeyValue::open(Path::new(":memory:"), &subject.manifest.name)
        .map_err(|error| Diagnostic::error("internal/store", error.to_string()))?;
    let grants = Grants { store: Some(store), ..Grants::default() };
    let mut cloud = Cloud::new(subject.instance(grants).await?)?;
    let mut problems = Vec::new();
    for (method, url, body) in requests() {
        let shown = format!("{method:?} {url:?}");
        let headers = vec![("authorization".to_owned(), "Bearer x".to_owned()), ("x-odd".to_owned(), "ÿ".to_owned())];
        let request = types::Request { method, url, headers, body };
        let response = cloud.handle(1_700_000_000_000, &request).await?;
        let is_line = |text: &str| !text.contains(['\r', '\n', '\0']);
        let lines = response.headers.iter().all(|(name, value)| !name.is_empty() && is_line(name) && is_line(value));
        if !(100..600).contains(&response.status) || !lines {
            problems.push(subject.problem(format!("{shown}: its answer is none of HTTP (status {})", response.status)));
        }
    }
    problems.truncate(TOLD);
    Ok(problems)
}

fn requests() -> Vec<(String, String, Option<Vec<u8>>)> {
    let urls =
        ["", "::", "https://x", "https://x/%ff%00?a=%zz", "https://x/a//b/../c?api-version=2020-01-01", "/\u{1b}[2J"];
    let long = format!("https://x/{}", "a/".repeat(20_000));
    let bodies = [None, Some(Vec::new()), Some(b"}{".to_vec()), Some(vec![0xff; 1_000])];
    ["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "", "EVIL\r\nX: y"]
        .into_iter()
        .flat_map(|method| urls.into_iter().chain([long.as_str()]).map(move |url| (method, url)))
        .flat_map(|(method, url)| bodies.iter().map(move |body| (method.to_owned(), url.to_owned(), body.clone())))
        .collect()
}
