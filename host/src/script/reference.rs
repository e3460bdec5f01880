//! What a script holds in place of things that exist only later: handles, references and secrets.
//!
//! When one of them becomes part of a string, the string holds a *mark*: a number between two private-use characters. The
//! number leads to a table of the evaluation, so text can never become a reference that the script did not make itself,
//! and what users write (`${…}` included) stays text.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::Token;
use crate::model::reference::escape;

/// Starts a mark.
pub(super) const OPEN: char = '\u{E000}';
/// Ends a mark.
pub(super) const CLOSE: char = '\u{E001}';

/// Whether a text holds a character that marks are made of.
pub(super) fn has_marks(text: &str) -> bool {
    // Both begin with this byte in UTF-8, which is rare: most texts need no closer look.
    text.as_bytes().contains(&0xEE) && text.contains([OPEN, CLOSE])
}

/// A declaration, as the script holds it.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    /// Position in the list of declarations.
    pub(super) index: usize,
    /// Its kind's word.
    pub(super) kind: Arc<str>,
    /// Its name.
    pub(super) name: Arc<str>,
    /// Its address.
    pub(super) address: Arc<str>,
}

impl Handle {
    /// What a handle stands for when it is used as a value.
    pub(super) fn id(&self) -> Token {
        Token::resource(self.address.as_ref(), "/id")
    }
}

/// A value of a declaration that is known only after apply.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// Whose value.
    pub(super) handle: Handle,
    /// What the script wrote after the handle, with dots.
    pub(super) path: String,
    /// Where the value stands in the deployed body; nothing while `path` is only the beginning of an output's name.
    pub(super) pointer: Option<String>,
}

/// A secret, by where it is kept.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    /// `env:NAME`.
    pub(super) handle: String,
}

/// What a mark stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Marked {
    /// A value.
    Token(Token),
    /// Only the beginning of an output's name: the kind, and what the script wrote.
    Unfinished {
        /// The kind's word.
        kind: Arc<str>,
        /// What stands after the handle.
        path: String,
    },
}

impl From<&Reference> for Marked {
    fn from(reference: &Reference) -> Self {
        match &reference.pointer {
            Some(pointer) => Self::Token(Token::resource(reference.handle.address.as_ref(), pointer.clone())),
            None => Self::Unfinished { kind: reference.handle.kind.clone(), path: reference.path.clone() },
        }
    }
}

impl From<&Secret> for Marked {
    fn from(secret: &Secret) -> Self {
        Self::Token(Token::secret(secret.handle.clone()))
    }
}

/// Why a string cannot be a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MarkError {
    /// A string function cut a mark apart.
    Cut,
    /// A `$` stands right before a mark: the two would read as an escape.
    DollarBefore,
    /// It holds the beginning of an output's name.
    Unfinished {
        /// The kind's word.
        kind: Arc<str>,
        /// What stands after the handle.
        path: String,
    },
}

/// The marks of an evaluation.
#[derive(Debug, Default)]
pub(super) struct Marks {
    list: Vec<Marked>,
    numbers: HashMap<Marked, usize>,
}

impl Marks {
    /// The mark for something; the same one for the same thing, so that equal strings compare equal.
    pub(super) fn mark(&mut self, marked: Marked) -> String {
        let number = *self.numbers.entry(marked).or_insert_with_key(|marked| {
            self.list.push(marked.clone());
            self.list.len() - 1
        });
        format!("{OPEN}{number}{CLOSE}")
    }

