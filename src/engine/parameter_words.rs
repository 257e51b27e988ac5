//! JSON Schemas and JSON values in words for users.

use serde_json::Value;

use super::parameters::Step;

/// Where a value stands below `with`: `hidden[0]`, `filter.minimum`.
pub(super) fn way(path: &[Step]) -> String {
    path.iter().fold(String::new(), |way, step| match step {
        Step::Key(key) if way.is_empty() => key.clone(),
        Step::Key(key) => format!("{way}.{key}"),
        Step::Index(index) => format!("{way}[{index}]"),
    })
}

/// A value: "the text `x`", "a list".
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) if text.chars().count() > 40 => {
            format!("the text `{}…`", text.chars().take(39).collect::<String>())
        }
        Value::String(text) => format!("the text `{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
    }
}

/// A literal as it would be written: `popular`, `3`.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// What a schema takes: "a whole number of at least 1", "a list of text or nothing".
pub(super) fn expected(schema: &Value) -> String {
    if let Some(literals) = super::json_schema::literals(schema) {
        return match &literals[..] {
            [] => "nothing".to_owned(),
            [only] => literal(only),
            many => format!("one of {}", many.iter().map(|value| literal(value)).collect::<Vec<_>>().join(", ")),
        };
    }
    if let Some(branches) = super::json_schema::branches(schema) {
        let mut words: Vec<String> = branches.iter().map(expected).collect();
        words.dedup();
        return joined(&words);
    }
    let range = range(schema);
    let of_type = |name: &str| match name {
        "integer" => format!("a whole number{range}"),
        "number" => format!("a number{range}"),
        "string" => "text".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "null" => "nothing".to_owned(),
        "array" => match schema.get("items") {
            Some(items) if items.is_object() => format!("a list, each {}", expected(items)),
            _ => "a list".to_owned(),
        },
        _ => "a mapping".to_owned(),
    };
    let types = super::json_schema::types(schema);
    if types.is_empty() {
        return "any value".to_owned();
    }
    joined(&types.iter().map(|name| of_type(name)).collect::<Vec<_>>())
}

/// The range a number must be in, with a space before it: " from 0 to 1"; empty if any number will do.
pub(super) fn range(schema: &Value) -> String {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let (least, above) = (bound("minimum"), bound("exclusiveMinimum"));
    let (most, below) = (bound("maximum"), bound("exclusiveMaximum"));
    match (least, above, most, below) {
        (Some(least), None, Some(most), None) => format!(" from {least} to {most}"),
        (least, above, most, below) => {
            let low =
                above.map(|above| format!("more than {above}")).or(least.map(|least| format!("at least {least}")));
            let high = below.map(|below| format!("less than {below}")).or(most.map(|most| format!("at most {most}")));
            match (low, high) {
                (Some(low), Some(high)) => format!(" of {low} and {high}"),
                (Some(one), None) | (None, Some(one)) => format!(" of {one}"),
                (None, None) => String::new(),
            }
        }
    }
}

fn joined(words: &[String]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [firsts @ .., last] => format!("{} or {last}", firsts.join(", ")),
    }
}
