//! Reference tokens in strings.

use mlhost::model::reference::{self, Part};
use mlhost::model::{Token, TokenTarget};
use mlhost_plugin::token;
use serde_json::Value;

/// The first line is a string with tokens, the others are what they stand for, in turn.
///
/// What is read is printed and read again; host and plugins read alike; resolving in two steps is resolving in one; and a
/// value, whatever it holds, stays text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (template, values) = text.split_once('\n').unwrap_or((text, ""));
    let values: Vec<&str> = values.lines().collect();
    let parsed = reference::parse(template);
    plugins_read_alike(template, parsed.as_deref().ok());
    let Ok(parts) = parsed else {
        let mut value = Value::from(template);
        reference::resolve(&mut value, &mut |token| panic!("{token} out of an ill-formed string"));
        assert_eq!(value, template);
        return;
    };
    assert_eq!(reference::parse(&reference::print(&parts)).as_ref(), Ok(&parts), "{template:?} is not read as printed");
    resolves(template, &parts, &values);
}

fn plugins_read_alike(template: &str, parts: Option<&[Part]>) {
    let holds = parts.is_none_or(|parts| parts.iter().any(|part| matches!(part, Part::Token(_))));
    assert_eq!(token::holds_token(template), holds, "holds_token({template:?})");
    let whole = match parts {
        Some([Part::Token(Token(TokenTarget::Resource { address, pointer }))]) => Some((address, pointer)),
        _ => None,
    };
    let read = token::reference(template);
    assert_eq!(read.as_ref().map(|read| (&read.address, &read.pointer)), whole, "reference({template:?})");
    let secret = matches!(parts, Some([Part::Token(Token(TokenTarget::Secret { .. }))]));
    assert!(!secret || token::is_secret(template), "is_secret({template:?})");
}

fn resolves(template: &str, parts: &[Part], values: &[&str]) {
    let tokens: Vec<&Token> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Token(token) => Some(token),
            Part::Text(_) => None,
        })
        .collect();
    let known = |token: &Token| {
        let at = tokens.iter().position(|one| *one == token).unwrap_or_else(|| panic!("the token {token} was forged"));
        (at, values.get(at % values.len().max(1)).copied().unwrap_or_default())
    };
    let expected: String = parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Token(token) => known(token).1.to_owned(),
        })
        .collect();
    let mut at_once = Value::from(template);
    reference::resolve(&mut at_once, &mut |token| Some(Value::from(known(token).1)));
    reference::finish(&mut at_once);
    assert_eq!(at_once, expected, "{template:?} with {values:?}");

    let mut in_steps = Value::from(template);
    for step in [0, 1] {
        reference::resolve(&mut in_steps, &mut |token| {
            let (at, value) = known(token);
            (at % 2 == step).then(|| Value::from(value))
        });
    }
    reference::finish(&mut in_steps);
    assert_eq!(in_steps, expected, "{template:?} with {values:?}, in two steps");
}
