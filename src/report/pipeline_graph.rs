//! The stages behind a report, with what they cost.

use serde::{Deserialize, Serialize};

use super::measured::Cost;

/// The stages that a report was made by, each after those it reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PipelineGraph {
    /// The stages.
    pub stages: Vec<PipelineStage>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PipelineStage {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// The stages it reads, by name, in the order of the pipeline file.
    pub needs: Vec<String>,
    /// What computing it cost; none where that is not known, as of the report itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Cost>,
}
