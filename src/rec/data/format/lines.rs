//! Text files line by line, in bounded memory: plain or gzip, with or without byte order mark and carriage returns.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;
use memchr::memchr;

use crate::rec::Monitor;
use crate::rec::data::DataError;

const BLOCK_BYTES: usize = 1 << 20;
/// A line that holds one record and is longer is not what it seems; so is a quoted field over several lines.
pub(super) const RECORD_LIMIT_BYTES: usize = 1 << 20;
/// What a line that holds all items of a user may have: more than a million of them.
pub(super) const USER_LIMIT_BYTES: usize = 1 << 24;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One line: its number in the file, from 1, and its bytes without the line end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) number: u64,
    pub(super) bytes: &'a [u8],
}

/// The lines of one file that are not blank. Reports progress in bytes of the file after every block.
pub(super) struct Lines<'m> {
    path: PathBuf,
    limit_bytes: usize,
    text: Box<dyn Read>,
    bytes_read: Rc<Cell<u64>>,
    bytes_total: u64,
    monitor: &'m dyn Monitor,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    number: u64,
}

impl<'m> Lines<'m> {
    /// Opens a file whose lines have at most so many bytes; gzip is recognised by its first bytes.
    pub(super) fn open(path: &Path, limit_bytes: usize, monitor: &'m dyn Monitor) -> Result<Self, DataError> {
        let fail = |source| DataError::io(path, source);
        let mut file = File::open(path).map_err(fail)?;
        let metadata = file.metadata().map_err(fail)?;
        if metadata.is_dir() {
            return Err(DataError::io(path, io::ErrorKind::IsADirectory.into()));
        }
        let mut magic = [0; 2];
        let n_magic = read_full(&mut file, &mut magic).map_err(fail)?;
        let is_gzip = magic == [0x1F, 0x8B];
        let bytes_read = Rc::new(Cell::new(n_magic as u64));
        let raw = Counted { inner: file, count: Rc::clone(&bytes_read) };
        let whole = io::Cursor::new(magic[..n_magic].to_vec()).chain(raw);
        let text: Box<dyn Read> = if is_gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
        let mut lines = Self {
            path: path.to_owned(),
            limit_bytes,
            text,
            bytes_read,
            bytes_total: metadata.len(),
            monitor,
            buffer: vec![0; BLOCK_BYTES],
            start: 0,
            end: 0,
            at_end: false,
            number: 0,
        };
        lines.fill()?;
        let first = &lines.buffer[..lines.end];
        if let Some(what) = not_text(first) {
            return Err(DataError::NotText { path: lines.path, what });
        }
        if first.starts_with(BYTE_ORDER_MARK) {
            lines.start = BYTE_ORDER_MARK.len();
        }
        Ok(lines)
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, DataError> {
        loop {
            let (from, to, next) = match memchr(b'\n', &self.buffer[self.start..self.end]) {
                Some(length) => (self.start, self.start + length, self.start + length + 1),
                None if !self.at_end => {
                    self.fill()?;
                    continue;
                }
                None if self.start == self.end => return Ok(None),
                None => (self.start, self.end, self.end),
            };
            if to - from > self.limit_bytes {
                return Err(self.too_long());
            }
            self.start = next;
            self.number += 1;
            let bytes = &self.buffer[from..to];
            let trimmed = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            if !trimmed.is_empty() {
                let to = from + trimmed.len();
                return Ok(Some(Line { number: self.number, bytes: &self.buffer[from..to] }));
            }
        }
    }

    fn too_long(&self) -> DataError {
        DataError::LongLine { path: self.path.clone(), line: self.number + 1, limit_bytes: self.limit_bytes }
    }

    /// Reads one more block behind what is not yet consumed.
    fn fill(&mut self) -> Result<(), DataError> {
        self.monitor.check()?;
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > self.limit_bytes {
            return Err(self.too_long());
        }
        if self.buffer.len() - self.end < BLOCK_BYTES {
            self.buffer.resize(self.end + BLOCK_BYTES, 0);
        }
        let n_read = read_full(&mut self.text, &mut self.buffer[self.end..])
            .map_err(|source| DataError::unreadable(&self.path, source))?;
        self.at_end = n_read == 0;
        self.end += n_read;
        self.monitor.progress(self.bytes_read.get().min(self.bytes_total), self.bytes_total, "");
        Ok(())
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n_read = 0;
    while n_read < buffer.len() {
        match source.read(&mut buffer[n_read..]) {
            Ok(0) => break,
            Ok(n) => n_read += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n_read)
}

/// What a block is instead of text, if it shows.
fn not_text(block: &[u8]) -> Option<String> {
    if block.starts_with(b"PK\x03\x04") {
        Some("it is a zip archive".to_owned())
    } else if block.starts_with(b"\xFF\xFE") || block.starts_with(b"\xFE\xFF") {
        Some("it is UTF-16".to_owned())
    } else {
        memchr(0, block).map(|at| format!("byte {at} is zero"))
    }
}

struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + n_read as u64);
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;

    use super::{Lines, RECORD_LIMIT_BYTES};
    use crate::rec::data::DataError;
    use crate::rec::{Silent, data};

    fn numbers(path: &Path) -> Result<Vec<(u64, usize)>, DataError> {
        let mut lines = Lines::open(path, RECORD_LIMIT_BYTES, &Silent)?;
        let mut all = Vec::new();
        while let Some(line) = lines.next()? {
            all.push((line.number, line.bytes.len()));
        }
        Ok(all)
    }

    /// Wherever the blocks of the file happen to end.
    #[test]
    fn a_line_may_have_as_many_bytes_as_the_limit_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for before in [0, 1, 1000] {
            let text = |length: usize| format!("{}\n{}\nend", "b".repeat(before), "x".repeat(length));
            std::fs::write(&path, text(RECORD_LIMIT_BYTES)).unwrap();
            assert!(numbers(&path).unwrap().contains(&(2, RECORD_LIMIT_BYTES)));
            for length in [RECORD_LIMIT_BYTES + 1, 3 * RECORD_LIMIT_BYTES] {
                std::fs::write(&path, text(length)).unwrap();
                let error = numbers(&path).unwrap_err();
                assert!(matches!(error, DataError::LongLine { line: 2, .. }), "{error}");
            }
        }
    }

    #[test]
    fn a_small_archive_of_an_endless_line_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bomb.csv.gz");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        (0..64).for_each(|_| encoder.write_all(&vec![b'1'; 1 << 20]).unwrap());
        std::fs::write(&path, encoder.finish().unwrap()).unwrap();
        let error = data::detect(&path).unwrap_err();
        let said = error.to_string().replace(&folder.path().display().to_string(), "folder");
        assert_eq!(said, "`folder/bomb.csv.gz` line 1 is longer than 16 MiB");
        assert!(error.help().unwrap_or_default().starts_with("end lines with a line feed"));
    }
}
