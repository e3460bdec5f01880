//! Keeps the answers of plugins within bounds: too many items are an error, too many or too long messages are cut, and
//! what was left out is said.

use super::bindings::types::{Diagnostic, Severity};
use super::bindings::{deployer_api, kinds_api, policies_api};
use super::limits::{Limit, Limits};
use super::meter::Reached;

/// An answer that can be held against limits.
pub trait Contain {
    /// Number of items that count.
    fn items(&self) -> usize;
    /// Cuts messages.
    fn cut(&mut self, limits: &Limits);
}

/// Holds an answer against the limits.
///
/// # Errors
/// When it has too many items.
pub fn contain<T: Contain>(mut answer: T, limits: &Limits) -> Result<T, Reached> {
    let items = answer.items();
    if items > limits.size(Limit::Results) {
        return Err(Reached { limit: Limit::Results, wanted: Some(items as u64) });
    }
    answer.cut(limits);
    Ok(answer)
}

/// Cuts a text at a character.
fn cut(text: &mut String, limits: &Limits) {
    let most = limits.size(Limit::Text);
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most.saturating_sub('…'.len_utf8())));
        text.push('…');
    }
}

fn cut_diagnostic(diagnostic: &mut Diagnostic, limits: &Limits) {
    let Diagnostic { code, message, address, pointer, help, .. } = diagnostic;
    for text in [code, message, address, pointer, help] {
        cut(text, limits);
    }
}

/// Keeps as many as are allowed, the gravest first where some must go; gives how many went.
fn keep<T>(list: &mut Vec<T>, room: &mut usize, severity: impl Fn(&T) -> Severity) -> usize {
    let left_out = list.len().saturating_sub(*room);
    if left_out > 0 {
        list.sort_by_key(|item| match severity(item) {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        });
        list.truncate(*room);
    }
    *room -= list.len();
    left_out
}

fn left_out(count: usize, severity: Severity) -> Diagnostic {
    let what = if count == 1 { "further message of the plugin is" } else { "further messages of the plugin are" };
    Diagnostic {
        severity,
        code: "plugin/more".to_owned(),
        message: format!("{count} {what} not shown"),
        address: String::new(),
        pointer: String::new(),
        help: "allow more with `diagnostics` of `[limits]` in mlhost.toml".to_owned(),
    }
}

impl Contain for Vec<kinds_api::Expansion> {
    fn items(&self) -> usize {
        self.iter().map(|expansion| expansion.resources.len() + expansion.declarations.len()).sum()
    }

    fn cut(&mut self, limits: &Limits) {
        let mut room = limits.size(Limit::Diagnostics);
        for expansion in self {
            let gravest = expansion.diagnostics.iter().any(|said| matches!(said.severity, Severity::Error));
            let gone = keep(&mut expansion.diagnostics, &mut room, |said| said.severity);
            expansion.diagnostics.iter_mut().for_each(|diagnostic| cut_diagnostic(diagnostic, limits));
            if gone > 0 {
                // An expansion with an error stays one, even if none of its errors has room.
                let severity = if gravest { Severity::Error } else { Severity::Warning };
                expansion.diagnostics.push(left_out(gone, severity));
            }
        }
    }
}

impl Contain for Vec<policies_api::Finding> {
    fn items(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, limits: &Limits) {
        let mut room = limits.size(Limit::Diagnostics);
        let gravest = self.iter().map(|finding| finding.diagnostic.severity).min_by_key(|severity| match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Info => 2,
        });
        let policy = self.first().map(|finding| finding.policy.clone()).unwrap_or_default();
        let gone = keep(self, &mut room, |finding| finding.diagnostic.severity);
        for finding in self.iter_mut() {
            cut(&mut finding.policy, limits);
            cut_diagnostic(&mut finding.diagnostic, limits);
        }
        if let (Some(severity), true) = (gravest, gone > 0) {
            let diagnostic = left_out(gone, severity);
            self.push(policies_api::Finding { policy, verdict: policies_api::Verdict::Violated, diagnostic });
        }
    }
}

