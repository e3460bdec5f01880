//! What holds for every message: a code, words, and a place that exists.

use mlhost::model::{Diagnostic, ErrorKind, Failure, Severity, Sources, Span};

/// A failure has an error to tell, and is none of mlhost's own.
pub fn failure(failure: &Failure, sources: &Sources) {
    assert_ne!(failure.kind, ErrorKind::Bug, "{failure:?}");
    assert!(failure.diagnostics.iter().any(|one| one.severity == Severity::Error), "no error in {failure:?}");
    diagnostics(&failure.diagnostics, sources);
}

/// What comes with an answer is no error.
pub fn remarks(remarks: &[Diagnostic], sources: &Sources) {
    assert!(remarks.iter().all(|remark| remark.severity < Severity::Error), "{remarks:?}");
    diagnostics(remarks, sources);
}

/// Each has a code of the form `area/word`, words, and a place inside of a text.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources) {
    for diagnostic in diagnostics {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase());
        let code = diagnostic.code.split_once('/');
        assert!(code.is_some_and(|(area, rest)| word(area) && word(rest)), "the code of {diagnostic:?}");
        assert!(!diagnostic.message.trim().is_empty(), "no words in {diagnostic:?}");
        if let Some(place) = diagnostic.span {
            assert!(is_inside(place, sources), "{place:?} lies outside: {diagnostic:?}");
        }
    }
}

/// Whether a place is one in a text: a line that there is, from a column that there is (or just behind the line's end) for
/// no longer than the line.
pub fn is_inside(place: Span, sources: &Sources) -> bool {
    let Some(source) = sources.get(place.source) else { return false };
    let Some(line) = source.text.split('\n').nth(place.line.wrapping_sub(1) as usize) else { return false };
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (characters, before) = (line.chars().count(), (place.column as usize).wrapping_sub(1));
    // A carriage return may count as a character of its line.
    before <= characters + 1 && (1..=characters.saturating_sub(before).max(1)).contains(&(place.length as usize))
}
