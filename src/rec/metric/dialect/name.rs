//! A dialect as users write it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Dialect, dialect, dialects};

/// The name of a dialect that there is.
#[derive(Clone, Copy)]
pub struct DialectName(&'static Dialect);

impl DialectName {
    /// The dialect.
    pub fn dialect(&self) -> &'static Dialect {
        self.0
    }
}

impl Default for DialectName {
    fn default() -> Self {
        Self(&dialects()[0])
    }
}

impl PartialEq for DialectName {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for DialectName {}

impl fmt::Display for DialectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0.name)
    }
}

impl fmt::Debug for DialectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl Serialize for DialectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

impl<'de> Deserialize<'de> for DialectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'_, str>>::deserialize(deserializer)?;
        let names = || dialects().iter().map(|dialect| dialect.name).collect::<Vec<_>>().join(", ");
        let unknown = || serde::de::Error::custom(format_args!("unknown dialect `{name}`; there are {}", names()));
        dialect(&name).map(Self).ok_or_else(unknown)
    }
}

impl JsonSchema for DialectName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Dialect".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let alternatives: Vec<_> = dialects()
            .iter()
            .map(|dialect| json_schema!({ "const": dialect.name, "type": "string", "description": dialect.about }))
            .collect();
        json_schema!({ "oneOf": alternatives })
    }
}
