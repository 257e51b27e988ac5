//! How to split: the parameters of all strategies, and which belongs to which.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::draws::Draws;
use super::{
    RandomSource, Split, SplitError, held_out_users, leave_one_out, per_user_random, per_user_temporal, predefined,
    random_entries,
};
use crate::rec::Monitor;
use crate::rec::data::Dataset;
use crate::rec::model::Problem;

/// The ways to split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Random events of the whole data set are held out, whoever they are of: for rating prediction.
    RandomEntries,
    /// Random events of every user are held out.
    PerUserRandom,
    /// The latest events of every user are held out.
    PerUserTemporal,
    /// The last event of every user is the test, the one before it the validation. Of a user with two events the last
    /// is the test, and a user with one is in training only.
    LeaveOneOut,
    /// Whole users are held out, unseen in training: a part of each one's events, the fold-in, is shown to the models,
    /// and the rest is to be found. The items are those of the training users.
    HeldOutUsers,
    /// The parts are files.
    Predefined,
}

impl Strategy {
    /// The name in pipeline files.
    pub fn name(self) -> &'static str {
        match self {
            Self::RandomEntries => "random-entries",
            Self::PerUserRandom => "per-user-random",
            Self::PerUserTemporal => "per-user-temporal",
            Self::LeaveOneOut => "leave-one-out",
            Self::HeldOutUsers => "held-out-users",
            Self::Predefined => "predefined",
        }
    }
}

/// Which events of a held-out user are shown to the models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FoldIn {
    /// Random ones; ⌊share · n⌋ of the n events are to be found.
    #[default]
    Random,
    /// The earliest ⌊(1 − share) · n⌋; those after them are to be found.
    Temporal,
}

/// What to do with held-out events of items that training does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownItems {
    /// Stop, and name the first.
    #[default]
    Error,
    /// Leave them out and count them.
    Drop,
}

/// How to split. Parameters that do not belong to the strategy are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SplitParams {
    /// The way to split.
    pub strategy: Strategy,
    /// Share of the events for validation, 0 for none; for `held-out-users`, of the users. Default 0.1. A part of n
    /// events is cut so that training gets ⌊(1 − validation − test) · n⌋ of them, and at least one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 0.99))]
    pub validation: Option<f64>,
    /// Share of the events for the test; for `held-out-users`, of the users. Default 0.2, for `held-out-users` 0.1. The
    /// test gets n − ⌊(1 − test) · n⌋ of n events, and the same ones whatever `validation` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 0.99))]
    pub test: Option<f64>,
    /// Seed of all random choices. Default 42.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Where random choices come from. Default `addressed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_source: Option<RandomSource>,
    /// `held-out-users`: number of users for validation, instead of the share `validation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_users: Option<usize>,
    /// `held-out-users`: number of users for the test, instead of the share `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_users: Option<usize>,
    /// `held-out-users`: which of a held-out user's events are shown to the models. Default `random`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fold_in: Option<FoldIn>,
    /// `held-out-users`: share of a held-out user's events that are to be found. Default 0.2. Users of whom nothing
    /// would be to be found, or nothing shown, are not scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.01, max = 0.99))]
    pub fold_out: Option<f64>,
    /// `predefined`: the training events. Any format that `ingest` reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub train_file: Option<PathBuf>,
    /// `predefined`: held-out events of the training users for validation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub validation_file: Option<PathBuf>,
    /// `predefined`: held-out events of the training users for the test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub test_file: Option<PathBuf>,
    /// `predefined`, users unseen in training: what is shown of the validation users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub validation_fold_in_file: Option<PathBuf>,
    /// `predefined`, users unseen in training: what is to be found of the validation users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub validation_held_out_file: Option<PathBuf>,
    /// `predefined`, users unseen in training: what is shown of the test users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub test_fold_in_file: Option<PathBuf>,
    /// `predefined`, users unseen in training: what is to be found of the test users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub test_held_out_file: Option<PathBuf>,
    /// `predefined`: titles of the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-key" = false))]
    pub titles_file: Option<PathBuf>,
    /// `predefined`: what to do with events of items that training does not have. Default `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_items: Option<UnknownItems>,
}

const SEED: u64 = 42;

