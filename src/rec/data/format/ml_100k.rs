//! `u.data` of MovieLens 100K and its folds (`u1.base`, ...): four columns separated by tabs, no header.

use std::path::Path;

use super::collector::Collector;
use super::lines::{Lines, RECORD_LIMIT_BYTES};
use crate::rec::Monitor;
use crate::rec::data::DataError;

pub(super) fn read(path: &Path, collector: &mut Collector, monitor: &dyn Monitor) -> Result<(), DataError> {
    let mut lines = Lines::open(path, RECORD_LIMIT_BYTES, monitor)?;
    while let Some(line) = lines.next()? {
        collector.push_four(line, line.bytes.split(|&byte| byte == b'\t'));
    }
    Ok(())
}
