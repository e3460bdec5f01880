//! Parameter files: those of ARM deployments (`{"$schema", "contentVersion", "parameters": {NAME: {"value": …}}}`, as the
//! Azure Resource Manager documentation defines them), and plain JSON objects.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::folder::read_anywhere;
use super::{FILE_BYTES, Folder, ParamValue, unreadable};
use crate::model::{Diagnostic, Diagnostics, Sources, Span};
use crate::script::ReadError;

/// The values of an environment while its files are read; what is read later wins.
#[derive(Debug, Default)]
pub(super) struct Values {
    map: BTreeMap<String, ParamValue>,
    /// The file that gave a value, for values that a file gave.
    files: BTreeMap<String, String>,
}

impl Values {
    /// Reads a file that the project names.
    pub(super) fn read_inside(
        &mut self,
        folder: &Folder,
        path: &str,
        named_at: Option<Span>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) {
        self.take(path, folder.read_text(path, FILE_BYTES), named_at, sources, diagnostics);
    }

    /// Reads a file that the command line names.
    pub(super) fn read_anywhere(&mut self, path: &Path, sources: &mut Sources, diagnostics: &mut Diagnostics) {
        let shown = path.display().to_string();
        self.take(&shown, read_anywhere(path, FILE_BYTES), None, sources, diagnostics);
    }

    /// Sets the values that stand in the project file itself.
    pub(super) fn set_inline(&mut self, values: &BTreeMap<String, ParamValue>) {
        for (name, value) in values {
            self.files.remove(name);
            self.map.insert(name.clone(), value.clone());
        }
    }

    /// All values by name.
    pub(super) fn into_map(self) -> BTreeMap<String, ParamValue> {
        self.map
    }

    fn take(
        &mut self,
        path: &str,
        text: Result<String, ReadError>,
        named_at: Option<Span>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                let diagnostic = unreadable(path, &error, named_at);
                diagnostics.push(if named_at.is_some() {
                    diagnostic
                } else {
                    diagnostic.in_file(path).help("check the path that --params names")
                });
                return;
            }
        };
        let file = File { source: sources.add(path, &text), text: &text, path };
        match file.values() {
            Ok(values) => {
                for (name, value) in values {
                    self.set(&file, name, value, diagnostics);
                }
            }
            Err(errors) => diagnostics.extend(errors),
        }
    }

    fn set(&mut self, file: &File<'_>, name: String, value: Value, diagnostics: &mut Diagnostics) {
        let span = file.key(&name);
        if let (Some(before), Some(other)) = (self.map.get(&name), self.files.get(&name))
            && before.value != value
        {
            let message = format!("two parameter files give the parameter `{name}` different values");
            diagnostics.push(
                Diagnostic::warning("project/param-conflict", message)
                    .at(span)
                    .note(format!("the value from `{}` is used, the one from `{other}` is not", file.path))
                    .help("remove one of the two, or put the value into the environment's `values`"),
            );
        }
        self.files.insert(name.clone(), file.path.to_owned());
        self.map.insert(name, ParamValue { value, span });
    }
}

struct File<'a> {
    source: u32,
    text: &'a str,
    path: &'a str,
}

impl File<'_> {
    fn values(&self) -> Result<Vec<(String, Value)>, Diagnostics> {
        let parsed: Value = serde_json::from_str(self.text).map_err(|error| {
            // serde_json counts columns in bytes and may point just past the end of a line.
            let (line, column) = (error.line().max(1), error.column().max(1));
            let span = Span { source: self.source, line: line as u32, column: self.column(line, column), length: 1 };
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            vec![
                Diagnostic::error("project/json", format!("the parameter file is no JSON: {message}"))
                    .at(span)
                    .help("correct it here or just before"),
            ]
        })?;
        let Value::Object(object) = parsed else {
            return Err(vec![self.shape("the parameter file is no JSON object")]);
        };
        if !object.contains_key("$schema") && !object.contains_key("contentVersion") {
            return Ok(object.into_iter().collect());
        }
        match object.get("parameters") {
            Some(Value::Object(parameters)) => self.arm(parameters),
            _ => Err(vec![self.shape("the parameter file has no object `parameters`")]),
        }
    }

    fn arm(&self, parameters: &Map<String, Value>) -> Result<Vec<(String, Value)>, Diagnostics> {
        let mut values = Vec::new();
        let mut errors = Diagnostics::new();
        for (name, entry) in parameters {
            match entry.as_object().map(|entry| (entry.get("value"), entry.get("reference"))) {
                Some((Some(value), _)) => values.push((name.clone(), value.clone())),
                Some((None, Some(_))) => errors.push(
                    Diagnostic::error(
                        "project/key-vault-reference",
                        format!("the parameter `{name}` is kept in a key vault, which is not supported yet"),
                    )
                    .at(self.key(name))
                    .help("put it into an environment variable and write `secret(\"env:NAME\")` in the script"),
                ),
                _ => errors.push(
                    Diagnostic::error("project/param-shape", format!("the parameter `{name}` has no `value`"))
                        .at(self.key(name))
                        .help(format!("write `\"{name}\": {{ \"value\": … }}`")),
                ),
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }

    fn shape(&self, message: &str) -> Diagnostic {
        let span = Span { source: self.source, line: 1, column: 1, length: 1 };
        Diagnostic::error("project/param-shape", message)
            .at(span)
            .help("write an ARM parameter file, or a plain object `{ \"name\": value }`")
    }

    /// Where a key stands: its first occurrence in quotes before a colon.
    fn key(&self, name: &str) -> Option<Span> {
        let quoted = serde_json::to_string(name).ok()?;
        let is_key =
            |at: &usize| self.text.get(at + quoted.len()..).is_some_and(|after| after.trim_start().starts_with(':'));
        let at = self.text.match_indices(&quoted).map(|(at, _)| at).find(is_key)?;
        let before = self.text.get(..at)?;
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let length = quoted.chars().count() as u32;
        Some(Span { source: self.source, line: line as u32, column: column as u32, length })
    }

    fn column(&self, line: usize, byte: usize) -> u32 {
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        text.char_indices().take_while(|(at, _)| at + 1 < byte).count() as u32 + 1
    }
}
