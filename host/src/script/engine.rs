//! One evaluation from beginning to end: the engine, the texts, the result.

use std::sync::Arc;
use std::time::Instant;

use rhai::{AST, Dynamic, Engine, OptimizationLevel};

use super::errors::{diagnose, syntax};
use super::imports::Imports;
use super::loader::{Loader, ReadError};
use super::positions::call_sites;
use super::reference::{CLOSE, OPEN};
use super::stage::{ENTRY, Raised, Stage, Text};
use super::text::Lines;
use super::words::is_host_word;
use super::{ScriptInput, declare, fields, limits, placement, words};
use crate::model::{Definition, Diagnostic, Diagnostics, ErrorKind, Failure, Sources};

/// Code of the diagnostic for a script that ran for too long.
const TIME_CODE: &str = "script/time";

/// Evaluates a script; see [`super::evaluate`].
pub(super) fn run(
    entry: &str,
    shown: &str,
    loader: Arc<dyn Loader>,
    input: Arc<ScriptInput>,
    sources: &mut Sources,
) -> Result<(Definition, Diagnostics), Failure> {
    if let Some(word) = input.kinds.keys().find(|word| is_host_word(word)) {
        let message = format!("a plugin brings a kind named `{word}`, which is a word of the host");
        return Err(Failure::new(ErrorKind::Plugin, Diagnostic::error("script/word-taken", message)));
    }
    let stage = Arc::new(Stage::new(input, loader, std::mem::take(sources)));
    let result = evaluate(&stage, entry, shown);
    let gathered = std::mem::take(&mut *stage.gathered());
    *sources = gathered.sources;
    let mut diagnostics = gathered.diagnostics;
    let mut definition = gathered.definition;
    match result.and_then(|()| placement::place(&stage.input, &mut definition)) {
        Ok(()) => Ok((definition, diagnostics)),
        Err(error) => {
            let kind = if error.code == TIME_CODE { ErrorKind::TimedOut } else { ErrorKind::Input };
            diagnostics.push(*error);
            Err(Failure { kind, diagnostics })
        }
    }
}

fn evaluate(stage: &Arc<Stage>, entry: &str, shown: &str) -> Result<(), Box<Diagnostic>> {
    let engine = engine(stage);
    let text = stage.loader.read(entry, limits::SOURCE_BYTES).map_err(|error| {
        let help = match error {
            ReadError::NotFound => "check the path of the script",
            _ => "the script must be a UTF-8 text file that mlhost may read",
        };
        Diagnostic::error("script/unreadable", format!("cannot read the script `{shown}`: {error}")).help(help)
    })?;
    let ast = compile(&engine, stage, shown, &text)?;
    engine.run_ast(&ast).map_err(|error| Box::new(diagnose(&engine, stage, *error, ENTRY)))
}

/// An engine with the words of this evaluation and nothing that reaches out of it.
fn engine(stage: &Arc<Stage>) -> Engine {
    let mut engine = Engine::new();
    limits::apply(&mut engine, stage.steps());
    engine
        // The syntax tree must stay as written: the places of literals are read from it.
        .set_optimization_level(OptimizationLevel::None)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .disable_symbol("eval")
        .set_module_resolver(Imports::new(stage.clone()));
    let started = Instant::now();
    let before = limits::resident_bytes();
    engine.on_progress(move |steps| {
        let stop = |diagnostic| Some(Dynamic::from(Raised(Arc::new(diagnostic))));
        if steps % limits::STEPS_PER_CLOCK_READ == 0 && started.elapsed() > limits::TIME {
            return stop(too_long());
        }
        if steps % limits::STEPS_PER_MEMORY_READ == 0
            && let (Some(before), Some(now)) = (before, limits::resident_bytes())
            && now.saturating_sub(before) > limits::MEMORY_BYTES
        {
            return stop(too_much_memory());
        }
        None
    });
    fields::register(&mut engine, stage);
    declare::register(&mut engine, stage);
    words::register(&mut engine, stage);
    engine
}

fn too_long() -> Diagnostic {
    let message = format!("the script ran for more than {} seconds", limits::TIME.as_secs());
    Diagnostic::error(TIME_CODE, message).help("look for a loop that does not end")
}

fn too_much_memory() -> Diagnostic {
    let message = format!("the script uses more than {} MiB of memory", limits::MEMORY_BYTES >> 20);
    Diagnostic::error("script/limit", message).help("look for a map or an array that grows without end")
}

/// Takes a text into the evaluation and compiles it.
pub(super) fn compile(engine: &Engine, stage: &Stage, shown: &str, text: &str) -> Result<AST, Box<Diagnostic>> {
    let (number, lines) = {
        let mut gathered = stage.gathered();
        let source = gathered.sources.add(shown, text);
        let lines = Lines::new(source, text.into());
        gathered.texts.push(Text { lines: lines.clone(), calls: Default::default(), functions: Vec::new() });
        (gathered.texts.len() - 1, lines)
    };
    if let Some(at) = text.find([OPEN, CLOSE]) {
        let message = "the script holds a character that mlhost sets apart (U+E000 or U+E001)";
        return Err(Diagnostic::error("script/reserved-character", message)
            .at(lines.at_offset(at, 1))
            .help("remove the character")
            .into());
    }
    if lines.count() > limits::SOURCE_LINES {
        let message = format!("the script is longer than {} lines", limits::SOURCE_LINES);
        return Err(Diagnostic::error("script/limit", message).help("use loops, or import parts of it").into());
    }
    let mut ast = engine.compile(text).map_err(|error| syntax(engine, stage, &error, number))?;
    ast.set_source(number.to_string());
    let kinds = &stage.input.kinds;
    let functions: Vec<(String, usize)> =
        ast.iter_functions().map(|function| (function.name.to_owned(), function.params.len())).collect();
    if let Some((name, _)) = functions.iter().find(|(name, _)| kinds.contains_key(name) || is_host_word(name)) {
        let at = text.find(&format!("fn {name}")).map(|at| lines.at_offset(at + 3, name.chars().count() as u32));
        let message = format!("the script defines a function `{name}`, which is a word of the language");
        return Err(Diagnostic::error("script/word-taken", message).at(at).help("give it another name").into());
    }
    let calls = call_sites(&ast, &lines, &|word| word == "existing" || kinds.contains_key(word));
    if let Some(entry) = stage.gathered().texts.get_mut(number) {
        entry.calls = calls;
        entry.functions = functions;
    }
    Ok(ast)
}
