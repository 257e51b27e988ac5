//! The JSON Schema of what is said of a stage.

use serde_json::{Value, json};

use super::schema::interpolated;

/// The names of stages in pipeline files.
pub(super) const STAGE_NAME: &str = "^[a-z0-9][a-z0-9_-]*$";

/// A stage: which kinds it may use, and what holds for each of them.
pub(super) fn stage(uses: &[Value], of_kinds: &[Value]) -> Value {
    let needed = json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)?(/[^/]*=[^/]*)?$" });
    let pattern = json!({ "type": "string", "minLength": 1 });
    json!({
        "type": "object",
        "required": ["uses"],
        "additionalProperties": false,
        "properties": {
            "uses": { "description": "The kind of stage.", "oneOf": uses },
            "needs": {
                "description": "The stages whose results it reads; the name of a stage with copies stands for all of them, \
                    `train-ease/lambda=200` for those copies.",
                "anyOf": [needed, { "type": "array", "items": needed, "uniqueItems": true }],
            },
            "with": { "description": "Its parameters." },
            "each": {
                "description": "Makes one copy for every stage whose name is like this (`*` stands for any text), or \
                    like one of these; the copy needs that stage, too, and is called `stage/matched`.",
                "anyOf": [pattern, { "type": "array", "items": pattern, "minItems": 1 }],
            },
            "matrix": matrix(),
            "seeds": {
                "description": "Makes so many copies, each with another `seed`: that of `with`, and those after it. \
                    Their axis is called `seed`.",
                "anyOf": [{ "type": "integer", "minimum": 1 }, interpolated()],
            },
            "frozen": {
                "description": "Whether it keeps its last result, whatever has changed.",
                "anyOf": [{ "type": "boolean" }, interpolated()],
            },
            "expect": expect(),
            "resources": resources(),
        },
        "allOf": of_kinds,
    })
}

/// Axes, and combinations that are left out.
fn matrix() -> Value {
    json!({
        "description": "Makes one copy for every combination of values, called `stage/axis=value`. An axis is \
            used as `${matrix.axis}` in `with` and `resources`, or is the parameter of its name. A stage that \
            reads one of the copies has a copy for each of them, too.",
        "if": interpolated(),
        "else": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_-]*$" },
            "properties": {
                "exclude": {
                    "description": "Combinations that are left out: all that have these values.",
                    "anyOf": [
                        { "type": "array", "items": { "type": "object", "minProperties": 1 } },
                        interpolated(),
                    ],
                },
            },
            "additionalProperties": {
                "description": "The values of an axis.",
                "anyOf": [{ "type": "array", "minItems": 1, "uniqueItems": true }, interpolated()],
            },
        },
    })
}

/// Figures, and what they have to be.
fn expect() -> Value {
    json!({
        "description": "What its figures (metrics, counts) have to be; else the stage fails, and keeps its \
            result. A number, or conditions.",
        "type": ["object", "null"],
        "additionalProperties": {
            "anyOf": [
                { "type": "number" },
                interpolated(),
                {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "at-least": { "anyOf": [{ "type": "number" }, interpolated()] },
                        "at-most": { "anyOf": [{ "type": "number" }, interpolated()] },
                        "near": { "anyOf": [{ "type": "number" }, interpolated()] },
                        "within": { "anyOf": [{ "type": "number", "minimum": 0 }, interpolated()] },
                        "over": {
                            "description": "`mean`: the mean over all copies; an axis, or several: over the \
                                copies that differ on these only.",
                            "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
                        },
                    },
                    "dependentRequired": { "near": ["within"], "within": ["near"] },
                },
            ],
        },
    })
}

/// Threads, memory, time, tries.
fn resources() -> Value {
    json!({
        "description": "What it may use up.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "threads": {
                "description": "The threads it is given.",
                "anyOf": [{ "type": "integer", "minimum": 1, "maximum": 1024 }, interpolated()],
            },
            "memory": {
                "description": "The memory it takes at most: `512MiB`, `2GiB`, or in bytes. A stage that takes more is ended.",
                "anyOf": [
                    { "type": "integer", "minimum": 1 },
                    { "type": "string", "pattern": "^ *[0-9.]+ *([KkMmGgTt][Ii]?)?[Bb]? *$" },
                    interpolated(),
                ],
            },
            "timeout": {
                "description": "How long it may run, like `90s`, `30m` or `1h 30m`; then it has failed.",
                "anyOf": [{ "type": "string", "pattern": "^ *[0-9].*[A-Za-z] *$" }, interpolated()],
            },
            "retries": {
                "description": "How often it is run again after a failure, later each time.",
                "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 100 }, interpolated()],
            },
        },
    })
}
