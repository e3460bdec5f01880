//! Script values and JSON, both ways.

use rhai::{Array, Dynamic, ImmutableString, Map as ScriptMap};
use serde_json::{Map, Number, Value};

use super::limits;
use super::reference::{Handle, MarkError, Marks, Reference, Secret, has_marks};
use crate::model::reference::escape_segment;

/// Why a script value cannot be a property or an output, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConvertError {
    /// JSON Pointer.
    pub(super) pointer: String,
    /// Why.
    pub(super) reason: Reason,
}

/// Why a script value cannot be a property or an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// Something that JSON does not have: in words with its article.
    Type(&'static str),
    /// An infinite number, or none at all.
    NotFinite,
    /// A string that marks cannot be read from.
    Mark(MarkError),
    /// A key that holds a reference.
    ReferenceKey,
    /// Nested too deeply.
    TooDeep,
    /// All that was declared is too much.
    TooLarge,
}

/// Turns script values into property values.
pub(super) struct Converter<'a> {
    /// What marks stand for.
    pub(super) marks: &'a Marks,
    /// Size of what was declared so far, in bytes; grows.
    pub(super) bytes: &'a mut usize,
}

impl Converter<'_> {
    /// A property value; nothing for `()`, which means that the property is not set.
    ///
    /// # Errors
    /// The first place that cannot be converted.
    pub(super) fn value(&mut self, value: &Dynamic) -> Result<Option<Value>, ConvertError> {
        self.at(value, &mut String::new(), 0)
    }

    fn at(&mut self, value: &Dynamic, pointer: &mut String, depth: usize) -> Result<Option<Value>, ConvertError> {
        let fail = |reason| ConvertError { pointer: pointer.clone(), reason };
        *self.bytes += 16;
        if *self.bytes > limits::DECLARED_BYTES {
            return Err(fail(Reason::TooLarge));
        }
        if depth > limits::VALUE_DEPTH {
            return Err(fail(Reason::TooDeep));
        }
        if value.is_unit() {
            return Ok(None);
        }
        if let Ok(text) = value.as_immutable_string_ref() {
            *self.bytes += text.len();
            let text = self.marks.render(&text).map_err(|error| fail(Reason::Mark(error)))?;
            return Ok(Some(Value::String(text)));
        }
        if let Ok(items) = value.as_array_ref() {
            return self.array(&items, pointer, depth).map(Some);
        }
        if let Ok(map) = value.as_map_ref() {
            return self.map(&map, pointer, depth).map(|map| Some(Value::Object(map)));
        }
        scalar(value).map(Some).map_err(fail)
    }

    fn array(&mut self, items: &Array, pointer: &mut String, depth: usize) -> Result<Value, ConvertError> {
        let length = pointer.len();
        let mut out = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            pointer.push_str(&format!("/{index}"));
            out.extend(self.at(item, pointer, depth + 1)?);
            pointer.truncate(length);
        }
        Ok(Value::Array(out))
    }

    fn map(&mut self, map: &ScriptMap, pointer: &mut String, depth: usize) -> Result<Map<String, Value>, ConvertError> {
        let mut out = Map::with_capacity(map.len());
        self.entries(map, pointer, depth, &mut out)?;
        Ok(out)
    }

    fn entries(
        &mut self,
        map: &ScriptMap,
        pointer: &mut String,
        depth: usize,
        out: &mut Map<String, Value>,
    ) -> Result<(), ConvertError> {
        let length = pointer.len();
        for (key, value) in map {
            if has_marks(key) {
                return Err(ConvertError { pointer: pointer.clone(), reason: Reason::ReferenceKey });
            }
            *self.bytes += key.len();
            pointer.push('/');
            pointer.push_str(&escape_segment(key));
            if let Some(value) = self.at(value, pointer, depth + 1)? {
                out.insert(key.to_string(), value);
            }
            pointer.truncate(length);
        }
        Ok(())
    }

    /// The properties of a declaration, added to those it has already.
    ///
    /// # Errors
    /// The first place that cannot be converted.
    pub(super) fn properties(&mut self, map: &ScriptMap, out: &mut Map<String, Value>) -> Result<(), ConvertError> {
        self.entries(map, &mut String::new(), 0, out)
    }
}

