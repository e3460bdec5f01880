//! A property that may be given as a reference token.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::token;

/// A property that is known, or a token that stands for it. Its JSON schema is that of `T`. For a string use `String`:
/// a token is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prop<T> {
    /// The value itself.
    Known(T),
    /// A reference token.
    Token(String),
}

impl<T> Prop<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Token(_) => None,
        }
    }
}

impl<T> From<T> for Prop<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: JsonSchema> JsonSchema for Prop<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: Serialize> Serialize for Prop<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Token(token) => serializer.serialize_str(token),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Prop<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PropVisitor(PhantomData))
    }
}

struct PropVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PropVisitor<T> {
    type Value = Prop<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or a reference")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if token::is_token(text) {
            return Ok(Prop::Token(text.to_owned()));
        }
        T::deserialize(text.into_deserializer()).map(Prop::Known)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Prop::Known)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Prop::Known)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Prop::Known)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        T::deserialize(value.into_deserializer()).map(Prop::Known)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(seq)).map(Prop::Known)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Prop::Known)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{from_str, to_string};

    use super::*;

    #[test]
    fn reads_values_and_tokens_of_every_type() {
        assert_eq!(from_str::<Prop<u32>>("3").unwrap(), Prop::Known(3));
        assert_eq!(from_str::<Prop<i32>>("-3").unwrap(), Prop::Known(-3));
        assert_eq!(from_str::<Prop<f64>>("0.5").unwrap(), Prop::Known(0.5));
        assert_eq!(from_str::<Prop<bool>>("true").unwrap(), Prop::Known(true));
        assert_eq!(from_str::<Prop<Vec<u8>>>("[1]").unwrap(), Prop::Known(vec![1]));
        let map = BTreeMap::from([("a".to_owned(), 1_u8)]);
        assert_eq!(from_str::<Prop<BTreeMap<String, u8>>>(r#"{"a":1}"#).unwrap(), Prop::Known(map));
        assert_eq!(from_str::<Prop<u32>>(r#""${a.b#/n}""#).unwrap(), Prop::Token("${a.b#/n}".into()));
        assert_eq!(to_string(&Prop::<u32>::Token("${a.b#/n}".into())).unwrap(), r#""${a.b#/n}""#);
        assert!(from_str::<Prop<u32>>(r#""3""#).unwrap_err().to_string().contains("expected u32"));
        assert!(from_str::<Prop<u32>>("-1").is_err());
    }

    #[test]
    fn its_schema_is_that_of_the_value() {
        let schema = |schema: Schema| schema.to_value();
        assert_eq!(schema(schemars::schema_for!(Prop<u32>)), schema(schemars::schema_for!(u32)));
    }
}