    /// A script's string as a property value: text escaped, marks as tokens.
    ///
    /// # Errors
    /// See [`MarkError`].
    pub(super) fn render(&self, text: &str) -> Result<String, MarkError> {
        if !has_marks(text) {
            return Ok(escape(text));
        }
        let mut out = String::with_capacity(text.len() + 32);
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(&escape(text)),
                Piece::Cut => return Err(MarkError::Cut),
                Piece::Mark(number) => match self.list.get(number).ok_or(MarkError::Cut)? {
                    Marked::Token(_) if out.ends_with('$') => return Err(MarkError::DollarBefore),
                    Marked::Token(token) => out.push_str(&token.to_string()),
                    Marked::Unfinished { kind, path } => {
                        return Err(MarkError::Unfinished { kind: kind.clone(), path: path.clone() });
                    }
                },
            }
        }
        Ok(out)
    }

    /// A script's string for people to read: marks as what they stand for, broken ones as `…`.
    pub(super) fn show(&self, text: &str) -> String {
        let show = |number: usize| match self.list.get(number) {
            Some(Marked::Token(token)) => token.to_string(),
            Some(Marked::Unfinished { path, .. }) => path.clone(),
            None => "…".to_owned(),
        };
        pieces(text)
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Mark(number) => show(number),
                Piece::Cut => "…".to_owned(),
            })
            .collect()
    }

    /// What a string is that is one mark and nothing else.
    pub(super) fn only(&self, text: &str) -> Option<&Marked> {
        let mut pieces = pieces(text);
        match (pieces.next(), pieces.next()) {
            (Some(Piece::Mark(number)), None) => self.list.get(number),
            _ => None,
        }
    }
}

enum Piece<'a> {
    Text(&'a str),
    Mark(usize),
    Cut,
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        match rest.find([OPEN, CLOSE]) {
            None => Some(Piece::Text(std::mem::take(&mut rest))),
            Some(0) => {
                let mark = rest.strip_prefix(OPEN).and_then(|inner| inner.split_once(CLOSE));
                let number = mark.and_then(|(number, after)| Some((number.parse().ok()?, after)));
                let (piece, after) = match number {
                    Some((number, after)) => (Piece::Mark(number), after),
                    None => (Piece::Cut, rest.get(OPEN.len_utf8()..).unwrap_or_default()),
                };
                rest = after;
                Some(piece)
            }
            Some(at) => {
                let (text, after) = rest.split_at(at);
                rest = after;
                Some(Piece::Text(text))
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::reference::{Part, parse};

    #[test]
    fn the_same_thing_has_the_same_mark() {
        let mut marks = Marks::default();
        let one = marks.mark(Marked::Token(Token::resource("a.b", "/id")));
        assert_eq!(one, marks.mark(Marked::Token(Token::resource("a.b", "/id"))));
        assert_ne!(one, marks.mark(Marked::Token(Token::resource("a.c", "/id"))));
        assert_eq!(marks.render(&format!("{one}/x")), Ok("${a.b#/id}/x".to_owned()));
        assert_eq!(marks.render(&format!("${one}")), Err(MarkError::DollarBefore));
        assert_eq!(marks.render(one.trim_start_matches(OPEN)), Err(MarkError::Cut));
    }

    proptest! {
        #[test]
        fn text_is_never_more_than_text(text in "[$\\{\\}a#/.\u{E000}\u{E001}0-9]{0,20}") {
            // Without any mark made, nothing that can be written is a token.
            if let Ok(rendered) = Marks::default().render(&text) {
                for part in parse(&rendered).unwrap() {
                    prop_assert!(matches!(part, Part::Text(_)));
                }
            }
        }

        #[test]
        fn marks_survive_between_texts(before in "[^\u{E000}\u{E001}$]*", after in "[^\u{E000}\u{E001}]*") {
            let mut marks = Marks::default();
            let token = Token::resource("a.b", "/id");
            let mark = marks.mark(Marked::Token(token.clone()));
            let parts = parse(&marks.render(&format!("{before}{mark}{after}")).unwrap()).unwrap();
            let tokens: Vec<_> = parts.iter().filter(|part| matches!(part, Part::Token(_))).collect();
            let expected = Part::Token(token);
            prop_assert_eq!(tokens, vec![&expected]);
        }
    }
}
