//! What is different between two computations, in words, to the field.

use serde_json::Value;

use super::key::KeyPreimage;
use super::store::Action;

/// Why a computation runs whose stage had that result the last time; the most telling reason first.
pub(super) fn reasons(last: Option<&Action>, new: &KeyPreimage, forced: bool) -> Vec<String> {
    let Some(last) = last else { return vec!["not computed yet".to_owned()] };
    let found = differences(&last.preimage, new);
    if found.is_empty() && forced {
        return vec!["forced".to_owned()];
    }
    // The same computation whose result has been damaged or removed.
    if found.is_empty() { vec!["its result is gone".to_owned()] } else { found }
}

/// Every difference from `old` to `new`, the most telling first.
pub(super) fn differences(old: &KeyPreimage, new: &KeyPreimage) -> Vec<String> {
    let mut found = Vec::new();
    if old.kind != new.kind {
        found.push(format!("uses {} → {}", old.kind, new.kind));
    } else if old.revision != new.revision {
        found.push(format!("{} revision {} → {}", new.kind, old.revision, new.revision));
    }
    values("with", Some(&old.parameters), Some(&new.parameters), &mut found);
    sources(old, new, &mut found);
    variables(old, new, &mut found);
    inputs(old, new, &mut found);
    found
}

fn values(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<String>) {
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let added = new.keys().filter(|key| !old.contains_key(*key));
            for key in old.keys().chain(added) {
                values(&format!("{path}.{key}"), old.get(key), new.get(key), found);
            }
        }
        (old, new) if old == new => {}
        (old, new) => found.push(format!("{path} {} → {}", text(old), text(new))),
    }
}

/// A value as people write it; whole numbers without a fraction.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None => "(none)".to_owned(),
        // What begins or ends with a space, or is nothing, is not to be seen without quotes.
        Some(Value::String(text)) if text.is_empty() || text.trim() != text => format!("{text:?}"),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
        }
        Some(other) => other.to_string(),
    }
}

fn sources(old: &KeyPreimage, new: &KeyPreimage, found: &mut Vec<String>) {
    for source in &new.sources {
        match old.sources.iter().find(|known| known.role == source.role) {
            Some(known) if known.digest == source.digest => {}
            Some(_) => found.push(format!("the input file `{}` has changed", source.role)),
            None => found.push(format!("the input file `{}` is new", source.role)),
        }
    }
    for source in old.sources.iter().filter(|source| !new.sources.iter().any(|known| known.role == source.role)) {
        found.push(format!("the input file `{}` is gone", source.role));
    }
}

fn variables(old: &KeyPreimage, new: &KeyPreimage, found: &mut Vec<String>) {
    let digest = |key: &KeyPreimage, name: &str| {
        key.variables.iter().find(|variable| variable.name == name).map(|variable| variable.digest)
    };
    let added = new.variables.iter().filter(|variable| digest(old, &variable.name).is_none());
    for name in old.variables.iter().chain(added).map(|variable| variable.name.as_str()) {
        match (digest(old, name), digest(new, name)) {
            (old, new) if old == new => {}
            (None, _) => found.push(format!("the variable `{name}` is new")),
            (_, None) => found.push(format!("the variable `{name}` is gone")),
            _ => found.push(format!("the variable `{name}` has another value")),
        }
    }
}

fn inputs(old: &KeyPreimage, new: &KeyPreimage, found: &mut Vec<String>) {
    let same_place = |a: &super::key::KeyInput, b: &super::key::KeyInput| a.port == b.port && a.stage == b.stage;
    let name = |input: &super::key::KeyInput| input.stage.clone().unwrap_or_else(|| input.port.clone());
    for input in &new.inputs {
        match old.inputs.iter().find(|known| same_place(known, input)) {
            Some(known) if known.artifact == input.artifact => {}
            Some(_) => found.push(format!("the input `{}` has changed", name(input))),
            None => found.push(format!("the input `{}` is new", name(input))),
        }
    }
    let before = found.len();
    for input in old.inputs.iter().filter(|input| !new.inputs.iter().any(|known| same_place(known, input))) {
        found.push(format!("the input `{}` is gone", name(input)));
    }
    if before == found.len() && old.inputs != new.inputs && old.inputs.len() == new.inputs.len() {
        let reordered = old.inputs.iter().all(|input| new.inputs.contains(input));
        if reordered {
            found.push("the order of the inputs has changed".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::engine::digest::{ArtifactId, Digest};
    use crate::engine::key::{KeyInput, KeySource, KeyVariable};

    fn preimage() -> KeyPreimage {
        let input = |stage: &str| KeyInput {
            port: "scores".into(),
            stage: Some(stage.into()),
            artifact: ArtifactId(Digest::of(stage.as_bytes())),
        };
        KeyPreimage {
            kind: "train-ease".into(),
            revision: 1,
            parameters: json!({"lambda": 500.0, "precision": "f64"}),
            inputs: vec![input("a"), input("b")],
            sources: vec![KeySource { role: "ratings".into(), digest: Digest::of(b"ratings") }],
            variables: vec![KeyVariable { name: "DEVICE".into(), digest: None }],
        }
    }

    #[test]
    fn each_change_is_named_to_the_field() {
        let told = |change: fn(&mut KeyPreimage)| {
            let mut new = preimage();
            change(&mut new);
            differences(&preimage(), &new).join("; ")
        };
        assert_eq!(told(|_| {}), "");
        assert_eq!(told(|p| p.parameters["lambda"] = json!(250.0)), "with.lambda 500 → 250");
        assert_eq!(told(|p| p.parameters["extra"] = json!(true)), "with.extra (none) → true");
        assert_eq!(told(|p| p.revision = 2), "train-ease revision 1 → 2");
        assert_eq!(told(|p| p.kind = "train-mf".into()), "uses train-ease → train-mf");
        assert_eq!(told(|p| p.inputs.swap(0, 1)), "the order of the inputs has changed");
        assert_eq!(told(|p| p.inputs[1].artifact = p.inputs[0].artifact), "the input `b` has changed");
        assert_eq!(told(|p| p.inputs.truncate(1)), "the input `b` is gone");
        let set = |p: &mut KeyPreimage| p.variables[0].digest = Some(Digest::of(b"1"));
        assert_eq!(told(set), "the variable `DEVICE` has another value");
        assert_eq!(told(|p| p.variables.clear()), "the variable `DEVICE` is gone");
        assert_eq!(told(|p| p.sources[0].digest = Digest::of(b"other")), "the input file `ratings` has changed");
    }
}
