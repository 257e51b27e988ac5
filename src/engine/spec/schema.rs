//! The JSON Schema of pipeline files, for editors.

use serde_json::{Map, Value, json};

use super::stage_schema::{STAGE_NAME, stage};
use crate::engine::json_schema::literals;
use crate::engine::registry::{InputPort, Registry, StageKind};

/// The JSON Schema (draft 2020-12) of pipeline files that use these kinds: names, texts, types, ranges and defaults of
/// every key. What only a whole pipeline shows (names that are not there, wiring, cycles) it cannot tell.
pub fn pipeline_schema(registry: &Registry) -> Value {
    let kinds = || registry.kinds();
    let uses: Vec<Value> =
        kinds().map(|kind| json!({ "const": kind.name, "description": about(kind), "title": kind.name })).collect();
    let of_kinds: Vec<Value> = kinds().map(of_kind).collect();
    let mut definitions = Map::new();
    definitions.insert(
        "interpolated".to_owned(),
        json!({ "type": "string", "pattern": "\\$\\{", "description": "A text with parameters: `${name}`." }),
    );
    for kind in kinds() {
        definitions.insert(format!("with-{}", kind.name), or_interpolated(kind.parameters.as_json()));
    }
    definitions.insert("stage".to_owned(), stage(&uses, &of_kinds));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pipeline",
        "description": "Stages, what each of them reads, and their parameters.",
        "type": "object",
        "required": ["name", "stages"],
        "additionalProperties": false,
        "properties": {
            "name": { "description": "The pipeline's name.", "type": "string", "pattern": STAGE_NAME, "maxLength": 100 },
            "description": { "description": "What it is for.", "type": ["string", "null"] },
            "params": {
                "description": "Values used as `${name}` in `with`, `resources` and `description`, with their \
                    defaults; `--set name=value` overrides them.",
                "type": ["object", "null"],
                "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" },
            },
            "stages": {
                "description": "What is to be done, by name.",
                "type": "object",
                "minProperties": 1,
                "propertyNames": { "pattern": STAGE_NAME, "maxLength": 100 },
                "additionalProperties": { "$ref": "#/$defs/stage" },
            },
        },
        "$defs": definitions,
    })
}

/// What holds for stages that use this kind.
fn of_kind(kind: &StageKind) -> Value {
    let needs_with =
        kind.parameters.as_json().get("required").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty());
    let with = json!({ "$ref": format!("#/$defs/with-{}", kind.name) });
    let then = if needs_with {
        json!({ "properties": { "with": with }, "required": ["with"] })
    } else {
        json!({ "properties": { "with": { "if": { "not": { "type": "null" } }, "then": with } } })
    };
    json!({ "if": { "properties": { "uses": { "const": kind.name } }, "required": ["uses"] }, "then": then })
}

fn about(kind: &StageKind) -> String {
    let reads: Vec<String> = kind.inputs.iter().map(|InputPort { port_type, .. }| port_type.to_string()).collect();
    let writes: Vec<String> = kind.outputs.iter().map(|output| output.port_type.to_string()).collect();
    let mut about = kind.about.clone();
    if let Some(paper) = &kind.paper {
        about = format!("{about}\n\n{paper}");
    }
    if !reads.is_empty() {
        about = format!("{about}\n\nReads: {}.", reads.join(", "));
    }
    if !writes.is_empty() {
        about = format!("{about}\n\nWrites: {}.", writes.join(", "));
    }
    about
}

pub(super) fn interpolated() -> Value {
    json!({ "$ref": "#/$defs/interpolated" })
}

/// The schema, or a text with `${…}` in its place or the place of anything inside it. What is said of a value for
/// people stays outside, where editors look for it.
fn or_interpolated(schema: &Value) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut inside = Map::new();
    let mut outside = Map::new();
    for (keyword, value) in schema {
        match keyword.as_str() {
            "title" | "description" | "default" | "examples" | "deprecated" => {
                outside.insert(keyword.clone(), value.clone());
            }
            "x-key" | "x-continues" | "$schema" => {}
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                let properties = properties.map(|(key, schema)| (key.clone(), or_interpolated(schema)));
                inside.insert(keyword.clone(), Value::Object(properties.collect()));
            }
            // A text that may become any branch is valid for all of them, so that "exactly one" would refuse it.
            "oneOf" | "anyOf" if literals(&Value::Object(schema.clone())).is_none() => {
                let branches = value.as_array().into_iter().flatten().map(or_interpolated);
                inside.insert("anyOf".to_owned(), branches.collect());
            }
            "prefixItems" => {
                inside.insert(keyword.clone(), value.as_array().into_iter().flatten().map(or_interpolated).collect());
            }
            "items" | "additionalProperties" => {
                inside.insert(keyword.clone(), or_interpolated(value));
            }
            _ => {
                inside.insert(keyword.clone(), value.clone());
            }
        }
    }
    // Not `anyOf`: validators then only say that nothing fits, here they say what is wrong inside.
    outside.insert("if".to_owned(), interpolated());
    outside.insert("else".to_owned(), Value::Object(inside));
    Value::Object(outside)
}
