//! Where jobs work: folders in scratch, for one job after the other. Making and removing them anew would take most of a
//! quick job's time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::registry::OutputPort;
use super::store::{Scratch, Store, StoreError};
use crate::disk::{SCRATCH, WORK};

/// The folders in which the jobs of one process, or of those that it starts, work.
#[derive(Debug)]
pub(super) struct Workplaces {
    store: Store,
    /// Those that no job uses at this moment. They are empty.
    idle: Mutex<Vec<Scratch>>,
}

impl Workplaces {
    pub(super) fn new(store: Store) -> Self {
        Self { store, idle: Mutex::default() }
    }

    /// A folder that no other job uses. If the job is cut off with this process, the next sweep of the store takes it.
    pub(super) fn take(&self) -> Result<Scratch, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.store.scratch(), Ok)
    }

    /// The folder's job has ended, however it did.
    pub(super) fn give_back(&self, scratch: Scratch) {
        match Workplace(scratch.path()).empty() {
            Ok(()) => self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(scratch),
            Err(error) => tracing::debug!("`{}` is not used again: {error}", scratch.path().display()),
        }
    }
}

/// The folder in which a job works, and those in it: `in`, with a folder for each input; `out`, with one for each output
/// port; and `work`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Workplace<'a>(pub(super) &'a Path);

impl Workplace<'_> {
    /// The folder of an input.
    pub(super) fn input_dir(self, index: usize) -> PathBuf {
        self.0.join("in").join(index.to_string())
    }

    /// The folder of the outputs.
    pub(super) fn out_dir(self) -> PathBuf {
        self.0.join("out")
    }

    /// The folder for whatever else the stage writes.
    pub(super) fn work_dir(self) -> PathBuf {
        self.0.join("work")
    }

    /// Makes what a job with so many inputs and these outputs needs, and nothing else.
    pub(super) fn prepare(self, n_inputs: usize, outputs: &[OutputPort]) -> Result<(), StoreError> {
        let inputs: Vec<PathBuf> = (0..n_inputs).map(|index| self.input_dir(index)).collect();
        let outputs: Vec<PathBuf> = outputs.iter().map(|port| self.out_dir().join(port.name)).collect();
        for (folder, wanted) in [(self.0.join("in"), inputs), (self.out_dir(), outputs), (self.work_dir(), Vec::new())]
        {
            keep_only(&folder, &wanted).map_err(|source| StoreError::Io { doing: "write", path: folder, source })?;
        }
        Ok(())
    }

    /// Removes what the last job has left, but for the folders that the next one is likely to need.
    fn empty(self) -> io::Result<()> {
        for entry in entries(self.0)? {
            match entry.file_name().and_then(|name| name.to_str()) {
                Some("in" | "out") if is_folder(&entry)? => {
                    entries(&entry)?.iter().try_for_each(|folder| clear(folder))?;
                }
                Some("work") => clear(&entry)?,
                _ => remove(&entry)?,
            }
        }
        Ok(())
    }
}

/// Makes the folder and these in it, and removes others.
fn keep_only(folder: &Path, wanted: &[PathBuf]) -> io::Result<()> {
    WORK.make_dir(folder)?;
    let others = entries(folder)?.into_iter().filter(|entry| !wanted.contains(entry));
    others.into_iter().try_for_each(|entry| remove(&entry))?;
    wanted.iter().try_for_each(|folder| WORK.make_dir(folder))
}

/// Removes what is in the folder; what should be a folder and is not, too.
fn clear(folder: &Path) -> io::Result<()> {
    if is_folder(folder)? { entries(folder)?.iter().try_for_each(|entry| remove(entry)) } else { remove(folder) }
}

fn remove(path: &Path) -> io::Result<()> {
    if is_folder(path)? { SCRATCH.remove_tree(path) } else { SCRATCH.remove_file(path) }.map(drop)
}

/// A link to a folder is none: what it leads to belongs to somebody else.
fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_dir())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::{Workplace, Workplaces, entries};
    use crate::engine::registry::{OutputPort, PortType};
    use crate::engine::store::Store;

    const fn port(name: &'static str) -> OutputPort {
        OutputPort { name, port_type: PortType("text") }
    }

    #[test]
    fn the_next_job_finds_nothing_of_the_last_one() {
        let root = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::write(elsewhere.path().join("kept"), "").unwrap();
        let workplaces = Workplaces::new(Store::open(root.path()).unwrap());
        let scratch = workplaces.take().unwrap();
        let path = scratch.path().to_owned();
        let place = Workplace(&path);
        place.prepare(2, &[port("model"), port("log")]).unwrap();
        fs::create_dir_all(place.work_dir().join("deep/er")).unwrap();
        fs::write(place.work_dir().join("deep/er/file"), "left").unwrap();
        fs::write(place.out_dir().join("model/half"), "left").unwrap();
        fs::write(place.out_dir().join("no port"), "left").unwrap();
        fs::write(path.join("beside"), "left").unwrap();
        symlink(elsewhere.path(), place.input_dir(0).join("link")).unwrap();
        fs::remove_dir(place.input_dir(1)).unwrap();
        symlink(elsewhere.path(), place.input_dir(1)).unwrap();
        workplaces.give_back(scratch);
        assert_eq!(entries(&path).unwrap().len(), 3);

        let again = workplaces.take().unwrap();
        assert_eq!(again.path(), path);
        place.prepare(1, &[port("text")]).unwrap();
        for (folder, names) in [("in", &["0"][..]), ("out", &["text"]), ("work", &[])] {
            let expected: Vec<_> = names.iter().map(|name| path.join(folder).join(name)).collect();
            assert_eq!(entries(&path.join(folder)).unwrap(), expected);
            assert!(expected.iter().all(|folder| entries(folder).unwrap().is_empty()));
        }
        for folder in [place.out_dir(), place.work_dir()] {
            fs::remove_dir_all(&folder).unwrap();
            symlink(elsewhere.path(), folder).unwrap();
        }
        workplaces.give_back(again);
        assert_eq!(entries(&path).unwrap(), [path.join("in")]);
        assert!(elsewhere.path().join("kept").exists());
        drop(workplaces);
        assert!(!path.exists());
    }
}
