//! What running cost: known only on the machine that ran, and different each time.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::pipeline_graph::PipelineGraph;

/// What is added to a comparison when it is rendered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// What training each row's model cost, by the name of the row's stage; of a row that is a mean over replicates, the
    /// mean cost of one.
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
    /// The version of recflow that computed it.
    pub version: String,
}
