//! A parameter as its JSON Schema tells it, in words.

use serde_json::Value;

use crate::engine::ParameterSchema;

/// One parameter of a kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name in pipeline files.
    pub(super) name: String,
    /// What can be given: "a number of at least 0".
    pub(super) type_in_words: String,
    /// What it is if not given; `None` if it must be given.
    pub(super) default: Option<String>,
    /// What it does.
    pub(super) meaning: String,
    /// The meaning of single values, where the schema tells it.
    pub(super) values: Vec<(String, String)>,
}

impl Parameter {
    /// All parameters of an object schema, in its order.
    pub(super) fn all(schema: &Value) -> Vec<Self> {
        let is_required = |name: &str| list(&schema["required"]).iter().any(|required| required == name);
        let properties = schema["properties"].as_object().into_iter().flatten();
        properties
            .map(|(name, schema)| Self {
                name: name.clone(),
                type_in_words: ParameterSchema::in_words(schema),
                default: (!is_required(name)).then(|| schema.get("default").map_or("nothing".to_owned(), literal)),
                meaning: description(schema),
                values: alternatives(schema)
                    .iter()
                    .filter(|alternative| alternative.get("description").is_some())
                    .map(|alternative| (ParameterSchema::in_words(alternative), description(alternative)))
                    .collect(),
            })
            .collect()
    }
}

fn description(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn alternatives(schema: &Value) -> &[Value] {
    match list(&schema["oneOf"]) {
        [] => list(&schema["anyOf"]),
        alternatives => alternatives,
    }
}

/// A value as users write it in YAML; whole numbers without a fraction.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => whole(number),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", literal(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Bool(_) => value.to_string(),
    }
}

fn whole(number: &serde_json::Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
