//! The parameters of a stage kind, as the JSON Schema that is derived from its parameter struct.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

/// One step into a stage's parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a sequence.
    Index(usize),
}

/// A parameter that cannot be used, and where it stands below `with`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterProblem {
    /// The way to it; empty for the parameters as a whole.
    pub path: Vec<Step>,
    /// What is wrong: a lowercase fragment, values in backticks.
    pub message: String,
    /// The remedy, if one can be named.
    pub help: Option<String>,
}

impl ParameterProblem {
    /// A problem of the parameters as a whole.
    pub fn whole(error: &impl std::fmt::Display) -> Self {
        Self { path: Vec::new(), message: error.to_string(), help: None }
    }

    /// A problem of one top-level parameter.
    pub fn of(parameter: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self { path: vec![Step::Key(parameter.to_owned())], message: message.into(), help }
    }
}

/// The parameters a kind takes: names, types, ranges, defaults and texts, as JSON Schema.
#[derive(Debug, Clone)]
pub struct ParameterSchema {
    schema: Value,
}

impl ParameterSchema {
    /// The schema of a parameter struct.
    pub fn of<P: JsonSchema>() -> Self {
        Self::generate(SchemaGenerator::into_root_schema_for::<P>)
    }

    /// The schema that this makes with a generator of the settings that the parameter check understands.
    pub fn generate(make: impl FnOnce(SchemaGenerator) -> Schema) -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        Self { schema: make(settings.into_generator()).to_value() }
    }

    /// What one of its schemas takes, in words: "a whole number of at least 1 or nothing".
    pub fn in_words(schema: &Value) -> String {
        super::parameter_words::expected(schema)
    }

    /// The names of the top-level parameters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// The schema of one top-level parameter.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.schema.get("properties")?.get(name)
    }

    /// The JSON Schema itself: an object type with `properties`.
    pub fn as_json(&self) -> &Value {
        &self.schema
    }
}
