//! Checks parameters against their JSON Schema and says what is wrong in words for users.
//!
//! It understands what schemars derives for parameter structs with inlined schemas: objects, arrays, scalars with
//! ranges, enums with and without descriptions, tagged and untagged unions. [`ParameterSchema::unread_keywords`] names
//! what a schema holds beyond that.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::json_schema::{self, branches, is_meant, is_of_type, literals, range_of_format, tag_of, types};
use super::parameter_words as words;
use super::parameters::{ParameterSchema, Step};
use super::spec::closest;

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The last key of the path: it is not known.
    Key,
    /// The value there.
    Value,
}

/// Something wrong with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFinding {
    /// The way to it; empty for the parameters as a whole.
    pub path: Vec<Step>,
    /// Whether the key is wrong or the value.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The remedy, if one can be named.
    pub help: Option<String>,
}

impl ParameterSchema {
    /// Everything that is wrong with parameters; `owner` is what they are parameters of.
    pub fn check(&self, owner: &str, parameters: &Value) -> Vec<ParameterFinding> {
        let mut check = Check { owner, path: Vec::new(), found: Vec::new() };
        check.value(self.as_json(), parameters);
        check.found
    }

    /// The parameters that have a part in a stage's result: without those whose schema says `"x-key": false`.
    pub fn key_part(&self, parameters: &Value) -> Value {
        json_schema::key_part(self.as_json(), parameters)
    }

    /// Of the parameters that have a part in a stage's result, those that have one in the way to it: without those whose
    /// schema says `"x-continues": true`, which only say how long the computation goes on. `None` if there are none
    /// such: the computation cannot be continued.
    pub fn continuation_part(&self, parameters: &Value) -> Option<Value> {
        let key_part = self.key_part(parameters);
        let part = json_schema::continuation_part(self.as_json(), &key_part);
        (part != key_part).then_some(part)
    }

    /// Keywords in the schema that [`Self::check`] does not know; a kind with such is checked only in part.
    pub fn unread_keywords(&self) -> BTreeSet<String> {
        let mut unread = BTreeSet::new();
        json_schema::collect_unread(self.as_json(), &mut unread);
        unread
    }
}

struct Check<'a> {
    owner: &'a str,
    path: Vec<Step>,
    found: Vec<ParameterFinding>,
}

