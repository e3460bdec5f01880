//! A plugin that does everything a plugin must not be able to do: each of its kinds is one attack. It is a test of the host
//! and of nothing else.

#![allow(clippy::panic)]

use std::hint::black_box;

use mlhost_plugin::kind::{Expansion, KindRecord, Kinds};
use mlhost_plugin::{Context, Declaration, Diagnostic, Resource, Severity, json, log};

/// Text that would take over a terminal, or a report, if it got through.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n::error::owned <script>\u{202e}\u{0}";

/// The kinds of attack, and one kind that is harmless.
const KINDS: [&str; 24] = [
    "harmless",
    "spin",
    "grow",
    "recurse",
    "huge",
    "items",
    "messages",
    "chatter",
    "panics",
    "bad_body",
    "bad_details",
    "bad_rules",
    "bad_address",
    "bad_kind",
    "no_id",
    "evil_texts",
    "asks_forever",
    "cycle",
    "dangling",
    "same_id",
    "thief",
    "bad_mode",
    "bad_pointer",
    "deep",
];

/// The kinds.
pub struct Hostile;

impl Kinds for Hostile {
    fn kinds() -> Vec<KindRecord> {
        KINDS
            .iter()
            .map(|name| KindRecord {
                name: (*name).to_owned(),
                summary: "An attack".to_owned(),
                document: json!({"type": "Hostile/things", "open_outputs": true}).to_string(),
            })
            .collect()
    }

    fn expand(declaration: &Declaration, _: &Context) -> Option<Expansion> {
        Some(attack(declaration))
    }
}

fn resource(declaration: &Declaration) -> Resource {
    Resource {
        address: declaration.address.clone(),
        type_: "Hostile/things".to_owned(),
        id: format!("/hostile/{}", declaration.name),
        body: "{}".to_owned(),
        depends_on: Vec::new(),
        details: "{}".to_owned(),
    }
}

fn attack(declaration: &Declaration) -> Expansion {
    let own = || resource(declaration);
    match declaration.kind.as_str() {
        "spin" => loop {
            black_box(());
        },
        "grow" => grow(),
        "recurse" => of_body(own(), recurse(1).to_string()),
        // Written once: a body that is copied on the way would reach the limit of the memory first.
        "huge" => of_body(own(), "x".repeat(100 << 20)),
        "items" => items(declaration),
        "messages" => messages(declaration),
        "chatter" => chatter(own()),
        "panics" => panic!("{EVIL}"),
        "bad_body" => of_body(own(), format!("{{ {EVIL}")),
        "bad_details" => Expansion::of(Resource { details: "[]".to_owned(), ..own() }),
        "bad_rules" => Expansion::of(Resource { details: json!({"rules": 3}).to_string(), ..own() }),
        "bad_address" => Expansion::of(Resource { address: "key_vault.another".to_owned(), ..own() }),
        "bad_kind" => asks(declaration, "no_such_kind", "x", "managed"),
        "no_id" => Expansion::of(Resource { id: String::new(), ..own() }),
        "evil_texts" => evil_texts(declaration),
        "asks_forever" => asks(declaration, "asks_forever", &format!("{}x", declaration.name), "managed"),
        "cycle" => pair(declaration, "b", "a"),
        "dangling" => of_body(own(), json!({"of": "${key_vault.nobody#/id}"}).to_string()),
        "same_id" => pair(declaration, "", ""),
        "thief" => of_body(own(), json!({"stolen": "${secret:env:HOME}"}).to_string()),
        "bad_mode" => asks(declaration, "harmless", "x", EVIL),
        "bad_pointer" => of_body(own(), "{\"of\": \"${hostile.x\"}".to_owned()),
        "deep" => of_body(own(), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
        _ => Expansion::of(own()),
    }
}

fn of_body(resource: Resource, body: String) -> Expansion {
    Expansion::of(Resource { body, ..resource })
}

fn grow() -> Expansion {
    let mut hoard = Vec::new();
    loop {
        hoard.push(vec![1u8; 1 << 20]);
        black_box(&hoard);
    }
}

#[allow(unconditional_recursion)]
fn recurse(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    recurse(depth + 1) + room.iter().sum::<u64>()
}

fn items(declaration: &Declaration) -> Expansion {
    let one = |number: u32| Resource {
        address: format!("{}:{number}", declaration.address),
        id: format!("/{number}"),
        ..resource(declaration)
    };
    Expansion { resources: (0..300_000).map(one).collect(), declarations: Vec::new(), diagnostics: Vec::new() }
}

fn messages(declaration: &Declaration) -> Expansion {
    let one = |number: u32| Diagnostic {
        severity: if number == 4_999 { Severity::Error } else { Severity::Warning },
        code: EVIL.to_owned(),
        message: format!("{number}{}", EVIL.repeat(if number == 0 { 1_000 } else { 50 })),
        address: declaration.address.clone(),
        pointer: EVIL.to_owned(),
        help: EVIL.to_owned(),
    };
    Expansion { resources: Vec::new(), declarations: Vec::new(), diagnostics: (0..5_000).map(one).collect() }
}

fn chatter(resource: Resource) -> Expansion {
    for number in 0..100_000 {
        log::warn(&format!("{number}{EVIL}"));
    }
    log::error(&"long ".repeat(100_000));
    Expansion::of(resource)
}

fn evil_texts(declaration: &Declaration) -> Expansion {
    let resource = Resource {
        address: format!("{}:{EVIL}", declaration.address),
        type_: EVIL.to_owned(),
        id: format!("/{EVIL}"),
        body: json!({ EVIL: EVIL }).to_string(),
        depends_on: Vec::new(),
        details: json!({ "display": EVIL }).to_string(),
    };
    Expansion {
        resources: vec![resource],
        declarations: Vec::new(),
        diagnostics: vec![Diagnostic::warning(EVIL, EVIL).help(EVIL)],
    }
}

fn asks(declaration: &Declaration, kind: &str, name: &str, mode: &str) -> Expansion {
    let asked = Declaration {
        address: format!("{kind}.{name}"),
        kind: kind.to_owned(),
        name: name.to_owned(),
        mode: mode.to_owned(),
        properties: declaration.properties.clone(),
    };
    Expansion { resources: Vec::new(), declarations: vec![asked], diagnostics: Vec::new() }
}

/// Two resources; each refers to the other where a name is given, else both have one id.
fn pair(declaration: &Declaration, first: &str, second: &str) -> Expansion {
    let one = |own: &str, other: &str| {
        let body = match other {
            "" => json!({}),
            other => json!({ "waits_for": format!("${{{}:{other}#/x}}", declaration.address) }),
        };
        let id = if other.is_empty() { "/same".to_owned() } else { format!("/{own}") };
        let address = format!("{}:{own}", declaration.address);
        Resource { address, id, body: body.to_string(), ..resource(declaration) }
    };
    Expansion { resources: vec![one("a", first), one("b", second)], declarations: Vec::new(), diagnostics: Vec::new() }
}

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code, missing_docs)]
const _: () = {
    mlhost_plugin::bindings::resource::export_plugin!(Hostile with_types_in mlhost_plugin::bindings::resource);
};
