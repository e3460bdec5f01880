//! What is said of wrong scripts: code, line:column+length, message.

use super::*;

#[test]
fn syntax() {
    assert_eq!(says("let x = ;"), "script/syntax 1:9+1 unexpected `;`");
    assert_eq!(says("workspace(\"w\", #{ a: 1"), "script/syntax 1:23+1 expected `}` to end this object map literal");
    assert_eq!(says("let s = \"abc"), "script/syntax 1:9+4 the string does not end");
    assert_eq!(says("workspace(\"w\", #{ a: 1, a: 2 });"), "script/syntax 1:25+1 the key `a` stands twice in this map");
    assert_eq!(says("eval(\"1\")"), "script/syntax 1:1+4 `eval` is switched off in scripts");
    assert_eq!(says("sleep(1)"), "script/switched-off 1:1+5 `sleep` is switched off in scripts");
    assert_eq!(says("sleep(0.5)"), "script/switched-off 1:1+5 `sleep` is switched off in scripts");
}

#[test]
fn unknown_words() {
    let wrong = error("\n  stroe(\"x\");");
    assert_eq!(wrong.help.as_deref(), Some("did you mean `store`? (a place for things)"));
    assert_eq!(says("\n  stroe(\"x\");"), "script/unknown-function 2:3+5 there is no function or kind `stroe`");
    assert_eq!(error("paramm(\"x\")").help.as_deref(), Some("did you mean `param`?"));
    let wrong = error("qwertyuiop(1)");
    assert_eq!(wrong.notes[0], "kinds: `anything`, `cluster`, `job`, `resource_group`, `store`, `workspace`");
    assert_eq!(says("existing(\"stor\", \"x\")"), "script/unknown-kind 1:1+8 there is no kind `stor`");
    assert_eq!(error("existing(\"stor\", \"x\")").help.as_deref(), Some("did you mean `store`?"));
    assert_eq!(says("let stage = 1;\nstagee"), "script/unknown-variable 2:1+6 there is no variable `stagee` here");
    assert_eq!(error("let stage = 1;\nstagee").help.as_deref(), Some("did you mean `stage`?"));
    assert_eq!(
        error("let x = environment;").help.as_deref(),
        Some("`environment` is a function: call it as `environment(…)`")
    );
    assert!(error("existing(store, \"x\")").help.unwrap().contains("in quotes"));
    let wrong = error("let a = 1;\nfn f() { a }\nf();");
    assert_eq!(wrong.help.as_deref(), Some("define `a` before this place, or give it to the function as an argument"));
    assert_eq!(
        says("param(\"teir\")"),
        "script/unknown-param 1:1+5 the environment `dev` has no value for the parameter `teir`"
    );
    assert_eq!(error("param(\"teir\")").help.as_deref(), Some("did you mean `tier`?"));
    assert_eq!(
        says("fn store(x) { x }"),
        "script/word-taken 1:4+5 the script defines a function `store`, which is a word of the language"
    );
}

#[test]
fn unknown_outputs() {
    assert_eq!(
        says("let s = store(\"s\");\ns.identity.principalid"),
        "script/unknown-output 2:12+11 `store` has no output `identity.principalid`"
    );
    let wrong = error("let s = store(\"s\");\ns.endpont");
    assert_eq!(wrong.help.as_deref(), Some("did you mean `endpoint`?"));
    assert_eq!(wrong.notes, ["it has: `id`, `name`, `endpoint`, `identity.principal_id`, `tag`"]);
    assert_eq!(
        says("let s = store(\"s\"); workspace(\"w\", #{ a: s.identity });"),
        "script/unfinished 1:42+1 `a` is the group `identity` of a `store`'s outputs, not one of them"
    );
    assert_eq!(
        error("let s = store(\"s\"); workspace(\"w\", #{ a: `${s.identity}` });").help.as_deref(),
        Some("read one of `identity.principal_id`")
    );
}

