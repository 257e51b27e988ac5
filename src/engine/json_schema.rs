//! What a JSON Schema of the kind that schemars derives says: types, listed values, alternatives, tags.

use std::collections::BTreeSet;

use serde_json::Value;

/// The keywords that the check of parameters checks, and those that assert nothing.
const READ_KEYWORDS: [&str; 31] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
    "enum",
    "const",
    "oneOf",
    "anyOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "format",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$schema",
    "$comment",
    "x-key",
    "x-continues",
];

/// The parameters without those whose schema says `"x-key": false`.
pub(super) fn key_part(schema: &Value, parameters: &Value) -> Value {
    without(schema, parameters, &|property| property.get("x-key") == Some(&Value::Bool(false)))
}

/// The parameters without those whose schema says `"x-continues": true`.
pub(super) fn continuation_part(schema: &Value, parameters: &Value) -> Value {
    without(schema, parameters, &|property| property.get("x-continues") == Some(&Value::Bool(true)))
}

/// The parameters without those whose schema is such.
fn without(schema: &Value, parameters: &Value, is_such: &dyn Fn(&Value) -> bool) -> Value {
    let (Value::Object(map), Some(Value::Object(properties))) = (parameters, schema.get("properties")) else {
        return parameters.clone();
    };
    let kept = map.iter().filter_map(|(key, value)| {
        let property = properties.get(key);
        let kept = property.map_or_else(|| value.clone(), |property| without(property, value, is_such));
        (!property.is_some_and(is_such)).then(|| (key.clone(), kept))
    });
    Value::Object(kept.collect())
}

/// Adds the keywords that are not checked.
pub(super) fn collect_unread(schema: &Value, unread: &mut BTreeSet<String>) {
    let Value::Object(map) = schema else { return };
    for (keyword, value) in map {
        match keyword.as_str() {
            "properties" => {
                value.as_object().into_iter().flatten().for_each(|(_, schema)| collect_unread(schema, unread));
            }
            "oneOf" | "anyOf" | "prefixItems" => {
                value.as_array().into_iter().flatten().for_each(|schema| collect_unread(schema, unread));
            }
            "items" | "additionalProperties" => collect_unread(value, unread),
            known if READ_KEYWORDS.contains(&known) => {}
            unknown => {
                unread.insert(unknown.to_owned());
            }
        }
    }
}

/// The alternatives of a schema, if it is a union.
pub(super) fn branches(schema: &Value) -> Option<&[Value]> {
    schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array).map(Vec::as_slice)
}

/// The values a schema allows, if it lists them.
pub(super) fn literals(schema: &Value) -> Option<Vec<&Value>> {
    if let Some(value) = schema.get("const") {
        return Some(vec![value]);
    }
    if let Some(Value::Array(values)) = schema.get("enum") {
        return Some(values.iter().collect());
    }
    let lists: Option<Vec<Vec<&Value>>> = branches(schema)?.iter().map(literals).collect();
    lists.map(|lists| lists.concat())
}

/// The JSON types a schema names.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether the value is of one of the schema's types.
pub(super) fn is_of_type(schema: &Value, value: &Value) -> bool {
    let types = types(schema);
    types.is_empty()
        || types.iter().any(|name| match *name {
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        })
}

/// Whether a branch of a union is of the value's type and carries its tag, if any.
pub(super) fn is_meant(branch: &Value, value: &Value) -> bool {
    if let Some(literals) = literals(branch) {
        return literals.contains(&value);
    }
    let Value::Object(map) = value else { return is_of_type(branch, value) };
    let fixed = branch.get("properties").and_then(Value::as_object).into_iter().flatten();
    is_of_type(branch, value)
        && fixed.filter_map(|(key, schema)| Some((key, schema.get("const")?))).all(|(key, tag)| map.get(key) == Some(tag))
        // An externally tagged variant is the mapping with its one key.
        && branch.get("required").and_then(Value::as_array).is_none_or(|required| {
            required.len() != 1 || required[0].as_str().is_some_and(|key| map.contains_key(key)) || map.is_empty()
        })
}

/// The key by which all branches of a union are told apart, and its values.
pub(super) fn tag_of(branches: &[Value]) -> Option<(&str, Vec<&Value>)> {
    let tag = branches.iter().find_map(|branch| {
        let properties = branch.get("properties")?.as_object()?;
        properties.iter().find(|(_, schema)| schema.get("const").is_some()).map(|(key, _)| key.as_str())
    })?;
    let objects = branches.iter().filter(|branch| types(branch).contains(&"object"));
    let names: Option<Vec<&Value>> = objects.map(|branch| branch.get("properties")?.get(tag)?.get("const")).collect();
    names.map(|names| (tag, names))
}

/// The range of the Rust integer that the format names.
pub(super) fn range_of_format(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "uint8" => (0, i128::from(u8::MAX)),
        "uint16" => (0, i128::from(u16::MAX)),
        "uint32" => (0, i128::from(u32::MAX)),
        "uint64" | "uint" => (0, i128::from(u64::MAX)),
        "int8" => (i128::from(i8::MIN), i128::from(i8::MAX)),
        "int16" => (i128::from(i16::MIN), i128::from(i16::MAX)),
        "int32" => (i128::from(i32::MIN), i128::from(i32::MAX)),
        "int64" | "int" => (i128::from(i64::MIN), i128::from(i64::MAX)),
        _ => return None,
    })
}
