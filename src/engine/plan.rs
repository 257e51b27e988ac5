//! Provisional.
#![allow(missing_docs, clippy::all, unused)]
use super::registry::InputPort;
use serde_json::Value;
pub struct Plan;
pub struct PlannedStage;
pub struct Wire<'a> {
    pub stage: &'a str,
    pub port: &'a str,
}
#[derive(Default, Clone, Copy)]
pub struct Declared {
    pub threads: Option<usize>,
    pub memory_bytes: Option<u64>,
}
impl Plan {
    pub fn name(&self) -> &str {
        ""
    }
    pub fn stages(&self) -> impl Iterator<Item = &PlannedStage> {
        std::iter::empty()
    }
    pub fn needs_of<'a>(&'a self, s: &'a PlannedStage) -> impl Iterator<Item = usize> + 'a {
        std::iter::empty()
    }
    pub fn dependents_of<'a>(&'a self, s: &'a PlannedStage) -> impl Iterator<Item = usize> + 'a {
        std::iter::empty()
    }
    pub fn index_of(&self, name: &str) -> Option<usize> {
        None
    }
    pub fn name_of(&self, index: usize) -> &str {
        ""
    }
    pub fn wires_of<'a>(&'a self, s: &'a PlannedStage) -> impl Iterator<Item = (&'a InputPort, Wire<'a>)> + 'a {
        std::iter::empty()
    }
}
impl PlannedStage {
    pub fn name(&self) -> &str {
        ""
    }
    pub fn kind(&self) -> &str {
        ""
    }
    pub fn parameters(&self) -> &Value {
        &Value::Null
    }
    pub fn key_parameters(&self) -> &Value {
        &Value::Null
    }
    pub fn resources(&self) -> Declared {
        Declared::default()
    }
}