fn scalar(value: &Dynamic) -> Result<Value, Reason> {
    let token = |reference: &Reference| match super::reference::Marked::from(reference) {
        super::reference::Marked::Token(token) => Ok(Value::String(token.to_string())),
        super::reference::Marked::Unfinished { kind, path } => Err(Reason::Mark(MarkError::Unfinished { kind, path })),
    };
    if let Ok(truth) = value.as_bool() {
        return Ok(Value::Bool(truth));
    }
    if let Ok(number) = value.as_int() {
        return Ok(Value::Number(number.into()));
    }
    if let Ok(number) = value.as_float() {
        return Number::from_f64(number).map(Value::Number).ok_or(Reason::NotFinite);
    }
    if let Ok(c) = value.as_char() {
        // A single character is never a whole mark.
        return if has_marks(c.encode_utf8(&mut [0; 4])) {
            Err(Reason::Mark(MarkError::Cut))
        } else {
            Ok(Value::String(c.to_string()))
        };
    }
    if let Some(handle) = value.read_lock::<Handle>() {
        return Ok(Value::String(handle.id().to_string()));
    }
    if let Some(reference) = value.read_lock::<Reference>() {
        return token(&reference);
    }
    if let Some(secret) = value.read_lock::<Secret>() {
        return Ok(Value::String(crate::model::Token::secret(secret.handle.clone()).to_string()));
    }
    Err(Reason::Type(describe(value)))
}

/// What a value is, in words with an article.
pub(super) fn describe(value: &Dynamic) -> &'static str {
    if value.is::<Handle>() {
        return "a resource";
    }
    if value.is::<Reference>() {
        return "a reference";
    }
    if value.is::<Secret>() {
        return "a secret";
    }
    describe_type(value.type_name())
}

/// What Rhai calls a type, in words with an article.
pub(super) fn describe_type(name: &str) -> &'static str {
    match name.trim() {
        "i64" | "f64" | "INT" | "FLOAT" => "a number",
        "a floating-point number" => "a number",
        "bool" | "a boolean" | "a boolean expression" => "true or false",
        "char" => "a character",
        "string" | "&str" | "String" | "ImmutableString" | "&str | ImmutableString | String" => "a string",
        "array" | "Array" | "an array" => "an array",
        "map" | "Map" | "an object map" => "a map",
        "a number" => "a number",
        "a string" => "a string",
        "a character" => "a character",
        "an iterable value" => "an array, a map's `keys()` or a range",
        "blob" | "Blob" => "a blob",
        "range" | "range=" => "a range",
        "Fn" | "FnPtr" => "a function",
        "()" => "nothing",
        "resource" => "a resource",
        "reference" => "a reference",
        "secret" => "a secret",
        name if name.ends_with("::Handle") => "a resource",
        name if name.ends_with("::Reference") => "a reference",
        name if name.ends_with("::Secret") => "a secret",
        name if name.contains("Range") => "a range",
        name if name.ends_with("FnPtr") => "a function",
        name if name.ends_with("ImmutableString") => "a string",
        _ => "a value of another type",
    }
}

/// A value of the project as the script sees it; nothing when a text in it holds characters that are set apart for marks.
pub(super) fn to_script(value: &Value) -> Option<Dynamic> {
    Some(match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) if has_marks(text) => return None,
        Value::String(text) => ImmutableString::from(text.as_str()).into(),
        Value::Array(items) => Dynamic::from_array(items.iter().map(to_script).collect::<Option<Array>>()?),
        Value::Object(map) => {
            let mut out = ScriptMap::new();
            for (key, value) in map {
                if has_marks(key) {
                    return None;
                }
                out.insert(key.as_str().into(), to_script(value)?);
            }
            Dynamic::from_map(out)
        }
    })
}
