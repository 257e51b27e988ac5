//! What users call the models of a table.

use std::collections::BTreeMap;

use super::table_rows::TableRow;
use crate::engine::{ParameterProblem, StageError};

/// Names by stage: by that which scored a model, or by any part of its name between slashes, such as the model's stage in
/// `evaluate/train-ease`.
pub(super) type Names = BTreeMap<String, String>;

/// Names that are none.
pub(super) fn check(names: &Names, parameter: &str) -> Vec<ParameterProblem> {
    let empty = names.iter().filter(|(_, name)| name.trim().is_empty());
    empty
        .map(|(stage, _)| {
            let message = format!("the name of `{stage}` is empty");
            ParameterProblem::of(parameter, message, Some("leave it out to have the model's own name".to_owned()))
        })
        .collect()
}

/// Gives rows the names that they are to have; refuses a name for a row that is not there.
pub(super) fn give(names: &Names, rows: &mut [TableRow<'_>]) -> Result<(), StageError> {
    for (stage, name) in names {
        let mut named = rows.iter_mut().filter(|row| is_called(&row.family, stage)).peekable();
        if named.peek().is_none() {
            let families: Vec<String> = rows.iter().map(|row| format!("`{}`", row.family)).collect();
            return Err(StageError::new(format!("`names` has one for `{stage}`, which no row of the table is of"))
                .help(format!("rows are of {}", families.join(", "))));
        }
        named.for_each(|row| row.name = Some(name.clone()));
    }
    Ok(())
}

fn is_called(family: &str, stage: &str) -> bool {
    family == stage || family.split('/').any(|segment| segment == stage)
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn rows_are_called_by_a_stage_or_by_a_part_of_its_name() {
        assert!(is_called("score-ease", "score-ease"));
        assert!(is_called("evaluate/train-ease/lambda=20", "train-ease"));
        assert!(is_called("evaluate/train-ease/lambda=20", "evaluate/train-ease/lambda=20"));
        assert!(!is_called("evaluate/train-ease", "train"));
    }
}
