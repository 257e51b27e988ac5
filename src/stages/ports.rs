//! What flows between stages.

use crate::engine::PortType;

/// Events in file order, and what their indices stand for.
pub(super) const DATASET: PortType = PortType("dataset");
/// Training, validation and test parts of one data set.
pub(super) const SPLIT: PortType = PortType("split");
/// A fitted model.
pub(super) const MODEL: PortType = PortType("model");
/// The metrics of one model on one split.
pub(super) const SCORES: PortType = PortType("scores");
/// The metrics of many models on one split.
pub(super) const COMPARISON: PortType = PortType("comparison");
/// Files of a form that only their writers and readers know.
pub(super) const FILES: PortType = PortType("files");

/// All types.
pub(super) const ALL: [PortType; 6] = [DATASET, SPLIT, MODEL, SCORES, COMPARISON, FILES];
