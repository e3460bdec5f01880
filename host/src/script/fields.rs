//! What scripts read from handles: `ws.id`, `ws.name`, `ws.identity.principal_id`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};

use super::reference::{Handle, Marked, Reference, Secret};
use super::stage::{Stage, raise};
use crate::model::reference::escape_segment;
use crate::model::{Diagnostic, KindDocument};
use crate::suggest;

type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// Teaches the engine handles, references and secrets: fields, strings, comparison.
pub(super) fn register(engine: &mut Engine, stage: &Arc<Stage>) {
    engine
        .register_type_with_name::<Handle>("resource")
        .register_type_with_name::<Reference>("reference")
        .register_type_with_name::<Secret>("secret");
    register_fields(engine, stage);
    register_text(engine, stage, |handle: &Handle| Marked::Token(handle.id()));
    register_text(engine, stage, |reference: &Reference| Marked::from(reference));
    register_text(engine, stage, |secret: &Secret| Marked::from(secret));
    engine
        .register_fn("==", |a: Handle, b: Handle| a.index == b.index)
        .register_fn("!=", |a: Handle, b: Handle| a.index != b.index);
    for sign in ["==", "!="] {
        let left = stage.clone();
        let right = stage.clone();
        engine
            .register_fn(sign, move |context: NativeCallContext<'_>, a: Reference, _: Dynamic| {
                not_known_yet(&left, &context, &a)
            })
            .register_fn(sign, move |context: NativeCallContext<'_>, _: Dynamic, b: Reference| {
                not_known_yet(&right, &context, &b)
            });
    }
}

/// A script must not decide by a value that nobody knows yet; Rhai would silently take the two for different.
fn not_known_yet(
    stage: &Stage,
    context: &NativeCallContext<'_>,
    reference: &Reference,
) -> Result<bool, Box<EvalAltResult>> {
    let message = format!("`{}` of `{}` cannot be compared", reference.path, reference.handle.address);
    Err(raise(
        Diagnostic::error("script/known-after-apply", message)
            .at(stage.span(context))
            .note("the value of a reference is known only after apply")
            .help("decide by something the script knows: `environment()`, `param(…)` or a resource's `name`"),
    ))
}

fn register_fields(engine: &mut Engine, stage: &Arc<Stage>) {
    let read = |stage: &Arc<Stage>| {
        let stage = stage.clone();
        move |context: &NativeCallContext<'_>, handle: &Handle, before: &str, field: &str| {
            read(&stage, context, handle, before, field)
        }
    };
    let field = read(stage);
    engine.register_indexer_get(
        move |context: NativeCallContext<'_>, handle: &mut Handle, name: ImmutableString| -> Answer {
            field(&context, handle, "", &name)
        },
    );
    let field = read(stage);
    engine.register_indexer_get(
        move |context: NativeCallContext<'_>, reference: &mut Reference, name: ImmutableString| -> Answer {
            field(&context, &reference.handle, &reference.path, &name)
        },
    );
    let field = read(stage);
    engine.register_indexer_get(
        move |context: NativeCallContext<'_>, reference: &mut Reference, index: i64| -> Answer {
            field(&context, &reference.handle, &reference.path, &index.to_string())
        },
    );
    // Rhai has a field of its own named `tag` on every value; these take its place.
    let field = read(stage);
    engine.register_get("tag", move |context: NativeCallContext<'_>, handle: &mut Handle| -> Answer {
        field(&context, handle, "", "tag")
    });
    let field = read(stage);
    engine.register_get("tag", move |context: NativeCallContext<'_>, reference: &mut Reference| -> Answer {
        field(&context, &reference.handle, &reference.path, "tag")
    });
}

/// Strings and printing show a mark.
fn register_text<T>(engine: &mut Engine, stage: &Arc<Stage>, marked: fn(&T) -> Marked)
where
    T: Clone + Send + Sync + 'static,
{
    for word in ["to_string", "to_debug"] {
        let stage = stage.clone();
        engine.register_fn(word, move |value: &mut T| stage.gathered().marks.mark(marked(value)));
    }
}

fn read(stage: &Stage, context: &NativeCallContext<'_>, handle: &Handle, before: &str, field: &str) -> Answer {
    if before.is_empty() && field == "name" {
        return Ok(ImmutableString::from(handle.name.as_ref()).into());
    }
    let path = if before.is_empty() { field.to_owned() } else { format!("{before}.{field}") };
    let kind = stage.input.kinds.get(handle.kind.as_ref());
    let pointer = match find(kind, &path) {
        Found::Pointer(pointer) => Some(pointer),
        Found::Beginning => None,
        Found::Nothing => return Err(raise(unknown(handle, kind, &path).at(stage.field_span(context)))),
    };
    Ok(Dynamic::from(Reference { handle: handle.clone(), path, pointer }))
}

enum Found {
    Pointer(String),
    Beginning,
    Nothing,
}

fn find(kind: Option<&KindDocument>, path: &str) -> Found {
    if path == "id" {
        return Found::Pointer("/id".to_owned());
    }
    let Some(kind) = kind else { return Found::Nothing };
    if let Some(output) = kind.outputs.get(path) {
        return Found::Pointer(output.pointer.clone());
    }
    if kind.outputs.keys().any(|name| name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'))) {
        return Found::Beginning;
    }
    if kind.open_outputs {
        return Found::Pointer(path.split('.').map(|segment| format!("/{}", escape_segment(segment))).collect());
    }
    Found::Nothing
}

fn unknown(handle: &Handle, kind: Option<&KindDocument>, path: &str) -> Diagnostic {
    let outputs = || outputs(kind);
    Diagnostic::error("script/unknown-output", format!("`{}` has no output `{path}`", handle.kind))
        .about(handle.address.as_ref())
        .note(format!("it has: {}", suggest::list(outputs())))
        .help(match suggest::nearest(path, outputs()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "read one of its outputs; its properties are not readable".to_owned(),
        })
}

/// All that can be read from a handle of a kind, by dotted name.
pub(super) fn outputs(kind: Option<&KindDocument>) -> impl Iterator<Item = &str> + Clone {
    let named = kind.into_iter().flat_map(|kind| kind.outputs.keys().map(String::as_str));
    ["id", "name"].into_iter().chain(named.filter(|name| !matches!(*name, "id" | "name")))
}
