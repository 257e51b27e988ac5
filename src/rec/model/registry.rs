//! The table of models, with their types erased: what the pipeline's stages are made of.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::{Card, Fit, FitError, Fitted, Problem, Recommender, ScoresFile, Weights, WeightsError};
use crate::rec::data::Split;
use crate::rec::{Monitor, model};

/// Every model, in the order in which documents list them.
static REGISTRY: &[ModelKind] = &[
    ModelKind::of::<model::PopularityParams>(),
    ModelKind::of::<model::ItemKnnParams>(),
    ModelKind::of::<model::EaseParams>(),
    ModelKind::of::<model::CdaeParams>(),
    ModelKind::of::<model::MultVaeParams>(),
    ModelKind::of::<model::MultDaeParams>(),
    ModelKind::of::<model::SvaeParams>(),
    ModelKind::of::<model::BiasedMfParams>(),
    ModelKind::of::<model::AutoRecParams>(),
    ModelKind::of::<model::DeepRecParams>(),
];

/// Every model, in the order in which documents list them.
pub fn registry() -> &'static [ModelKind] {
    REGISTRY
}

/// The model of that name.
pub fn find(name: &str) -> Option<&'static ModelKind> {
    REGISTRY.iter().find(|kind| kind.card.name == name)
}

/// A stored model: one that was fitted here, or the scores of one that was fitted elsewhere.
pub fn restore(name: &str, params: &Value, weights: &Weights) -> Result<Box<dyn Recommender>, WeightsError> {
    if name == ScoresFile::NAME {
        return Ok(Box::new(ScoresFile::restore(weights)?));
    }
    let unknown = || WeightsError::Inconsistent(format!("this program has no model `{name}`"));
    let kind = find(name).ok_or_else(unknown)?;
    kind.configure(params).map_err(|error| WeightsError::Inconsistent(error.to_string()))?.restore(weights)
}

/// A model whose hyper-parameters are not chosen yet.
#[derive(Debug)]
pub struct ModelKind {
    card: Card,
    schema: fn(SchemaGenerator) -> Schema,
    defaults: fn() -> Value,
    configure: fn(&Value) -> Result<Configured, serde_json::Error>,
}

impl ModelKind {
    const fn of<P: Fit>() -> Self {
        Self {
            card: P::CARD,
            schema: SchemaGenerator::into_root_schema_for::<P>,
            defaults: || serde_json::to_value(P::default()).expect("parameters are plain data"),
            configure: |params| Ok(Configured { fit: Box::new(serde_json::from_value::<P>(params.clone())?) }),
        }
    }

    /// Identity and texts.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// JSON Schema of the hyper-parameters.
    pub fn schema(&self, generator: SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }

    /// The hyper-parameters when a user gives none.
    pub fn defaults(&self) -> Value {
        (self.defaults)()
    }

    /// The model with these hyper-parameters, those not named at their defaults.
    ///
    /// Fails if a name is unknown or a value of the wrong type; ranges are [`Configured::check`]'s.
    pub fn configure(&self, params: &Value) -> Result<Configured, serde_json::Error> {
        (self.configure)(params)
    }
}

/// A model with its hyper-parameters, of any kind.
#[derive(Debug)]
pub struct Configured {
    fit: Box<dyn ErasedFit>,
}

impl Configured {
    /// All hyper-parameters, the defaults filled in.
    pub fn params(&self) -> Value {
        self.fit.params()
    }

    /// See [`Fit::check`].
    pub fn check(&self) -> Vec<Problem> {
        self.fit.check()
    }

    /// See [`Fit::memory_bytes`].
    pub fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        self.fit.memory_bytes(n_users, n_items, n_entries)
    }

    /// See [`Fit::fit`].
    pub fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Box<dyn Recommender>>, FitError> {
        self.fit.fit(split, monitor)
    }

    /// See [`Fit::restore`].
    pub fn restore(&self, weights: &Weights) -> Result<Box<dyn Recommender>, WeightsError> {
        self.fit.restore(weights)
    }
}

/// [`Fit`] without its types.
trait ErasedFit: Send + Sync + std::fmt::Debug {
    fn params(&self) -> Value;
    fn check(&self) -> Vec<Problem>;
    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64;
    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Box<dyn Recommender>>, FitError>;
    fn restore(&self, weights: &Weights) -> Result<Box<dyn Recommender>, WeightsError>;
}

impl<P: Fit> ErasedFit for P {
    fn params(&self) -> Value {
        serde_json::to_value(self).expect("parameters are plain data")
    }

    fn check(&self) -> Vec<Problem> {
        Fit::check(self)
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        Fit::memory_bytes(self, n_users, n_items, n_entries)
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Box<dyn Recommender>>, FitError> {
        let Fitted { model, training, curve } = Fit::fit(self, split, monitor)?;
        Ok(Fitted { model: Box::new(model), training, curve })
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn Recommender>, WeightsError> {
        Ok(Box::new(Fit::restore(self, weights)?))
    }
}

#[cfg(test)]
mod tests {
    use schemars::SchemaGenerator;

    use super::{find, registry};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_found() {
        let names: BTreeSet<_> = registry().iter().map(|kind| kind.card().name).collect();
        assert_eq!(names.len(), registry().len());
        assert!(names.iter().all(|name| find(name).is_some_and(|kind| kind.card().name == *name)));
        assert!(find("nothing").is_none());
    }

    #[test]
    fn every_parameter_is_documented_and_has_a_default() {
        for kind in registry() {
            let schema = kind.schema(SchemaGenerator::default()).to_value();
            let defaults = kind.defaults();
            assert_eq!(schema["additionalProperties"], json!(false), "{}", kind.card().name);
            let empty = serde_json::Map::new();
            let properties = schema.get("properties").and_then(|value| value.as_object()).unwrap_or(&empty);
            for (name, property) in properties {
                let about = format!("{}.{name}", kind.card().name);
                assert!(property["description"].is_string(), "{about} has no description");
                assert!(!defaults[name].is_null() || property["default"].is_null(), "{about} has no default");
            }
        }
    }

    #[test]
    fn defaults_are_valid_and_complete() {
        for kind in registry() {
            let configured = kind.configure(&json!({})).unwrap();
            assert_eq!(configured.params(), kind.defaults());
            assert_eq!(configured.check(), []);
            assert!(kind.configure(&json!({ "no-such-parameter": 1 })).is_err());
        }
    }
}
