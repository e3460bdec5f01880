//! The words that declare: one per kind, `existing`, and `protect`.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext};
use serde_json::{Map, Value};

use super::conversion_errors::conversion_error;
use super::convert::{ConvertError, Converter, describe};
use super::limits;
use super::reference::{Handle, Marked, Reference, has_marks};
use super::stage::{Gathered, Stage, raise, text_number};
use crate::model::reference::escape;
use crate::model::{Declaration, Diagnostic, KindDocument, Mode, Span, Token, TokenTarget};
use crate::suggest;

/// More arguments than any word takes: so many are still answered by the word itself, in plain words.
const MOST_ARGUMENTS: usize = 8;

type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// Adds the words that declare.
pub(super) fn register(engine: &mut Engine, stage: &Arc<Stage>) {
    for kind in stage.input.kinds.keys() {
        let word: Arc<str> = kind.as_str().into();
        register_word(engine, stage, kind, move |stage, call, args| {
            declare(stage, call, &word, &word, args, Mode::Managed)
        });
    }
    register_word(engine, stage, "existing", existing);
    register_word(engine, stage, "protect", protect);
}

/// The call of a word: where it stands.
pub(super) struct Call {
    /// The place.
    pub(super) span: Span,
    /// Values in its literal map, by JSON Pointer.
    properties: BTreeMap<String, Span>,
}

/// What a word does.
type Body = dyn Fn(&Stage, Call, &[&mut Dynamic]) -> Result<Dynamic, Diagnostic> + Send + Sync;

/// Registers a word for any number and type of arguments, so that it answers wrong ones itself.
pub(super) fn register_word(
    engine: &mut Engine,
    stage: &Arc<Stage>,
    word: &str,
    body: impl Fn(&Stage, Call, &[&mut Dynamic]) -> Result<Dynamic, Diagnostic> + Send + Sync + 'static,
) {
    let body: Arc<Body> = Arc::new(body);
    for count in 0..=MOST_ARGUMENTS {
        register_raw(engine, stage, word, vec![TypeId::of::<Dynamic>(); count], body.clone());
    }
}

/// Registers a word for these types of arguments.
pub(super) fn register_raw(engine: &mut Engine, stage: &Arc<Stage>, word: &str, types: Vec<TypeId>, body: Arc<Body>) {
    let stage = stage.clone();
    engine.register_raw_fn(word, types, move |context: NativeCallContext<'_>, args: &mut [&mut Dynamic]| -> Answer {
        let text = text_number(context.call_source());
        let position = context.call_position();
        let call = {
            let gathered = stage.gathered();
            match gathered.call_site(text, position) {
                Some(site) => Call { span: site.span, properties: site.properties.clone() },
                None => Call { span: gathered.span(text, position), properties: BTreeMap::new() },
            }
        };
        let span = call.span;
        body(&stage, call, args).map_err(|diagnostic| {
            let place = diagnostic.span.unwrap_or(span);
            raise(diagnostic.at(place))
        })
    });
}

/// `existing(kind, …)`.
fn existing(stage: &Stage, call: Call, args: &[&mut Dynamic]) -> Result<Dynamic, Diagnostic> {
    let usage = "write `existing(\"KIND\", name)`, with the parent before the name for a kind that has one";
    let Some((kind, rest)) = args.split_first() else {
        return Err(Diagnostic::error("script/arguments", "`existing` needs a kind and a name").help(usage));
    };
    let Ok(kind) = kind.as_immutable_string_ref() else {
        let message = format!("the first argument of `existing` is the word of a kind, not {}", describe(kind));
        return Err(Diagnostic::error("script/arguments", message).help(usage));
    };
    if !stage.input.kinds.contains_key(kind.as_str()) {
        let kinds = stage.input.kinds.keys().map(String::as_str);
        let shown = stage.gathered().marks.show(&kind);
        return Err(Diagnostic::error("script/unknown-kind", format!("there is no kind `{shown}`"))
            .help(suggest::help(&kind, "kinds", kinds)));
    }
    declare(stage, call, &kind, "existing", rest, Mode::Existing)
}

/// `protect(handle)`.
fn protect(stage: &Stage, _: Call, args: &[&mut Dynamic]) -> Result<Dynamic, Diagnostic> {
    let error = |message: String| {
        Diagnostic::error("script/arguments", message).help("write `protect(key_vault(\"name\"))`, or give it a handle")
    };
    let [target] = args else {
        return Err(error(format!("`protect` takes one resource, not {} arguments", args.len())));
    };
    let Some(handle) = target.read_lock::<Handle>().map(|handle| handle.clone()) else {
        return Err(error(format!("`protect` takes a resource, not {}", describe(target))));
    };
    let mut gathered = stage.gathered();
    if let Some(declaration) = gathered.definition.declarations.get_mut(handle.index) {
        if declaration.mode == Mode::Existing {
            let message = "a resource that is only found cannot be protected: mlhost never changes it";
            return Err(Diagnostic::error("script/protect-existing", message)
                .about(declaration.address.as_str())
                .help("remove `protect`, or declare the resource instead of finding it"));
        }
        declaration.protected = true;
    }
    Ok(Dynamic::from(handle))
}

