//! The faults of a cloud and the rules that ask for them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::style::Style;
use super::{table, text};

/// A fault that a cloud offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The word for it.
    pub name: String,
    /// One line.
    #[serde(default)]
    pub summary: String,
}

/// Members of a rule with a column of their own.
const COLUMNS: [&str; 8] = ["fault", "type", "method", "rate", "times", "seed", "seen", "hits"];

/// The rules in the order in which they hold.
pub fn rules(rules: &[Value], style: &Style) -> String {
    if rules.is_empty() {
        return "There are no rules: the cloud shows no faults.\n".to_owned();
    }
    let rows: Vec<Vec<String>> = rules.iter().filter_map(Value::as_object).map(row).collect();
    table::table(&["FAULT", "TYPE", "METHOD", "RATE", "TIMES", "SEED", "SEEN", "HITS", "WITH"], &rows, style)
}

fn row(rule: &Map<String, Value>) -> Vec<String> {
    let cell =
        |value: &Value| text::clean(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)).into_owned();
    let named = COLUMNS.iter().map(|name| rule.get(*name).map_or_else(String::new, cell));
    let others = rule.iter().filter(|(name, _)| !COLUMNS.contains(&name.as_str()));
    let others: Vec<String> = others.map(|(name, value)| format!("{} {}", text::clean(name), cell(value))).collect();
    named.chain([others.join(", ")]).collect()
}

/// The faults that there are.
pub fn faults(faults: &[Fault], style: &Style) -> String {
    let clean = |text: &str| text::clean(text).into_owned();
    let rows: Vec<Vec<String>> = faults.iter().map(|fault| vec![clean(&fault.name), clean(&fault.summary)]).collect();
    table::table(&["FAULT", "WHAT HAPPENS"], &rows, style)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_are_a_table_and_nothing_of_them_is_lost() {
        let given = [
            json!({"fault": "slow", "type": "*", "method": "PUT", "rate": 0.5, "seed": 7, "seconds": 2, "seen": 3, "hits": 1}),
            json!({"fault": "x\u{1b}[31m", "type": "A/b", "method": "*", "rate": 1.0, "times": 2, "seen": 0, "hits": 0, "new": "y"}),
        ];
        let shown = rules(&given, &Style::plain(100));
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[0].starts_with("FAULT"), "{shown}");
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(lines[1]), ["slow", "*", "PUT", "0.5", "7", "3", "1", "seconds", "2"]);
        assert!(lines[2].ends_with("new y") && !shown.contains('\u{1b}'), "{shown}");
        assert!(rules(&[], &Style::plain(80)).contains("no rules"));
    }
}
