//! Reference tokens: `${ADDRESS#POINTER}` stands for a value of another resource, `${secret:HANDLE}` for a secret.
//!
//! A token may stand anywhere in a string. A string that is exactly one token takes the JSON type of what it stands for.
//! Within a token `%`, `#`, `}` and control characters of the address are percent-encoded, `%` and `}` of the pointer
//! too. Outside of tokens `$${` stands for a literal `${`, and `${$}` for a `$` right before a token, where the two would
//! read as that.

use std::fmt;

use serde_json::Value;

/// A `$` that does not belong to what follows it.
const LONE_DOLLAR: &str = "${$}";

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenTarget {
    /// A value in the deployed body of a resource.
    Resource {
        /// The resource's address.
        address: String,
        /// JSON Pointer into its body; `/id` and `/name` are its id and name.
        pointer: String,
    },
    /// A secret; only the host's HTTP boundary replaces it.
    Secret {
        /// Where the secret is: `env:NAME`.
        handle: String,
    },
}

/// A reference token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub TokenTarget);

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text, escapes resolved.
    Text(String),
    /// A token.
    Token(Token),
}

/// Why a string is not well-formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// `${` without `}`.
    #[error("`${{` without a closing `}}`")]
    Unclosed,
    /// What stands between the braces is no token.
    #[error("`${{{0}}}` is no reference")]
    Malformed(String),
}

impl Token {
    /// A token for a value of a resource.
    pub fn resource(address: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self(TokenTarget::Resource { address: address.into(), pointer: pointer.into() })
    }

    /// A token for a secret.
    pub fn secret(handle: impl Into<String>) -> Self {
        Self(TokenTarget::Secret { handle: handle.into() })
    }

    fn parse_inner(inner: &str) -> Result<Self, TokenError> {
        let malformed = || TokenError::Malformed(inner.to_owned());
        if let Some(handle) = inner.strip_prefix("secret:") {
            return Ok(Self::secret(decode(handle).ok_or_else(malformed)?));
        }
        let (address, pointer) = inner.split_once('#').ok_or_else(malformed)?;
        let address = decode(address).ok_or_else(malformed)?;
        let pointer = decode(pointer).ok_or_else(malformed)?;
        let dotted = address.split_once('.').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
        if !dotted || !(pointer.is_empty() || pointer.starts_with('/')) {
            return Err(malformed());
        }
        Ok(Self::resource(address, pointer))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            TokenTarget::Resource { address, pointer } => {
                write!(f, "${{{}#{}}}", encode(address, true), encode(pointer, false))
            }
            TokenTarget::Secret { handle } => write!(f, "${{secret:{}}}", encode(handle, true)),
        }
    }
}

fn encode(text: &str, hash_too: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '%' || c == '}' || (c == '#' && hash_too) || c.is_ascii_control() {
            out.push_str(&format!("%{:02X}", c as u32));
        } else {
            out.push(c);
        }
    }
    out
}

fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let high = char::from(bytes.next()?).to_digit(16)?;
        let low = char::from(bytes.next()?).to_digit(16)?;
        out.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(out).ok()
}

/// Escapes text so that it holds no token.
pub fn escape(text: &str) -> String {
    text.replace("${", "$${")
}

/// Whether a string may hold a token or an escape; most do not, and this is cheap.
pub fn may_hold_tokens(text: &str) -> bool {
    text.contains("${")
}

/// Splits a string into text and tokens.
///
/// # Errors
/// When `${` is not closed, or what it holds is no reference.
pub fn parse(text: &str) -> Result<Vec<Part>, TokenError> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if let Some(kept) = before.strip_suffix('$') {
            literal.push_str(kept);
            literal.push_str("${");
            rest = from.get(2..).unwrap_or_default();
            continue;
        }
        literal.push_str(before);
        let inner = from.get(2..).unwrap_or_default();
        let end = inner.find('}').ok_or(TokenError::Unclosed)?;
        let (inner, after) = (inner.get(..end).unwrap_or_default(), inner.get(end + 1..).unwrap_or_default());
        rest = after;
        if inner == "$" {
            literal.push('$');
            continue;
        }
        let token = Token::parse_inner(inner)?;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        parts.push(Part::Token(token));
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

