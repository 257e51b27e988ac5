//! One number of the table, and how far it can be believed.

use serde::{Deserialize, Serialize};

/// A number, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// A finite number with what is known of its uncertainty.
    Value(Estimate),
    /// No number, and the reason in a sentence.
    Empty(String),
}

impl Cell {
    /// The bare number, or an empty cell that says so if it is not finite.
    pub fn of(value: f64) -> Self {
        Self::estimate(Estimate::of(value))
    }

    /// The number with its uncertainty, or an empty cell that says so if it is not finite.
    pub fn estimate(estimate: Estimate) -> Self {
        let value = estimate.value;
        if value.is_finite() {
            Self::Value(estimate)
        } else {
            Self::Empty(format!("The value is not finite ({value})."))
        }
    }

    /// The number, if there is one.
    pub fn value(&self) -> Option<f64> {
        self.as_estimate().map(|estimate| estimate.value)
    }

    /// The number with its uncertainty, if there is one.
    pub fn as_estimate(&self) -> Option<&Estimate> {
        match self {
            Self::Value(estimate) => Some(estimate),
            Self::Empty(_) => None,
        }
    }
}

/// A number and its uncertainty. What is not known is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// The number; the mean over replicates where there are several.
    pub value: f64,
    /// Where the number would be with other users of the same kind; says nothing of other seeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// How far replicates (other seeds, other splits) lie apart; says nothing of other users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// How it stands to the best of its column; none where nothing was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl Estimate {
    /// A number of which no more is known.
    pub fn of(value: f64) -> Self {
        Self { value, interval: None, spread: None, standing: None }
    }
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// The share of repetitions in which such an interval covers the truth: 0.95.
    pub level: f64,
}

/// How far the values of replicates lie apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spread {
    /// How many there are; two or more.
    pub replicates: u32,
    /// Their standard deviation, with `replicates − 1` in the denominator.
    pub standard_deviation: f64,
    /// The values, in the order of the row's replicates.
    pub values: Vec<f64>,
}

/// How a number stands to the best of its column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// The conclusion.
    pub verdict: Verdict,
    /// The comparison behind it; none for the best itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_best: Option<AgainstBest>,
}

/// What a paired test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The best number of the column.
    Best,
    /// Not the best, and the difference may be chance.
    NotDistinguishable,
    /// Worse than the best by more than chance explains.
    Worse,
}

/// A paired comparison with the best of the column, over the same users.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AgainstBest {
    /// This number minus the best one.
    pub difference: f64,
    /// The confidence interval of the difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The p-value of this comparison by itself.
    pub p_value: f64,
    /// The p-value, corrected for all comparisons of the column.
    pub p_adjusted: f64,
    /// The mean of the users' differences over their standard deviation; positive where the best one is better. None if all
    /// users differ by the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect_size: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::{Cell, Estimate};

    #[test]
    fn a_number_that_is_not_finite_is_an_empty_cell() {
        assert_eq!(Cell::of(0.5).value(), Some(0.5));
        assert_eq!(Cell::of(f64::NAN), Cell::Empty("The value is not finite (NaN).".into()));
    }

    #[test]
    fn what_is_not_known_is_not_in_the_file() {
        assert_eq!(serde_json::to_string(&Cell::of(0.5)).unwrap(), r#"{"value":{"value":0.5}}"#);
        let read: Cell = serde_json::from_str(r#"{"value":{"value":0.5}}"#).unwrap();
        assert_eq!(read, Cell::Value(Estimate::of(0.5)));
    }
}
