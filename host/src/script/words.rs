//! The words of the host: what a script can say besides declaring.

use std::any::TypeId;
use std::sync::Arc;

use rhai::{Dynamic, Engine, ImmutableString};
use sha2::{Digest, Sha256};

use super::conversion_errors::conversion_error;
use super::convert::{Converter, describe, to_script};
use super::declare::{Call, register_raw, register_word};
use super::limits;
use super::reference::{Marked, Secret, has_marks};
use super::stage::Stage;
use crate::model::{Diagnostic, Output, Severity, Token, TokenTarget, reference};
use crate::suggest;

/// The host's words; no kind may have one of these names.
pub(super) const HOST_WORDS: [&str; 11] = [
    "debug",
    "environment",
    "existing",
    "fail",
    "output",
    "param",
    "print",
    "project",
    "protect",
    "secret",
    "unique_name",
];
/// Characters that `unique_name` adds when no length is asked for; 36^10 is about 2^51.
const SUFFIX: usize = 10;
/// Fewest characters that keep names apart; 36^6 is about 2^31.
const SHORTEST_SUFFIX: usize = 6;
/// Longest name that `unique_name` makes: that of a DNS label.
const LONGEST_NAME: usize = 63;

/// Whether a word is the host's, so that no kind may have it.
pub fn is_host_word(word: &str) -> bool {
    HOST_WORDS.contains(&word)
}

type Result<T = Dynamic> = std::result::Result<T, Diagnostic>;

/// Adds the host's words that do not declare.
pub(super) fn register(engine: &mut Engine, stage: &Arc<Stage>) {
    register_word(engine, stage, "environment", |stage, _, args| {
        name_of("environment", &stage.input.environment, args)
    });
    register_word(engine, stage, "project", |stage, _, args| name_of("project", &stage.input.project, args));
    register_word(engine, stage, "param", param);
    register_word(engine, stage, "output", output);
    register_word(engine, stage, "secret", secret);
    register_word(engine, stage, "unique_name", unique_name);
    register_word(engine, stage, "fail", fail);
    for word in ["print", "debug"] {
        register_word(engine, stage, word, print);
        // Rhai has these words for each of its own types, which it would prefer.
        for of in own_types() {
            register_raw(engine, stage, word, vec![of], Arc::new(print));
        }
    }
    for of in [TypeId::of::<i64>(), TypeId::of::<f64>(), TypeId::of::<Dynamic>()] {
        register_raw(engine, stage, "sleep", vec![of], Arc::new(sleep));
    }
    // The words above record what is printed, with its place; Rhai's own channels would add it a second time.
    engine.on_print(|_| ()).on_debug(|_, _, _| ());
}

fn own_types() -> [TypeId; 11] {
    [
        TypeId::of::<ImmutableString>(),
        TypeId::of::<()>(),
        TypeId::of::<bool>(),
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<char>(),
        TypeId::of::<rhai::Array>(),
        TypeId::of::<rhai::Map>(),
        TypeId::of::<rhai::Blob>(),
        TypeId::of::<std::ops::Range<i64>>(),
        TypeId::of::<std::ops::RangeInclusive<i64>>(),
    ]
}

fn arguments(message: String, usage: &str) -> Diagnostic {
    Diagnostic::error("script/arguments", message).help(format!("write `{usage}`"))
}

fn name_of(word: &str, value: &str, args: &[&mut Dynamic]) -> Result {
    if args.is_empty() {
        Ok(ImmutableString::from(value).into())
    } else {
        Err(arguments(format!("`{word}` takes no arguments"), &format!("{word}()")))
    }
}

fn text(argument: &Dynamic, what: &str, usage: &str) -> Result<String> {
    match argument.as_immutable_string_ref() {
        Ok(text) if has_marks(&text) => {
            Err(arguments(format!("{what} must be known before anything is deployed; it holds a reference"), usage))
        }
        Ok(text) => Ok(text.to_string()),
        Err(_) => Err(arguments(format!("{what} must be a string, not {}", describe(argument)), usage)),
    }
}

