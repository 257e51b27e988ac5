//! The parts of a split as files.
//!
//! Either events of the training users are held out (`train-file`, `test-file`, perhaps `validation-file`), or users
//! that training has not seen (`train-file`, `test-fold-in-file`, `test-held-out-file`, perhaps the same for
//! validation). Items are indexed by first appearance in the training file; users likewise, then those of the
//! validation and of the test.

mod parts;
mod source;

use std::collections::HashMap;
use std::path::PathBuf;

use self::parts::Parts;
use self::source::Source;
use super::params::SplitParams;
use super::{Split, SplitError, SplitInfo};
use crate::rec::Monitor;
use crate::rec::data::{Dataset, DatasetInfo, Items};

/// Every problem with the files named.
pub(super) fn check(params: &SplitParams, problem: &mut impl FnMut(&str, String, &str)) {
    let forms = "give `train-file` and `test-file`, or `train-file`, `test-fold-in-file` and `test-held-out-file`";
    if params.train_file.is_none() {
        problem("train-file", "a predefined split needs a training file".to_owned(), forms);
    }
    let has_test_users = params.test_fold_in_file.is_some() || params.test_held_out_file.is_some();
    if params.test_file.is_none() && !has_test_users {
        problem("test-file", "a predefined split needs a test file".to_owned(), forms);
    }
    for (part, single, fold_in, held_out) in [
        ("validation", &params.validation_file, &params.validation_fold_in_file, &params.validation_held_out_file),
        ("test", &params.test_file, &params.test_fold_in_file, &params.test_held_out_file),
    ] {
        if single.is_some() && (fold_in.is_some() || held_out.is_some()) {
            let message = format!("the {part} part is given twice, as held-out events and as held-out users");
            problem(&format!("{part}-file"), message, forms);
        }
        for (given, lacking, name) in [(fold_in, held_out, "held-out"), (held_out, fold_in, "fold-in")] {
            if given.is_some() && lacking.is_none() {
                let name = format!("{part}-{name}-file");
                problem(&name, format!("held-out users need `{name}` too"), forms);
            }
        }
    }
    let is_mixed = (params.test_file.is_some() && params.validation_fold_in_file.is_some())
        || (has_test_users && params.validation_file.is_some());
    if is_mixed {
        let message = "validation and test are not of the same form".to_owned();
        problem("validation-file", message, "hold out events in both, or users in both");
    }
}

/// Reads the files and puts the parts together. Name and titles come from `dataset` where it is given.
pub(super) fn read(
    params: &SplitParams,
    dataset: Option<&Dataset>,
    monitor: &dyn Monitor,
) -> Result<Split, SplitError> {
    let open = |path: &Option<PathBuf>| path.as_deref().map(|path| Source::read(path, None, monitor)).transpose();
    let Some(train) = &params.train_file else { return Err(SplitError::Parameters(params.check())) };
    let train = Source::read(train, params.titles_file.as_deref(), monitor)?;
    let [validation, test] = [open(&params.validation_file)?, open(&params.test_file)?];
    let validation_users = open(&params.validation_fold_in_file)?.zip(open(&params.validation_held_out_file)?);
    let test_users = open(&params.test_fold_in_file)?.zip(open(&params.test_held_out_file)?);

    let mut parts = Parts::new(&train, params.unknown_items.unwrap_or_default());
    let (validation_part, test_part) = if let Some(test) = &test {
        let mut known = vec![&train];
        let validation_part = match &validation {
            Some(validation) => parts.of_training_users(&known, validation)?,
            None => parts.none(),
        };
        known.extend(&validation);
        (validation_part, parts.of_training_users(&known, test)?)
    } else if let Some((fold_in, held_out)) = &test_users {
        let validation_part = match &validation_users {
            Some((fold_in, held_out)) => parts.of_new_users(fold_in, held_out)?,
            None => parts.none(),
        };
        (validation_part, parts.of_new_users(fold_in, held_out)?)
    } else {
        return Err(SplitError::Parameters(params.check()));
    };

    let dropped = match parts.n_dropped() {
        0 => String::new(),
        n => format!("; {n} events on items that training does not have are left out"),
    };
    let of_users = validation_users.iter().chain(&test_users).flat_map(|(fold_in, held_out)| [fold_in, held_out]);
    let sources: Vec<&Source> = [&train].into_iter().chain(&validation).chain(&test).chain(of_users).collect();
    let about = SplitInfo {
        dataset: describe(&sources, dataset),
        strategy: "predefined".to_owned(),
        description: format!(
            "read from files, {}{dropped}",
            if test.is_some() { "events held out" } else { "users held out" }
        ),
        seed: None,
        rating_range: sources
            .iter()
            .filter_map(|source| source.data.events.rating_range())
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .unwrap_or_default(),
    };
    let mut items = train.data.items.clone();
    if let Some(dataset) = dataset.filter(|_| params.titles_file.is_none()) {
        borrow_titles(&mut items, &dataset.items);
    }
    let train_rows = parts.training();
    Ok(Split {
        about,
        users: parts.into_users(),
        items,
        train: train_rows,
        validation: validation_part,
        test: test_part,
    })
}

fn describe(sources: &[&Source], dataset: Option<&Dataset>) -> DatasetInfo {
    let own_name = sources.first().map(|train| train.data.about.name.clone());
    DatasetInfo {
        name: dataset.map(|dataset| dataset.about.name.clone()).or(own_name).unwrap_or_default(),
        has_ratings: sources.iter().all(|source| source.data.about.has_ratings),
        has_times: sources.iter().all(|source| source.data.about.has_times),
        ..DatasetInfo::default()
    }
}

fn borrow_titles(items: &mut Items, known: &Items) {
    let known: HashMap<&String, &String> = known.ids.iter().zip(&known.titles).collect();
    for (id, title) in items.ids.iter().zip(&mut items.titles) {
        if let Some(known) = known.get(id) {
            title.clone_from(known);
        }
    }
}