/// How a kind is called, for messages.
fn usage(kind: &str, word: &str, document: &KindDocument) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let quoted = format!("\"{kind}\"");
    if word == "existing" {
        parts.push(&quoted);
    }
    parts.extend(document.parent.iter().map(|parent| parent.kind.as_str()));
    parts.extend(document.arguments.iter().map(String::as_str));
    parts.push("name");
    let parts = parts.join(", ");
    format!("write `{word}({parts})` or `{word}({parts}, #{{ … }})`")
}

/// Declares something of a kind; `word` is what the script called.
fn declare(
    stage: &Stage,
    call: Call,
    kind: &str,
    word: &str,
    args: &[&mut Dynamic],
    mode: Mode,
) -> Result<Dynamic, Diagnostic> {
    let Some(document) = stage.input.kinds.get(kind) else {
        return Err(Diagnostic::error("script/unknown-kind", format!("there is no kind `{kind}`")));
    };
    let wrong = |message: String| {
        Diagnostic::error("script/arguments", message).at(call.span).help(usage(kind, word, document))
    };
    let before_name = usize::from(document.parent.is_some()) + document.arguments.len();
    let (positional, rest) = match args.split_at_checked(before_name + 1) {
        Some((positional, rest)) if rest.len() <= 1 => (positional, rest),
        _ => return Err(wrong(wrong_count(kind, document, args.len()))),
    };
    let Some((name, before)) = positional.split_last() else { return Err(wrong(format!("`{kind}` needs a name"))) };

    let mut gathered = stage.gathered();
    let gathered = &mut *gathered;
    let (mut properties, chain) = before_the_name(gathered, document, before).map_err(&wrong)?;
    let name = plain_text(gathered, "name", name).map_err(&wrong)?;
    check_name(&name).map_err(&wrong)?;
    if let Some(given) = rest.first() {
        let Ok(map) = given.as_map_ref() else {
            return Err(wrong(format!("the properties of a `{kind}` are a map `#{{ … }}`, not {}", describe(given))));
        };
        if let Some(double) = properties.keys().find(|key| map.contains_key(key.as_str())) {
            return Err(wrong(format!(
                "`{double}` of a `{kind}` is given before its name; it cannot be a property too"
            )));
        }
        let mut converter = Converter { marks: &gathered.marks, bytes: &mut gathered.declared_bytes };
        converter
            .properties(&map, &mut properties)
            .map_err(|error| conversion(stage, error, &call).about(format!("{kind}.{chain}{name}")))?;
    }
    let declaration = Declaration {
        address: format!("{kind}.{chain}{name}"),
        kind: kind.to_owned(),
        name,
        mode,
        properties,
        span: Some(call.span),
        property_spans: call.properties,
        protected: false,
        expanded_from: None,
    };
    add(gathered, declaration)
}

/// What the arguments before the name say: properties, and the beginning of the address.
fn before_the_name(
    gathered: &Gathered,
    document: &KindDocument,
    arguments: &[&mut Dynamic],
) -> Result<(Map<String, Value>, String), String> {
    // Room for the usual number of properties, which are added to these.
    let mut properties = Map::with_capacity(8);
    let mut chain = String::new();
    let mut arguments = arguments.iter();
    if let Some(relation) = &document.parent
        && let Some(argument) = arguments.next()
    {
        let parent = parent(gathered, &relation.kind, argument)?;
        chain = format!("{}/", parent.chain);
        properties.insert(relation.property.clone(), Value::String(parent.id));
    }
    for (property, argument) in document.arguments.iter().zip(arguments) {
        let text = plain_text(gathered, property, argument)?;
        chain.push_str(&text);
        chain.push('/');
        properties.insert(property.clone(), Value::String(escape(&text)));
    }
    Ok((properties, chain))
}

fn wrong_count(kind: &str, document: &KindDocument, count: usize) -> String {
    let mut needs: Vec<String> = Vec::new();
    needs.extend(document.parent.iter().map(|parent| format!("a `{}`", parent.kind)));
    needs.extend(document.arguments.iter().map(|argument| format!("`{argument}`")));
    needs.push("a name".to_owned());
    let given = match count {
        0 => "nothing".to_owned(),
        1 => "1 argument".to_owned(),
        count => format!("{count} arguments"),
    };
    format!("`{kind}` takes {} and at most one map of properties, but was given {given}", needs.join(", "))
}

/// What an argument says of a parent.
struct Parent {
    /// Its id: a token, or as the script gave it.
    id: String,
    /// Its part of the child's address.
    chain: String,
}