impl SplitParams {
    /// A strategy with its defaults.
    pub fn new(strategy: Strategy) -> Self {
        Self {
            strategy,
            validation: None,
            test: None,
            seed: None,
            random_source: None,
            validation_users: None,
            test_users: None,
            fold_in: None,
            fold_out: None,
            train_file: None,
            validation_file: None,
            test_file: None,
            validation_fold_in_file: None,
            validation_held_out_file: None,
            test_fold_in_file: None,
            test_held_out_file: None,
            titles_file: None,
            unknown_items: None,
        }
    }

    /// The same with the strategy's defaults written out: equal results have equal resolved parameters.
    #[must_use]
    pub fn resolved(&self) -> Self {
        let mut all = self.clone();
        let is_by_users = self.strategy == Strategy::HeldOutUsers;
        if self.takes("validation") && all.validation_users.is_none() {
            all.validation.get_or_insert(0.1);
        }
        if self.takes("test") && all.test_users.is_none() {
            all.test.get_or_insert(if is_by_users { 0.1 } else { 0.2 });
        }
        if self.takes("seed") {
            all.seed.get_or_insert(SEED);
            all.random_source.get_or_insert_default();
        }
        if is_by_users {
            all.fold_in.get_or_insert_default();
            all.fold_out.get_or_insert(0.2);
        }
        if self.strategy == Strategy::Predefined {
            all.unknown_items.get_or_insert_default();
        }
        all
    }

    /// Whether the strategy cuts a data set; else it reads files and a data set only lends its name and titles.
    pub fn reads_dataset(&self) -> bool {
        self.strategy != Strategy::Predefined
    }

    /// The files that a predefined split reads, by role, so that they can be hashed before.
    pub fn sources(&self) -> Vec<(String, PathBuf)> {
        let given = |(name, file): (&str, &Option<PathBuf>)| {
            let role = name.strip_suffix("-file").unwrap_or(name).to_owned();
            file.clone().map(|file| (role, file))
        };
        self.files().into_iter().filter_map(given).collect()
    }

