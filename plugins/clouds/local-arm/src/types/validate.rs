//! Holds a body against the shape of its type: re-spells names and choices, drops what a client cannot set, fills in
//! what the service defaults, and says what is wrong in ARM's words.

use serde_json::{Map, Value};

use super::shape::{Access, Fallback, Property, Shape, Tagged};
use crate::fault::Fault;
use crate::guid::is_guid;

/// The body as the service would take it, or one fault that lists all that is wrong.
///
/// # Errors
/// `InvalidRequestContent` with the path of the property; with several problems, each in `details`.
pub fn normalise(shape: &Shape, body: Value) -> Result<Value, Fault> {
    let mut checker = Checker { path: String::new(), problems: Vec::new() };
    let value = checker.value(shape, body);
    let mut problems = checker.problems;
    match problems.len() {
        0 => Ok(value),
        1 => Err(problems.remove(0)),
        count => {
            let mut first = problems.first().cloned().unwrap_or_else(|| Fault::invalid_content(""));
            first.message = format!("{} ({} more, see details)", first.message, count - 1);
            first.details = problems;
            Err(first)
        }
    }
}

struct Checker {
    path: String,
    problems: Vec<Fault>,
}

impl Checker {
    fn problem(&mut self, message: &str) {
        let text = format!("{message} Path '{}'", self.path);
        self.problems.push(Fault::invalid_content(&text).at(self.path.clone()));
    }

    fn expected(&mut self, expected: &str, found: &Value) {
        let text = found.to_string();
        let shown: String = text.chars().take(60).collect();
        self.problem(&format!("Error converting value {shown} to {expected}."));
    }

    fn below<T>(&mut self, name: &str, act: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if length > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        let result = act(self);
        self.path.truncate(length);
        result
    }

    fn value(&mut self, shape: &Shape, value: Value) -> Value {
        match (shape, value) {
            (Shape::Any, value)
            | (Shape::Text, value @ Value::String(_))
            | (Shape::Bool, value @ Value::Bool(_))
            | (Shape::Number, value @ Value::Number(_)) => value,
            (Shape::Guid, Value::String(text)) if is_guid(&text) => Value::String(text),
            (Shape::Int(least, most), value) => self.integer(*least, *most, value),
            (Shape::Choice(choices), Value::String(text)) => self.choice(choices, text),
            (Shape::List(item), Value::Array(values)) => {
                let checked = values.into_iter().enumerate();
                checked.map(|(at, value)| self.below(&format!("[{at}]"), |this| this.value(item, value))).collect()
            }
            (Shape::Map(item), Value::Object(entries)) => {
                let mut map = Map::new();
                for (key, value) in entries.into_iter().filter(|(_, value)| !value.is_null()) {
                    let checked = self.below(&key, |this| this.value(item, value));
                    map.insert(key, checked);
                }
                Value::Object(map)
            }
            (Shape::Object(properties), Value::Object(entries)) => self.object(properties, entries),
            (Shape::Tagged(tagged), Value::Object(entries)) => self.tagged(tagged, entries),
            (shape, value) => {
                self.expected(describe(shape), &value);
                value
            }
        }
    }

    /// Services take `"80"` for 80.
    fn integer(&mut self, least: i64, most: i64, value: Value) -> Value {
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        match number {
            Some(number) if (least..=most).contains(&number) => Value::from(number),
            Some(number) => {
                self.problem(&format!("The value {number} is not between {least} and {most}."));
                value
            }
            None => {
                self.expected("an integer", &value);
                value
            }
        }
    }

