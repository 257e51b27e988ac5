//! What changes when a file does.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// What the system tells of a file; while it is the same, so is the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileIdentity {
    device: u64,
    inode: u64,
    size: u64,
    modified_ns: i64,
    changed_ns: i64,
}

impl FileIdentity {
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        Ok(Self::from(&fs::metadata(file)?))
    }

    /// When it was last changed, in Unix nanoseconds.
    pub(super) fn last_change_ns(&self) -> i64 {
        self.modified_ns.max(self.changed_ns)
    }

    /// When its content was last written, or said to be.
    pub(super) fn modified(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.modified_ns.max(0).cast_unsigned())
    }
}

impl From<&fs::Metadata> for FileIdentity {
    fn from(metadata: &fs::Metadata) -> Self {
        let nanoseconds = |seconds: i64, nanos: i64| seconds * 1_000_000_000 + nanos;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}
