//! Fetching known data sets: resumable, checked by MD5, unpacked safely, and safe with several processes at once.

mod error;
mod transfer;
mod unpack;

#[cfg(test)]
mod tests;

use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use md5::{Digest, Md5};

pub use self::error::DownloadError;
use self::transfer::Transfer;
use super::catalogue::{CATALOGUE, KnownDataset, SERVER, closest_dataset};
use super::format::detect;
use crate::rec::Monitor;

/// The folder for what is under way, inside the data folder, so that a rename finishes the work.
const WORKSHOP: &str = ".download";

/// Downloads a known data set to `<into>/<name>` and gives this path; does nothing if it is there.
///
/// The archive comes from `mirror` (an address under which `<name>.zip` lies) or else from GroupLens. It grows in
/// `<into>/.download/<name>.zip.part`, from where a later call goes on after an interruption. Progress is told in
/// bytes. One process downloads at a time; others wait for it and find its result.
pub fn download(
    name: &str,
    into: &Path,
    mirror: Option<&str>,
    monitor: &dyn Monitor,
) -> Result<PathBuf, DownloadError> {
    let Some(known) = KnownDataset::named(name) else { return Err(unknown(name)) };
    let workshop = into.join(WORKSHOP);
    std::fs::create_dir_all(&workshop).map_err(|source| DownloadError::io(&workshop, source))?;
    let _lock = lock(&workshop.join(format!("{name}.lock")), monitor)?;
    let target = into.join(name);
    if detect(&target).is_ok() {
        return Ok(target);
    }
    if target.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DownloadError::InTheWay { path: target });
    }
    let transfer = Transfer::new(known.url(mirror.unwrap_or(SERVER)), into, name);
    let expected = match known.md5 {
        Some(md5) => md5.to_owned(),
        None => transfer.published_md5()?,
    };
    let part = workshop.join(format!("{name}.zip.part"));
    transfer.fetch(&part, monitor)?;
    let found = md5_of(&part, monitor)?;
    if found != expected {
        transfer::discard(&part)?;
        return Err(DownloadError::Checksum { url: transfer.url, expected, found });
    }
    unpack::unpack(&part, known.folder, &workshop, &target, monitor)?;
    transfer::discard(&part)?;
    Ok(target)
}

fn unknown(name: &str) -> DownloadError {
    let close = closest_dataset(name, CATALOGUE.iter().map(|known| known.name));
    DownloadError::Unknown { name: name.to_owned(), close }
}

/// Waits for the lock on a file; it is held until the file is dropped, or the process ends in whatever way.
fn lock(path: &Path, monitor: &dyn Monitor) -> Result<File, DownloadError> {
    let fail = |source| DownloadError::io(path, source);
    let file = File::options().create(true).append(true).open(path).map_err(fail)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(fail(source)),
            Err(TryLockError::WouldBlock) => {
                monitor.check()?;
                monitor.progress(0, 0, "waiting for another process that downloads this");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

fn md5_of(path: &Path, monitor: &dyn Monitor) -> Result<String, DownloadError> {
    let fail = |source| DownloadError::io(path, source);
    let mut file = File::open(path).map_err(fail)?;
    let mut hasher = Md5::new();
    let mut block = vec![0; 1 << 20];
    loop {
        monitor.check()?;
        let n_read = file.read(&mut block).map_err(fail)?;
        if n_read == 0 {
            break;
        }
        hasher.update(&block[..n_read]);
    }
    Ok(format!("{:032x}", u128::from_be_bytes(hasher.finalize().into())))
}
