//! Rhai's errors in plain words, with a stable code, a place and a remedy. Nothing of Rust or of Rhai's insides shows.

use rhai::{Engine, EvalAltResult as E, LexError, ParseError, ParseErrorType as P};

use super::convert::describe_type;
use super::limits;
use super::stage::{Stage, raised, text_number};
use super::words::{HOST_WORDS, shown};
use crate::model::Diagnostic;
use crate::suggest;

/// Notes on callers that a diagnostic carries at most.
const CALLERS: usize = 5;

/// The diagnostic for an error of an evaluation; `text` is the number of the text in which it came up.
pub(super) fn diagnose(engine: &Engine, stage: &Stage, error: E, text: usize) -> Diagnostic {
    let position = error.position();
    match error {
        E::ErrorInFunctionCall(name, source, inner, at) => {
            let inner_text = if source.is_empty() { text } else { text_number(Some(&source)) };
            let mut diagnostic = diagnose(engine, stage, *inner, inner_text);
            if diagnostic.notes.len() < CALLERS {
                let gathered = stage.gathered();
                let place = gathered.place(gathered.span(text, at));
                let caller = if name.starts_with("anon$") { "a closure".to_owned() } else { format!("`{name}`") };
                diagnostic.notes.push(format!("in {caller}, called at {place}"));
            }
            diagnostic
        }
        E::ErrorInModule(_, inner, _) => diagnose(engine, stage, *inner, text),
        E::ErrorTerminated(value, _) => {
            let mut diagnostic =
                raised(&value).unwrap_or_else(|| Diagnostic::error("script/stopped", "the script was stopped"));
            if diagnostic.span.is_none() && !position.is_none() {
                diagnostic.span = Some(stage.gathered().span(text, position));
            }
            diagnostic
        }
        E::ErrorParsing(kind, position) => *syntax(engine, stage, &ParseError(Box::new(kind), position), text),
        E::ErrorFunctionNotFound(signature, position) => {
            unknown_function(engine, stage, &signature, text).at(stage.gathered().span(text, position))
        }
        other => {
            let place = stage.gathered().span(text, position);
            limit(stage, &other).unwrap_or_else(|| runtime(stage, &other)).at(place)
        }
    }
}

/// The limits that Rhai keeps.
fn limit(stage: &Stage, error: &E) -> Option<Diagnostic> {
    let (message, help) = match error {
        E::ErrorTooManyOperations(_) => {
            (format!("the script takes more than {} steps", stage.steps()), "look for a loop that does not end")
        }
        E::ErrorStackOverflow(_) => (
            format!("functions call each other more than {} levels deep", limits::CALL_LEVELS),
            "look for a function that calls itself without an end",
        ),
        E::ErrorTooManyVariables(_) => {
            (format!("there are more than {} variables at once", limits::VARIABLES), "keep values in an array or a map")
        }
        E::ErrorTooManyModules(_) => {
            (format!("the script imports more than {} times", limits::MODULES), "import outside of loops and functions")
        }
        E::ErrorDataTooLarge(what, _) => match what.as_str() {
            what if what.contains("string") => {
                (format!("a string is longer than {} bytes", limits::STRING_BYTES), "build shorter strings")
            }
            what if what.contains("array") => {
                (format!("an array has more than {} elements", limits::ARRAY_ELEMENTS), "use a smaller array")
            }
            _ => (format!("a map has more than {} keys", limits::MAP_KEYS), "use a smaller map"),
        },
        _ => return None,
    };
    Some(Diagnostic::error("script/limit", message).help(help))
}

