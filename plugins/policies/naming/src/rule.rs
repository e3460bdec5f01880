//! One set of demands on names.

use mlhost_plugin::Context;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::pattern::{self, Pattern};

/// Characters that every name may have unless a rule says otherwise.
const USUAL: &str = "a-zA-Z0-9._-";

/// Most characters of a name unless a rule says otherwise.
const USUAL_LENGTH: usize = 64;

/// Demands on names.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Fewest characters. Default: 1.
    min_length: Option<usize>,
    /// Most characters. Default, for all names: 64.
    max_length: Option<usize>,
    /// Allowed characters, as in a regular expression between brackets: `a-z0-9-`. Default, for all names: letters, digits,
    /// `-`, `_` and `.`.
    characters: Option<String>,
    /// A pattern for the whole name: text, `*` for any characters, `?` for one, `[a-z]` for one of a class, `[0-9]+` for one
    /// or more.
    pattern: Option<String>,
    /// What the name must begin with.
    prefix: Option<String>,
    /// What the name must end with.
    suffix: Option<String>,
    /// Texts that the name must hold, without regard to case.
    contains: Vec<String>,
}

/// What is wrong with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable code.
    pub code: &'static str,
    /// The end of a sentence that begins with the name.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Rule {
    /// This rule as it holds for all names: with the defaults for what it does not say.
    #[must_use]
    pub fn with_defaults(&self) -> Self {
        let mut rule = self.clone();
        rule.max_length.get_or_insert(USUAL_LENGTH);
        rule.characters.get_or_insert_with(|| USUAL.into());
        rule
    }

    /// The pattern, if there is one.
    pub fn pattern(&self) -> Option<&str> {
        self.pattern.as_deref()
    }

    /// What is wrong with a name.
    pub fn problems(&self, name: &str, context: &Context) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut add = |code, message: String, help: String| problems.push(Problem { code, message, help });
        let length = name.chars().count();
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            add("naming/length", format!("has {length} characters"), format!("the organisation wants at least {min}"));
        }
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            add("naming/length", format!("has {length} characters"), format!("the organisation allows at most {max}"));
        }
        if let Some(class) = &self.characters
            && let Some(found) = name.chars().find(|c| !pattern::in_class(class, *c))
        {
            let help = format!("the organisation allows only the characters {class}");
            add("naming/characters", format!("holds the character `{}`", found.escape_debug()), help);
        }
        if let Some(text) = self.pattern()
            && let Ok(pattern) = Pattern::parse(text)
            && !pattern.matches(name)
        {
            add(
                "naming/pattern",
                "does not follow the pattern".into(),
                format!("the organisation's pattern is {text}"),
            );
        }
        let fill =
            |text: &str| text.replace("{environment}", &context.environment).replace("{project}", &context.project);
        if let Some(prefix) = self.prefix.as_deref().map(fill).filter(|prefix| !name.starts_with(prefix)) {
            add("naming/prefix", format!("does not begin with `{prefix}`"), format!("write `{prefix}…`"));
        }
        if let Some(suffix) = self.suffix.as_deref().map(fill).filter(|suffix| !name.ends_with(suffix)) {
            add("naming/suffix", format!("does not end with `{suffix}`"), format!("write `…{suffix}`"));
        }
        for text in self.contains.iter().map(|text| fill(text)) {
            if !name.to_lowercase().contains(&text.to_lowercase()) {
                add("naming/contains", format!("does not hold `{text}`"), format!("write `{text}` somewhere in it"));
            }
        }
        problems
    }
}
