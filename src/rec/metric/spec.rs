//! A metric as users write it: `ndcg@100`, `rmse`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::measure::Metric;
use super::metrics;

/// A metric and, if it is of rankings, the length at which they are cut off.
#[derive(Clone, Copy)]
pub struct MetricSpec {
    metric: &'static Metric,
    cutoff: Option<u32>,
}

/// Why a text is no metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricSpecError {
    /// There is no such metric.
    #[error("unknown metric `{name}`")]
    Unknown {
        /// The name as written, without the cutoff.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A metric of rankings without a cutoff.
    #[error("metric `{name}` needs a cutoff")]
    MissingCutoff {
        /// The metric.
        name: &'static str,
    },
    /// A metric of ratings with a cutoff.
    #[error("metric `{name}` takes no cutoff")]
    SuperfluousCutoff {
        /// The metric.
        name: &'static str,
    },
    /// What follows the `@` is not a positive whole number.
    #[error("cutoff `{cutoff}` of metric `{name}` is not a positive whole number")]
    BadCutoff {
        /// The metric.
        name: &'static str,
        /// The cutoff as written.
        cutoff: String,
    },
}

impl MetricSpecError {
    /// The remedy.
    pub fn help(&self) -> String {
        match self {
            Self::Unknown { suggestion: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::Unknown { suggestion: None, .. } => {
                let names: Vec<_> = metrics().iter().map(|metric| metric.name).collect();
                format!("the metrics are {}", names.join(", "))
            }
            Self::MissingCutoff { name } | Self::BadCutoff { name, .. } => {
                format!("write the length of the list after an @, as in `{name}@10`")
            }
            Self::SuperfluousCutoff { name } => format!("write `{name}`"),
        }
    }
}

impl MetricSpec {
    /// The metric.
    pub fn metric(&self) -> &'static Metric {
        self.metric
    }

    /// The length at which rankings are cut off; `None` for metrics of ratings.
    pub fn cutoff(&self) -> Option<usize> {
        self.cutoff.map(|cutoff| cutoff as usize)
    }

    /// The heading in tables, for example `NDCG@100`.
    pub fn title(&self) -> String {
        self.with_cutoff(self.metric.title)
    }

    fn with_cutoff(&self, name: &str) -> String {
        match self.cutoff {
            Some(cutoff) => format!("{name}@{cutoff}"),
            None => name.to_owned(),
        }
    }
}

impl FromStr for MetricSpec {
    type Err = MetricSpecError;

    fn from_str(text: &str) -> Result<Self, MetricSpecError> {
        let (name, cutoff) = match text.split_once('@') {
            Some((name, cutoff)) => (name, Some(cutoff)),
            None => (text, None),
        };
        let Some(metric) = metrics().iter().find(|metric| metric.name == name) else {
            return Err(MetricSpecError::Unknown { name: name.to_owned(), suggestion: closest(name) });
        };
        let name = metric.name;
        match cutoff {
            None if metric.has_cutoff() => Err(MetricSpecError::MissingCutoff { name }),
            None => Ok(Self { metric, cutoff: None }),
            Some(_) if !metric.has_cutoff() => Err(MetricSpecError::SuperfluousCutoff { name }),
            Some(text) => match text.parse() {
                Ok(cutoff) if cutoff > 0 && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    Ok(Self { metric, cutoff: Some(cutoff) })
                }
                _ => Err(MetricSpecError::BadCutoff { name, cutoff: text.to_owned() }),
            },
        }
    }
}

/// The metric whose name is nearest to what was written, if any is near.
fn closest(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase().replace(['_', ' '], "-");
    let similar = |candidate: &'static str| (strsim::jaro_winkler(&wanted, candidate), candidate);
    let best = metrics().iter().map(|metric| similar(metric.name)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|&(similarity, _)| similarity >= 0.75).map(|(_, name)| name)
}

impl fmt::Display for MetricSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.with_cutoff(self.metric.name))
    }
}

impl fmt::Debug for MetricSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

impl PartialEq for MetricSpec {
    fn eq(&self, other: &Self) -> bool {
        (self.metric.name, self.cutoff) == (other.metric.name, other.cutoff)
    }
}

impl Eq for MetricSpec {}

impl std::hash::Hash for MetricSpec {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.metric.name, self.cutoff).hash(state);
    }
}

impl Serialize for MetricSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MetricSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'_, str>>::deserialize(deserializer)?;
        text.parse()
            .map_err(|error: MetricSpecError| serde::de::Error::custom(format_args!("{error}; {}", error.help())))
    }
}

impl JsonSchema for MetricSpec {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Metric".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = |cutoff: bool| -> Vec<_> {
            metrics().iter().filter(|metric| metric.has_cutoff() == cutoff).map(|metric| metric.name).collect()
        };
        let (ranking, rating) = (names(true), names(false));
        json_schema!({
            "type": "string",
            "pattern": format!("^(({})@[1-9][0-9]*|{})$", ranking.join("|"), rating.join("|")),
            "description": format!(
                "A metric of rankings with its cutoff, as in `ndcg@100` ({}), or one of ratings ({}).",
                ranking.join(", "), rating.join(", "),
            ),
        })
    }
}
