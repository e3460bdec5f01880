//! Text on its way to a terminal: made harmless, measured, cut and wrapped.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use unicode_width::UnicodeWidthChar;

use super::style::Style;

/// Whether a character can steer a terminal or hide or reorder what a reader sees: control characters, bidirectional
/// controls (Unicode UAX #9), line separators, zero-width characters and tags.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The text on one line, with every hidden character shown as its escape.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Like [`clean`], but line breaks stay line breaks.
pub fn clean_lines(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.trim_end().split('\n').map(|line| clean(line.trim_end_matches('\r'))).collect();
    lines.join("\n")
}

/// Columns that a text takes, counted character by character, as it is cut.
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text, its end cut off where it is wider than `columns`.
pub fn cut<'a>(text: &'a str, columns: usize, style: &Style) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let kept = head(text, columns.saturating_sub(width(style.ellipsis())));
    Cow::Owned(format!("{kept}{}", style.ellipsis()))
}

/// The text, its middle cut out where it is wider than `columns`: for ids and paths, whose end says most.
pub fn cut_middle<'a>(text: &'a str, columns: usize, style: &Style) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(width(style.ellipsis()));
    let start = head(text, room / 3);
    Cow::Owned(format!("{start}{}{}", style.ellipsis(), tail(text, room - room / 3)))
}

fn head(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

fn tail(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used > columns {
            return text.get(at + c.len_utf8()..).unwrap_or_default();
        }
    }
    text
}

/// The text in lines of at most `columns`, broken between words where that is possible.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let mut word = word;
            let needed = width(word) + usize::from(used > 0);
            if used > 0 && used + needed > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            while width(word) > columns {
                let part = head(word, columns);
                // Addresses and ids are better broken between their parts.
                let between = part.rfind(['/', '-', '.', '_']).map(|at| at + 1).filter(|&at| at > part.len() / 2);
                let part = between.and_then(|at| part.get(..at)).unwrap_or(part);
                lines.push(part.to_owned());
                word = word.get(part.len()..).unwrap_or_default();
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            line.push_str(word);
            used += width(word);
        }
        lines.push(line);
    }
    lines
}

/// Appends the text as an indented paragraph within the style's width; later lines are indented by `hanging` more.
pub fn paragraph(out: &mut String, text: &str, indent: usize, hanging: usize, style: &Style) {
    let columns = style.width.saturating_sub(indent + hanging);
    for (index, line) in wrap(text, columns).iter().enumerate() {
        let indent = if index == 0 { indent } else { indent + hanging };
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
}

/// A number with its thousands apart: `10,000`.
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number and its noun, in the plural where it is one: `1 resource`, `2 policies`.
pub fn count(n: usize, noun: &str) -> String {
    let plural = match (n, noun.strip_suffix('y')) {
        (1, _) => noun.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{} {plural}", number(n))
}

/// A length of time as people say it: `40ms`, `1.2s`, `37s`, `3m05s`, `1h02m`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.as_millis() < 100 => format!("{}ms", duration.as_millis()),
        0..10 => format!("{seconds}.{}s", duration.subsec_millis() / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cleaned_text_holds_nothing_hidden(text in any::<String>()) {
            prop_assert!(!clean(&text).chars().any(is_hidden));
            prop_assert!(!clean_lines(&text).chars().any(|c| c != '\n' && is_hidden(c)));
        }

        #[test]
        fn what_is_cut_fits(text in "\\PC{0,60}", columns in 4usize..40) {
            let style = Style::plain(40);
            prop_assert!(width(&cut(&text, columns, &style)) <= columns);
            prop_assert!(width(&cut_middle(&text, columns, &style)) <= columns);
        }

        #[test]
        fn wrapping_keeps_every_word_and_the_width(text in "[a-zé世 ]{0,80}", columns in 8usize..30) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }

    #[test]
    fn escapes_are_shown_not_sent() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\u{9b}\n"), "a\\u{1b}[31mb\\u{202e}c\\u{9b}\\n");
        assert!(matches!(clean("plain text, ümlaut"), Cow::Borrowed(_)));
    }

    #[test]
    fn ids_keep_their_end() {
        let style = Style::plain(40);
        assert_eq!(cut_middle("/subscriptions/0000/vaults/main", 20, &style), "/subsc…0/vaults/main");
        assert_eq!(cut("abcdefghij", 5, &style), "abcd…");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(["0", "999", "1,000", "1,234,567"], [0, 999, 1_000, 1_234_567].map(number).as_slice());
        assert_eq!(
            (count(1, "policy"), count(2, "policy"), count(0, "error")),
            ("1 policy".into(), "2 policies".into(), "0 errors".into())
        );
        let times = [40, 1_250, 37_900, 185_000, 3_720_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(times, ["40ms", "1.2s", "37s", "3m05s", "1h02m"]);
    }
}
