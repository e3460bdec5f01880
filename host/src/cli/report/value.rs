//! Values of resources and outputs as they are shown.

use mlhost::model::plan::Shown;
use serde_json::{Map, Value};

use super::style::{Role, Style};
use super::text;

/// What stands for a secret.
pub const SECRET: &str = "(secret)";
/// What stands for a value that is not known yet.
pub const KNOWN_AFTER_APPLY: &str = "(known after apply)";

/// Whether a text holds a secret's handle. Plans show secrets by a word of their own; this is the second line of defence.
pub fn holds_secret(text: &str) -> bool {
    text.contains("${secret:")
}

/// The value with [`SECRET`] in the place of every string that holds a secret's handle.
pub fn masked(value: &Value) -> Value {
    match value {
        Value::String(text) if holds_secret(text) => Value::String(SECRET.to_owned()),
        Value::Array(items) => Value::Array(items.iter().map(masked).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, item)| (key.clone(), masked(item))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// A value on one line: JSON, harmless, without secrets, as long as it is.
pub fn whole(value: &Value) -> String {
    match value {
        Value::String(text) if holds_secret(text) => SECRET.to_owned(),
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => text::clean(&masked(value).to_string()).into_owned(),
        other => other.to_string(),
    }
}

/// The value in at most `columns` columns. Ids and paths lose their middle, everything else its end.
pub fn short(value: &Value, columns: usize, style: &Style) -> String {
    let whole = whole(value);
    if text::width(&whole) <= columns {
        return whole;
    }
    let room = columns.saturating_sub(2);
    let inner = whole.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (value, inner) {
        (Value::String(text), Some(inner)) if text.starts_with('/') => {
            format!("\"{}\"", text::cut_middle(inner, room, style))
        }
        (Value::String(_), Some(inner)) => format!("\"{}\"", text::cut(inner, room, style)),
        _ => text::cut(&whole, columns, style).into_owned(),
    }
}

/// A value of a plan, in at most `columns` columns.
pub fn shown(value: &Shown, columns: usize, style: &Style) -> String {
    match value {
        Shown::Value(value) => short(value, columns, style),
        Shown::KnownAfterApply => style.paint(Role::Dim, KNOWN_AFTER_APPLY),
        Shown::Secret => style.paint(Role::Dim, SECRET),
    }
}

/// How many characters of two texts to leave out so that, cut to `columns`, they still show where they differ.
pub fn same_start(values: &[&Shown], columns: usize) -> usize {
    let [Shown::Value(Value::String(before)), Shown::Value(Value::String(after))] = values else { return 0 };
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    if same > columns / 2 && !before.starts_with('/') { same - columns / 4 } else { 0 }
}

/// Like [`shown`], without the first characters of a text.
pub fn shown_from(value: &Shown, skipped: usize, columns: usize, style: &Style) -> String {
    match value {
        Shown::Value(Value::String(text)) if skipped > 0 && columns < usize::MAX && !holds_secret(text) => {
            let rest: String = text.chars().skip(skipped).collect();
            let columns = columns.saturating_sub(text::width(style.ellipsis()));
            format!("{}{}", style.ellipsis(), short(&Value::String(rest), columns, style))
        }
        _ => shown(value, columns, style),
    }
}

/// Columns that the value takes when it is not cut.
pub fn shown_width(value: &Shown) -> usize {
    match value {
        Shown::Value(value) => text::width(&whole(value)),
        Shown::KnownAfterApply => KNOWN_AFTER_APPLY.len(),
        Shown::Secret => SECRET.len(),
    }
}

/// A string in JSON's quotes, harmless.
pub fn quoted(text: &str) -> String {
    let json = Value::String(text.to_owned()).to_string();
    // JSON has escaped the control characters of ASCII; the others are shown as everywhere.
    text::clean(&json).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_never_shown_however_deep_it_is() {
        let value = json!({"a": [{"b": "x${secret:env:PASSWORD}y"}], "c": "plain"});
        assert_eq!(whole(&value), r#"{"a":[{"b":"(secret)"}],"c":"plain"}"#);
        assert_eq!(whole(&json!("${secret:env:P}")), SECRET);
        assert_eq!(shown(&Shown::Value(json!("${secret:env:P}")), 80, &Style::plain(80)), SECRET);
    }

    #[test]
    fn long_values_are_cut_where_they_say_least() {
        let style = Style::plain(80);
        assert_eq!(short(&json!("/subscriptions/0/vaults/main"), 20, &style), "\"/subs…/vaults/main\"");
        assert_eq!(short(&json!("abcdefghijklmnop"), 10, &style), "\"abcdefg…\"");
        assert_eq!(short(&json!([1, 2, 3, 4, 5, 6]), 8, &style), "[1,2,3,…");
        assert_eq!(short(&json!("abcdefgh\""), 10, &style), "\"abcdefg…\"");
        assert_eq!(short(&json!("/a/b/c/d/e\""), 12, &style), "\"/a/…/d/e\\\"\"");
    }

    #[test]
    fn strings_cannot_break_out() {
        assert_eq!(whole(&json!("a\u{1b}[2J\"\u{202e}\n")), r#""a\u001b[2J\"\u{202e}\n""#);
    }
}