fn parent(gathered: &Gathered, kind: &str, argument: &Dynamic) -> Result<Parent, String> {
    let by_address = |address: &str| {
        let (of, chain) = address.split_once('.').unwrap_or(("", address));
        if of == kind {
            Ok(Parent { id: Token::resource(address, "/id").to_string(), chain: chain.to_owned() })
        } else {
            Err(format!("the parent must be a `{kind}`, but `{address}` is a `{of}`"))
        }
    };
    if let Some(handle) = argument.read_lock::<Handle>() {
        return by_address(&handle.address);
    }
    if let Some(reference) = argument.read_lock::<Reference>() {
        return match reference.pointer.as_deref() {
            Some("/id") => by_address(&reference.handle.address),
            _ => Err(format!("the parent must be a `{kind}` or its id, not its `{}`", reference.path)),
        };
    }
    let Ok(text) = argument.as_immutable_string_ref() else {
        return Err(format!("the parent must be a `{kind}` or its id, not {}", describe(argument)));
    };
    if let Some(Marked::Token(Token(TokenTarget::Resource { address, pointer }))) = gathered.marks.only(&text)
        && pointer == "/id"
    {
        return by_address(address);
    }
    let last = text.rsplit('/').next().unwrap_or_default();
    if has_marks(&text) {
        return Err(format!("the id of the parent `{kind}` must be known now, or be the `id` of a resource"));
    }
    if last.is_empty() || last.len() == text.len() {
        return Err(format!("the parent must be a `{kind}` or its id, and `{}` is no id", text.as_str()));
    }
    Ok(Parent { id: escape(&text), chain: last.to_owned() })
}

fn plain_text(gathered: &Gathered, what: &str, argument: &Dynamic) -> Result<String, String> {
    let Ok(text) = argument.as_immutable_string_ref() else {
        return Err(format!("`{what}` must be a string, not {}", describe(argument)));
    };
    if has_marks(&text) {
        let shown = gathered.marks.show(&text);
        return Err(format!("`{what}` must be known before anything is deployed, and `{shown}` is not"));
    }
    Ok(text.to_string())
}

fn check_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("the name is empty".to_owned());
    }
    if name.trim() != name || name.chars().any(char::is_control) {
        return Err(format!("the name {name:?} has white space around it or control characters in it"));
    }
    if name.chars().count() > limits::NAME_CHARACTERS {
        return Err(format!("the name is longer than {} characters", limits::NAME_CHARACTERS));
    }
    Ok(())
}

fn add(gathered: &mut Gathered, declaration: Declaration) -> Result<Dynamic, Diagnostic> {
    let list = &mut gathered.definition.declarations;
    let handle = |index: usize, address: Arc<str>, declaration: &Declaration| {
        let (kind, name) = (declaration.kind.as_str().into(), declaration.name.as_str().into());
        Dynamic::from(Handle { index, kind, name, address })
    };
    let first = gathered.by_address.get_key_value(declaration.address.as_str());
    if let Some((address, index, first)) = first.and_then(|(address, index)| Some((address, *index, list.get(*index)?)))
    {
        let both_found = first.mode == Mode::Existing && declaration.mode == Mode::Existing;
        if both_found && first.properties == declaration.properties {
            return Ok(handle(index, address.clone(), first));
        }
        let place = first.span.map(|span| gathered.place(span)).unwrap_or_default();
        return Err(Diagnostic::error("script/duplicate", format!("`{}` is declared twice", declaration.address))
            .about(declaration.address)
            .note(format!("the first is at {place}"))
            .help("give one of them another name, or keep the handle of the first and use it here"));
    }
    if list.len() >= limits::DECLARATIONS {
        let message = format!("the script declares more than {} resources", limits::DECLARATIONS);
        return Err(Diagnostic::error("script/limit", message).help("split it into several projects"));
    }
    let index = list.len();
    let address: Arc<str> = declaration.address.as_str().into();
    let new = handle(index, address.clone(), &declaration);
    gathered.by_address.insert(address, index);
    list.push(declaration);
    Ok(new)
}

/// Why a value cannot be a property, at the property when its place is known.
fn conversion(stage: &Stage, error: ConvertError, call: &Call) -> Diagnostic {
    let span = nearest_span(&error.pointer, call).unwrap_or(call.span);
    let pointer = error.pointer.clone();
    conversion_error(stage, error.reason, &property_name(&error.pointer)).at(span).pointer(pointer)
}

fn property_name(pointer: &str) -> String {
    if pointer.is_empty() { "the map".to_owned() } else { format!("`{}`", pointer.trim_start_matches('/')) }
}

fn nearest_span(pointer: &str, call: &Call) -> Option<Span> {
    let mut pointer = pointer;
    loop {
        if let Some(span) = call.properties.get(pointer) {
            return Some(*span);
        }
        pointer = pointer.rsplit_once('/')?.0;
    }
}
