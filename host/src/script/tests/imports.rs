//! Imports.

use super::*;

fn fails(files: &[(&str, &str)]) -> (String, Sources) {
    let (result, sources) = run_files(files, input());
    let failure = result.expect_err("an error");
    let error = failure.diagnostics.last().unwrap();
    let place = error.span.and_then(|span| sources.place(span)).unwrap();
    (format!("{} {}:{}:{} {}", error.code, place.file, place.line, place.column, error.message), sources)
}

#[test]
fn modules_are_evaluated_once() {
    let files = [
        ("main.rhai", "import \"a\" as a; import \"./lib/b.rhai\" as b; workspace(a::NAME + b::twice(\"x\"));"),
        ("a.rhai", "import \"lib/b\" as b; workspace(\"from-a\"); export const NAME = b::twice(\"n\");"),
        ("lib/b.rhai", "workspace(\"from-b\"); fn twice(x) { x + x }"),
    ];
    let (result, _) = run_files(&files, input());
    assert_eq!(addresses(&result.unwrap().0), ["workspace.from-b", "workspace.from-a", "workspace.nnxx"]);
}

#[test]
fn imports_stay_below_the_project_folder() {
    for path in ["/etc/passwd", "../up", "a/../../b", "C:/x", "a\\\\b"] {
        let (message, _) = fails(&[("main.rhai", &format!("\nimport \"{path}\" as c;"))]);
        assert!(message.starts_with("script/import-outside main.rhai:2:8 the import "), "{message}");
    }
    for path in ["", "a//b", "a/./b"] {
        let (message, _) = fails(&[("main.rhai", &format!("import \"{path}\" as c;"))]);
        assert!(message.starts_with("script/import-not-found main.rhai:1:8 "), "{message}");
    }
    let (message, _) = fails(&[("main.rhai", "import \"lib/none\" as c;")]);
    assert_eq!(message, "script/import-not-found main.rhai:1:8 there is no file `lib/none.rhai` to import");
}

#[test]
fn mistakes_in_a_module_are_shown_there() {
    let (message, sources) = fails(&[("main.rhai", "import \"a\" as a;"), ("a.rhai", "let x = 1;\nlet y = ;")]);
    assert!(message.starts_with("script/syntax a.rhai:2:9 "), "{message}");
    assert_eq!(sources.get(1).unwrap().path.as_ref(), "a.rhai");
    let (message, _) = fails(&[("main.rhai", "import \"a\" as a;"), ("a.rhai", "\nworkspce(\"x\");")]);
    assert_eq!(message, "script/unknown-function a.rhai:2:1 there is no function or kind `workspce`");
    let (message, _) = fails(&[("main.rhai", "import \"a\" as a;\na::f(1);"), ("a.rhai", "fn f(x) {\n  x.none\n}")]);
    assert_eq!(message, "script/unknown-field a.rhai:2:5 a number has no field `none`");
    let (message, _) = fails(&[("main.rhai", "import \"a\" as a;\na::g(1);"), ("a.rhai", "fn f(x) {}")]);
    assert_eq!(message, "script/unknown-function main.rhai:2:4 `a` has no function `g`");
    let (message, _) = fails(&[("main.rhai", "a::g(1);")]);
    assert_eq!(message, "script/unknown-module main.rhai:1:1 nothing is imported as `a`");
}

#[test]
fn circles_are_found() {
    let files =
        [("main.rhai", "import \"a\" as a;"), ("a.rhai", "import \"b\" as b;"), ("b.rhai", "import \"a\" as a;")];
    let (message, _) = fails(&files);
    assert_eq!(message, "script/import-cycle b.rhai:1:8 `a.rhai` imports itself");
}

#[test]
fn functions_see_imports() {
    let files = [
        ("main.rhai", "import \"a\" as a;\nfn make() { a::make() }\nmake();"),
        ("a.rhai", "fn make() { workspace(\"w\") }"),
    ];
    assert_eq!(addresses(&run_files(&files, input()).0.unwrap().0), ["workspace.w"]);
}
