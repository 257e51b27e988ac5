//! The form of LightGCN's data: a line for each user, `user item item ...`, separated by spaces. A line with a user
//! alone says nothing and is fine.

use std::path::Path;

use super::collector::{Collector, Row};
use super::lines::{Lines, USER_LIMIT_BYTES};
use crate::rec::Monitor;
use crate::rec::data::DataError;

pub(super) fn read(path: &Path, collector: &mut Collector, monitor: &dyn Monitor) -> Result<(), DataError> {
    let mut lines = Lines::open(path, USER_LIMIT_BYTES, monitor)?;
    while let Some(line) = lines.next()? {
        let mut ids = line.bytes.split(u8::is_ascii_whitespace).filter(|id| !id.is_empty());
        if let Some(user) = ids.next() {
            for item in ids {
                collector.push(line.number, Row { user, item, rating: None, time: None });
            }
        }
    }
    Ok(())
}
