//! Faults on request: what a client meets in a cloud that has a bad day. Rules are kept in the store and set through a
//! reserved path, so that whoever reaches the cloud can set them; without rules a request costs one look into the store.

mod decision;
mod effect;
mod rules;
mod stale;

use mlhost_plugin::documents::cloud::{ChaosDocument, FaultDocument};
use mlhost_plugin::{Request, Store};

use crate::answer::Answer;
use crate::fault::Fault;

pub use effect::around;
use rules::{FAULTS, Rule, Rules};

/// Where rules are set, below the cloud's origin.
const PATH: &str = "/mlhost/chaos";

/// More rules than anybody needs.
const MOST_RULES: usize = 100;

/// How faults are asked for, and which there are.
pub fn describe() -> ChaosDocument {
    let faults = FAULTS.iter().map(|fault| FaultDocument { name: fault.name.into(), summary: fault.summary.into() });
    ChaosDocument { path: PATH.to_owned(), faults: faults.collect() }
}

/// Whether a request is about the rules.
pub fn is_control(url: &str) -> bool {
    let path = url.split(['?', '#']).next().and_then(|url| url.strip_suffix(PATH));
    path.and_then(|origin| origin.split_once("://")).is_some_and(|(_, authority)| !authority.contains('/'))
}

/// Shows, adds and removes rules.
pub fn control(store: &mut dyn Store, request: &Request) -> Answer {
    match request.method.as_str() {
        "GET" => shown(&Rules::load(store).unwrap_or_default()),
        "POST" => add(store, request.body.as_deref().unwrap_or_default()).unwrap_or_else(|message| {
            // Not one of ARM's codes: this path is none of ARM's either.
            Fault::gateway(400, "InvalidChaosRule", message).answer()
        }),
        "DELETE" => {
            Rules::clear(store);
            effect::release(store);
            stale::clear(store);
            shown(&Rules::default())
        }
        method => Fault::method_not_allowed(method, PATH).answer(),
    }
}

fn shown(rules: &Rules) -> Answer {
    Answer::json(200, &rules.shown())
}

fn add(store: &mut dyn Store, body: &[u8]) -> Result<Answer, String> {
    let rule = Rule::parse(body)?;
    let mut rules = Rules::load(store).unwrap_or_default();
    if rules.len() >= MOST_RULES {
        return Err(format!("there are {MOST_RULES} rules already; remove them first"));
    }
    rules.add(rule);
    rules.save(store);
    Ok(shown(&rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_reserved_path_is_about_rules() {
        for url in
            ["https://h/mlhost/chaos", "http://127.0.0.1:1/mlhost/chaos?api-version=1", "https://h/mlhost/chaos#x"]
        {
            assert!(is_control(url), "{url}");
        }
        for url in ["https://h/a/mlhost/chaos", "https://h/mlhost/chaos/x", "/mlhost/chaos", "https://h/?/mlhost/chaos"]
        {
            assert!(!is_control(url), "{url}");
        }
    }
}