/// The string that is read as these parts.
pub fn print(parts: &[Part]) -> String {
    let mut out = String::new();
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(more) => text.push_str(more),
            Part::Token(token) => {
                // Right before a token a `$` would make an escape of it.
                let before = text.trim_end_matches('$');
                out.push_str(&escape(before));
                out.extend(std::iter::repeat_n(LONE_DOLLAR, text.len() - before.len()));
                out.push_str(&token.to_string());
                text.clear();
            }
        }
    }
    out.push_str(&escape(&text));
    out
}

/// Calls `visit` for every token in the strings (not the keys) of a value, with the JSON Pointer of the string.
///
/// # Errors
/// The pointer of the first string that is not well-formed, and why.
pub fn visit_tokens(value: &Value, visit: &mut dyn FnMut(&str, Token)) -> Result<(), (String, TokenError)> {
    fn walk(
        value: &Value,
        pointer: &mut String,
        visit: &mut dyn FnMut(&str, Token),
    ) -> Result<(), (String, TokenError)> {
        match value {
            Value::String(text) if may_hold_tokens(text) => {
                for part in parse(text).map_err(|error| (pointer.clone(), error))? {
                    if let Part::Token(token) = part {
                        visit(pointer, token);
                    }
                }
                Ok(())
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                let length = pointer.len();
                pointer.push_str(&format!("/{index}"));
                let result = walk(item, pointer, visit);
                pointer.truncate(length);
                result
            }),
            Value::Object(map) => map.iter().try_for_each(|(key, item)| {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&escape_segment(key));
                let result = walk(item, pointer, visit);
                pointer.truncate(length);
                result
            }),
            _ => Ok(()),
        }
    }
    walk(value, &mut String::new(), visit)
}

/// A key as a segment of a JSON Pointer (RFC 6901).
pub fn escape_segment(key: &str) -> String {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1") } else { key.to_owned() }
}

/// Replaces tokens by what `resolve` knows (plain values); tokens it does not know stay. What is inserted is escaped, so
/// that a value from elsewhere never becomes a token, and escapes stay: [`finish`] removes them, once, at the end.
///
/// Ill-formed strings are left as they are.
pub fn resolve(value: &mut Value, resolve: &mut dyn FnMut(&Token) -> Option<Value>) {
    match value {
        Value::String(text) if may_hold_tokens(text) => {
            if let Some(new) = resolve_text(text, resolve) {
                *value = new;
            }
        }
        Value::Array(items) => {
            for item in items {
                self::resolve(item, resolve);
            }
        }
        Value::Object(map) => {
            for item in map.values_mut() {
                self::resolve(item, resolve);
            }
        }
        _ => {}
    }
}

fn resolve_text(text: &str, resolve: &mut dyn FnMut(&Token) -> Option<Value>) -> Option<Value> {
    let parts = parse(text).ok()?;
    if let [Part::Token(token)] = parts.as_slice() {
        let mut value = resolve(token)?;
        escape_value(&mut value);
        return Some(value);
    }
    let resolved = parts.into_iter().map(|part| match part {
        Part::Token(token) => resolve(&token).map_or(Part::Token(token), |value| Part::Text(text_of(&value))),
        text @ Part::Text(_) => text,
    });
    Some(Value::String(print(&resolved.collect::<Vec<_>>())))
}

/// Escapes all strings of a plain value, so that it can stand where tokens are read.
pub fn escape_value(value: &mut Value) {
    match value {
        Value::String(text) if may_hold_tokens(text) => *text = escape(text),
        Value::Array(items) => items.iter_mut().for_each(escape_value),
        Value::Object(map) => map.values_mut().for_each(escape_value),
        _ => {}
    }
}