impl Check<'_> {
    fn push(&mut self, place: Place, message: String, help: Option<String>) {
        self.found.push(ParameterFinding { path: self.path.clone(), place, message, help });
    }

    /// The value's name in messages.
    fn name(&self) -> String {
        if self.path.is_empty() { format!("`{}`", self.owner) } else { format!("`{}`", words::way(&self.path)) }
    }

    /// The problems of a value below the present place, apart from those found so far.
    fn try_value(&mut self, schema: &Value, value: &Value) -> Vec<ParameterFinding> {
        let mark = self.found.len();
        self.value(schema, value);
        self.found.split_off(mark)
    }

    fn below(&mut self, step: Step, schema: &Value, value: &Value) {
        self.path.push(step);
        self.value(schema, value);
        self.path.pop();
    }

    fn value(&mut self, schema: &Value, value: &Value) {
        if let Some(branches) = branches(schema) {
            return self.union(schema, branches, value);
        }
        if let Some(literals) = literals(schema) {
            if !literals.contains(&value) {
                self.not_among(&literals, value);
            }
            return;
        }
        if !is_of_type(schema, value) {
            return self.wrong_type(schema, value);
        }
        match value {
            Value::Number(number) => self.number(schema, number),
            Value::String(text) => self.text(schema, text),
            Value::Array(items) => self.list(schema, items),
            Value::Object(map) => self.mapping(schema, map),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn wrong_type(&mut self, schema: &Value, value: &Value) {
        let types = types(schema);
        let help = match value {
            Value::Number(_) | Value::Bool(_) if types.contains(&"string") => Some(format!("quote it: `\"{value}\"`")),
            Value::Number(number) if types.contains(&"integer") => number
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() < 1e15)
                .map(|number| format!("write `{number}`")),
            Value::String(text) if types.iter().any(|name| matches!(*name, "integer" | "number")) => {
                text.trim().parse::<f64>().is_ok_and(f64::is_finite).then(|| "remove the quotes".to_owned())
            }
            Value::String(text) if types.contains(&"boolean") => match text.as_str() {
                "yes" | "on" => Some("write `true`".to_owned()),
                "no" | "off" => Some("write `false`".to_owned()),
                _ => None,
            },
            _ if types.contains(&"array") => {
                Some("write a list: `[…]`".to_owned()).filter(|_| !value.is_object() && !value.is_null())
            }
            _ => None,
        };
        let message = format!("{} must be {}, not {}", self.name(), words::expected(schema), words::value(value));
        self.push(Place::Value, message, help);
    }

    fn not_among(&mut self, allowed: &[&Value], value: &Value) {
        let names = allowed.iter().filter_map(|value| value.as_str());
        let near = value.as_str().and_then(|text| closest(text, names)).map(|near| format!("did you mean `{near}`?"));
        let all = allowed.iter().map(|value| words::literal(value)).collect::<Vec<_>>().join(", ");
        let help = near.unwrap_or_else(|| format!("it can be {all}"));
        let message = match value {
            Value::String(text) => format!("{} cannot be `{text}`", self.name()),
            other => format!("{} cannot be {}", self.name(), words::value(other)),
        };
        self.push(Place::Value, message, Some(help));
    }

    fn number(&mut self, schema: &Value, number: &serde_json::Number) {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let value = number.as_f64().unwrap_or(f64::NAN);
        let is_inside = bound("minimum").is_none_or(|least| value >= least)
            && bound("exclusiveMinimum").is_none_or(|above| value > above)
            && bound("maximum").is_none_or(|most| value <= most)
            && bound("exclusiveMaximum").is_none_or(|below| value < below);
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        let beyond = range_of_format(format).filter(|(least, most)| {
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            whole.is_some_and(|whole| whole < *least || whole > *most)
        });
        if !is_inside {
            let message = format!(
                "{} must be {}, not `{number}`",
                self.name(),
                words::expected(schema).replace(" or nothing", "")
            );
            self.push(Place::Value, message, None);
        } else if let Some((least, most)) = beyond {
            let message = format!("{} must be a whole number from {least} to {most}, not `{number}`", self.name());
            self.push(Place::Value, message, None);
        } else if format == "float" && !(value as f32).is_finite() {
            self.push(Place::Value, format!("{} is too large for 32 bits: `{number}`", self.name()), None);
        }
    }

    fn text(&mut self, schema: &Value, text: &str) {
        let length = text.chars().count() as u64;
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
        if bound("minLength").is_some_and(|least| length < least) {
            let message = if text.is_empty() {
                format!("{} must not be empty", self.name())
            } else {
                format!("{} is shorter than {} characters", self.name(), bound("minLength").unwrap_or(0))
            };
            self.push(Place::Value, message, None);
        }
        if let Some(most) = bound("maxLength").filter(|most| length > *most) {
            self.push(Place::Value, format!("{} is longer than {most} characters", self.name()), None);
        }
    }

    fn list(&mut self, schema: &Value, items: &[Value]) {
        let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
        let length = items.len() as u64;
        let (least, most) = (bound("minItems"), bound("maxItems"));
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            let wanted = match (least, most) {
                (Some(least), Some(most)) if least == most => format!("exactly {least}"),
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, most) => format!("at most {}", most.unwrap_or(u64::MAX)),
            };
            let message = format!("{} must have {wanted} items, not {length}", self.name());
            self.push(Place::Value, message, None);
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let mut known = BTreeSet::new();
            let name = self.name();
            for (index, item) in items.iter().enumerate() {
                if !known.insert(item.to_string()) {
                    self.path.push(Step::Index(index));
                    let message = format!("{name} lists {} twice", words::value(item));
                    self.push(Place::Value, message, Some("remove one of them".to_owned()));
                    self.path.pop();
                }
            }
        }
        let firsts = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = firsts.get(index).or_else(|| schema.get("items")) {
                self.below(Step::Index(index), schema, item);
            }
        }
    }

    fn mapping(&mut self, schema: &Value, map: &Map<String, Value>) {
        let none = Map::new();
        let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
        for (key, value) in map {
            let step = Step::Key(key.clone());
            if let Some(schema) = properties.get(key) {
                self.below(step, schema, value);
            } else {
                match schema.get("additionalProperties") {
                    Some(Value::Bool(false)) => self.unknown_key(key, properties),
                    Some(schema) => self.below(step, schema, value),
                    None => {}
                }
            }
        }
        for key in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !map.contains_key(key) {
                let what = if self.path.is_empty() { "parameter" } else { "key" };
                let help = properties.get(key).map(|schema| format!("`{key}` is {}", words::expected(schema)));
                self.push(Place::Value, format!("{} needs the {what} `{key}`", self.name()), help);
            }
        }
    }

    fn unknown_key(&mut self, key: &str, properties: &Map<String, Value>) {
        let what = if self.path.is_empty() { "parameter" } else { "key" };
        let owner = self.name();
        let names = || properties.keys().map(String::as_str);
        let help = closest(key, names()).map_or_else(
            || match properties.len() {
                0 => format!("{owner} has no {what}s"),
                _ => format!(
                    "its {what}s are {}",
                    names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
            },
            |near| format!("did you mean `{near}`?"),
        );
        self.path.push(Step::Key(key.to_owned()));
        self.push(
            Place::Key,
            format!("{owner} has no {what} `{}`", key.chars().take(40).collect::<String>()),
            Some(help),
        );
        self.path.pop();
    }

    fn union(&mut self, schema: &Value, branches: &[Value], value: &Value) {
        let tried: Vec<Vec<ParameterFinding>> = branches.iter().map(|branch| self.try_value(branch, value)).collect();
        if tried.iter().any(Vec::is_empty) {
            return;
        }
        if let Some(literals) = literals(schema) {
            return self.not_among(&literals, value);
        }
        // The branch that is meant: the only one of the value's type, or the one whose tag it carries.
        let fitting: Vec<usize> = (0..branches.len()).filter(|&branch| is_meant(&branches[branch], value)).collect();
        if let [only] = fitting[..] {
            return self.found.extend(tried.into_iter().nth(only).into_iter().flatten());
        }
        if let Some((tag, names)) = tag_of(branches)
            && let Value::Object(map) = value
        {
            match map.get(tag) {
                Some(given) => {
                    self.path.push(Step::Key(tag.to_owned()));
                    self.not_among(&names, given);
                    self.path.pop();
                }
                None => self.push(
                    Place::Value,
                    format!("{} needs the key `{tag}`", self.name()),
                    Some(format!(
                        "it can be {}",
                        names.iter().map(|name| words::literal(name)).collect::<Vec<_>>().join(", ")
                    )),
                ),
            }
            return;
        }
        // Among texts only listed ones: what is close may be meant.
        let listed: Vec<&Value> = branches.iter().filter_map(literals).flatten().collect();
        let help = value
            .as_str()
            .and_then(|text| closest(text, listed.iter().filter_map(|value| value.as_str())))
            .map(|near| format!("did you mean `{near}`?"));
        let message = format!("{} must be {}, not {}", self.name(), words::expected(schema), words::value(value));
        self.push(Place::Value, message, help);
    }
}