fn param(stage: &Stage, _: Call, args: &[&mut Dynamic]) -> Result {
    let usage = "param(\"name\")` or `param(\"name\", default)";
    let (name, default) = match args {
        [name] => (name, None),
        [name, default] => (name, Some(default)),
        _ => {
            return Err(arguments(
                format!("`param` takes a name and maybe a default, not {} arguments", args.len()),
                usage,
            ));
        }
    };
    let name = text(name, "the name of a parameter", usage)?;
    match (stage.input.values.get(&name), default) {
        (Some(value), _) => to_script(value).ok_or_else(|| {
            Diagnostic::error(
                "script/reserved-character",
                format!(
                    "the value of the parameter `{name}` holds a character that mlhost sets apart (U+E000 or U+E001)"
                ),
            )
            .help("take the character out of the value")
        }),
        (None, Some(default)) => Ok(default.flatten_clone()),
        (None, None) => {
            let known = stage.input.values.keys().map(String::as_str);
            let environment = &stage.input.environment;
            let message = format!("the environment `{environment}` has no value for the parameter `{name}`");
            Err(Diagnostic::error("script/unknown-param", message)
                .note(format!("it has: {}", suggest::list(known.clone())))
                .help(match suggest::nearest(&name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("add it to the environment's `values` or to a parameter file, or write `param(\"{name}\", default)`"),
                }))
        }
    }
}

fn output(stage: &Stage, call: Call, args: &[&mut Dynamic]) -> Result {
    let usage = "output(\"name\", value)";
    let [name, value] = args else {
        return Err(arguments(format!("`output` takes a name and a value, not {} arguments", args.len()), usage));
    };
    let name = text(name, "the name of an output", usage)?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')) {
        let message = format!("{name:?} is no name for an output");
        return Err(arguments(message, usage).note("letters, digits, `_`, `-` and `.` are allowed"));
    }
    let mut gathered = stage.gathered();
    let gathered = &mut *gathered;
    let mut converter = Converter { marks: &gathered.marks, bytes: &mut gathered.declared_bytes };
    let value = converter
        .value(value)
        .map_err(|error| conversion_error(stage, error.reason, &format!("the output `{name}`")))?
        .unwrap_or_default();
    let mut has_secret = false;
    let _ = reference::visit_tokens(&value, &mut |_, token: Token| {
        has_secret |= matches!(token.0, TokenTarget::Secret { .. });
    });
    if has_secret {
        return Err(Diagnostic::error("script/secret-output", format!("the output `{name}` holds a secret"))
            .note("outputs are shown and kept in the state, and secrets never are")
            .help("read the secret where it is kept"));
    }
    if let Some(first) = gathered.definition.outputs.iter().find(|output| output.name == name) {
        let place = first.span.map(|span| gathered.place(span)).unwrap_or_default();
        return Err(Diagnostic::error("script/duplicate", format!("the output `{name}` is given twice"))
            .note(format!("the first is at {place}"))
            .help("give one of them another name"));
    }
    gathered.definition.outputs.push(Output { name, value, span: Some(call.span) });
    Ok(Dynamic::UNIT)
}

fn secret(_: &Stage, _: Call, args: &[&mut Dynamic]) -> Result {
    let usage = "secret(\"env:NAME\")";
    let [handle] = args else {
        return Err(arguments(format!("`secret` takes one handle, not {} arguments", args.len()), usage));
    };
    let handle = text(handle, "the handle of a secret", usage)?;
    let wrong = |message: String| Diagnostic::error("script/secret", message).help(format!("write `{usage}`"));
    match handle.split_once(':') {
        Some(("env", name)) if is_variable_name(name) => Ok(Dynamic::from(Secret { handle })),
        Some(("env", name)) => Err(wrong(format!("{name:?} is no name for an environment variable"))),
        Some(("keyvault", _)) => {
            Err(Diagnostic::error("script/secret-store", "secrets in a key vault are not supported yet")
                .help("put the secret into an environment variable and write `secret(\"env:NAME\")`"))
        }
        // The text may be the secret itself, written here by mistake: it is not repeated.
        _ => Err(wrong(
            "this is no handle of a secret; a handle says where a secret is kept, it is not the secret".to_owned(),
        )),
    }
}

fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn unique_name(stage: &Stage, _: Call, args: &[&mut Dynamic]) -> Result {
    let usage = "unique_name(\"prefix\")` or `unique_name(\"prefix\", length)";
    let (prefix, length) = match args {
        [prefix] => (prefix, None),
        [prefix, length] => (prefix, Some(length)),
        _ => {
            return Err(arguments(
                format!("`unique_name` takes a prefix and maybe a length, not {} arguments", args.len()),
                usage,
            ));
        }
    };
    let prefix = text(prefix, "the prefix of a name", usage)?;
    if !prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err(arguments(
            format!("the prefix {prefix:?} may hold lower-case letters, digits and `-` only"),
            usage,
        ));
    }
    let shortest = prefix.len() + SHORTEST_SUFFIX;
    let length = match length {
        None => prefix.len() + SUFFIX,
        Some(length) => match length.as_int().map(usize::try_from) {
            Ok(Ok(length)) => length,
            _ => {
                return Err(arguments(
                    format!("the length of a name is a whole number, not {}", describe(length)),
                    usage,
                ));
            }
        },
    };
    if length < shortest || length > LONGEST_NAME {
        let message = format!(
            "a unique name that begins with {prefix:?} is {shortest} to {LONGEST_NAME} characters long, not {length}"
        );
        return Err(arguments(message, usage));
    }
    let suffix = unique_suffix(stage, &prefix, length - prefix.len());
    Ok(ImmutableString::from(format!("{prefix}{suffix}")).into())
}

/// Lower-case letters and digits that hang on the project, the environment, the subscription and the prefix only.
fn unique_suffix(stage: &Stage, prefix: &str, length: usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let subscription = stage.input.facts.get("subscription_id").and_then(|id| id.as_str()).unwrap_or_default();
    let seed = [&stage.input.project, &stage.input.environment, subscription, prefix].join("\0");
    let mut out = String::with_capacity(length);
    for block in 0_u32.. {
        let digest = Sha256::new().chain_update(seed.as_bytes()).chain_update(block.to_be_bytes()).finalize();
        // Bytes from 252 up would make the first letters likelier than the others.
        let letters = digest.iter().filter(|byte| **byte < 252).filter_map(|byte| LETTERS.get(usize::from(byte % 36)));
        out.extend(letters.take(length - out.len()).map(|letter| char::from(*letter)));
        if out.len() == length {
            break;
        }
    }
    out
}

fn fail(stage: &Stage, _: Call, args: &[&mut Dynamic]) -> Result {
    let usage = "fail(\"what is wrong\")";
    match args {
        [message] => Err(Diagnostic::error("script/failed", shown(stage, message))
            .help("the script itself refuses to go on: see the condition around this call")),
        _ => Err(arguments(format!("`fail` takes one message, not {} arguments", args.len()), usage)),
    }
}

/// Takes the place of Rhai's own, which would hold the host up past any limit.
fn sleep(_: &Stage, _: Call, _: &[&mut Dynamic]) -> Result {
    Err(Diagnostic::error("script/switched-off", "`sleep` is switched off in scripts")
        .help("a script has nothing to wait for"))
}

fn print(stage: &Stage, call: Call, args: &[&mut Dynamic]) -> Result {
    let texts: Vec<String> = args.iter().map(|argument| shown(stage, argument)).collect();
    let message: String = texts.join(" ").chars().take(limits::PRINT_CHARACTERS).collect();
    // Rhai hands what these two words return to its own channels, and insists on a string.
    let nothing_to_print = Dynamic::from(ImmutableString::new());
    let mut gathered = stage.gathered();
    gathered.prints += 1;
    let diagnostic = match gathered.prints {
        n if n <= limits::PRINTS => Diagnostic::new(Severity::Info, "script/print", message),
        n if n == limits::PRINTS + 1 => {
            let message = format!("the script prints more than {} lines; the rest is not shown", limits::PRINTS);
            Diagnostic::warning("script/print", message)
        }
        _ => return Ok(nothing_to_print),
    };
    gathered.diagnostics.push(diagnostic.at(call.span));
    Ok(nothing_to_print)
}

/// A value for people to read.
pub(super) fn shown(stage: &Stage, value: &Dynamic) -> String {
    if let Ok(text) = value.as_immutable_string_ref() {
        return stage.gathered().marks.show(&text);
    }
    if value.is_unit() {
        return "()".to_owned();
    }
    let mut gathered = stage.gathered();
    let gathered = &mut *gathered;
    // What is shown is not declared: its size does not count.
    let mut bytes = 0;
    match (Converter { marks: &gathered.marks, bytes: &mut bytes }).value(value) {
        Ok(Some(serde_json::Value::String(text))) => text,
        Ok(Some(json)) => json.to_string(),
        Ok(None) => "()".to_owned(),
        Err(_) => match value.read_lock::<super::reference::Reference>() {
            Some(reference) => match Marked::from(&*reference) {
                Marked::Token(token) => token.to_string(),
                Marked::Unfinished { path, .. } => format!("{}.{path}", reference.handle.address),
            },
            None => describe(value).to_owned(),
        },
    }
}
