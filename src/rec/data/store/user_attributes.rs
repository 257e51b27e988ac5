//! Attributes of users as CSV beside a data set: the user's id, then a column for each attribute.

use std::path::Path;

use super::{StoreError, read, write};
use crate::rec::data::UserAttributes;

const FILE: &str = "user-attributes.csv";

impl UserAttributes {
    /// Writes the attributes into the folder of a data set.
    pub fn save(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE);
        let fail = |error: csv::Error| StoreError::Io { path: path.clone(), source: error.into() };
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(std::iter::once("user").chain(self.names.iter().map(String::as_str))).map_err(fail)?;
        for (user, values) in &self.values {
            writer.write_record(std::iter::once(user).chain(values)).map_err(fail)?;
        }
        let bytes = writer.into_inner();
        let bytes = bytes.map_err(|error| StoreError::Io { path: path.clone(), source: error.into_error() })?;
        write(&path, &bytes)
    }

    /// Reads those of the data set in a folder; `None` if nothing is known of its users.
    pub fn load(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let damaged = |error: csv::Error| StoreError::damaged(&path, error.to_string());
        let bytes = read(&path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().map_err(damaged)?;
        let mut attributes = Self { names: header.iter().skip(1).map(str::to_owned).collect(), ..Self::default() };
        for record in reader.records() {
            let record = record.map_err(damaged)?;
            let mut fields = record.iter().map(str::to_owned);
            if let Some(user) = fields.next() {
                attributes.values.insert(user, fields.collect());
            }
        }
        Ok(Some(attributes))
    }
}
