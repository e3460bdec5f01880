//! Tests of diagnostics as people read them.

use insta::assert_snapshot;

use super::super::tests::colored;
use super::*;

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add(
        "platform.rhai",
        "let a = 1;\nlet vault = key_vault(\"möps-kv\", #{ sku: \"Standart\" });\nlet b = \u{202e}\u{1b}[2J;\n",
    );
    sources.add("long.rhai", &format!("x({}BAD{})", "a".repeat(5_000), "b".repeat(5_000)));
    sources
}

fn at(source: u32, line: u32, column: u32, length: u32) -> Span {
    Span { source, line, column, length }
}

fn wrong_sku() -> Diagnostic {
    Diagnostic::error("key_vault/sku", "`Standart` is no SKU of a key vault")
        .at(at(0, 2, 44, 10))
        .about("key_vault.möps-kv")
        .pointer("/sku")
        .plugin("key-vault")
        .note("expected `standard` or `premium`")
        .help("did you mean `standard`?")
}

#[test]
fn a_diagnostic_shows_the_source_line() {
    assert_snapshot!(diagnostics(&[wrong_sku()], &sources(), LIMIT, &Style::plain(100)), @r#"
    error[key_vault/sku]: `Standart` is no SKU of a key vault
     --> platform.rhai:2:44
      |
    2 | let vault = key_vault("möps-kv", #{ sku: "Standart" });
      |                                            ^^^^^^^^^^
      |
      = resource: key_vault.möps-kv, /sku
      = plugin: key-vault
      = note: expected `standard` or `premium`
      = help: did you mean `standard`?

    1 error
    "#);
}

#[test]
fn a_diagnostic_on_a_narrow_terminal() {
    assert_snapshot!(diagnostics(&[wrong_sku()], &sources(), LIMIT, &Style::plain(40)), @r#"
    error[key_vault/sku]: `Standart` is no SKU of a key vault
     --> platform.rhai:2:44
      |
    2 | ...#{ sku: "Standart" });
      |              ^^^^^^^^^^
      |
      = resource: key_vault.möps-kv, /sku
      = plugin: key-vault
      = note: expected `standard` or
              `premium`
      = help: did you mean `standard`?

    1 error
    "#);
}

#[test]
fn a_diagnostic_in_colour() {
    let shown = diagnostics(&[wrong_sku()], &sources(), LIMIT, &colored(100));
    assert!(shown.contains("\u{1b}[1m\u{1b}[91merror[key_vault/sku]"), "{}", shown.replace('\u{1b}', "ESC"));
    let stripped = anstream::adapter::strip_str(&shown).to_string();
    assert_eq!(stripped, diagnostics(&[wrong_sku()], &sources(), LIMIT, &Style::plain(100)));
}

#[test]
fn without_a_span_the_file_or_the_address_is_named() {
    let list = [
        Diagnostic::warning("naming/length", "the name is long").about("key_vault.a").plugin("naming"),
        Diagnostic::error("state/corrupt", "the state is no JSON:\nline 3 of it ends early")
            .in_file(".mlhost/dev.json"),
        Diagnostic::new(Severity::Info, "cloud/soft-deleted", "a deleted vault of this name is kept for 90 days"),
    ];
    assert_snapshot!(diagnostics(&list, &sources(), LIMIT, &Style::plain(100)), @"
    error[state/corrupt]: the state is no JSON:
                          line 3 of it ends early
    --> .mlhost/dev.json

    warning[naming/length]: the name is long
     |
     = resource: key_vault.a
     = plugin: naming

    info[cloud/soft-deleted]: a deleted vault of this name is kept for 90 days

    1 error, 1 warning, 1 note
    ");
}

#[test]
fn a_long_line_is_shown_in_part() {
    let list = [Diagnostic::error("script/syntax", "bad").at(at(1, 1, 5_003, 3))];
    let shown = diagnostics(&list, &sources(), LIMIT, &Style::plain(80));
    assert!(shown.lines().all(|line| line.chars().count() <= 82), "{shown}");
    assert_snapshot!(shown, @"
    error[script/syntax]: bad
     --> long.rhai:1:5003
      |
    1 | ...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaBADbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...
      |                                     ^^^

    1 error
    ");
}

#[test]
fn what_comes_from_outside_cannot_steer_the_terminal() {
    let list =
        [Diagnostic::error("x/\u{1b}y", "a\u{1b}[31mb\u{202e}c").at(at(0, 3, 9, 2)).help("do\u{9b}it").plugin("p\rq")];
    let shown = diagnostics(&list, &sources(), LIMIT, &Style::plain(100));
    assert!(!shown.chars().any(|c| c != '\n' && text::is_hidden(c)), "{shown:?}");
    assert_snapshot!(shown, @r#"
    error[x/\u{1b}y]: a\u{1b}[31mb\u{202e}c
     --> platform.rhai:3:9
      |
    3 | let b = ��[2J;
      |         ^^
      |
      = plugin: p\rq
      = help: do\u{9b}it

    1 error
    "#);
}

#[test]
fn places_outside_of_the_text_do_no_harm() {
    for span in [at(0, 99, 1, 1), at(0, 1, 99, 99), at(7, 1, 1, 1), at(0, 0, 0, 0), at(0, 2, 40, u32::MAX)] {
        let shown = diagnostics(&[Diagnostic::error("a/b", "message").at(span)], &sources(), LIMIT, &Style::plain(60));
        assert!(shown.contains("error[a/b]: message"), "{shown}");
    }
}

#[test]
fn the_same_message_is_shown_once_with_its_places() {
    let list: Vec<_> = (0..9).map(|n| Diagnostic::warning("a/b", "same").at(at(0, 1, 1 + n, 1))).collect();
    assert_snapshot!(diagnostics(&list, &sources(), LIMIT, &Style::plain(60)), @"
    warning[a/b]: same
     --> platform.rhai:1:1
      |
    1 | let a = 1;
      | ^
      |
      = also at: platform.rhai:1:2, platform.rhai:1:3,
                 platform.rhai:1:4, platform.rhai:1:5,
                 platform.rhai:1:6, … and 3 more

    9 warnings
    ");
}

#[test]
fn many_are_capped_and_errors_go_first() {
    let mut list: Vec<_> = (0..50).map(|n| Diagnostic::warning("w/w", format!("warning {n}"))).collect();
    list.push(Diagnostic::error("e/e", "the error"));
    let shown = diagnostics(&list, &sources(), 2, &Style::plain(100));
    assert_snapshot!(shown, @"
    error[e/e]: the error

    warning[w/w]: warning 0

    … and 49 more

    1 error, 50 warnings
    ");
    assert_eq!(diagnostics(&[], &sources(), 2, &Style::plain(100)), "");
}
