//! Lines and columns.

use super::*;

#[test]
fn declarations_and_properties_know_their_place() {
    let script = "// ü\r\nlet x = \"é\"; let w = workspace(\"w\", #{\r\n  size: 12,\r\n\t\"odd/key\": \"é\\\"x\", deep: #{ list: [1, `a`] },\r\n  far: x,\r\n});\r\nw.cluster(\"c\", #{ n: -1 });\n";
    let definition = define(script);
    let place = |index: usize| definition.declarations[index].span.map(|s| (s.source, s.line, s.column, s.length));
    assert_eq!(place(0), Some((0, 2, 22, 9)));
    assert_eq!(place(1), Some((0, 7, 3, 7)));
    let spans: Vec<_> = definition.declarations[0]
        .property_spans
        .iter()
        .map(|(pointer, s)| (pointer.as_str(), s.line, s.column, s.length))
        .collect();
    assert_eq!(
        spans,
        [
            ("/deep", 4, 21, 4),
            ("/deep/list", 4, 30, 4),
            ("/deep/list/0", 4, 37, 1),
            ("/deep/list/1", 4, 40, 3),
            ("/far", 5, 8, 1),
            ("/odd~1key", 4, 13, 6),
            ("/size", 3, 9, 2),
        ]
    );
    let negative = definition.declarations[1].property_spans["/n"];
    assert_eq!((negative.line, negative.column, negative.length), (7, 22, 2));
}

#[test]
fn a_call_in_a_function_is_where_it_stands() {
    let definition = define("fn make(n) {\n  workspace(n, #{ a: n });\n}\nmake(\"x\");\nmake(\"y\");");
    for declaration in &definition.declarations {
        assert_eq!(declaration.span.map(|s| (s.line, s.column)), Some((2, 3)));
        assert_eq!(declaration.property_spans["/a"].column, 22);
    }
}

#[test]
fn places_in_imports_name_their_file() {
    let files = [
        ("main.rhai", "import \"lib/common\" as c;\nlet w = c::make(\"x\");\ncluster(w, \"c\");"),
        ("lib/common.rhai", "\n\nfn inner(n) { workspace(n) }\nfn make(n) { inner(n) }\nworkspace(\"top\");"),
    ];
    let (result, sources) = run_files(&files, input());
    let definition = result.unwrap().0;
    let places: Vec<_> = definition
        .declarations
        .iter()
        .map(|d| sources.place(d.span.unwrap()).map(|p| format!("{} {}:{}:{}", d.address, p.file, p.line, p.column)))
        .map(Option::unwrap)
        .collect();
    assert_eq!(
        places,
        ["workspace.top lib/common.rhai:5:1", "workspace.x lib/common.rhai:3:15", "cluster.x/c main.rhai:3:1"]
    );
}
