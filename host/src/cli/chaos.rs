//! `mlhost cloud chaos …`: tells the local cloud to show faults. Which there are, and what a rule may say, is the cloud's
//! to know.

use mlhost::model::{Diagnostic, ErrorKind, Failure, Sources};
use mlhost::plugin::cloud::EmbeddedCloud;
use mlhost::plugin::types::Request;
use mlhost::suggest;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Done;
use super::args::{ChaosCommand, ChaosRule};
use super::cloud::{cloud_plugin, session};
use super::report::chaos::{self, Fault};
use super::report::json::documents;
use super::target::embedded;
use super::terminal::Terminal;

pub async fn run(command: ChaosCommand, terminal: &Terminal, sources: &mut Sources) -> Result<Done, Failure> {
    let path = match &command {
        ChaosCommand::Add(rule) => &rule.path,
        ChaosCommand::List { path } | ChaosCommand::Clear { path } => path,
    };
    let session = session(path, sources).await?;
    let index = cloud_plugin(&session)?;
    let manifest = session.catalog.plugin(index).map(|plugin| &plugin.manifest);
    let document = manifest.and_then(|manifest| manifest.cloud.as_ref());
    let offer = document.and_then(Offer::of).ok_or_else(|| {
        let name = manifest.map_or("", |manifest| manifest.name.as_str());
        Failure::input(Diagnostic::error("cloud/no-chaos", format!("the cloud `{name}` cannot show faults")))
    })?;
    let (method, body) = match &command {
        ChaosCommand::Add(rule) => ("POST", Some(offer.rule(rule)?)),
        ChaosCommand::List { .. } => ("GET", None),
        ChaosCommand::Clear { .. } => ("DELETE", None),
    };
    let cloud = embedded(&session.catalog, index, &session.cloud_folder()).await?;
    let rules = offer.ask(&cloud, method, body).await?;
    if terminal.json() {
        terminal.print(&documents::chaos(&rules, &offer.faults));
        return Ok(Done::Well);
    }
    terminal.print(&chaos::rules(&rules, &terminal.out));
    if matches!(command, ChaosCommand::List { .. }) {
        terminal.print(&format!("\n{}", chaos::faults(&offer.faults, &terminal.out)));
    }
    Ok(Done::Well)
}

/// How a cloud is told to show faults (`chaos` in `wit/schemas/cloud.schema.json`).
struct Offer {
    url: String,
    faults: Vec<Fault>,
}

impl Offer {
    /// `None` when the cloud's description has nothing of the kind.
    fn of(document: &Value) -> Option<Self> {
        #[derive(Deserialize)]
        struct Chaos {
            path: String,
            faults: Vec<Fault>,
        }
        let Chaos { path, faults } = Chaos::deserialize(document.get("chaos")?).ok()?;
        Some(Self { url: format!("{}{path}", document.get("origin")?.as_str()?), faults })
    }

    /// The rule for the cloud; what is not said is the cloud's to choose.
    fn rule(&self, rule: &ChaosRule) -> Result<Value, Failure> {
        let names = self.faults.iter().map(|fault| fault.name.as_str());
        if !names.clone().any(|name| name == rule.fault) {
            let diagnostic = Diagnostic::error("cloud/unknown-fault", format!("there is no fault `{}`", rule.fault));
            return Err(Failure::input(diagnostic.help(suggest::help(&rule.fault, "faults", names))));
        }
        let said = [
            ("type", rule.resource_type.as_ref().map(|text| json!(text))),
            ("method", rule.method.as_ref().map(|text| json!(text))),
            ("rate", rule.rate.map(|rate| json!(rate))),
            ("times", rule.times.map(|times| json!(times))),
            ("seed", rule.seed.map(|seed| json!(seed))),
            ("seconds", rule.seconds.map(|seconds| json!(seconds))),
            ("pointer", rule.pointer.as_ref().map(|text| json!(text))),
            ("reads", rule.reads.map(|reads| json!(reads))),
        ];
        let mut body = Map::new();
        body.insert("fault".to_owned(), json!(rule.fault));
        body.extend(said.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Ok(Value::Object(body))
    }

    /// Asks the cloud, which answers with the rules as they are then.
    async fn ask(&self, cloud: &EmbeddedCloud, method: &str, body: Option<Value>) -> Result<Vec<Value>, Failure> {
        let request = Request {
            method: method.to_owned(),
            url: self.url.clone(),
            headers: Vec::new(),
            body: body.map(|body| body.to_string().into_bytes()),
        };
        let response =
            cloud.control(&request).await.map_err(|diagnostic| Failure::new(ErrorKind::Plugin, diagnostic))?;
        let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        match (response.status, answer.get("rules").and_then(Value::as_array)) {
            (200, Some(rules)) => Ok(rules.clone()),
            (status, _) => {
                let message = answer.pointer("/error/message").and_then(Value::as_str);
                let message = message.map_or_else(|| format!("the cloud answered with {status}"), str::to_owned);
                Err(Failure::input(
                    Diagnostic::error("cloud/chaos-rule", message)
                        .help("`mlhost cloud chaos list` shows what each fault takes"),
                ))
            }
        }
    }
}
