//! Interactions: reading them, filtering them, splitting them.

mod chronology;
mod dataset;
mod error;
mod format;
mod interactions;
mod split;

pub use dataset::{Dataset, DatasetInfo, Events, Items};
pub use error::{BadLine, BadLines, DataError, LineProblem, MissingColumn};
pub use format::{Columns, Delimiter, Format, Layout, OnBadLine, ReadOptions, detect, read};
pub use interactions::Interactions;
pub use split::{FoldIn, Holdout, Split, SplitError, SplitInfo, SplitParams, Strategy, UnknownItems};
