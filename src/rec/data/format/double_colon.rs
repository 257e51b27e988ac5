//! `ratings.dat` of MovieLens 1M and 10M: `user::item::rating::time`, no header.

use std::path::Path;

use super::collector::Collector;
use super::lines::{Lines, RECORD_LIMIT_BYTES};
use crate::rec::Monitor;
use crate::rec::data::DataError;

pub(super) fn read(path: &Path, collector: &mut Collector, monitor: &dyn Monitor) -> Result<(), DataError> {
    let mut lines = Lines::open(path, RECORD_LIMIT_BYTES, monitor)?;
    while let Some(line) = lines.next()? {
        collector.push_four(line, Fields(Some(line.bytes)));
    }
    Ok(())
}

/// What stands between the `::` of a line. A single colon is part of a field.
#[derive(Clone)]
pub(super) struct Fields<'a>(pub(super) Option<&'a [u8]>);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0?;
        let mut at = 0;
        // Fields are a few bytes long: a plain loop is faster here than a vectorised search.
        while at + 1 < rest.len() {
            if rest[at] == b':' && rest[at + 1] == b':' {
                self.0 = Some(&rest[at + 2..]);
                return Some(&rest[..at]);
            }
            at += 1;
        }
        self.0 = None;
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn two_colons_separate_and_one_does_not() {
        let fields = |line: &'static str| -> Vec<&[u8]> { Fields(Some(line.as_bytes())).collect() };
        assert_eq!(fields("1::a:b::"), [b"1".as_slice(), b"a:b", b""]);
        assert_eq!(fields("::x"), [b"".as_slice(), b"x"]);
        assert_eq!(fields(""), [b""]);
    }
}