#[test]
fn arguments() {
    assert_eq!(
        says("workspace()"),
        "script/arguments 1:1+9 `workspace` takes a name and at most one map of properties, but was given nothing"
    );
    assert_eq!(error("workspace()").help.as_deref(), Some("write `workspace(name)` or `workspace(name, #{ … })`"));
    assert_eq!(says("workspace(1)"), "script/arguments 1:1+9 `name` must be a string, not a number");
    assert_eq!(
        says("workspace(\"w\", 1)"),
        "script/arguments 1:1+9 the properties of a `workspace` are a map `#{ … }`, not a number"
    );
    assert_eq!(
        says("workspace(\"w\", #{}, 1)"),
        "script/arguments 1:1+9 `workspace` takes a name and at most one map of properties, but was given 3 arguments"
    );
    assert_eq!(
        says("workspace(1,2,3,4,5,6,7,8,9,10)"),
        "script/arguments 1:1+9 `workspace` does not take 10 arguments"
    );
    assert_eq!(
        says("cluster(\"c\")"),
        "script/arguments 1:1+7 `cluster` takes a `workspace`, a name and at most one map of properties, but was given 1 argument"
    );
    assert_eq!(
        error("cluster(\"c\")").help.as_deref(),
        Some("write `cluster(workspace, name)` or `cluster(workspace, name, #{ … })`")
    );
    assert_eq!(
        says("cluster(\"w\", \"c\")"),
        "script/arguments 1:1+7 the parent must be a `workspace` or its id, and `w` is no id"
    );
    assert_eq!(
        says("let s = store(\"s\"); cluster(s, \"c\")"),
        "script/arguments 1:21+7 the parent must be a `workspace`, but `store.s` is a `store`"
    );
    assert_eq!(
        says("cluster(7, \"c\")"),
        "script/arguments 1:1+7 the parent must be a `workspace` or its id, not a number"
    );
    assert_eq!(
        says("anything(\"n\")"),
        "script/arguments 1:1+8 `anything` takes `type`, a name and at most one map of properties, but was given 1 argument"
    );
    assert_eq!(
        says("anything(\"T\", \"n\", #{ type: 1 })"),
        "script/arguments 1:1+8 `type` of a `anything` is given before its name; it cannot be a property too"
    );
    assert_eq!(
        says("let s = store(\"s\"); workspace(s.endpoint + \"\")"),
        "script/arguments 1:21+9 `name` must be known before anything is deployed, and `${store.s#/properties/endpoint}` is not"
    );
    assert_eq!(
        says("workspace(\" w\")"),
        "script/arguments 1:1+9 the name \" w\" has white space around it or control characters in it"
    );
    assert_eq!(says("workspace(\"\")"), "script/arguments 1:1+9 the name is empty");
    assert_eq!(says("environment(1)"), "script/arguments 1:1+11 `environment` takes no arguments");
    assert_eq!(says("param()"), "script/arguments 1:1+5 `param` takes a name and maybe a default, not 0 arguments");
    assert_eq!(says("protect(1)"), "script/arguments 1:1+7 `protect` takes a resource, not a number");
    assert_eq!(says("fn f(a) { a }\nf(1, 2)"), "script/arguments 2:1+1 the function `f` takes 1 argument, not 2");
    assert_eq!(
        says("\"abc\".sub_string(true)"),
        "script/arguments 1:7+10 `sub_string` cannot be called with a string and true or false"
    );
    assert_eq!(says("output(\"a b\", 1)"), "script/arguments 1:1+6 \"a b\" is no name for an output");
    assert_eq!(
        says("unique_name(\"Ab\")"),
        "script/arguments 1:1+11 the prefix \"Ab\" may hold lower-case letters, digits and `-` only"
    );
    assert_eq!(
        says("unique_name(\"ab\", 5)"),
        "script/arguments 1:1+11 a unique name that begins with \"ab\" is 8 to 63 characters long, not 5"
    );
}

#[test]
fn doubles() {
    let wrong = error("workspace(\"w\");\nlet a = 1; workspace(\"w\");");
    assert_eq!(
        says("workspace(\"w\");\nlet a = 1; workspace(\"w\");"),
        "script/duplicate 2:12+9 `workspace.w` is declared twice"
    );
    assert_eq!(wrong.notes, ["the first is at main.rhai:1"]);
    assert_eq!(wrong.address.as_deref(), Some("workspace.w"));
    assert_eq!(
        says("existing(\"workspace\", \"w\"); workspace(\"w\");"),
        "script/duplicate 1:29+9 `workspace.w` is declared twice"
    );
    assert_eq!(says("output(\"a\", 1); output(\"a\", 2);"), "script/duplicate 1:17+6 the output `a` is given twice");
}

#[test]
fn values() {
    assert_eq!(
        says("workspace(\"w\", #{ a: 1,\n b: [#{ c: |x| x }] })"),
        "script/value 2:12+1 `b/0/c` cannot be a function"
    );
    assert_eq!(says("workspace(\"w\", #{ a: 0..3 })"), "script/value 1:22+4 `a` cannot be a range");
    assert_eq!(says("workspace(\"w\", #{ a: 1.0 / 0.0 })"), "script/value 1:22+3 `a` is no finite number");
    assert_eq!(
        says("let w = workspace(\"w\"); let m = #{}; m[`${w}`] = 1; workspace(\"v\", m)"),
        "script/value 1:53+9 a key in the map holds a reference"
    );
    assert_eq!(
        says("let w = workspace(\"w\"); workspace(\"v\", #{ a: `${w}`.sub_string(0, 1) })"),
        "script/known-after-apply 1:46+6 `a` was made by taking the text of a reference apart"
    );
    assert_eq!(
        says("let w = workspace(\"w\"); workspace(\"v\", #{ a: \"$\" + w })"),
        "script/value 1:46+3 `a` has a `$` right before a reference"
    );
    assert_eq!(error("workspace(\"w\", #{ a: 0..3 })").pointer.as_deref(), Some("/a"));
}

