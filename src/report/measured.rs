//! What running cost: known only on the machine that ran, and different each time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pipeline_graph::PipelineGraph;

/// What is added to a comparison when it is rendered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// What training each row's model cost, by the name of the row's stage.
    pub training: BTreeMap<String, Cost>,
    /// The command that makes this report again.
    pub command: Option<String>,
    /// The version of recflow that made the report.
    pub version: String,
    /// The day the report was made, if it is to say so.
    pub date: Option<String>,
    /// The stages behind the report, and what each cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<PipelineGraph>,
}

/// What one stage cost when its result was computed (which may be long before the report).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cost {
    /// Wall-clock time.
    pub wall: Duration,
    /// Processor time of all threads together.
    pub cpu: Option<Duration>,
    /// The most memory held, in bytes.
    pub peak_memory_bytes: Option<u64>,
    /// The threads it was given.
    pub threads: usize,
    /// How many trainings it is the sum of (the most, of memory and threads), if the model was chosen of several.
    #[serde(default)]
    pub trainings: Option<usize>,
    /// How many replicates its times are the mean of (the most, of memory and threads), if there are several.
    #[serde(default)]
    pub replicates: Option<usize>,
    /// The version of recflow that computed it.
    pub version: String,
}

impl Cost {
    /// What its time is of, if not of one training.
    pub(super) fn in_words(&self) -> Option<String> {
        let sum = |trainings: usize| format!("sum over the {trainings} models that it was chosen from");
        match (self.trainings.map(sum), self.replicates) {
            (None, None) => None,
            (Some(sum), None) => Some(format!("The {sum}.")),
            (None, Some(replicates)) => Some(format!("The mean over {replicates} replicates.")),
            (Some(sum), Some(replicates)) => Some(format!("The mean over {replicates} replicates, each the {sum}.")),
        }
    }

    /// The mean of what replicates cost: their mean times, and the most of their memory and threads; `None` of none.
    pub fn mean(costs: &[Self]) -> Option<Self> {
        let [first, ..] = costs else { return None };
        let n = costs.len() as u32;
        let mut most = first.clone();
        most.wall = costs.iter().map(|cost| cost.wall).sum::<Duration>() / n;
        most.cpu = costs.iter().map(|cost| cost.cpu).sum::<Option<Duration>>().map(|sum| sum / n);
        most.peak_memory_bytes = costs.iter().filter_map(|cost| cost.peak_memory_bytes).max();
        most.threads = costs.iter().map(|cost| cost.threads).max().unwrap_or_default();
        most.trainings = costs.iter().filter_map(|cost| cost.trainings).max();
        most.replicates = (costs.len() > 1).then_some(costs.len());
        Some(most)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Cost;

    #[test]
    fn replicates_cost_the_mean_of_their_times_and_the_most_of_their_memory() {
        let cost = |seconds, bytes| Cost {
            wall: Duration::from_secs(seconds),
            cpu: Some(Duration::from_secs(2 * seconds)),
            peak_memory_bytes: bytes,
            ..Cost::default()
        };
        let mean = Cost::mean(&[cost(1, Some(5)), cost(3, Some(9)), cost(5, None)]).unwrap();
        assert_eq!((mean.wall, mean.cpu), (Duration::from_secs(3), Some(Duration::from_secs(6))));
        assert_eq!((mean.peak_memory_bytes, mean.replicates), (Some(9), Some(3)));
        assert_eq!(mean.in_words().as_deref(), Some("The mean over 3 replicates."));
        assert_eq!(Cost::mean(&[cost(1, None)]), Some(cost(1, None)));
        assert_eq!(Cost::mean(&[]), None);
    }

    #[test]
    fn a_time_says_what_it_is_of() {
        let words = |trainings, replicates| Cost { trainings, replicates, ..Cost::default() }.in_words();
        assert_eq!(words(None, None), None);
        assert_eq!(words(Some(4), None).unwrap(), "The sum over the 4 models that it was chosen from.");
        assert_eq!(
            words(Some(4), Some(3)).unwrap(),
            "The mean over 3 replicates, each the sum over the 4 models that it was chosen from."
        );
    }
}
