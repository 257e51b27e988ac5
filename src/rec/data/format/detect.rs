//! What a path holds.

use std::io;
use std::path::{Path, PathBuf};

use super::lines::{Lines, USER_LIMIT_BYTES};
use super::table::Delimiter;
use super::{Format, Layout, TITLES, USERS};
use crate::rec::Silent;
use crate::rec::data::DataError;

/// The ratings files that make a folder a data set, and the files of titles and of users beside them, most telling first. A
/// table of users has no usual form: it must be named.
const FOLDERS: [Folder; 3] = [
    Folder { format: Format::Ml100k, ratings: &["u.data"], titles: &["u.item"], users: &["u.user"] },
    Folder { format: Format::DoubleColon, ratings: &["ratings.dat"], titles: &["movies.dat"], users: &["users.dat"] },
    Folder {
        format: Format::Table,
        ratings: &["ratings.csv", "ratings.csv.gz", "ratings.tsv", "ratings.tsv.gz"],
        titles: &["movies.csv", "movies.csv.gz", "items.csv", "titles.csv", "movies.tsv", "items.tsv"],
        users: &[],
    },
];

/// The names that files may have in a folder of one format.
struct Folder {
    format: Format,
    ratings: &'static [&'static str],
    titles: &'static [&'static str],
    users: &'static [&'static str],
}

/// Finds out what a folder or file holds.
///
/// A folder is recognised by the names in it: `u.data`, `ratings.dat`, `ratings.csv`, or LightGCN's `train.txt`
/// (`train_plus_valid.txt` is read in its place where it exists, `valid.txt` beside it) and `test.txt`. A single file
/// is recognised by its first line.
pub fn detect(path: &Path) -> Result<Layout, DataError> {
    let metadata = std::fs::metadata(path).map_err(|source| DataError::io(path, source))?;
    if metadata.is_dir() {
        let (format, files) = in_folder(path)?;
        return Ok(Layout { name: name_of(path), format, files });
    }
    let format = of_file(path)?;
    let role = if format == Format::LightGcn { "interactions-1" } else { "ratings" };
    Ok(Layout { name: name_of(path), format, files: vec![(role.to_owned(), path.to_owned())] })
}

fn in_folder(folder: &Path) -> Result<(Format, Vec<(String, PathBuf)>), DataError> {
    let first_of = |names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.is_file());
    for Folder { format, ratings, titles, users } in FOLDERS {
        if let Some(ratings) = first_of(ratings) {
            let mut files = vec![("ratings".to_owned(), ratings)];
            files.extend(first_of(titles).map(|path| (TITLES.to_owned(), path)));
            files.extend(first_of(users).map(|path| (USERS.to_owned(), path)));
            return Ok((format, files));
        }
    }
    let parts = match first_of(&["train_plus_valid.txt"]) {
        Some(train) => [Some(train), None, first_of(&["test.txt"])],
        None => [first_of(&["train.txt"]), first_of(&["valid.txt"]), first_of(&["test.txt"])],
    };
    if parts[0].is_some() {
        let numbered = |(index, path)| (format!("interactions-{}", index + 1), path);
        return Ok((Format::LightGcn, parts.into_iter().flatten().enumerate().map(numbered).collect()));
    }
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map_err(|source| DataError::io(folder, source))?
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, io::Error>>()
        .map_err(|source| DataError::io(folder, source))?;
    names.sort_unstable();
    let what = if names.is_empty() {
        "the folder is empty".to_owned()
    } else {
        let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{name}`")).collect();
        let dots = if names.len() > 6 { ", …" } else { "" };
        format!("the folder holds {}{dots} and no ratings file among them", shown.join(", "))
    };
    Err(DataError::Unrecognised { path: folder.to_owned(), what })
}

fn of_file(path: &Path) -> Result<Format, DataError> {
    let mut lines = Lines::open(path, USER_LIMIT_BYTES, &Silent)?;
    let Some(line) = lines.next()? else { return Err(DataError::Empty { path: path.to_owned() }) };
    let text = String::from_utf8_lossy(line.bytes);
    let is_number = |field: &str| field.trim().parse::<f64>().is_ok();
    // The line may be long: nothing is kept of all its fields.
    let tabs: Vec<&str> = text.split('\t').take(5).collect();
    if text.contains("::") {
        return Ok(Format::DoubleColon);
    }
    if tabs.len() == 4 && tabs[2..].iter().all(|field| is_number(field)) {
        return Ok(Format::Ml100k);
    }
    let is_id_list = text.split_whitespace().all(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    if is_id_list && !text.contains('\t') {
        return Ok(Format::LightGcn);
    }
    let delimiter = char::from(Delimiter::Auto.byte(line.bytes));
    // A header whose names are not the usual ones needs the parameter `columns`; that is for reading to find out.
    if text.contains(delimiter) {
        return Ok(Format::Table);
    }
    let what = format!("its first line is `{}`", super::super::error::shortened(&text));
    Err(DataError::Unrecognised { path: path.to_owned(), what })
}

/// The name of a folder, or of a file without its extensions.
fn name_of(path: &Path) -> String {
    let canonical = path.canonicalize();
    let path = canonical.as_deref().unwrap_or(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if path.is_dir() {
        return name;
    }
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    let known = [".csv", ".tsv", ".txt", ".dat", ".data"];
    known.iter().find_map(|extension| stem.strip_suffix(extension)).unwrap_or(stem).to_owned()
}
