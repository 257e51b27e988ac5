//! Unpacking an archive that is not trusted.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::DownloadError;
use crate::rec::Monitor;

/// No MovieLens archive comes near these.
const MOST_BYTES: u64 = 16 << 30;
const MOST_ENTRIES: usize = 10_000;

/// Unpacks the files of the archive's `folder` to `target`, by way of a temporary folder in `workshop`, so that
/// `target` is there whole or not at all. What is outside `folder` is passed over; a path that would lead out of it,
/// and a link, are refused with the whole archive.
pub(super) fn unpack(
    archive: &Path,
    folder: &str,
    workshop: &Path,
    target: &Path,
    monitor: &dyn Monitor,
) -> Result<(), DownloadError> {
    let refuse = |what: String| DownloadError::Archive { path: archive.to_owned(), what };
    let damaged = |error: zip::result::ZipError| refuse(error.to_string());
    let file = File::open(archive).map_err(|source| DownloadError::io(archive, source))?;
    let mut zip = ZipArchive::new(file).map_err(damaged)?;
    if zip.len() > MOST_ENTRIES {
        return Err(refuse(format!("it has {} entries", zip.len())));
    }
    let temporary = tempfile::Builder::new()
        .prefix("unpacking-")
        .tempdir_in(workshop)
        .map_err(|e| DownloadError::io(workshop, e))?;
    let mut left = MOST_BYTES;
    let mut n_files = 0;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        let shown = name.escape_debug().to_string();
        let Some(path) = path_inside(&name) else {
            return Err(refuse(format!("`{shown}` leads out of the folder")));
        };
        if entry.is_symlink() {
            return Err(refuse(format!("`{shown}` is a link")));
        }
        let Ok(inner) = path.strip_prefix(folder) else { continue };
        if entry.is_dir() || inner.as_os_str().is_empty() {
            continue;
        }
        if entry.size() > left {
            return Err(refuse(format!("it unpacks to more than {} GiB", MOST_BYTES >> 30)));
        }
        left -= write_entry(&mut entry, &temporary.path().join(inner), left, monitor)
            .map_err(|failure| failure.into_error(archive, &shown))?;
        n_files += 1;
    }
    if n_files == 0 {
        return Err(refuse(format!("it has no files in a folder `{folder}`")));
    }
    std::fs::rename(temporary.path(), target).map_err(|source| DownloadError::io(target, source))
}

/// The name of an entry as a path, if on every platform it is one that leads downwards.
fn path_inside(name: &str) -> Option<&Path> {
    let is_strange = name.starts_with('/') || name.contains(['\\', ':', '\0']);
    let climbs = name.split('/').any(|part| part == "..");
    (!is_strange && !climbs).then(|| Path::new(name))
}

/// Which side of a copy failed.
enum Failure {
    Reading(std::io::Error),
    Writing(PathBuf, std::io::Error),
    Interrupted(crate::rec::Interrupted),
}

impl Failure {
    fn into_error(self, archive: &Path, entry: &str) -> DownloadError {
        match self {
            Self::Reading(error) => {
                DownloadError::Archive { path: archive.to_owned(), what: format!("`{entry}` cannot be read: {error}") }
            }
            Self::Writing(path, error) => DownloadError::io(&path, error),
            Self::Interrupted(interrupted) => interrupted.into(),
        }
    }
}

/// Writes one entry and gives its length; more than `limit` bytes are an error, whatever the archive says of its size.
fn write_entry(entry: &mut impl Read, to: &Path, limit: u64, monitor: &dyn Monitor) -> Result<u64, Failure> {
    let fail = |error| Failure::Writing(to.to_owned(), error);
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(fail)?;
    }
    let mut file = File::create_new(to).map_err(fail)?;
    let mut block = vec![0; 1 << 18];
    let mut n_written = 0;
    loop {
        monitor.check().map_err(Failure::Interrupted)?;
        let n_read = entry.read(&mut block).map_err(Failure::Reading)?;
        if n_read == 0 {
            break;
        }
        n_written += n_read as u64;
        if n_written > limit {
            return Err(Failure::Reading(std::io::Error::other("it is longer than it says")));
        }
        file.write_all(&block[..n_read]).map_err(fail)?;
    }
    file.sync_all().map_err(fail)?;
    Ok(n_written)
}
