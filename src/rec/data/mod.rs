//! Interactions: reading them, filtering them, splitting them.

mod catalogue;
mod chronology;
mod dataset;
mod download;
mod error;
mod filter;
mod format;
mod interactions;
mod item_set;
mod sample;
mod split;
mod store;
mod user_attributes;

pub use catalogue::{CATALOGUE, KnownDataset, SERVER, closest_dataset, locate};
pub use dataset::{Dataset, DatasetInfo, Events, Items};
pub use download::{DownloadError, download};
pub use error::{BadLine, BadLines, DataError, LineProblem, MissingColumn};
pub use filter::{FilterError, FilterParams};
pub use format::{Columns, Delimiter, Format, Layout, OnBadLine, ReadOptions, detect, read, read_user_attributes};
pub use interactions::Interactions;
pub(crate) use item_set::ItemSet;
pub use sample::SampleParams;
pub use split::{
    FoldIn, Holdout, HoldoutRows, Leak, RandomSource, Split, SplitError, SplitInfo, SplitParams, Strategy, UnknownItems,
};
pub use store::{HeldOutPart, StoreError, StoredHoldout, read_users};
pub(crate) use store::{Stored, TensorFile, read_items, stored_training_items};
pub use user_attributes::UserAttributes;
