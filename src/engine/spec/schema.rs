//! JSON Schema.
use serde_json::Value;
/// Schema.
pub fn pipeline_schema(_: &crate::engine::Registry) -> Value {
    Value::Null
}
