//! Source texts and places in them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A place in a source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index into [`Sources`].
    pub source: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Number of characters to underline, at least 1.
    pub length: u32,
}

/// A place in words that outlive the run: for plan files, state and machine-readable output.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Path of the file as the user named it, or relative to the project folder.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One source text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Path as shown to the user.
    pub path: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

/// All texts that a run has read: the script, its imports, project and parameter files.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text and returns its index.
    pub fn add(&mut self, path: &str, text: &str) -> u32 {
        self.list.push(Source { path: path.into(), text: text.into() });
        (self.list.len() - 1) as u32
    }

    /// The text that a span speaks of.
    pub fn get(&self, source: u32) -> Option<&Source> {
        self.list.get(source as usize)
    }

    /// The text at a place in lasting words, if it was read.
    pub fn span(&self, place: &Place) -> Option<Span> {
        let source = self.list.iter().position(|source| *source.path == place.file)?;
        Some(Span { source: source as u32, line: place.line, column: place.column, length: 1 })
    }

    /// The span in lasting words.
    pub fn place(&self, span: Span) -> Option<Place> {
        let source = self.get(span.source)?;
        Some(Place { file: source.path.to_string(), line: span.line, column: span.column })
    }
}