    fn choice(&mut self, choices: &[&'static str], text: String) -> Value {
        // Identity types are written with and without a space after the comma.
        let same = |choice: &str| {
            choice.eq_ignore_ascii_case(&text) || choice.replace(' ', "").eq_ignore_ascii_case(&text.replace(' ', ""))
        };
        match choices.iter().find(|choice| same(choice)) {
            Some(choice) => Value::from(*choice),
            None => {
                let listed = choices.join(", ");
                let shown: String = text.chars().take(60).collect();
                self.problem(&format!("The value '{shown}' is not valid. Allowed values are: {listed}."));
                Value::String(text)
            }
        }
    }

    fn object(&mut self, properties: &'static [Property], entries: Map<String, Value>) -> Value {
        let mut map = Map::new();
        for (key, value) in entries {
            let Some(property) = find(properties, &key) else {
                self.below(&key, |this| this.problem(&format!("Could not find member '{key}' on the object.")));
                continue;
            };
            if value.is_null() || property.access == Access::ReadOnly {
                continue;
            }
            let checked = self.below(property.name, |this| this.value(&property.shape, value));
            map.insert(property.name.to_owned(), checked);
        }
        for property in properties {
            let present = map.contains_key(property.name);
            if property.access == Access::WriteOnly {
                map.remove(property.name);
            } else if !present && property.access == Access::Required {
                self.below(property.name, |this| {
                    this.problem(&format!("Required property '{}' not found in JSON.", property.name));
                });
            } else if !present && let Some(value) = self.below(property.name, |this| this.fallback(property)) {
                map.insert(property.name.to_owned(), value);
            }
        }
        Value::Object(map)
    }

    fn fallback(&mut self, property: &Property) -> Option<Value> {
        Some(match property.fallback {
            Fallback::Nothing => return None,
            Fallback::Text(text) => Value::from(text),
            Fallback::Bool(value) => Value::from(value),
            Fallback::Int(number) => Value::from(number),
            Fallback::EmptyList => Value::Array(Vec::new()),
            Fallback::EmptyObject => self.value(&property.shape, Value::Object(Map::new())),
        })
    }

    fn tagged(&mut self, tagged: &Tagged, entries: Map<String, Value>) -> Value {
        let tag = entries.iter().find(|(key, _)| key.eq_ignore_ascii_case(tagged.tag)).map(|(_, value)| value);
        let Some(tag) = tag.filter(|tag| !tag.is_null()) else {
            self.below(tagged.tag, |this| {
                this.problem(&format!("Required property '{}' not found in JSON.", tagged.tag));
            });
            return Value::Object(entries);
        };
        let text = tag.as_str().unwrap_or_default();
        match tagged.cases.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            Some((_, shape)) => self.value(shape, Value::Object(entries)),
            None => {
                let shown: String = tag.to_string().chars().take(60).collect();
                let listed = tagged.cases.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                let message = format!("The value {shown} is not valid. Allowed values are: {listed}.");
                self.below(tagged.tag, |this| this.problem(&message));
                Value::Object(entries)
            }
        }
    }
}

fn find(properties: &'static [Property], key: &str) -> Option<&'static Property> {
    properties
        .iter()
        .find(|property| property.name == key)
        .or_else(|| properties.iter().find(|property| property.name.eq_ignore_ascii_case(key)))
}

fn describe(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text | Shape::Choice(_) => "a string",
        Shape::Guid => "a GUID",
        Shape::Bool => "a boolean",
        Shape::Int(..) => "an integer",
        Shape::Number => "a number",
        Shape::List(_) => "an array",
        Shape::Map(_) | Shape::Object(_) | Shape::Tagged(_) => "an object",
        Shape::Any => "a value",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::shape::object;
    use super::*;

    static SHAPE: Shape = object! {
        Required "name": Shape::Text,
        Optional "size": Shape::Int(1, 9) => Fallback::Int(3),
        Optional "mode": Shape::Choice(&["Fast", "Slow, Safe"]),
        ReadOnly "state": Shape::Text,
        WriteOnly "password": Shape::Text,
        Optional "rules": object! { Optional "on": Shape::Bool => Fallback::Bool(true) } => Fallback::EmptyObject,
        Optional "items": Shape::List(&object! { Required "id": Shape::Text }),
    };

    #[test]
    fn respells_drops_and_fills_in() {
        let body = json!({"NAME": "n", "size": "4", "mode": "slow,safe", "state": 1, "password": "p", "items": null});
        let value = normalise(&SHAPE, body).unwrap();
        assert_eq!(value, json!({"name": "n", "size": 4, "mode": "Slow, Safe", "rules": {"on": true}}));
    }

    #[test]
    fn names_the_path_of_every_problem() {
        let body = json!({"size": 10, "mode": "x", "items": [{"id": 1}, {}], "other": 1, "rules": {"on": "yes"}});
        let fault = normalise(&SHAPE, body).unwrap_err();
        let targets: Vec<_> = fault.details.iter().filter_map(|problem| problem.target.as_deref()).collect();
        assert_eq!(targets, ["size", "mode", "items[0].id", "items[1].id", "other", "rules.on", "name"]);
        assert!(fault.message.contains("(6 more, see details)"), "{}", fault.message);
    }

    #[test]
    fn one_problem_is_the_fault_itself() {
        let fault = normalise(&SHAPE, json!({"name": "n", "mode": "x"})).unwrap_err();
        assert_eq!((fault.code, fault.target.as_deref()), ("InvalidRequestContent", Some("mode")));
        assert!(fault.details.is_empty());
        assert!(fault.message.contains("Allowed values are: Fast, Slow, Safe."), "{}", fault.message);
    }

    #[test]
    fn a_body_that_was_taken_is_taken_again_unchanged() {
        let once = normalise(&SHAPE, json!({"name": "n", "rules": {}})).unwrap();
        assert_eq!(normalise(&SHAPE, once.clone()).unwrap(), once);
    }
}
