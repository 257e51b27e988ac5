//! Titles of items: `u.item` (`id|title|...`), `movies.dat` (`id::title::...`) or a table with named columns.

use std::collections::HashMap;
use std::path::Path;

use super::ReadOptions;
use super::collector::lossy;
use super::double_colon::Fields;
use super::side_file::SideFile;
use super::table::Header;
use crate::rec::Monitor;
use crate::rec::data::{DataError, Items, LineProblem};

/// Reads titles and puts them beside the ids they belong to; ids that the items do not have are passed over. Gives the
/// number of lines that were skipped.
pub(super) fn attach(
    path: &Path,
    items: &mut Items,
    options: &ReadOptions,
    monitor: &dyn Monitor,
) -> Result<u64, DataError> {
    let mut file = SideFile::read(path, options, monitor)?;
    let mut titles = Titles::default();
    let first = file.first_line();
    if first.contains("::") {
        file.each_line(|line| {
            let fields: Vec<&[u8]> = Fields(Some(line.as_bytes())).take(2).collect();
            let [id, title] = fields.try_into().map_err(|_| too_short(line))?;
            titles.add(&lossy(id), &lossy(title));
            Ok(())
        })?;
    } else if first.contains('|') && first.split('|').next().is_some_and(|id| id.trim().parse::<u64>().is_ok()) {
        file.each_line(|line| {
            let mut fields = line.split('|');
            let (Some(id), Some(title)) = (fields.next(), fields.next()) else { return Err(too_short(line)) };
            titles.add(id, title);
            Ok(())
        })?;
    } else {
        let columns = |names| {
            let header = Header::new(names);
            Ok((header.item(path, &options.columns)?, header.title(path, &options.columns)?))
        };
        file.each_record(columns, |&(item, title), record| {
            titles.add(&record[item], &record[title]);
            Ok(())
        })?;
    }
    for (id, title) in items.ids.iter().zip(&mut items.titles) {
        if let Some(known) = titles.0.get(id) {
            title.clone_from(known);
        }
    }
    Ok(file.n_skipped)
}

fn too_short(line: &str) -> LineProblem {
    LineProblem::Fields { found: 1, expected: 2, text: line.to_owned() }
}

/// The titles found so far, by item id.
#[derive(Default)]
struct Titles(HashMap<String, String>);

impl Titles {
    fn add(&mut self, id: &str, title: &str) {
        self.0.insert(id.trim().to_owned(), title.trim().to_owned());
    }
}
