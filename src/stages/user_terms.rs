//! What single users add to the metrics of a model: written by `evaluate`, read by `report`, column by column.
//!
//! A safetensors file. For each metric that is a mean over users, a column of its name with the users' values, not a number
//! where the user takes no part; for each judged metric of rankings also `ndcg@10/head`, `/middle` and `/tail`, with only
//! the targets of that third of the catalogue; `errors.count`, `errors.squared` and `errors.absolute`, of which pooled
//! metrics are made. Shape of each: `[n_users]`, float64, in the order of the test part's rows. Beside them `users`, their
//! indices, and `history`, the lengths of their histories, uint32; `targets`, how many of each third are to be found, uint32,
//! shape `[3]`.

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::StageError;
use crate::rec::data::{Holdout, HoldoutRows, Stored, TensorFile};
use crate::rec::eval::{
    PopularityFacts, PopularityTally, PopularityThirds, ScoredUsers, TrainingCounts, UserLayout, UserSink,
};
use crate::rec::metric::{Dialect, Direction, MetricSpec, RankedList};

const FILE: &str = "user-terms.safetensors";
const USERS: &str = "users";
const HISTORY: &str = "history";
const TARGETS: &str = "targets";
const ERRORS: [&str; 3] = ["errors.count", "errors.squared", "errors.absolute"];

/// What the users' terms are taken from, beside their scores.
#[derive(Clone, Copy)]
pub(super) struct TermSources<'a> {
    /// The part that is scored.
    pub holdout: &'a dyn HoldoutRows,
    /// The lowest rating that makes a held-out item a target.
    pub relevant_from: Option<f32>,
    /// How metrics are defined.
    pub dialect: &'a Dialect,
    /// The popularity of items.
    pub training: &'a TrainingCounts,
    /// The items by it.
    pub thirds: &'a PopularityThirds,
}

/// Writes the file while users are scored.
pub(super) struct UserTermsWriter<'a> {
    path: PathBuf,
    sources: TermSources<'a>,
    file: Option<TensorFile>,
    metrics: Vec<MetricSpec>,
    tally: Option<PopularityTally<'a>>,
    targets: [u32; PopularityThirds::COUNT],
    n_written: usize,
}

/// The metrics of rankings that are broken down by the popularity of targets.
fn by_third(metrics: &[MetricSpec]) -> impl Iterator<Item = MetricSpec> {
    let is_judged = |metric: &MetricSpec| {
        let kind = metric.metric();
        kind.is_per_user() && !kind.is_of_ratings() && kind.direction != Direction::Neither
    };
    metrics.iter().copied().filter(is_judged)
}

/// The column of a metric with only the targets of a third of the catalogue.
pub(super) fn third_column(metric: MetricSpec, third: usize) -> String {
    format!("{metric}/{}", PopularityThirds::NAMES[third])
}

impl<'a> UserTermsWriter<'a> {
    /// Will write into a folder.
    pub(super) fn new(folder: &Path, sources: TermSources<'a>) -> Self {
        let (metrics, targets) = Default::default();
        Self { path: folder.join(FILE), sources, file: None, metrics, tally: None, targets, n_written: 0 }
    }

    /// All users are there. The popularity of what was recommended to them; `None` if nothing was.
    pub(super) fn finish(self) -> Result<Option<PopularityFacts>, StageError> {
        if let Some(file) = &self.file {
            file.write(TARGETS, 0, &self.targets)?;
        }
        Ok(self.tally.and_then(|tally| tally.facts()))
    }

    /// Values by the popularity of targets. Shape: `[n_columns, n_users]`, columns as in [`third_columns`].
    fn values_by_third(&mut self, users: &ScoredUsers, holdout: &Holdout) -> Vec<Vec<f64>> {
        let n_users = users.users.len();
        let metrics: Vec<_> = by_third(&self.metrics).collect();
        let mut columns = vec![vec![f64::NAN; n_users]; metrics.len() * PopularityThirds::COUNT];
        for row in (0..n_users).filter(|&row| users.ranked[row]) {
            let mut held_out: [Vec<(u32, f32)>; PopularityThirds::COUNT] = Default::default();
            let ratings = holdout.targets.ratings_of(row);
            for (&item, &rating) in holdout.targets.items_of(row).iter().zip(ratings) {
                held_out[self.sources.thirds.of_item(item)].push((item, rating));
            }
            let list = users.items.row(row);
            let list: Vec<u32> = list.iter().copied().take_while(|&item| item != crate::rec::eval::NO_ITEM).collect();
            for (third, held_out) in held_out.iter().enumerate() {
                let ranked = RankedList::rated(&list, held_out, self.sources.relevant_from, &[]);
                if ranked.n_targets() == 0 {
                    continue;
                }
                self.targets[third] += ranked.n_targets() as u32;
                for (place, metric) in metrics.iter().enumerate() {
                    let value = self.sources.dialect.of_list(*metric, &ranked);
                    columns[place * PopularityThirds::COUNT + third][row] = value.unwrap_or(f64::NAN);
                }
            }
        }
        columns
    }
}

/// The held-out items of a user that are to be found.
pub(super) fn relevant(holdout: &Holdout, row: usize, from: Option<f32>) -> impl Iterator<Item = u32> {
    let (items, ratings) = (holdout.targets.items_of(row), holdout.targets.ratings_of(row));
    let from = from.unwrap_or(f32::NEG_INFINITY);
    items.iter().zip(ratings).filter(move |&(_, &rating)| rating >= from).map(|(&item, _)| item)
}