/// Everything else that goes wrong while a script runs.
fn runtime(stage: &Stage, error: &E) -> Diagnostic {
    let new = |code: &str, message: String, help: &str| Diagnostic::error(code, message).help(help);
    match error {
        E::ErrorVariableNotFound(name, _) => new(
            "script/unknown-variable",
            format!("there is no variable `{name}`"),
            "define it with `let` before it is used",
        ),
        E::ErrorModuleNotFound(name, _) => unknown_module(name),
        E::ErrorPropertyNotFound(name, _) => new(
            "script/unknown-key",
            format!("the map has no key `{name}`"),
            "check the key, or ask with `\"key\" in map` first",
        ),
        E::ErrorDotExpr(message, _) => {
            let mut quoted = message.split('\'').skip(1).step_by(2);
            let (field, of) = (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
            let message = format!("{} has no field `{field}`", describe_type(of));
            new("script/unknown-field", message, "fields can be read from maps and resources")
        }
        E::ErrorIndexingType(signature, _) => {
            let of = signature.split(" [").next().unwrap_or_default();
            let message = if signature.contains("] =") {
                format!("nothing can be assigned to a part of {}", describe_type(of))
            } else {
                format!("{} has no parts that an index can name", describe_type(of))
            };
            new("script/index", message, "arrays take a number, maps a string")
        }
        E::ErrorIndexNotFound(index, _) => {
            new("script/index", format!("there is no element `{}`", shown(stage, index)), "check the index")
        }
        E::ErrorArrayBounds(count, index, _) => {
            new("script/index", format!("there is no element {index}: the array has {count}"), "the first element is 0")
        }
        E::ErrorStringBounds(count, index, _) => {
            new("script/index", format!("there is no character {index}: the string has {count}"), "the first one is 0")
        }
        E::ErrorBitFieldBounds(_, index, _) => {
            new("script/index", format!("there is no bit {index}"), "check the index")
        }
        E::ErrorMismatchDataType(wanted, found, _) | E::ErrorMismatchOutputType(wanted, found, _) => {
            mismatch(wanted, found)
        }
        E::ErrorFor(_) => new(
            "script/type",
            "this cannot be looped over".to_owned(),
            "loop over an array, a map's `keys()` or a range",
        ),
        E::ErrorAssignmentToConstant(name, _) => {
            new("script/constant", format!("`{name}` is a constant and cannot be changed"), "define it with `let`")
        }
        E::ErrorNonPureMethodCallOnConstant(..) => {
            new("script/constant", "a constant cannot be changed".to_owned(), "define it with `let`")
        }
        E::ErrorVariableExists(name, _) | E::ErrorForbiddenVariable(name, _) => new(
            "script/variable",
            format!("`{name}` cannot be used as the name of a variable here"),
            "choose another name",
        ),
        E::ErrorArithmetic(message, _) => {
            new("script/arithmetic", sentence(message, "the calculation has no result"), "check the numbers")
        }
        E::ErrorRuntime(value, _) if value.is_unit() => {
            new("script/thrown", "the script threw an error".to_owned(), "see the `throw`")
        }
        E::ErrorRuntime(value, _) => {
            new("script/thrown", shown(stage, value), "the script threw this error, or a function of the language did")
        }
        E::ErrorUnboundThis(_) => {
            new("script/this", "`this` means nothing here".to_owned(), "use it in functions that are called as methods")
        }
        _ => new("script/failed", "the script cannot go on here".to_owned(), "simplify this expression"),
    }
}

fn mismatch(wanted: &str, found: &str) -> Diagnostic {
    let (wanted, found) = (describe_type(wanted), describe_type(found));
    let diagnostic = Diagnostic::error("script/type", format!("expected {wanted}, found {found}"));
    match found {
        "a reference" | "a resource" => diagnostic
            .note("the value of a reference is known only after apply")
            .help("decide by something the script knows: `environment()`, `param(…)` or a resource's `name`"),
        _ => diagnostic.help(format!("use {wanted} here")),
    }
}

fn sentence(message: &str, otherwise: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if !message.contains("::") => first.to_lowercase().chain(chars).collect(),
        _ => otherwise.to_owned(),
    }
}

/// `NAME (TYPE, TYPE)`: a function that does not exist, or not for these types.
fn unknown_function(engine: &Engine, stage: &Stage, signature: &str, text: usize) -> Diagnostic {
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ")"));
    let types = types.strip_suffix(')').unwrap_or(types);
    let given: Vec<&str> = types.split(", ").filter(|name| !name.is_empty()).map(describe_type).collect();
    let given_text = if given.is_empty() { "no arguments".to_owned() } else { given.join(" and ") };
    let later = given.iter().any(|given| matches!(*given, "a reference" | "a resource" | "a secret"));
    let with_reason = |diagnostic: Diagnostic, help: &str| {
        match later {
        true => diagnostic
            .note("the value of a reference is known only after apply, so a script can only pass it on or put it into a string")
            .help("use it as a property, or in a string as `${…}`"),
        false => diagnostic.help(help),
    }
    };
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        let message = format!("`{name}` cannot be used with {given_text}");
        return with_reason(
            Diagnostic::error("script/type", message),
            "convert one of them, for example with `to_string()`",
        );
    }
    if let Some((module, function)) = name.rsplit_once("::") {
        return Diagnostic::error("script/unknown-function", format!("`{module}` has no function `{function}`"))
            .help("check its name and the number of its arguments; `private` functions cannot be called from outside");
    }
    let gathered = stage.gathered();
    let functions = gathered.texts.get(text).map(|text| text.functions.clone()).unwrap_or_default();
    drop(gathered);
    if let Some((_, count)) = functions.iter().find(|(function, _)| function == name) {
        let arguments = if *count == 1 { "argument" } else { "arguments" };
        let message = format!("the function `{name}` takes {count} {arguments}, not {}", given.len());
        return Diagnostic::error("script/arguments", message).help("give as many as its definition names");
    }
    let kinds = &stage.input.kinds;
    if kinds.contains_key(name) || HOST_WORDS.contains(&name) {
        let message = format!("`{name}` does not take {} arguments", given.len());
        return Diagnostic::error("script/arguments", message).help("properties go into one map: `#{ key: value }`");
    }
    let builtin: Vec<String> =
        engine.collect_fn_metadata(None, |function| Some(function.metadata.name.to_string()), true);
    if builtin.iter().any(|function| function == name) {
        let message = format!("`{name}` cannot be called with {given_text}");
        return with_reason(
            Diagnostic::error("script/arguments", message),
            "check the number and the types of the arguments",
        );
    }
    let words = || kinds.keys().map(String::as_str).chain(HOST_WORDS);
    let all = words().chain(functions.iter().map(|(name, _)| name.as_str()));
    let all = all
        .chain(builtin.iter().map(String::as_str).filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_')));
    let diagnostic = Diagnostic::error("script/unknown-function", format!("there is no function or kind `{name}`"));
    match suggest::nearest(name, all) {
        Some(near) => {
            let summary = stage.input.summaries.get(near).map(|summary| format!(" ({summary})")).unwrap_or_default();
            diagnostic.help(format!("did you mean `{near}`?{summary}"))
        }
        None => diagnostic
            .note(format!("kinds: {}", suggest::list(kinds.keys().map(String::as_str))))
            .note(format!("words of the host: {}", suggest::list(HOST_WORDS)))
            .help("check the name, or add the plugin that brings this kind"),
    }
}

