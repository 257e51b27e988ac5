//! What names a computation: everything that can change its result, and nothing else.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::digest::{ArtifactId, ContinuationKey, Digest, FieldHasher, StageKey};
use super::parameters::ParameterSchema;

/// Everything a [`StageKey`] is made of. Stored beside each result, so that it can be told why a stage runs again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyPreimage {
    /// The stage's kind.
    pub kind: String,
    /// The kind's revision.
    pub revision: u32,
    /// The parameters that can change the result, with every default filled in.
    pub parameters: Value,
    /// The input artifacts, in order.
    pub inputs: Vec<KeyInput>,
    /// The files read from outside the cache, in order.
    pub sources: Vec<KeySource>,
    /// The variables of the environment that are read, in order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub variables: Vec<KeyVariable>,
}

/// An input artifact's part in a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInput {
    /// The input port.
    pub port: String,
    /// The name of the stage it comes from, for ports that take many and so tell them apart by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub stage: Option<String>,
    /// Its content.
    pub artifact: ArtifactId,
}

/// A source file's part in a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySource {
    /// The part it plays.
    pub role: String,
    /// Its content.
    pub digest: Digest,
}

/// A variable's part in a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyVariable {
    /// Its name.
    pub name: String,
    /// The digest of its value, which may be a secret; `None` if it is not set.
    pub digest: Option<Digest>,
}

impl KeyPreimage {
    /// The key that this names.
    pub fn key(&self) -> StageKey {
        StageKey(self.digest("recflow 2026 stage key", &self.parameters))
    }

    /// What this computation has in common with those that are told to go on for longer or shorter; `None` if its kind
    /// has no parameter that says so. `schema` is that of the kind's parameters.
    pub fn continuation_key(&self, schema: &ParameterSchema) -> Option<ContinuationKey> {
        let parameters = schema.continuation_part(&self.parameters)?;
        Some(ContinuationKey(self.digest("recflow 2026 continuation key", &parameters)))
    }

    fn digest(&self, purpose: &str, parameters: &Value) -> Digest {
        let mut hasher = FieldHasher::new(purpose)
            .field(&self.kind)
            .field(self.revision.to_le_bytes())
            .field(serde_json::to_string(&Sorted(parameters)).unwrap_or_default())
            .field(self.inputs.len().to_le_bytes());
        for input in &self.inputs {
            hasher = hasher
                .field(&input.port)
                .field(input.stage.as_deref().unwrap_or_default())
                .field(input.artifact.to_string());
        }
        for source in &self.sources {
            hasher = hasher.field(&source.role).field(source.digest.to_string());
        }
        // Their number ends the sources: a digest is longer.
        if !self.variables.is_empty() {
            hasher = hasher.field("variables").field(self.variables.len().to_le_bytes());
        }
        for variable in &self.variables {
            let digest = variable.digest.map(|digest| digest.to_string()).unwrap_or_default();
            hasher = hasher.field(&variable.name).field(digest);
        }
        hasher.finish()
    }
}

/// A value, written with the keys of every mapping in order.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().map(|(key, value)| (key, Self(value))).collect();
                entries.sort_by_key(|(key, _)| *key);
                serializer.collect_map(entries)
            }
            Value::Array(values) => serializer.collect_seq(values.iter().map(Self)),
            other => other.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn preimage() -> KeyPreimage {
        KeyPreimage {
            kind: "train-ease".into(),
            revision: 1,
            parameters: json!({"lambda": 500.0, "precision": "f64"}),
            inputs: vec![KeyInput { port: "split".into(), stage: None, artifact: ArtifactId(Digest::of(b"split")) }],
            sources: vec![KeySource { role: "ratings".into(), digest: Digest::of(b"ratings") }],
            variables: vec![KeyVariable { name: "DEVICE".into(), digest: Some(Digest::of(b"0")) }],
        }
    }

    #[test]
    fn the_order_of_parameters_does_not_count() {
        let other = KeyPreimage { parameters: json!({"precision": "f64", "lambda": 500.0}), ..preimage() };
        assert_eq!(other.key(), preimage().key());
    }

    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Training {
        lambda: f64,
        #[schemars(extend("x-continues" = true))]
        epochs: u64,
    }

    #[test]
    fn how_long_it_goes_on_does_not_count_in_a_continuation_key() {
        let schema = ParameterSchema::of::<Training>();
        let key = |lambda: f64, epochs: u64| {
            let told = KeyPreimage { parameters: json!({"lambda": lambda, "epochs": epochs}), ..preimage() };
            (told.key(), told.continuation_key(&schema).unwrap())
        };
        assert_eq!(key(1.0, 5).1, key(1.0, 9).1);
        assert_ne!(key(1.0, 5).0, key(1.0, 9).0);
        assert_ne!(key(1.0, 5).1, key(2.0, 5).1);
        // The same preimage without the parameter has the same fields, and still another name.
        let without = KeyPreimage { parameters: json!({"lambda": 1.0}), ..preimage() };
        assert_ne!(without.key().0, key(1.0, 5).1.0);
        assert_eq!(without.continuation_key(&schema), None);
    }

    #[test]
    fn everything_else_counts() {
        let changes: [fn(&mut KeyPreimage); 11] = [
            |p| p.kind = "train-other".into(),
            |p| p.revision = 2,
            |p| p.parameters["lambda"] = json!(250.0),
            |p| p.inputs[0].artifact = ArtifactId(Digest::of(b"other")),
            |p| p.inputs[0].stage = Some("split".into()),
            |p| p.inputs[0].port = "dataset".into(),
            |p| p.sources[0].digest = Digest::of(b"other"),
            |p| p.sources.clear(),
            |p| p.variables[0].name = "OTHER".into(),
            |p| p.variables[0].digest = None,
            |p| p.variables.clear(),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = preimage();
            change(&mut changed);
            assert_ne!(changed.key(), preimage().key(), "change {index}");
        }
    }
}
