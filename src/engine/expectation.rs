//! `expect`: what a stage's figures have to be. A gate, not a part of any key: it decides what goes on, not what comes out.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::figures::Figures;
use super::plan::{Plan, StageIndex};
use super::spec::closest;

/// What one figure of a stage has to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The figure.
    pub figure: String,
    /// What it has to be.
    pub range: Range,
    /// If not the figure itself is meant but its mean over copies.
    pub over: Option<Over>,
}

/// Numbers that are as expected: all that fulfil every condition.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Range {
    /// Not less than this.
    pub at_least: Option<f64>,
    /// Not more than this.
    pub at_most: Option<f64>,
    /// Not further away from the first than the second.
    pub near: Option<(f64, f64)>,
}

/// The copies over which a mean is taken: those that differ on these axes only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// The axes.
    pub axes: Vec<String>,
    /// How many copies there are in the whole pipeline.
    pub copies: usize,
}

impl Range {
    fn holds(&self, value: f64) -> bool {
        self.at_least.is_none_or(|least| value >= least)
            && self.at_most.is_none_or(|most| value <= most)
            && self.near.is_none_or(|(near, within)| (value - near).abs() <= within)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conditions = [
            self.at_least.map(|least| format!("at least {least}")),
            self.at_most.map(|most| format!("at most {most}")),
            self.near.map(
                |(near, within)| {
                    if within == 0.0 { format!("{near}") } else { format!("{near} ± {within}") }
                },
            ),
        ];
        f.write_str(&conditions.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }
}

/// An expectation that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unmet {
    /// The figure.
    pub figure: String,
    /// What it is; absent if it has no value.
    pub value: Option<Number>,
    /// What it is expected to be, in words.
    pub expected: String,
    /// If it is a mean, over how many copies.
    pub copies: Option<usize>,
    /// A figure that the stage does have, and that may be meant.
    pub similar: Option<String>,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figure, value, expected, copies, similar } = self;
        match copies {
            Some(copies) => write!(f, "the mean of `{figure}` over {copies} copies ")?,
            None => write!(f, "`{figure}` ")?,
        }
        match value {
            Some(value) => write!(f, "is {value}, expected {expected}")?,
            None => write!(f, "has no value, expected {expected}")?,
        }
        match similar {
            Some(similar) => write!(f, " (did you mean `{similar}`?)"),
            None => Ok(()),
        }
    }
}

/// What is not met now that the figures of this stage are known, and by which stage: for a mean over copies, when it is
/// the last of them that was missing, the first of them. `figures` gives those of the stages that have their result.
pub(super) fn unmet<'f>(
    plan: &Plan,
    index: StageIndex,
    figures: impl Fn(StageIndex) -> Option<&'f Figures>,
) -> Vec<(StageIndex, Unmet)> {
    let planned = &plan[index];
    let mut found = Vec::new();
    for expectation in &planned.expectations {
        let members = match &expectation.over {
            None => vec![index],
            Some(over) => {
                let axes: Vec<&str> = over.axes.iter().map(String::as_str).collect();
                let place = planned.variant.without(&axes);
                let is_one = |other: &super::plan::PlannedStage| {
                    other.family == planned.family && other.variant.without(&axes) == place
                };
                let members: Vec<_> = plan.stages().filter(|(_, other)| is_one(other)).map(|(at, _)| at).collect();
                if members.len() < over.copies {
                    // A part of the copies says nothing of the mean over all.
                    continue;
                }
                members
            }
        };
        let Some(told) = members.iter().map(|&member| figures(member)).collect::<Option<Vec<&Figures>>>() else {
            continue;
        };
        let figure = &expectation.figure;
        let values: Option<Vec<f64>> = told.iter().map(|told| told.values.get(figure).copied().flatten()).collect();
        let value = values.map(|values| values.iter().sum::<f64>() / values.len() as f64);
        if value.is_some_and(|value| expectation.range.holds(value)) {
            continue;
        }
        let is_known = told.iter().any(|told| told.values.contains_key(figure));
        let similar = if is_known { None } else { closest(figure, told[0].values.keys().map(String::as_str)) };
        found.push((
            members[0],
            Unmet {
                figure: figure.clone(),
                value: value.and_then(number),
                expected: expectation.range.to_string(),
                copies: expectation.over.as_ref().map(|over| over.copies),
                similar: similar.map(str::to_owned),
            },
        ));
    }
    found
}

/// The number as people write it: without a fraction if it has none.
fn number(value: f64) -> Option<Number> {
    if value.fract() == 0.0 && value.abs() < 2e15 { Some((value as i64).into()) } else { Number::from_f64(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_at_their_ends() {
        let range = Range { at_least: Some(1.0), at_most: Some(2.0), near: None };
        assert!(range.holds(1.0) && range.holds(2.0) && !range.holds(0.999) && !range.holds(2.001));
        assert!(!range.holds(f64::NAN));
        let near = Range { near: Some((0.5, 0.25)), ..Range::default() };
        assert!(near.holds(0.25) && near.holds(0.75) && !near.holds(0.76));
        assert_eq!([range.to_string(), near.to_string()], ["at least 1 and at most 2", "0.5 ± 0.25"]);
    }
}
