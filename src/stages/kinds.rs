//! THE table of stage kinds.

use super::{best, command, evaluate, filter, ingest, report, sample, split, train};
use crate::engine::Registry;
use crate::rec::model;

/// Every kind of stage that pipelines may use, in the order in which users should read of them.
pub fn registry() -> Registry {
    let before = [ingest::kind(), sample::kind(), filter::kind(), split::kind()];
    let models = model::registry().iter().map(train::kind);
    let after = [command::kind(), best::kind(), evaluate::kind(), report::kind()];
    Registry::new(before.into_iter().chain(models).chain(after))
}