    fn files(&self) -> [(&'static str, &Option<PathBuf>); 8] {
        [
            ("train-file", &self.train_file),
            ("validation-file", &self.validation_file),
            ("test-file", &self.test_file),
            ("validation-fold-in-file", &self.validation_fold_in_file),
            ("validation-held-out-file", &self.validation_held_out_file),
            ("test-fold-in-file", &self.test_fold_in_file),
            ("test-held-out-file", &self.test_held_out_file),
            ("titles-file", &self.titles_file),
        ]
    }

    /// Whether the strategy has this parameter.
    fn takes(&self, parameter: &str) -> bool {
        match self.strategy {
            Strategy::RandomEntries | Strategy::PerUserRandom => {
                ["validation", "test", "seed", "random-source"].contains(&parameter)
            }
            Strategy::PerUserTemporal => ["validation", "test"].contains(&parameter),
            Strategy::LeaveOneOut => false,
            Strategy::HeldOutUsers => {
                ["validation", "test", "seed", "random-source", "validation-users", "test-users", "fold-in", "fold-out"]
                    .contains(&parameter)
            }
            Strategy::Predefined => parameter.ends_with("-file") || parameter == "unknown-items",
        }
    }

    /// Every problem of these parameters.
    pub fn check(&self) -> Vec<Problem> {
        let mut problems = self.foreign_parameters();
        let mut problem = |parameter: &str, message: String, help: &str| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: Some(help.to_owned()) });
        };
        for (name, share) in [("validation", self.validation), ("test", self.test), ("fold-out", self.fold_out)] {
            if let Some(share) = share.filter(|share| !(0.0..1.0).contains(share)) {
                problem(name, format!("`{share}` is not a share"), "a share lies between 0 and 1, such as `0.1`");
            }
        }
        for (name, is_zero) in [
            ("test", self.test == Some(0.0)),
            ("test-users", self.test_users == Some(0)),
            ("fold-out", self.fold_out == Some(0.0)),
        ] {
            if is_zero {
                problem(
                    name,
                    "`0` leaves nothing to be found".to_owned(),
                    "the test part is what the table is made of",
                );
            }
        }
        let all = self.resolved();
        if let (Some(validation), Some(test)) = (all.validation, all.test)
            && (0.0..1.0).contains(&validation)
            && (0.0..1.0).contains(&test)
            && validation + test >= 1.0 - 1e-9
        {
            let message = format!("validation `{validation}` and test `{test}` leave nothing for training");
            problem("validation", message, "their sum must be below 1");
        }
        for (share, count, is_both) in [
            ("validation", "validation-users", self.validation.is_some() && self.validation_users.is_some()),
            ("test", "test-users", self.test.is_some() && self.test_users.is_some()),
        ] {
            if is_both && self.strategy == Strategy::HeldOutUsers {
                problem(count, format!("it says the same as `{share}`"), "give the number or the share, not both");
            }
        }
        if let (Some(RandomSource::NumpyLegacy), Some(seed)) = (self.random_source, self.seed)
            && u32::try_from(seed).is_err()
        {
            problem("seed", format!("`{seed}` is no seed of numpy's"), "`numpy-legacy` takes numbers below 2³²");
        }
        if self.strategy == Strategy::Predefined {
            predefined::check(self, &mut problem);
        }
        problems
    }

    fn foreign_parameters(&self) -> Vec<Problem> {
        let given = [
            ("validation", self.validation.is_some()),
            ("test", self.test.is_some()),
            ("seed", self.seed.is_some()),
            ("random-source", self.random_source.is_some()),
            ("validation-users", self.validation_users.is_some()),
            ("test-users", self.test_users.is_some()),
            ("fold-in", self.fold_in.is_some()),
            ("fold-out", self.fold_out.is_some()),
            ("unknown-items", self.unknown_items.is_some()),
        ];
        let files = self.files().map(|(name, file)| (name, file.is_some()));
        let name = self.strategy.name();
        let foreign =
            given.into_iter().chain(files).filter(|&(parameter, is_given)| is_given && !self.takes(parameter));
        foreign
            .map(|(parameter, _)| Problem {
                parameter: parameter.to_owned(),
                message: format!("the strategy `{name}` has no parameter `{parameter}`"),
                help: Some("remove it, or choose the strategy that it belongs to".to_owned()),
            })
            .collect()
    }

    /// Makes the split. All strategies but `predefined` need the data set; `predefined` takes its name and titles from
    /// one if it is given.
    pub fn apply(&self, dataset: Option<&Dataset>, monitor: &dyn Monitor) -> Result<Split, SplitError> {
        let problems = self.check();
        if !problems.is_empty() {
            return Err(SplitError::Parameters(problems));
        }
        monitor.check()?;
        let all = self.resolved();
        if self.strategy == Strategy::Predefined {
            return honest(predefined::read(&all, dataset, monitor)?);
        }
        let Some(dataset) = dataset else {
            let message = format!("the strategy `{}` has no data set to split", self.strategy.name());
            return Err(SplitError::unfit(message, "let the split need an `ingest` stage"));
        };
        let (validation, test) = (all.validation.unwrap_or(0.0), all.test.unwrap_or(0.0));
        let seed = all.seed.unwrap_or(SEED);
        let draws = Draws::new(all.random_source.unwrap_or_default(), seed);
        let split = match self.strategy {
            Strategy::RandomEntries => random_entries::split(dataset, validation, test, draws, monitor)?,
            Strategy::PerUserRandom => per_user_random::split(dataset, validation, test, draws, monitor)?,
            Strategy::PerUserTemporal => per_user_temporal::split(dataset, validation, test, monitor)?,
            Strategy::LeaveOneOut => leave_one_out::split(dataset, monitor)?,
            Strategy::HeldOutUsers => held_out_users::split(dataset, &all, draws, monitor)?,
            Strategy::Predefined => unreachable!("read from files above"),
        };
        if split.test.users.is_empty() {
            let message = format!("no user is left to be tested: `{}` has too few events", dataset.about.name);
            return Err(SplitError::unfit(message, "use more data, or a greater share for the test"));
        }
        honest(split)
    }
}

/// The split, if its parts are apart.
fn honest(split: Split) -> Result<Split, SplitError> {
    match split.leak() {
        Some(leak) => Err(leak.into()),
        None => Ok(split),
    }
}
