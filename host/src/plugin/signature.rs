//! The functions of the contract as text: what this host knows, and what a component has.

use std::collections::BTreeMap;

use wasmtime::Engine;
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem, Type};

/// Signatures of the contract's functions, a line each; a test holds them against `wit/released`.
const RELEASED: &str = include_str!("../../../wit/released/0.1.0/signatures.txt");

/// The functions of an interface, as the host knows them: `name` and signature.
pub fn known(interface: &str) -> BTreeMap<&'static str, &'static str> {
    RELEASED
        .lines()
        .filter_map(|line| {
            let (name, signature) = line.split_once(": ")?;
            let (of, function) = name.split_once('.')?;
            (of == interface).then_some((function, signature))
        })
        .collect()
}

/// The functions that a component exports, or imports, as an interface.
pub fn of_instance(engine: &Engine, instance: &ComponentInstance) -> BTreeMap<String, String> {
    instance
        .exports(engine)
        .filter_map(|(name, item)| match item.ty {
            ComponentItem::ComponentFunc(function) => Some((name.to_owned(), signature(&function))),
            _ => None,
        })
        .collect()
}

fn signature(function: &ComponentFunc) -> String {
    let params: Vec<String> = function.params().map(|(name, ty)| format!("{name}: {}", text(&ty))).collect();
    let results: Vec<String> = function.results().map(|ty| format!(" -> {}", text(&ty))).collect();
    let kind = if function.async_() { "async func" } else { "func" };
    format!("{kind}({}){}", params.join(", "), results.concat())
}

/// A type by its structure: the names of types are not part of a component's type.
fn text(ty: &Type) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let optional = |ty: Option<Type>| ty.map_or_else(|| "_".to_owned(), |ty| text(&ty));
    match ty {
        Type::Bool => "bool".into(),
        Type::S8 => "s8".into(),
        Type::U8 => "u8".into(),
        Type::S16 => "s16".into(),
        Type::U16 => "u16".into(),
        Type::S32 => "s32".into(),
        Type::U32 => "u32".into(),
        Type::S64 => "s64".into(),
        Type::U64 => "u64".into(),
        Type::Float32 => "f32".into(),
        Type::Float64 => "f64".into(),
        Type::Char => "char".into(),
        Type::String => "string".into(),
        Type::List(inner) => format!("list<{}>", text(&inner.ty())),
        Type::Option(inner) => format!("option<{}>", text(&inner.ty())),
        Type::Result(inner) => format!("result<{}, {}>", optional(inner.ok()), optional(inner.err())),
        Type::Tuple(inner) => format!("tuple<{}>", list(inner.types().map(|ty| text(&ty)).collect())),
        Type::Record(inner) => {
            let fields = inner.fields().map(|field| format!("{}: {}", field.name, text(&field.ty)));
            format!("record {{ {} }}", list(fields.collect()))
        }
        Type::Variant(inner) => {
            let cases = inner.cases().map(|case| match case.ty {
                Some(ty) => format!("{}({})", case.name, text(&ty)),
                None => case.name.to_owned(),
            });
            format!("variant {{ {} }}", list(cases.collect()))
        }
        Type::Enum(inner) => format!("enum {{ {} }}", list(inner.names().map(str::to_owned).collect())),
        Type::Flags(inner) => format!("flags {{ {} }}", list(inner.names().map(str::to_owned).collect())),
        // The contract has none of the others: whatever they hold, they differ from what it has.
        Type::Own(_) | Type::Borrow(_) => "resource".into(),
        _ => "something that the contract has not".into(),
    }
}

/// Where two signatures begin to differ, cut to the piece that does.
pub fn first_difference(ours: &str, theirs: &str) -> (String, String) {
    let same = ours.bytes().zip(theirs.bytes()).take_while(|(one, other)| one == other).count();
    let start = ours.get(..same).and_then(|head| head.rfind([',', '(', '{', '<'])).map_or(0, |at| at + 1);
    let piece = |text: &str| {
        let rest = text.get(start..).unwrap_or_default().trim_start();
        let end = rest.char_indices().nth(60).map_or(rest.len(), |(at, _)| at);
        let cut = rest.get(..end).unwrap_or(rest);
        if cut.len() < rest.len() { format!("{cut}…") } else { cut.to_owned() }
    };
    (piece(ours), piece(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_starts_at_the_piece_that_differs() {
        let ours = "func(a: record { name: string, mode: string }) -> bool";
        let theirs = "func(a: record { name: string, mode: enum { x, y } }) -> bool";
        let (mine, other) = first_difference(ours, theirs);
        assert_eq!(mine, "mode: string }) -> bool");
        assert_eq!(other, "mode: enum { x, y } }) -> bool");
        assert_eq!(first_difference("func()", "func(a: u8)"), (")".to_owned(), "a: u8)".to_owned()));
    }

    #[test]
    fn every_role_has_functions() {
        for interface in ["resource-kinds", "policies", "deployer", "cloud", "exporter", "log", "http", "store"] {
            assert!(!known(interface).is_empty(), "{interface}");
        }
        assert!(known("types").is_empty());
    }
}
