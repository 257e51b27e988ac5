//! What single users add to the metrics of all rows, as one matrix over all users of the report.

use std::collections::{BTreeMap, HashMap};

use ndarray::Array2;

use super::super::evaluate::USERS_FILE;
use super::super::user_terms::UserTerms;
use super::scored::Scored;
use super::table_rows::TableRow;
use crate::engine::StageError;
use crate::rec::metric::{Measure, MetricSpec};

/// The users of a report: those of its split, or of the splits of all replicates together.
pub(super) struct ReportUsers {
    /// How many there are.
    pub n: usize,
    /// The row of each user of a split's test part, by the split's digest.
    rows: BTreeMap<String, Vec<usize>>,
}

impl ReportUsers {
    /// The users of these evaluations. Those of different splits are the same where their ids are.
    pub(super) fn of(rows: &[TableRow<'_>]) -> Result<Self, StageError> {
        let mut splits: BTreeMap<&str, &Scored> = BTreeMap::new();
        for one in rows.iter().flat_map(|row| &row.members) {
            splits.entry(&one.scores.split.digest).or_insert(one);
        }
        if let [(digest, one)] = splits.iter().collect::<Vec<_>>()[..] {
            let n = UserTerms::open(&one.dir)?.n_users();
            return Ok(Self { n, rows: BTreeMap::from([((*digest).to_owned(), (0..n).collect())]) });
        }
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut rows = BTreeMap::new();
        for (digest, one) in splits {
            let mut of_split = Vec::new();
            for id in ids(one)? {
                let next = known.len();
                of_split.push(*known.entry(id).or_insert(next));
            }
            rows.insert(digest.to_owned(), of_split);
        }
        Ok(Self { n: known.len(), rows })
    }

    /// The rows of an evaluation's users. Shape: `[n_users of the evaluation]`.
    pub(super) fn rows_of(&self, one: &Scored) -> &[usize] {
        &self.rows[&one.scores.split.digest]
    }
}

/// The ids of an evaluation's users: the first column of its table of them.
fn ids(one: &Scored) -> Result<Vec<String>, StageError> {
    let path = one.dir.join(USERS_FILE);
    let unreadable = |error: csv::Error| StageError::new(format!("cannot read `{}`: {error}", path.display()));
    let mut reader = csv::Reader::from_path(&path).map_err(unreadable)?;
    let records = reader.records();
    records.map(|record| Ok(record.map_err(unreadable)?.get(0).unwrap_or_default().to_owned())).collect()
}

/// A matrix in the making.
pub(super) struct TermTable<'a> {
    users: &'a ReportUsers,
    /// Shape of each: `[n_users]`.
    columns: Vec<Vec<f64>>,
    /// Columns that many metrics are divided by, by the digest of their values.
    denominators: BTreeMap<[u8; 32], usize>,
}

/// The columns of one metric for one row of the table, one list for each replicate.
pub(super) type MetricColumns = Vec<Vec<usize>>;

/// Which users of an evaluation count; `None`: all. Shape: `[n_users of the evaluation]`.
pub(super) type Mask<'a> = dyn Fn(&Scored) -> Result<Option<Vec<bool>>, StageError> + 'a;

impl<'a> TermTable<'a> {
    /// Nothing of these users.
    pub(super) fn new(users: &'a ReportUsers) -> Self {
        Self { users, columns: Vec::new(), denominators: BTreeMap::new() }
    }

    /// Adds what a metric of a row is made of, if its values are in the column `name`; `None` if a replicate has no value, or
    /// the metric is none of users.
    pub(super) fn add(
        &mut self,
        row: &TableRow<'_>,
        metric: MetricSpec,
        name: &str,
        mask: &Mask<'_>,
    ) -> Result<Option<MetricColumns>, StageError> {
        let mut replicates = Vec::with_capacity(row.members.len());
        for one in &row.members {
            let terms = UserTerms::open(&one.dir)?;
            let rows = self.users.rows_of(one);
            let mask = mask(one)?;
            let is_kept = |user: usize| mask.as_ref().is_none_or(|mask| mask[user]);
            let columns = match metric.metric().form.measure {
                Measure::Catalogue(_) => return Ok(None),
                Measure::PooledErrors(_) => {
                    let Some(mut errors) = terms.errors()? else { return Ok(None) };
                    for column in &mut errors {
                        column
                            .iter_mut()
                            .enumerate()
                            .filter(|(user, _)| !is_kept(*user))
                            .for_each(|(_, sum)| *sum = 0.0);
                    }
                    let [count, squared, absolute] = errors;
                    let [squared, absolute] = [squared, absolute].map(|column| self.push(rows, &column));
                    vec![self.denominator(rows, &count), squared, absolute]
                }
                Measure::List(_) | Measure::UserErrors(_) => {
                    let Some(values) = terms.values(name)? else { return Ok(None) };
                    let counts = |(user, value): (usize, &f64)| is_kept(user) && !value.is_nan();
                    let ones: Vec<f64> =
                        values.iter().enumerate().map(|user| f64::from(u8::from(counts(user)))).collect();
                    let values: Vec<f64> = values
                        .iter()
                        .enumerate()
                        .map(|(user, value)| if counts((user, value)) { *value } else { 0.0 })
                        .collect();
                    let values = self.push(rows, &values);
                    vec![values, self.denominator(rows, &ones)]
                }
            };
            replicates.push(columns);
        }
        Ok(Some(replicates))
    }

    fn push(&mut self, rows: &[usize], values: &[f64]) -> usize {
        let mut column = vec![0.0; self.users.n];
        rows.iter().zip(values).for_each(|(&row, &value)| column[row] = value);
        self.columns.push(column);
        self.columns.len() - 1
    }

    /// As [`Self::push`], but equal columns are kept once.
    fn denominator(&mut self, rows: &[usize], values: &[f64]) -> usize {
        let index = self.push(rows, values);
        let digest = *blake3::hash(bytemuck::cast_slice(&self.columns[index])).as_bytes();
        let first = *self.denominators.entry(digest).or_insert(index);
        if first != index {
            self.columns.pop();
        }
        first
    }

    /// The matrix of those users who add to anything. Shape: `[n_users, n_columns]`.
    pub(super) fn into_matrix(self) -> Array2<f64> {
        let adds = |user: &usize| self.columns.iter().any(|column| column[*user] != 0.0);
        let users: Vec<usize> = (0..self.users.n).filter(adds).collect();
        Array2::from_shape_fn((users.len(), self.columns.len()), |(row, column)| self.columns[column][users[row]])
    }
}