fn cut_failure(failure: &mut deployer_api::Failure, limits: &Limits) {
    for text in [&mut failure.code, &mut failure.message, &mut failure.help] {
        cut(text, limits);
    }
}

impl Contain for Vec<deployer_api::Reading> {
    fn items(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, limits: &Limits) {
        for reading in self {
            if let deployer_api::Reading::Failed(failure) = reading {
                cut_failure(failure, limits);
            }
        }
    }
}

impl Contain for Vec<deployer_api::Outcome> {
    fn items(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, limits: &Limits) {
        for outcome in self {
            match outcome {
                deployer_api::Outcome::Failed(failure) => cut_failure(failure, limits),
                deployer_api::Outcome::Pending(operation) => cut(&mut operation.status, limits),
                deployer_api::Outcome::Done(_) => {}
            }
        }
    }
}

impl Contain for Vec<kinds_api::Kind> {
    fn items(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, limits: &Limits) {
        self.iter_mut().for_each(|kind| cut(&mut kind.summary, limits));
    }
}

impl Contain for Vec<policies_api::Policy> {
    fn items(&self) -> usize {
        self.len()
    }

    fn cut(&mut self, limits: &Limits) {
        self.iter_mut().for_each(|policy| cut(&mut policy.summary, limits));
    }
}

/// Documents and responses have no items: what they may weigh is the boundary's limit.
macro_rules! whole {
    ($($type:ty),+) => {$(
        impl Contain for $type {
            fn items(&self) -> usize {
                1
            }

            fn cut(&mut self, _: &Limits) {}
        }
    )+};
}

whole!(String, super::bindings::cloud_api::Response);

#[cfg(test)]
mod tests {
    use super::*;

    fn said(severity: Severity, message: &str) -> Diagnostic {
        Diagnostic {
            severity,
            code: "c".into(),
            message: message.into(),
            address: String::new(),
            pointer: String::new(),
            help: String::new(),
        }
    }

    fn tight() -> Limits {
        let mut limits = Limits::default();
        limits.set(Limit::Diagnostics, 2);
        limits.set(Limit::Text, 256);
        limits.set(Limit::Results, 100);
        limits
    }

    #[test]
    fn the_gravest_messages_stay_and_the_others_are_counted() {
        let mut list: Vec<Diagnostic> = (0..5).map(|n| said(Severity::Info, &n.to_string())).collect();
        list.push(said(Severity::Error, &"é".repeat(300)));
        let expansion = kinds_api::Expansion { resources: vec![], declarations: vec![], diagnostics: list };
        let mut later = expansion.clone();
        later.diagnostics.truncate(1);
        let answer = contain(vec![expansion, later], &tight()).unwrap();
        let [first, second] = answer.as_slice() else { panic!("{answer:?}") };
        let messages: Vec<&str> = first.diagnostics.iter().map(|said| said.message.as_str()).collect();
        assert_eq!(messages.len(), 3);
        assert!(messages[0].starts_with("éé") && messages[0].ends_with('…') && messages[0].len() <= 256);
        assert_eq!(messages[2], "4 further messages of the plugin are not shown");
        assert_eq!(second.diagnostics[0].message, "1 further message of the plugin is not shown");
    }

    #[test]
    fn a_refusal_stays_a_refusal_when_nothing_of_it_has_room() {
        let violated = |severity| policies_api::Finding {
            policy: "p".into(),
            verdict: policies_api::Verdict::Violated,
            diagnostic: said(severity, "m"),
        };
        let answer = contain((0..9).map(|_| violated(Severity::Error)).collect::<Vec<_>>(), &tight()).unwrap();
        assert_eq!(answer.len(), 3);
        assert!(answer.iter().all(|finding| matches!(finding.diagnostic.severity, Severity::Error)));
    }

    #[test]
    fn too_many_items_are_an_error() {
        let answer: Vec<deployer_api::Reading> = (0..101).map(|_| deployer_api::Reading::Absent).collect();
        let reached = contain(answer, &tight()).unwrap_err();
        assert_eq!((reached.limit, reached.wanted), (Limit::Results, Some(101)));
    }
}
