//! What an evaluation gathers: declarations, outputs, messages, texts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, EvalAltResult, Module, NativeCallContext, Position, Shared};

use super::loader::Loader;
use super::positions::{CallSite, CallSites};
use super::reference::Marks;
use super::text::Lines;
use super::{ScriptInput, limits};
use crate::model::{Definition, Diagnostic, Diagnostics, Sources, Span};

/// Number of the script that the user named, among the texts of an evaluation.
pub(super) const ENTRY: usize = 0;

/// The evaluation, shared by all the words of the language.
pub(super) struct Stage {
    /// What the script may know.
    pub(super) input: Arc<ScriptInput>,
    /// Gives the texts of imports.
    pub(super) loader: Arc<dyn Loader>,
    gathered: Mutex<Gathered>,
}

/// One script text.
pub(super) struct Text {
    /// Its lines.
    pub(super) lines: Lines,
    /// The calls that declare something.
    pub(super) calls: CallSites,
    /// Functions it defines: name and number of parameters.
    pub(super) functions: Vec<(String, usize)>,
}

/// What has been gathered so far.
#[derive(Default)]
pub(super) struct Gathered {
    /// All texts of the run.
    pub(super) sources: Sources,
    /// The script texts of this evaluation, the script itself first.
    pub(super) texts: Vec<Text>,
    /// Declarations and outputs in the order in which they were evaluated.
    pub(super) definition: Definition,
    /// Declarations by address.
    pub(super) by_address: HashMap<Arc<str>, usize>,
    /// Warnings and prints.
    pub(super) diagnostics: Diagnostics,
    /// How much was printed.
    pub(super) prints: usize,
    /// What the marks in strings stand for.
    pub(super) marks: Marks,
    /// Size of what was declared so far, in bytes.
    pub(super) declared_bytes: usize,
    /// Modules that were evaluated, by path.
    pub(super) modules: HashMap<String, Shared<Module>>,
    /// Paths of the modules that are being evaluated, the innermost last.
    pub(super) importing: Vec<String>,
}

impl Stage {
    /// An evaluation that has not begun.
    pub(super) fn new(input: Arc<ScriptInput>, loader: Arc<dyn Loader>, sources: Sources) -> Self {
        Self { input, loader, gathered: Mutex::new(Gathered { sources, ..Gathered::default() }) }
    }

    /// Steps of evaluation that the script may take.
    pub(super) fn steps(&self) -> u64 {
        self.input.steps.unwrap_or(limits::OPERATIONS)
    }

    /// What has been gathered so far. Words must not call back into the script while they hold this.
    pub(super) fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a field is read.
    pub(super) fn field_span(&self, context: &NativeCallContext<'_>) -> Span {
        let gathered = self.gathered();
        match gathered.texts.get(text_number(context.call_source())) {
            Some(text) => text.lines.field(context.call_position()),
            None => gathered.span(ENTRY, context.call_position()),
        }
    }

    /// Where a word was called.
    pub(super) fn span(&self, context: &NativeCallContext<'_>) -> Span {
        self.gathered().span(text_number(context.call_source()), context.call_position())
    }
}

impl Gathered {
    /// The place of a position in a text.
    pub(super) fn span(&self, text: usize, position: Position) -> Span {
        match self.texts.get(text) {
            Some(text) => text.lines.span(position),
            None => Span { source: 0, line: 1, column: 1, length: 1 },
        }
    }

    /// What is known of a call that declares something, when it stands in a text as such.
    pub(super) fn call_site(&self, text: usize, position: Position) -> Option<&CallSite> {
        self.texts.get(text)?.calls.get(&position)
    }

    /// `FILE:LINE` for notes.
    pub(super) fn place(&self, span: Span) -> String {
        match self.sources.place(span) {
            Some(place) => format!("{}:{}", place.file, place.line),
            None => format!("line {}", span.line),
        }
    }
}

/// The number of a text from what Rhai calls its source; anything else is the script itself.
pub(super) fn text_number(source: Option<&str>) -> usize {
    source.and_then(|source| source.parse().ok()).unwrap_or(ENTRY)
}

/// A diagnostic on its way through Rhai.
#[derive(Clone)]
pub(super) struct Raised(pub(super) Arc<Diagnostic>);

/// Ends the evaluation with a diagnostic; a script cannot catch it.
pub(super) fn raise(diagnostic: Diagnostic) -> Box<EvalAltResult> {
    EvalAltResult::ErrorTerminated(Dynamic::from(Raised(Arc::new(diagnostic))), Position::NONE).into()
}

/// The diagnostic that a word of the language raised, if it was one.
pub(super) fn raised(value: &Dynamic) -> Option<Diagnostic> {
    value.read_lock::<Raised>().map(|raised| raised.0.as_ref().clone())
}
