//! Builds request bodies.

use std::collections::BTreeMap;

use mlhost_plugin::{Map, Prop, Value};

/// A body under construction.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body(Map<String, Value>);

/// Something that may be set in a body; absent values are left out.
pub trait IntoBody {
    /// The JSON value; `None` leaves the property out.
    fn into_body(self) -> Option<Value>;
}

macro_rules! into_body {
    ($($type:ty),+) => {
        $(impl IntoBody for $type {
            fn into_body(self) -> Option<Value> {
                Some(self.into())
            }
        })+
    };
}

into_body!(bool, u32, i64, f64, String, &str, Value, Vec<String>, Vec<Value>);

impl IntoBody for BTreeMap<String, String> {
    fn into_body(self) -> Option<Value> {
        Some(Value::Object(self.into_iter().map(|(key, value)| (key, value.into())).collect()))
    }
}

impl IntoBody for Body {
    /// Left out when nothing is set in it.
    fn into_body(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Object(self.0))
    }
}

impl<T: IntoBody> IntoBody for Prop<T> {
    fn into_body(self) -> Option<Value> {
        match self {
            Self::Known(value) => value.into_body(),
            Self::Token(token) => Some(token.into()),
        }
    }
}

impl<T: IntoBody> IntoBody for Option<T> {
    fn into_body(self) -> Option<Value> {
        self.and_then(T::into_body)
    }
}

impl Body {
    /// Sets a member, and the objects on the way to it. The pointer is a plain JSON Pointer of object keys.
    pub fn set(&mut self, pointer: &str, value: impl IntoBody) -> &mut Self {
        if let Some(value) = value.into_body() {
            self.insert(pointer, value);
        }
        self
    }

    // Apart from `set`, so that a plugin holds it once and not once for every type of value.
    fn insert(&mut self, pointer: &str, value: Value) {
        let mut keys: Vec<&str> = pointer.trim_start_matches('/').split('/').collect();
        let last = keys.pop().unwrap_or_default();
        let mut map = &mut self.0;
        for key in keys {
            let slot = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            match slot {
                Value::Object(inner) => map = inner,
                _ => return,
            }
        }
        map.insert(last.to_owned(), value);
    }

    /// The JSON text.
    pub fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

impl From<Map<String, Value>> for Body {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_what_is_there_and_leaves_out_what_is_not() {
        let mut body = Body::default();
        body.set("/kind", "a")
            .set("/properties/sku/name", Some("b"))
            .set("/properties/sku/tier", None::<String>)
            .set("/properties/empty", Body::default())
            .set("/properties/n", Prop::Known(3_u32))
            .set("/properties/t", Prop::<bool>::Token("${a.b#/c}".into()));
        assert_eq!(body.text(), r#"{"kind":"a","properties":{"sku":{"name":"b"},"n":3,"t":"${a.b#/c}"}}"#);
    }
}