#[test]
fn values_that_are_not_known_yet() {
    let later = "the value of a reference is known only after apply";
    let wrong = error("let s = store(\"s\");\nif s.endpoint == \"x\" { }");
    assert_eq!(wrong.message, "`endpoint` of `store.s` cannot be compared");
    assert_eq!(wrong.notes, [later]);
    assert_eq!(wrong.span.map(|s| (s.line, s.column)), Some((2, 15)));
    let wrong = error("let s = store(\"s\");\nif s.endpoint { }");
    assert_eq!((wrong.message.as_str(), wrong.notes[0].as_str()), ("expected true or false, found a reference", later));
    let wrong = error("let s = store(\"s\");\ns.endpoint.to_upper()");
    assert_eq!(wrong.message, "`to_upper` cannot be called with a reference");
    let wrong = error("let s = store(\"s\");\nlet x = s.endpoint * 2;");
    assert_eq!(wrong.message, "`*` cannot be used with a reference and a number");
    let wrong = error("let s = store(\"s\");\ns.endpoint = 2;");
    assert_eq!(wrong.code, "script/unknown-field");
}

#[test]
fn while_it_runs() {
    assert_eq!(says("let a = [1];\na[3]"), "script/index 2:3+1 there is no element 3: the array has 1");
    assert_eq!(says("let m = #{ a: 1 };\nm.b"), "script/unknown-key 2:3+1 the map has no key `b`");
    assert_eq!(says("1 / 0"), "script/arithmetic 1:3+1 division by zero: 1 / 0");
    assert_eq!(says("throw \"no\""), "script/thrown 1:1+5 no");
    assert_eq!(says("if 1 { }"), "script/syntax 1:4+1 expected true or false, found a number");
    assert_eq!(says("const A = 1; A = 2;"), "script/syntax 1:14+1 cannot assign to constant A");
    assert_eq!(says("let x = \"a\" - 1;"), "script/type 1:13+1 `-` cannot be used with a string and a number");
    assert_eq!(
        says("for i in 5 { }"),
        "script/syntax 1:10+1 expected an array, a map's `keys()` or a range, found a number"
    );
    assert_eq!(says("let n = 5; if n { }"), "script/type 1:15+1 expected true or false, found a number");
    assert_eq!(says("let n = 5; for i in n { }"), "script/type 1:21+1 this cannot be looped over");
    let wrong = error("fn f(x) {\n  x.none\n}\nfn g(x) { f(x) }\ng(1);");
    assert_eq!(wrong.span.map(|s| (s.line, s.column)), Some((2, 5)));
    assert_eq!(wrong.notes, ["in `f`, called at main.rhai:4", "in `g`, called at main.rhai:5"]);
}

#[test]
fn refusals() {
    assert_eq!(says("if environment() == \"dev\" {\n  fail(\"not here\") }"), "script/failed 2:3+4 not here");
    assert_eq!(
        says("secret(\"hunter2\")"),
        "script/secret 1:1+6 this is no handle of a secret; a handle says where a secret is kept, it is not the secret"
    );
    assert_eq!(
        says("secret(\"keyvault:v/s\")"),
        "script/secret-store 1:1+6 secrets in a key vault are not supported yet"
    );
    assert_eq!(says("secret(\"env:A-B\")"), "script/secret 1:1+6 \"A-B\" is no name for an environment variable");
    assert_eq!(
        says("output(\"s\", `x${secret(\"env:A\")}`)"),
        "script/secret-output 1:1+6 the output `s` holds a secret"
    );
    assert_eq!(
        says("protect(existing(\"workspace\", \"w\"))"),
        "script/protect-existing 1:1+7 a resource that is only found cannot be protected: mlhost never changes it"
    );
    // What a word says cannot be caught.
    assert_eq!(says("try { workspace(1) } catch { }"), "script/arguments 1:7+9 `name` must be a string, not a number");
}

#[test]
fn a_script_that_cannot_be_read() {
    let (result, _) = run_files(&[], input());
    let failure = result.unwrap_err();
    assert_eq!(failure.kind.exit_code(), 10);
    assert_eq!(failure.diagnostics[0].message, "cannot read the script `main.rhai`: there is no such file");
}

#[test]
fn a_kind_cannot_take_a_word_of_the_host() {
    let mut input = input();
    input.kinds.insert("output".to_owned(), Default::default());
    let failure = run_files(&[("main.rhai", "")], input).0.unwrap_err();
    assert_eq!((failure.kind.exit_code(), failure.diagnostics[0].code.as_str()), (14, "script/word-taken"));
}
