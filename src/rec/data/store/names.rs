//! Ids and titles as CSV: `users.csv` with index, id; `items.csv` with index, id, title.

use std::path::Path;

use super::{StoreError, read, write};
use crate::rec::data::Items;

const USERS_FILE: &str = "users.csv";
const ITEMS_FILE: &str = "items.csv";

pub(super) fn write_users(folder: &Path, users: &[String]) -> Result<(), StoreError> {
    let rows = users.iter().enumerate().map(|(index, id)| [index.to_string(), id.clone()]);
    write_table(&folder.join(USERS_FILE), ["index", "id"], rows)
}

/// The ids of the users of the data set or split that was saved in a folder, by index.
pub fn read_users(folder: &Path) -> Result<Vec<String>, StoreError> {
    Ok(read_table(&folder.join(USERS_FILE), ["index", "id"])?.into_iter().map(|[_, id]| id).collect())
}

pub(super) fn write_items(folder: &Path, items: &Items) -> Result<(), StoreError> {
    let rows = items.ids.iter().zip(&items.titles).enumerate();
    write_table(
        &folder.join(ITEMS_FILE),
        ["index", "id", "title"],
        rows.map(|(index, (id, title))| [index.to_string(), id.clone(), title.clone()]),
    )
}

/// The items of the data set or split that was saved in a folder, by index.
pub(crate) fn read_items(folder: &Path) -> Result<Items, StoreError> {
    let rows = read_table(&folder.join(ITEMS_FILE), ["index", "id", "title"])?;
    let (ids, titles) = rows.into_iter().map(|[_, id, title]| (id, title)).unzip();
    Ok(Items { ids, titles })
}

pub(super) fn write_table<const N: usize>(
    path: &Path,
    header: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Result<(), StoreError> {
    let fail = |error: csv::Error| StoreError::Io { path: path.to_owned(), source: error.into() };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).map_err(fail)?;
    for row in rows {
        writer.write_record(row).map_err(fail)?;
    }
    let bytes =
        writer.into_inner().map_err(|error| StoreError::Io { path: path.to_owned(), source: error.into_error() })?;
    write(path, &bytes)
}

/// The rows of a table with this header, whose first column counts them.
fn read_table<const N: usize>(path: &Path, header: [&str; N]) -> Result<Vec<[String; N]>, StoreError> {
    let bytes = read(path)?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let found = reader.headers().map_err(|error| StoreError::damaged(path, error.to_string()))?;
    if !found.iter().eq(header) {
        return Err(StoreError::damaged(path, "its first line is not the one that was stored"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| StoreError::damaged(path, error.to_string()))?;
        if record.get(0).and_then(|index| index.parse().ok()) != Some(rows.len()) {
            return Err(StoreError::damaged(path, format!("row {} is not in its place", rows.len())));
        }
        rows.push(std::array::from_fn(|column| record.get(column).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}
