//! A small workshop: parts are made, joined and rated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::{Arity, ParameterProblem, PortType, Registry, Stage, StageCtx, StageError, StageKind};

pub(super) const PART: PortType = PortType("part");
pub(super) const WHOLE: PortType = PortType("whole");
pub(super) const SCORE: PortType = PortType("score");

/// The way of joining.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Method {
    /// With glue.
    Glue,
    /// With nails.
    Nails,
    /// With joints cut into the wood.
    Dovetail,
}

/// Something that is rounded.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "shape", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Finish {
    /// Round edges.
    Round {
        /// In millimetres.
        #[schemars(range(min = 0.5))]
        radius: f64,
    },
    /// Flat edges.
    Flat {},
}

/// A number or one of the fixed words.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Amount {
    /// So many.
    Count(u32),
    /// Said with a word.
    Word(Word),
}

/// A fixed word.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Word {
    None,
    All,
}

/// Makes a part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Make {
    /// What it is made of.
    #[schemars(length(min = 1))]
    pub(super) material: String,
    /// Length in metres.
    #[serde(default = "one")]
    #[schemars(range(min = 0.1, max = 10.0))]
    pub(super) length: f64,
    /// How many.
    #[serde(default)]
    pub(super) count: u32,
    /// Chance.
    #[serde(default)]
    pub(super) seed: u64,
    /// Who makes it.
    #[serde(default)]
    #[schemars(extend("x-key" = false))]
    pub(super) maker: Option<String>,
    /// Sizes of the holes.
    #[serde(default)]
    #[schemars(length(max = 3), inner(range(min = 1)))]
    pub(super) holes: Vec<u8>,
}

fn one() -> f64 {
    1.0
}

/// Joins parts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    /// The way of joining.
    #[serde(default = "glue")]
    pub(super) method: Method,
    /// Least strength.
    #[serde(default)]
    pub(super) least: f64,
    /// Most strength.
    #[serde(default = "hundred")]
    pub(super) most: f64,
    /// The edges.
    #[serde(default)]
    pub(super) finish: Option<Finish>,
    /// Nails in each.
    #[serde(default = "none")]
    pub(super) nails: Amount,
    /// Whether it is painted.
    #[serde(default)]
    pub(super) painted: bool,
}

fn glue() -> Method {
    Method::Glue
}

fn hundred() -> f64 {
    100.0
}

fn none() -> Amount {
    Amount::Word(Word::None)
}

/// Rates a whole against the part it was made from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Score {
    /// What is looked at.
    #[serde(default)]
    #[schemars(extend("uniqueItems" = true))]
    pub(super) aspects: Vec<String>,
}

/// Makes a part of parts.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stack {
    /// How high.
    #[serde(default = "one")]
    pub(super) height: f64,
    /// Who makes it.
    #[serde(default)]
    pub(super) maker: String,
    /// How steep.
    #[serde(default)]
    pub(super) slope: f32,
}

/// Carves a whole out of one part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Carve {
    /// How deep, in millimetres.
    #[serde(default = "one")]
    #[schemars(range(min = 0.0))]
    pub(super) depth: f64,
    /// The shape.
    #[serde(default)]
    pub(super) shape: Vec<u32>,
    /// Chance.
    #[serde(default = "forty_two")]
    pub(super) seed: u64,
}

fn forty_two() -> u64 {
    42
}

/// Takes the best of what was made of one part.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pick {}

/// Puts scores into a row.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Compare {}

macro_rules! stages {
    ($($stage:ty),*) => {$(
        impl Stage for $stage {
            fn run(&self, _: &StageCtx<'_>) -> Result<(), StageError> {
                Ok(())
            }
        }
    )*};
}

stages!(Make, Score, Stack, Carve, Pick, Compare);

impl Stage for Join {
    fn check(&self) -> Vec<ParameterProblem> {
        if self.least <= self.most {
            return Vec::new();
        }
        let message = format!("`least` is {}, which is more than `most`, {}", self.least, self.most);
        vec![ParameterProblem::of("least", message, Some("lower it".to_owned()))]
    }

    fn run(&self, _: &StageCtx<'_>) -> Result<(), StageError> {
        Ok(())
    }
}

pub(super) fn registry() -> Registry {
    Registry::new([
        StageKind::of::<Make>("make", 1, "Makes a part.").writes("part", PART),
        StageKind::of::<Join>("join", 1, "Joins parts.").reads("parts", PART, Arity::Many).writes("whole", WHOLE),
        StageKind::of::<Score>("score", 1, "Rates a whole.")
            .reads("part", PART, Arity::One)
            .reads("whole", WHOLE, Arity::One)
            .reads("previous", SCORE, Arity::Optional)
            .writes("score", SCORE),
        StageKind::of::<Stack>("stack", 1, "Makes a part of parts.")
            .reads("parts", PART, Arity::Many)
            .writes("part", PART),
        StageKind::of::<Carve>("carve", 1, "Carves a whole out of one part.")
            .reads("part", PART, Arity::One)
            .writes("whole", WHOLE),
        StageKind::of::<Pick>("pick", 1, "Takes the best of what was made of one part.")
            .reads("part", PART, Arity::One)
            .reads("wholes", WHOLE, Arity::Set)
            .writes("whole", WHOLE),
        StageKind::of::<Compare>("compare", 1, "Puts scores into a row.").reads("scores", SCORE, Arity::Many),
    ])
}
