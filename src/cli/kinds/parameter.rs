//! A parameter as its JSON Schema tells it, in words.

use serde_json::Value;

/// One parameter of a kind.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name in pipeline files.
    pub(super) name: String,
    /// What can be given: `number, at least 0`.
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
                type_in_words: in_words(schema),
                default: (!is_required(name)).then(|| schema.get("default").map_or("none".to_owned(), literal)),
                meaning: description(schema),
                values: alternatives(schema)
                    .iter()
                    .filter(|alternative| alternative.get("description").is_some())
                    .map(|alternative| (in_words(alternative), description(alternative)))
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

/// What a schema allows.
fn in_words(schema: &Value) -> String {
    if let Some(constant) = schema.get("const") {
        return literal(constant);
    }
    if let Some(values) = schema.get("enum") {
        return list(values).iter().map(literal).collect::<Vec<_>>().join(" | ");
    }
    let alternatives = alternatives(schema);
    if !alternatives.is_empty() {
        return alternatives.iter().map(in_words).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::String(name) => of_type(name, schema),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).map(|name| of_type(name, schema));
            names.collect::<Vec<_>>().join(" | ")
        }
        _ => "any value".to_owned(),
    }
}

fn of_type(name: &str, schema: &Value) -> String {
    match name {
        "boolean" => "true | false".to_owned(),
        "integer" | "number" => format!("{name}{}", range(schema)),
        "string" => "text".to_owned(),
        "null" => "none".to_owned(),
        "array" => {
            let length = match (schema["minItems"].as_u64(), schema["maxItems"].as_u64()) {
                (Some(1), None) => ", not empty".to_owned(),
                (Some(least), Some(most)) if least == most => format!(" of length {least}"),
                (Some(least), None) => format!(", at least {least} long"),
                (least, Some(most)) => format!(", {} to {most} long", least.unwrap_or(0)),
                (None, None) => String::new(),
            };
            match schema.get("items") {
                Some(items) => format!("list of ({}){length}", in_words(items)),
                None => format!("list{length}"),
            }
        }
        "object" => match (schema["properties"].as_object(), schema.get("additionalProperties")) {
            (Some(properties), _) if !properties.is_empty() => {
                let fields = properties.iter().map(|(name, schema)| format!("{name}: {}", in_words(schema)));
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            (_, Some(values @ Value::Object(_))) => format!("mapping to ({})", in_words(values)),
            _ => "mapping".to_owned(),
        },
        other => other.to_owned(),
    }
}

/// The bounds of a number, behind a comma.
fn range(schema: &Value) -> String {
    let bound = |key: &str| schema.get(key).filter(|bound| bound.is_number()).map(literal);
    let low =
        bound("minimum").map(|b| format!("at least {b}")).or(bound("exclusiveMinimum").map(|b| format!("above {b}")));
    let high =
        bound("maximum").map(|b| format!("at most {b}")).or(bound("exclusiveMaximum").map(|b| format!("below {b}")));
    match (bound("minimum"), bound("maximum")) {
        (Some(low), Some(high)) => format!(", {low} to {high}"),
        _ => [low, high].into_iter().flatten().fold(String::new(), |range, bound| range + ", " + &bound),
    }
}

/// A value as users write it in YAML; whole numbers without a fraction.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), |_| whole(number)),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn types_in_words() {
        let cases = [
            (json!({"type": "number", "exclusiveMinimum": 0.0}), "number, above 0"),
            (json!({"type": "number", "minimum": 0, "exclusiveMaximum": 1}), "number, at least 0, below 1"),
            (json!({"type": ["integer", "null"], "minimum": 1, "maximum": 9}), "integer, 1 to 9 | none"),
            (json!({"enum": ["f32", "f64"], "type": "string"}), "f32 | f64"),
            (json!({"type": "array", "items": {"type": "string"}, "minItems": 1}), "list of (text), not empty"),
            (json!({"anyOf": [{"const": "auto"}, {"type": "boolean"}]}), "auto | true | false"),
            (json!({"type": "object", "properties": {"share": {"type": "number"}}}), "{ share: number }"),
            (json!({"type": "object", "additionalProperties": {"type": "integer"}}), "mapping to (integer)"),
            (json!(true), "any value"),
        ];
        for (schema, words) in cases {
            assert_eq!(in_words(&schema), words, "{schema}");
        }
    }
}
