//! What the stages of a pipeline had last: a file that anybody may have damaged, and that no run may trip over.

use std::fs;
use std::path::PathBuf;

use recflow::engine::{Digest, Latest, Status};

use super::targets::{Run, choice};
use crate::seeds::Seeds;

/// How many digits of its checksum stand before a line.
const DIGITS: usize = 16;

/// The file as it is, and its lines without their checksums.
pub fn corpus(seeds: &Seeds) -> Vec<Vec<u8>> {
    let whole = fs::read(path(seeds)).unwrap();
    let lines = whole.split(|&byte| byte == b'\n').filter_map(|line| line.get(DIGITS + 1..));
    let bare = lines.flat_map(|line| [line, b"\n"].concat()).collect();
    vec![bare, whole]
}

fn path(seeds: &Seeds) -> PathBuf {
    let mut entries = fs::read_dir(seeds.cache().join("latest")).unwrap();
    entries.next().unwrap().unwrap().path()
}

/// Damaged in whatever way, the file changes nothing of what is known and found. Sealed as if it had been written so, it may
/// say what it likes.
pub fn prepare(seeds: &Seeds) -> Run {
    let (seeds, path) = (seeds.clone(), path(seeds));
    Box::new(move |bytes| {
        fs::write(&path, bytes).unwrap();
        read(&seeds);
        let statuses = seeds.statuses();
        assert!(statuses.iter().all(|told| told.status == Status::Cached), "{statuses:?}");
        if choice(bytes, 50) == 0 {
            assert_eq!(seeds.run().computed, 0);
        }
        fs::write(&path, sealed(bytes)).unwrap();
        read(&seeds);
        drop(seeds.statuses());
        if choice(bytes, 20) == 0 {
            seeds.store().verify(None).unwrap();
        }
    })
}

/// Every line with the checksum that it should have.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let start = line.iter().position(|&byte| byte == b'{').unwrap_or(0);
        let digits = Digest::of(&line[start..]).to_string();
        all.extend([&digits.as_bytes()[..DIGITS], b" ", &line[start..], b"\n"].concat());
    }
    all
}

/// Reads the file, adds to it, and writes it anew.
fn read(seeds: &Seeds) {
    let store = seeds.store();
    let mut latest = Latest::load(store, seeds.plan().name());
    for (_, planned) in seeds.plan().stages() {
        let _ = (latest.key(&planned.name), latest.facts(&planned.name));
    }
    for action in seeds.actions() {
        if let Some(found) = latest.find(store, action.key(), &action.preimage) {
            latest.remember("new", action.key(), &found);
        }
    }
    latest.tidy().unwrap();
}
