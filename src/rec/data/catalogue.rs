//! The data sets that recflow knows by name: GroupLens' MovieLens.
//!
//! They are downloaded, not distributed: their licences forbid that.

use std::path::{Path, PathBuf};

use super::format::detect;

/// Where the archives are, unless a mirror is named.
pub const SERVER: &str = "https://files.grouplens.org/datasets/movielens";

/// A data set that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDataset {
    /// The name in pipeline files, and of the archive without `.zip`.
    pub name: &'static str,
    /// The folder inside the archive.
    pub folder: &'static str,
    /// MD5 of the archive as GroupLens publishes it beside it. `ml-latest-small` changes under its name: its published
    /// MD5 is fetched at the time of the download.
    pub md5: Option<&'static str>,
}

/// All of them.
pub const CATALOGUE: [KnownDataset; 7] = [
    known("ml-100k", "ml-100k", Some("0e33842e24a9c977be4e0107933c0723")),
    known("ml-1m", "ml-1m", Some("c4d9eecfca2ab87c1945afe126590906")),
    known("ml-10m", "ml-10M100K", Some("ce571fd55effeba0271552578f2648bd")),
    known("ml-20m", "ml-20m", Some("cd245b17a1ae2cc31bb14903e1204af3")),
    known("ml-25m", "ml-25m", Some("6b51fb2759a8657d3bfcbfc42b592ada")),
    known("ml-32m", "ml-32m", Some("d472be332d4daa821edc399621853b57")),
    known("ml-latest-small", "ml-latest-small", None),
];

const fn known(name: &'static str, folder: &'static str, md5: Option<&'static str>) -> KnownDataset {
    KnownDataset { name, folder, md5 }
}

/// The one of these names that was probably meant, if one is close.
pub fn closest_dataset<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = known.into_iter().map(|known| (strsim::jaro_winkler(known, name), known));
    let closest = likeness.max_by(|a, b| a.0.total_cmp(&b.0));
    closest.filter(|(likeness, _)| *likeness > 0.85).map(|(_, known)| known)
}

impl KnownDataset {
    /// The data set of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CATALOGUE.iter().find(|known| known.name == name)
    }

    /// The address of the archive on a server.
    pub fn url(&self, server: &str) -> String {
        format!("{}/{}.zip", server.trim_end_matches('/'), self.name)
    }
}

/// The folder of a data set: `<dir>/<name>` in the first of the directories that has one with ratings in it. The folder
/// may also have the name that it has in the archive, such as `ml-10M100K`.
pub fn locate(name: &str, data_dirs: &[PathBuf]) -> Option<PathBuf> {
    let archived = KnownDataset::named(name).map(|known| known.folder);
    let holds_ratings = |folder: &PathBuf| folder.is_dir() && detect(folder).is_ok();
    let candidates = |dir: &PathBuf| [Some(dir.join(name)), archived.map(|folder| dir.join(folder))];
    let is_plain = Path::new(name).components().count() == 1 && !name.starts_with('.');
    let candidates = data_dirs.iter().filter(|_| is_plain).flat_map(candidates).flatten();
    candidates.into_iter().find(holds_ratings)
}
