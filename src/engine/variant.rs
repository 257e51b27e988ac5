//! Where a copy stands in the matrix that it was made from.

use std::fmt::{self, Write as _};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest::Digest;
use super::spec::plain_scalar_is_text;

/// A value's text is cut off, and told apart by a digest, beyond so many characters.
const LONGEST_VALUE: usize = 40;

/// The coordinates of a copy: one value for each axis, its own axes and those of the stages it reads. Empty for a stage
/// that is no copy of a matrix. Displayed as in the names of copies: `seed=1,lambda=200`.
///
/// Values are canonical: a number without a fraction is an integer. So a copy's name says all of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variant(IndexMap<String, Value>);

impl Variant {
    /// Whether the stage is no copy of a matrix.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value on an axis.
    pub fn get(&self, axis: &str) -> Option<&Value> {
        self.0.get(axis)
    }

    /// Axes and values, those of the stages it reads first.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(axis, value)| (axis.as_str(), value))
    }

    /// The coordinates without these axes.
    #[must_use]
    pub fn without(&self, axes: &[&str]) -> Self {
        self.iter().filter(|(axis, _)| !axes.contains(axis)).map(|(axis, value)| (axis, value.clone())).collect()
    }
}

impl<A: Into<String>> FromIterator<(A, Value)> for Variant {
    fn from_iter<I: IntoIterator<Item = (A, Value)>>(coordinates: I) -> Self {
        Self(coordinates.into_iter().map(|(axis, value)| (axis.into(), value)).collect())
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (axis, value)) in self.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{axis}={}", value_in_name(value))?;
        }
        Ok(())
    }
}

/// The form in which equal values are equal: numbers without a fraction are integers.
pub(super) fn canonical(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let whole = number.as_f64().filter(|value| number.is_f64() && value.fract() == 0.0 && value.abs() < 2e15);
            whole.map_or(Value::Number(number), |whole| Value::from(whole as i64))
        }
        Value::Array(items) => items.into_iter().map(canonical).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, canonical(value))).collect(),
        other => other,
    }
}

/// A canonical value such that it can stand in the name of a copy, of a file, and between two commas; no two values have
/// the same. Numbers and words stand as they are, lists of them with `+` between; the rest is percent-encoded.
pub(super) fn value_in_name(value: &Value) -> String {
    let text = match value {
        // What would read as a number, a list or a quoted text is quoted.
        Value::String(text) if !text.starts_with(['[', '{', '"']) && plain_scalar_is_text(text) => encoded(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => match &items[..] {
            // A list of one is not the one.
            [only] => format!("{}+", value_in_name(only)),
            [] => "+".to_owned(),
            items => items.iter().map(value_in_name).collect::<Vec<_>>().join("+"),
        },
        other => encoded(&other.to_string()),
    };
    if text.len() <= LONGEST_VALUE {
        return text;
    }
    let digest = Digest::of(value.to_string().as_bytes()).short();
    format!("{}~{digest}", &text[..LONGEST_VALUE - 1 - digest.len()])
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn named(value: Value) -> String {
        value_in_name(&canonical(value))
    }

    #[test]
    fn values_stand_in_names() {
        assert_eq!(named(json!(200)), "200");
        assert_eq!(named(json!(200.0)), "200");
        assert_eq!(named(json!(0.5)), "0.5");
        assert_eq!(named(json!(-1e-7)), "-1e-7");
        assert_eq!(named(json!(true)), "true");
        assert_eq!(named(json!(null)), "null");
        assert_eq!(named(json!("per-user-random")), "per-user-random");
        assert_eq!(named(json!([600, 200])), "600+200");
        assert_eq!(named(json!([600])), "600+");
        assert_eq!(named(json!("a b/c")), "a%20b%2Fc");
        assert_eq!(named(json!("200")), "%22200%22");
        assert_eq!(named(json!("")), "%22%22");
        assert_eq!(named(json!({"a": 1})), "%7B%22a%22%3A1%7D");
        let long = named(json!("x".repeat(100)));
        assert_eq!((long.len(), &long[..20]), (LONGEST_VALUE, "xxxxxxxxxxxxxxxxxxxx"));
        assert_ne!(long, named(json!("x".repeat(101))));
    }

    #[test]
    fn coordinates_read_as_in_names() {
        let variant: Variant = [("seed", json!(1)), ("loss", json!("logistic"))].into_iter().collect();
        assert_eq!(variant.to_string(), "seed=1,loss=logistic");
        assert_eq!(variant.without(&["seed"]).to_string(), "loss=logistic");
        assert_eq!(serde_json::to_value(&variant).unwrap(), json!({"seed": 1, "loss": "logistic"}));
    }

    fn values() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-100f64..100.0).prop_map(Value::from),
            "[a-b0-9+,=/ .~%\"\\[\\]{}-]{0,8}".prop_map(Value::from),
        ];
        prop_oneof![scalar.clone(), proptest::collection::vec(scalar, 0..3).prop_map(Value::from)]
    }

    proptest! {
        #[test]
        fn different_values_have_different_names(a in values(), b in values()) {
            let (a, b) = (canonical(a), canonical(b));
            prop_assert_eq!(a == b, value_in_name(&a) == value_in_name(&b), "{} {}", a, b);
            prop_assert!(value_in_name(&a).bytes().all(|byte| byte.is_ascii_graphic() && !b"/,=*?".contains(&byte)));
        }
    }
}