fn unknown_module(name: &str) -> Diagnostic {
    Diagnostic::error("script/unknown-module", format!("nothing is imported as `{name}`"))
        .help(format!("write `import \"FILE\" as {name};` at the top of the script"))
}

/// The diagnostic for a text that does not compile.
pub(super) fn syntax(engine: &Engine, stage: &Stage, error: &ParseError, text: usize) -> Box<Diagnostic> {
    let gathered = stage.gathered();
    let span = gathered.span(text, error.position());
    let source = gathered.sources.get(span.source).map(|source| source.text.clone()).unwrap_or_default();
    drop(gathered);
    Box::new(syntax_words(engine, stage, error, &source).at(span))
}

fn syntax_words(engine: &Engine, stage: &Stage, error: &ParseError, source: &str) -> Diagnostic {
    let wrong = |message: String, help: &str| Diagnostic::error("script/syntax", message).help(help);
    let limit = |message: String, help: &str| Diagnostic::error("script/limit", message).help(help);
    match error.err_type() {
        P::VariableUndefined(name) => unknown_variable(stage, name, source),
        P::ModuleUndefined(name) => unknown_module(name),
        P::ExprTooDeep => limit(
            format!("expressions or blocks are nested more than {} levels deep", limits::EXPRESSION_DEPTH),
            "split the expression with `let`",
        ),
        P::TooManyFunctions => {
            limit(format!("there are more than {} functions", limits::FUNCTIONS), "use fewer functions")
        }
        P::LiteralTooLarge(..) => limit("a literal is too long".to_owned(), "use a shorter one"),
        P::Reserved(word) | P::BadInput(LexError::ImproperSymbol(word, _)) if engine.is_symbol_disabled(word) => {
            wrong(format!("`{word}` is switched off in scripts"), "scripts cannot run text as code")
        }
        P::UnexpectedEOF => {
            wrong("the script ends in the middle of something".to_owned(), "look for a missing bracket, quote or `;`")
        }
        P::MissingToken(token, why) => {
            wrong(format!("expected `{token}` {why}"), "add it, or look for a mistake just before this place")
        }
        P::BadInput(LexError::UnterminatedString) => wrong(
            "the string does not end".to_owned(),
            "close it on the same line, or use backquotes for several lines",
        ),
        P::DuplicatedProperty(name) => {
            wrong(format!("the key `{name}` stands twice in this map"), "remove one of them")
        }
        P::MismatchedType(wanted, found) => wrong(
            format!("expected {}, found {}", describe_type(wanted), describe_type(found)),
            "use a value of that type",
        ),
        P::Reserved(word) => wrong(format!("`{word}` is a reserved word"), "choose another name"),
        P::WrongFnDefinition => {
            wrong("a function is defined inside a block".to_owned(), "define functions at the top level of the script")
        }
        other => wrong(
            sentence(&other.to_string(), "the script cannot be read here").replace('\'', "`"),
            "see the reference of the script language",
        ),
    }
}

fn unknown_variable(stage: &Stage, name: &str, source: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error("script/unknown-variable", format!("there is no variable `{name}` here"));
    if stage.input.kinds.contains_key(name) {
        return diagnostic
            .help(format!("`{name}` is a kind: call it as `{name}(\"name\")`, or put it in quotes for `existing`"));
    }
    if HOST_WORDS.contains(&name) {
        return diagnostic.help(format!("`{name}` is a function: call it as `{name}(…)`"));
    }
    let defined = defined_names(source);
    if defined.contains(&name) {
        return diagnostic
            .note("a function sees its arguments and its own variables only, and a block's variables end with it")
            .help(format!("define `{name}` before this place, or give it to the function as an argument"));
    }
    let words = HOST_WORDS.into_iter().chain(stage.input.kinds.keys().map(String::as_str));
    match suggest::nearest(name, defined.into_iter().chain(words)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("define it with `let {name} = …;`, or put text in quotes")),
    }
}

/// Names that a text gives to variables, wherever.
fn defined_names(source: &str) -> Vec<&str> {
    let mut words = source.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let mut names = Vec::new();
    while let Some(word) = words.next() {
        if matches!(word, "let" | "const" | "for") {
            names.extend(words.next());
        }
    }
    names
}
