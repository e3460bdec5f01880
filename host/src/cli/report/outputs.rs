//! Outputs of a run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::style::{Role, Style};
use super::{text, value};

/// Names and values, aligned. Values are not cut: an output is there to be copied.
pub fn outputs(outputs: &BTreeMap<String, Value>, style: &Style) -> String {
    let names: Vec<_> = outputs.keys().map(|name| text::clean(name)).collect();
    let widest = names.iter().map(|name| text::width(name)).max().unwrap_or_default().min(style.width / 2);
    let mut out = String::new();
    for (name, value) in names.iter().zip(outputs.values()) {
        let missing = widest.saturating_sub(text::width(name));
        let _ = writeln!(out, "{}{:missing$} = {}", style.paint(Role::Strong, name), "", value::whole(value));
    }
    out
}

/// One output for another program: a string as it is, anything else as JSON. What a terminal would show is made harmless.
pub fn raw(value: &Value, style: &Style) -> String {
    let plain = match value::masked(value) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    if style.tty { text::clean_lines(&plain) } else { plain }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;

    fn some() -> BTreeMap<String, Value> {
        let pairs = [
            ("workspace_id", json!("/subscriptions/0/workspaces/main")),
            ("nodes", json!(3)),
            ("password", json!("${secret:env:P}")),
            ("tags", json!({"team": "ml\u{1b}[0m"})),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn outputs_line_up() {
        assert_snapshot!(outputs(&some(), &Style::plain(100)), @r#"
        nodes        = 3
        password     = (secret)
        tags         = {"team":"ml\u001b[0m"}
        workspace_id = "/subscriptions/0/workspaces/main"
        "#);
    }

    #[test]
    fn a_raw_output_is_the_value_itself() {
        let file = Style::plain(100);
        assert_eq!(raw(&json!("a\u{1b}b"), &file), "a\u{1b}b");
        assert_eq!(raw(&json!("a\u{1b}b"), &Style { tty: true, ..file }), "a\\u{1b}b");
        assert_eq!(raw(&json!([1, "x"]), &file), r#"[1,"x"]"#);
        assert_eq!(raw(&json!("${secret:env:P}"), &file), "(secret)");
    }
}