/// The names of the columns by third, metric by metric.
fn third_columns(metrics: &[MetricSpec]) -> impl Iterator<Item = String> {
    by_third(metrics).flat_map(|metric| (0..PopularityThirds::COUNT).map(move |third| third_column(metric, third)))
}

impl UserSink for UserTermsWriter<'_> {
    fn begin(&mut self, layout: &UserLayout<'_>) -> io::Result<()> {
        self.metrics = layout.metrics.to_vec();
        let n = layout.n_users;
        let names = self.metrics.iter().map(ToString::to_string).chain(third_columns(&self.metrics));
        let errors = ERRORS.into_iter().filter(|_| layout.rates).map(str::to_owned);
        let names: Vec<String> = names.chain(errors).collect();
        let columns = names.iter().map(|name| (name.as_str(), f64::DTYPE, vec![n]));
        let others = [
            (USERS, u32::DTYPE, vec![n]),
            (HISTORY, u32::DTYPE, vec![n]),
            (TARGETS, u32::DTYPE, vec![PopularityThirds::COUNT]),
        ];
        let arrays = others.into_iter().chain(columns).collect();
        self.file = Some(TensorFile::create(&self.path, arrays).map_err(io::Error::other)?);
        let cutoff = by_third(&self.metrics).find_map(|metric| metric.cutoff());
        let TermSources { training, thirds, .. } = self.sources;
        self.tally = cutoff.map(|cutoff| PopularityTally::new(training, thirds, cutoff));
        Ok(())
    }

    fn add(&mut self, users: &ScoredUsers) -> io::Result<()> {
        let (start, n_users) = (self.n_written, users.users.len());
        let holdout = self.sources.holdout.rows(start..start + n_users).map_err(io::Error::other)?;
        let by_third = self.values_by_third(users, &holdout);
        let third_names: Vec<String> = third_columns(&self.metrics).collect();
        let Some(file) = &self.file else { return Ok(()) };
        let write = |name: &str, column: &[f64]| file.write(name, start, column).map_err(io::Error::other);
        for (name, column) in third_names.iter().zip(&by_third) {
            write(name, column)?;
        }
        for (metric, column) in self.metrics.iter().zip(users.values.columns()) {
            let takes_part = if metric.metric().is_of_ratings() { &users.rated } else { &users.ranked };
            let values = column.iter().zip(takes_part);
            let values = values.map(|(&value, &takes_part)| if takes_part { value } else { f64::NAN });
            write(&metric.to_string(), &values.collect::<Vec<f64>>())?;
        }
        if !users.errors.is_empty() {
            let [count, squared, absolute] = ERRORS;
            write(count, &users.errors.iter().map(|errors| errors.count as f64).collect::<Vec<f64>>())?;
            write(squared, &users.errors.iter().map(|errors| errors.squared).collect::<Vec<f64>>())?;
            write(absolute, &users.errors.iter().map(|errors| errors.absolute).collect::<Vec<f64>>())?;
        }
        let lengths: Vec<u32> = (0..n_users).map(|row| holdout.history.items_of(row).len() as u32).collect();
        file.write(USERS, start, &users.users).map_err(io::Error::other)?;
        file.write(HISTORY, start, &lengths).map_err(io::Error::other)?;
        if let Some(tally) = &mut self.tally {
            for row in (0..n_users).filter(|&row| users.ranked[row]) {
                tally.add(users.items.row(row), holdout.history.items_of(row));
            }
        }
        self.n_written += n_users;
        Ok(())
    }
}

/// Reads the file.
pub(super) struct UserTerms {
    file: TensorFile,
    n_users: usize,
}

impl UserTerms {
    /// The file in the folder of an evaluation.
    pub(super) fn open(folder: &Path) -> Result<Self, StageError> {
        let file = TensorFile::open(&folder.join(FILE))?;
        Ok(Self { n_users: file.shape::<u32>(USERS)?.iter().product(), file })
    }

    /// Number of users.
    pub(super) fn n_users(&self) -> usize {
        self.n_users
    }

    /// The users' indices in the split. Shape: `[n_users]`.
    pub(super) fn users(&self) -> Result<Vec<u32>, StageError> {
        Ok(self.file.read(USERS, 0..self.n_users)?)
    }

    /// The lengths of the users' histories. Shape: `[n_users]`.
    pub(super) fn history_lengths(&self) -> Result<Vec<u32>, StageError> {
        Ok(self.file.read(HISTORY, 0..self.n_users)?)
    }

    /// How many targets of each third of the catalogue there are.
    pub(super) fn targets_by_third(&self) -> Result<Vec<u32>, StageError> {
        Ok(self.file.read(TARGETS, 0..PopularityThirds::COUNT)?)
    }

    /// A column of users' values, not a number for those who take no part; `None` if the model has none.
    /// Shape: `[n_users]`.
    pub(super) fn values(&self, name: &str) -> Result<Option<Vec<f64>>, StageError> {
        self.file.shape::<f64>(name).is_ok().then(|| self.read(name)).transpose()
    }

    /// Numbers of rated items, sums of squared and of absolute errors; `None` if the model predicts none.
    /// Shape of each: `[n_users]`.
    pub(super) fn errors(&self) -> Result<Option<[Vec<f64>; 3]>, StageError> {
        let [count, squared, absolute] = ERRORS;
        if self.file.shape::<f64>(count).is_err() {
            return Ok(None);
        }
        Ok(Some([self.read(count)?, self.read(squared)?, self.read(absolute)?]))
    }

    fn read(&self, name: &str) -> Result<Vec<f64>, StageError> {
        Ok(self.file.read(name, 0..self.n_users)?)
    }
}
