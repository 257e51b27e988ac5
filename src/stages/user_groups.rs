//! Which groups scored users belong to: written by `evaluate`, read by `report`.
//!
//! A CSV file with the attributes asked for in its header and a line a user, in the order of the scored part's rows; empty where
//! nothing is known.

use std::fs;
use std::path::Path;

use super::user_terms::UserTerms;
use crate::engine::{InputArtifact, StageError};
use crate::rec::data::UserAttributes;

const FILE: &str = "user-groups.csv";

/// The values of attributes for the users of one evaluation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct UserGroups {
    /// Each attribute's name, and the users' values. Shape of each: `[n_users]`.
    pub columns: Vec<(String, Vec<String>)>,
}

impl UserGroups {
    /// Looks the attributes of those users up who were scored in the folder `scored`; `ids` are all of the split's.
    pub(super) fn look_up(
        names: &[String],
        dataset: &InputArtifact,
        scored: &Path,
        ids: &[String],
    ) -> Result<Self, StageError> {
        let known = UserAttributes::load(&dataset.dir)?.unwrap_or_default();
        let users = UserTerms::open(scored)?.users()?;
        let column = |name: &String| {
            let values = known.of_users(name, users.iter().map(|&user| ids[user as usize].as_str()));
            let values = values.ok_or_else(|| unknown(name, &known, &dataset.stage))?;
            Ok((name.clone(), values.into_iter().map(str::to_owned).collect()))
        };
        Ok(Self { columns: names.iter().map(column).collect::<Result<_, StageError>>()? })
    }

    /// Writes them beside the scores.
    pub(super) fn write(&self, folder: &Path) -> Result<(), StageError> {
        let unwritable = |error: csv::Error| StageError::new(format!("cannot write `{FILE}`: {error}"));
        // A line of one empty field would be a blank line, which readers leave out.
        let mut writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .from_path(folder.join(FILE))
            .map_err(unwritable)?;
        writer.write_record(self.columns.iter().map(|(name, _)| name)).map_err(unwritable)?;
        let n_users = self.columns.first().map_or(0, |(_, values)| values.len());
        for user in 0..n_users {
            writer.write_record(self.columns.iter().map(|(_, values)| &values[user])).map_err(unwritable)?;
        }
        Ok(writer.flush()?)
    }

    /// Those of an evaluation; none if it was asked for none.
    pub(super) fn read(folder: &Path) -> Result<Self, StageError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let unreadable = |error: csv::Error| StageError::new(format!("cannot read `{}`: {error}", path.display()));
        let bytes = fs::read(&path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let names = reader.headers().map_err(unreadable)?;
        let mut columns: Vec<(String, Vec<String>)> = names.iter().map(|name| (name.to_owned(), Vec::new())).collect();
        for record in reader.records() {
            for (value, (_, values)) in record.map_err(unreadable)?.iter().zip(&mut columns) {
                values.push(value.to_owned());
            }
        }
        Ok(Self { columns })
    }
}

fn unknown(name: &str, known: &UserAttributes, stage: &str) -> StageError {
    if known.names.is_empty() {
        return StageError::new(format!("`{stage}` knows no attributes of users, and so no `{name}`"))
            .help("give `ingest` a file of them: `users: people.csv`, its first column the users' ids");
    }
    let names: Vec<String> = known.names.iter().map(|name| format!("`{name}`")).collect();
    StageError::new(format!("`{stage}` knows no attribute `{name}` of users"))
        .help(format!("it knows {}", names.join(", ")))
}
