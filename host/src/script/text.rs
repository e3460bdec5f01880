//! Places in a script text: lines, columns in characters, and how long the word at a place is.

use std::sync::Arc;

use rhai::Position;

use crate::model::Span;

/// A source text with its lines found once.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    source: u32,
    text: Arc<str>,
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines of source number `source`.
    pub(super) fn new(source: u32, text: Arc<str>) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, text, starts }
    }

    /// Number of lines.
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The place of a Rhai position, as long as the word that stands there. A position that Rhai does not know is the
    /// last character: that is where a text ends too early.
    pub(super) fn span(&self, position: Position) -> Span {
        let Some(line) = position.line() else { return self.end() };
        let (line, column) = self.inside(line, position.position().unwrap_or(1));
        Span { source: self.source, line: line as u32, column: column as u32, length: self.word_length(line, column) }
    }

    /// The place of a field that is read at a position, which for Rhai is that of the dot before it.
    pub(super) fn field(&self, position: Position) -> Span {
        let (Some(line), Some(column)) = (position.line(), position.position()) else { return self.span(position) };
        let (line, column) = self.inside(line, column);
        let rest = self.line(line).chars().skip(column - 1);
        let skipped = rest.take_while(|c| matches!(c, '?' | '.' | ' ')).count();
        let column = column + skipped;
        Span { source: self.source, line: line as u32, column: column as u32, length: self.word_length(line, column) }
    }

    /// The place of a byte offset, `length` characters long.
    pub(super) fn at_offset(&self, offset: usize, length: u32) -> Span {
        let index = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or_default();
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Span { source: self.source, line: index as u32 + 1, column: column as u32, length }
    }

    /// A line and a column that there are: Rhai counts a lone carriage return in a comment as a line.
    fn inside(&self, line: usize, column: usize) -> (usize, usize) {
        let line = line.clamp(1, self.count());
        (line, column.clamp(1, self.line(line).trim_end_matches(['\r', '\n']).chars().count() + 1))
    }

    fn end(&self) -> Span {
        let trimmed = self.text.trim_end();
        let last = trimmed.char_indices().next_back().map_or(0, |(at, _)| at);
        self.at_offset(last, 1)
    }

    fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or_default()
    }

    fn word_length(&self, line: usize, column: usize) -> u32 {
        let rest = self.line(line);
        let rest = rest.char_indices().nth(column.saturating_sub(1)).and_then(|(at, _)| rest.get(at..));
        word_length(rest.unwrap_or_default()) as u32
    }
}

/// Length of the literal, the identifier or the sign at the start of a line's rest, in characters, at least 1.
fn word_length(rest: &str) -> usize {
    let mut chars = rest.chars();
    let length = match chars.next() {
        Some(quote @ ('"' | '`' | '\'')) => quoted_length(rest, quote),
        Some('#') if rest.starts_with("#{") => 2,
        Some(c) if c.is_alphanumeric() || c == '_' => {
            let number = c.is_ascii_digit();
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_' || (number && *c == '.')).count()
        }
        Some('-') => 1 + chars.take_while(|c| c.is_ascii_digit() || *c == '.').count(),
        _ => 1,
    };
    length.max(1)
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (count, c) in rest.chars().enumerate().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            '\n' | '\r' => return count,
            c if c == quote => return count + 1,
            _ => {}
        }
    }
    rest.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, line: u16, column: u16) -> Span {
        Lines::new(0, text.into()).span(Position::new(line, column))
    }

    #[test]
    fn words_are_as_long_as_they_look() {
        let text = "f(\"ü\\\"x\", 12.5)\nkey_vault";
        assert_eq!(at(text, 1, 1).length, 1);
        assert_eq!(at(text, 1, 3).length, 6);
        assert_eq!(at(text, 1, 11).length, 4);
        assert_eq!(at(text, 2, 1).length, 9);
        assert_eq!(at(text, 9, 9).length, 1);
        assert_eq!((at(text, 9, 9).line, at(text, 9, 99).column), (2, 10));
    }

    #[test]
    fn offsets_count_characters() {
        let lines = Lines::new(0, "ab\nüx".into());
        let span = lines.at_offset(5, 1);
        assert_eq!((span.line, span.column), (2, 2));
        assert_eq!(lines.span(Position::NONE), span);
        assert_eq!(Lines::new(0, "".into()).span(Position::NONE).column, 1);
    }
}
