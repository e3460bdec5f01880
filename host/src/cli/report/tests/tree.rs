//! Tests of the property tree.

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::super::tests::property;
use super::*;

fn render(properties: &[PropertyChange], width: usize) -> String {
    let mut out = String::new();
    tree(&mut out, properties, 2, Detail { remarks: false, full: false }, &Style::plain(width));
    out
}

#[test]
fn chains_of_lone_children_take_one_line_and_siblings_line_up() {
    let properties = [
        property("/a/b/c", None, Some(json!(1))),
        property("/a/b/long~1name", None, Some(json!("x"))),
        property("/d/0/e/f", None, Some(json!(true))),
        property("/g", Some(json!(1)), None),
        property("/h/i", Some(json!(1)), Some(json!(2))),
        property("/h/j", None, Some(json!([]))),
        property("", None, Some(json!({}))),
    ];
    assert_snapshot!(render(&properties, 100), @r#"
    + a.b
      + c           = 1
      + "long/name" = "x"
    + d[0].e.f = true
    - g        = 1
    ~ h
      ~ i = 1 → 2
      + j = []
    + body     = {}
    "#);
}

#[test]
fn a_path_may_end_where_others_go_on() {
    let properties = [
        property("/a", Some(json!(1)), None),
        property("/a/b", None, Some(json!(1))),
        property("/a/b", None, Some(json!(2))),
    ];
    assert_snapshot!(render(&properties, 100), @"
    - a = 1
    + a.b = 1
    + a.b = 2
    ");
}

#[test]
fn names_from_outside_cannot_steer_the_terminal() {
    assert_snapshot!(render(&[property("/a\u{1b}[2J/\u{202e}b c", None, Some(json!(1)))], 100), @r#"  + "a\u001b[2J"."\u{202e}b c" = 1"#);
}

#[test]
fn long_texts_show_where_they_differ() {
    let long = |end: &str| Some(json!(format!("{}{end}", "same ".repeat(30))));
    assert_snapshot!(render(&[property("/script", long("one"), long("two"))], 60), @r#"
    ~ script
         = …"e same same one"
         → …"e same same two"
    "#);
}

proptest! {
    #[test]
    fn every_property_is_shown_once(paths in prop::collection::btree_set("(/[a-c]){1,4}", 0..20), width in 20usize..100) {
        let properties: Vec<_> = paths.iter().enumerate().map(|(n, path)| property(path, None, Some(json!(1000 + n)))).collect();
        let shown = render(&properties, width);
        for n in 0..properties.len() {
            prop_assert_eq!(shown.matches(&(1000 + n).to_string()).count(), 1, "{}", shown);
        }
    }

    #[test]
    fn lines_fit(pointer in "(/[a-zA-Z. ]{0,12}){1,6}", before in ".{0,90}", after in ".{0,90}", width in 40usize..120) {
        let properties = [property(&pointer, Some(json!(before)), Some(json!(after)))];
        for line in render(&properties, width).lines() {
            prop_assert!(text::width(line) <= width, "{line}");
        }
    }
}