/// Turns a value whose tokens are resolved into a plain one by removing the escapes. A string that still holds a token is
/// left as it is.
pub fn finish(value: &mut Value) {
    match value {
        Value::String(text) if may_hold_tokens(text) => {
            if let Ok([Part::Text(plain)]) = parse(text).as_deref() {
                *text = plain.clone();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(finish),
        Value::Object(map) => map.values_mut().for_each(finish),
        _ => {}
    }
}

/// A value inside a longer string: strings as they are, everything else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token() -> impl Strategy<Value = Token> {
        prop_oneof![
            ("[a-z_]{1,8}", "[^.]{1,12}", "(/[^/]{1,6}){0,3}")
                .prop_map(|(kind, name, pointer)| Token::resource(format!("{kind}.{name}"), pointer)),
            "[a-z]{1,6}:[^ ]{1,12}".prop_map(Token::secret),
        ]
    }

    fn part() -> impl Strategy<Value = Part> {
        prop_oneof!["[^\u{0}]{1,8}".prop_map(Part::Text), token().prop_map(Part::Token)]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(token in token()) {
            prop_assert_eq!(parse(&token.to_string()), Ok(vec![Part::Token(token)]));
        }

        #[test]
        fn what_is_printed_is_read(parts in prop::collection::vec(part(), 0..5), dollars in "[$]{0,3}") {
            let ended: Vec<Part> = parts
                .into_iter()
                .map(|part| match part {
                    Part::Text(text) => Part::Text(format!("{text}{dollars}")),
                    token => token,
                })
                .collect();
            let read = parse(&print(&ended)).unwrap();
            // Texts next to each other are one.
            prop_assert_eq!(print(&read), print(&ended));
            let is_token = |part: &&Part| matches!(part, Part::Token(_));
            prop_assert!(read.iter().filter(is_token).eq(ended.iter().filter(is_token)));
        }

        #[test]
        fn escaped_text_holds_no_token(text in ".*") {
            // A text that ends in `$` is only ambiguous next to a token, never alone.
            let parts = parse(&escape(&text)).unwrap();
            let whole: String = parts.into_iter().map(|part| match part {
                Part::Text(text) => text,
                Part::Token(token) => panic!("{token}"),
            }).collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn parsing_never_panics(text in "[${}#.:/%a]*") {
            let _ = parse(&text);
        }

        #[test]
        fn resolving_nothing_changes_nothing(parts in prop::collection::vec(part(), 0..5)) {
            let text: String = parts.iter().map(|part| match part {
                Part::Text(text) => escape(&text.replace('$', "S")),
                Part::Token(token) => token.to_string(),
            }).collect();
            let mut value = json!(text);
            resolve(&mut value, &mut |_| None);
            prop_assert_eq!(value, json!(text));
        }

        #[test]
        fn an_inserted_value_never_becomes_a_token(inserted in ".*", before in "[a-z]{0,3}") {
            let mut value = json!(format!("{before}${{x.y#/n}}"));
            resolve(&mut value, &mut |_| Some(json!(inserted)));
            resolve(&mut value, &mut |_| panic!("a token was forged"));
            finish(&mut value);
            prop_assert_eq!(value, json!(format!("{before}{inserted}")));
        }
    }

    #[test]
    fn a_lone_token_takes_the_type_of_its_value() {
        let mut value = json!({"a": "${x.y#/n}", "b": "n=${x.y#/n}!", "c": "$${x.y#/n}"});
        resolve(&mut value, &mut |_| Some(json!(3)));
        finish(&mut value);
        assert_eq!(value, json!({"a": 3, "b": "n=3!", "c": "${x.y#/n}"}));
    }

    #[test]
    fn a_dollar_from_elsewhere_neither_makes_a_token_nor_unmakes_one() {
        let mut value = json!({"forged": "${x.y#/n}{secret:env:KEY}", "lost": "${x.y#/n}${z.z#/n}"});
        resolve(&mut value, &mut |token| (*token == Token::resource("x.y", "/n")).then(|| json!("a$$")));
        assert_eq!(value, json!({"forged": "a$$${secret:env:KEY}", "lost": "a${$}${$}${z.z#/n}"}));
        resolve(&mut value, &mut |token| (*token == Token::resource("z.z", "/n")).then(|| json!("b")));
        finish(&mut value);
        assert_eq!(value, json!({"forged": "a$${secret:env:KEY}", "lost": "a$$b"}));
    }

    #[test]
    fn ill_formed_strings_are_reported_with_their_place() {
        let value = json!({"a/b": ["fine", "${nothing}"]});
        let error = visit_tokens(&value, &mut |_, _| ()).unwrap_err();
        assert_eq!(error, ("/a~1b/1".to_owned(), TokenError::Malformed("nothing".to_owned())));
        assert_eq!(parse("${x.y#/id"), Err(TokenError::Unclosed));
        // Two hexadecimal digits, and no number with a sign.
        assert_eq!(parse("${x.y%+5#/id}"), Err(TokenError::Malformed("x.y%+5#/id".to_owned())));
    }
}
