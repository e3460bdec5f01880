//! Reference tokens: `${ADDRESS#POINTER}` stands for a value of another resource, `${secret:HANDLE}` for a secret.
//!
//! Within a token `%`, `#`, `}` and control characters of the address are percent-encoded, `%`, `}` and control
//! characters of the pointer too. Outside of tokens `$${` stands for a literal `${`, and `${$}` for a `$`.

use std::fmt::Write as _;

/// How a token of a secret begins, within the braces.
const SECRET: &str = "secret:";

/// A reference to a value of another resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The resource's address, `KIND.NAME`.
    pub address: String,
    /// JSON Pointer into its deployed body; `/id` and `/name` are its id and name.
    pub pointer: String,
}

impl Reference {
    /// The kind of the declaration it refers to.
    pub fn kind(&self) -> &str {
        self.address.split('.').next().unwrap_or_default()
    }
}

/// The token for a value of another resource.
pub fn of(address: &str, pointer: &str) -> String {
    let mut out = String::with_capacity(address.len() + pointer.len() + 4);
    out.push_str("${");
    encode(&mut out, address, true);
    out.push('#');
    encode(&mut out, pointer, false);
    out.push('}');
    out
}

/// The token for the id of another resource.
pub fn id_of(address: &str) -> String {
    of(address, "/id")
}

fn encode(out: &mut String, text: &str, hash_too: bool) {
    for c in text.chars() {
        if c == '%' || c == '}' || (c == '#' && hash_too) || c.is_ascii_control() {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{:02X}", c as u32);
        } else {
            out.push(c);
        }
    }
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

/// What stands between the braces, if the whole text is one token (of a resource or a secret).
fn inner(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    (!inner.contains('}')).then_some(inner)
}

/// Whether the whole text is one token, which stands for a value of any type.
pub fn is_token(text: &str) -> bool {
    inner(text).is_some_and(|inner| inner.starts_with(SECRET) || reference(text).is_some())
}

/// Whether the text holds a token somewhere, so that its value is known only later.
pub fn holds_token(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        if !before.ends_with('$') && !from.starts_with("${$}") {
            return true;
        }
        rest = from.get(2..).unwrap_or_default();
    }
    false
}

/// Whether the whole text is one token of a secret.
pub fn is_secret(text: &str) -> bool {
    inner(text).is_some_and(|inner| inner.starts_with(SECRET))
}

/// What the text refers to, if it is exactly one token of a resource.
pub fn reference(text: &str) -> Option<Reference> {
    let inner = inner(text).filter(|inner| !inner.starts_with(SECRET))?;
    let (address, pointer) = inner.split_once('#')?;
    let (address, pointer) = (decode(address)?, decode(pointer)?);
    let dotted = address.split_once('.').is_some_and(|(kind, name)| !kind.is_empty() && !name.is_empty());
    let pointed = pointer.is_empty() || pointer.starts_with('/');
    (dotted && pointed).then_some(Reference { address, pointer })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(kind in "[a-z_]{1,8}", name in "[^.]{1,12}", pointer in "(/[^/]{1,6}){0,3}") {
            let address = format!("{kind}.{name}");
            let token = of(&address, &pointer);
            prop_assert!(is_token(&token));
            let reference = reference(&token).unwrap();
            prop_assert_eq!(reference.kind(), kind);
            prop_assert_eq!(reference, Reference { address, pointer });
        }

        #[test]
        fn no_text_panics(text in "[${}#.:/%a]*") {
            let _ = (is_token(&text), holds_token(&text), reference(&text));
        }
    }

    #[test]
    fn tells_tokens_from_text() {
        assert!(is_token("${secret:env:PASSWORD}"));
        assert!(is_secret("${secret:env:PASSWORD}"));
        assert!(!is_token("${a.b#/id}-x"));
        assert!(!is_token("${a.b#/id}${a.b#/id}"));
        assert!(!is_token("$${a.b#/id}"));
        assert!(holds_token("x-${a.b#/id}"));
        assert!(!holds_token("x-$${a.b#/id}"));
        assert!(!holds_token("x-${$}"));
        assert!(holds_token("x-${$}${a.b#/id}"));
        assert_eq!(reference("${ab#/id}"), None);
        assert_eq!(reference("${secret:a.b#/id}"), None);
    }
}
