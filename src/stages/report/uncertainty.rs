//! How far each number of the table can be believed: intervals, spread over replicates, and tests against the best.

use ndarray::Array2;

use super::table_rows::TableRow;
use super::term_table::{Mask, MetricColumns, ReportUsers, TermTable};
use crate::engine::StageError;
use crate::rec::metric::{Direction, Measure, MetricSpec, RatingErrors};
use crate::rec::stats::{
    Flips, Statistic, bootstrap_sums, crossed_p_value, flip_sums, holm, mean, paired_effect_size, paired_p_value,
    percentile_interval, sign_flips_for,
};
use crate::report::{AgainstBest, Cell, Estimate, Interval, Standing, Verdict};

/// Columns of terms that are resampled together; more would share more of the random weights, fewer need less memory.
const COLUMNS_AT_A_TIME: usize = 96;
/// The seed of resamples and flips. Another one would give other last digits and no other truth.
const SEED: u64 = 1;

/// How sure to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Confidence {
    /// The level of intervals; its complement is the greatest p-value that counts.
    pub level: f64,
    /// Bootstrap resamples.
    pub resamples: usize,
}

impl Confidence {
    /// The greatest corrected p-value that counts as a difference.
    pub(super) fn significance_level(self) -> f64 {
        // Rounded: 1 − 0.95 is not 0.05.
        ((1.0 - self.level) * 1e9).round() / 1e9
    }
}

/// How many sign flips it takes to compare every pair of those rows that are compared.
pub(super) fn flips_for(rows: &[TableRow<'_>]) -> usize {
    let compared = rows.iter().filter(|row| !row.is_reproduction()).count();
    sign_flips_for(compared * compared.saturating_sub(1) / 2)
}

/// Adds what is known of their uncertainty to the numbers of a table. Shape: `cells` `[n_rows, n_metrics]`.
pub(super) fn add_uncertainty(
    cells: &mut [Vec<Cell>],
    rows: &[TableRow<'_>],
    users: &ReportUsers,
    metrics: &[MetricSpec],
    confidence: Confidence,
) -> Result<(), StageError> {
    let (at_a_time, n_flips) = (metrics_at_a_time(rows), flips_for(rows));
    for (block, metrics) in metrics.chunks(at_a_time).enumerate() {
        let (terms, columns) = terms(rows, users, metrics, &|metric| metric.to_string(), &|_| Ok(None))?;
        let resampled = bootstrap_sums(&terms, confidence.resamples, SEED);
        let flips = flip_sums(&terms, n_flips, SEED);
        for (index, (&metric, columns)) in metrics.iter().zip(&columns).enumerate() {
            let column = block * at_a_time + index;
            let of_sums = of_sums(metric, rows);
            let numbers = Numbers { rows, columns, of_sums: &*of_sums, terms: &terms, confidence };
            let resampled = numbers.add_intervals(cells, column, &resampled);
            numbers.add_standings(cells, column, metric.metric().direction, &resampled, &flips);
        }
    }
    Ok(())
}

/// The numbers of a part of the test with their intervals; `name` gives the column in which a metric's values are.
/// Shape: `[n_rows, n_metrics]`.
pub(super) fn cells_of_part(
    rows: &[TableRow<'_>],
    users: &ReportUsers,
    metrics: &[MetricSpec],
    name: &dyn Fn(MetricSpec) -> String,
    mask: &Mask<'_>,
    confidence: Confidence,
) -> Result<Vec<Vec<Cell>>, StageError> {
    let mut cells: Vec<Vec<Cell>> = vec![Vec::with_capacity(metrics.len()); rows.len()];
    for metrics in metrics.chunks(metrics_at_a_time(rows)) {
        let (terms, columns) = terms(rows, users, metrics, name, mask)?;
        let resampled = bootstrap_sums(&terms, confidence.resamples, SEED);
        for (&metric, columns) in metrics.iter().zip(&columns) {
            let of_sums = of_sums(metric, rows);
            let numbers = Numbers { rows, columns, of_sums: &*of_sums, terms: &terms, confidence };
            for (columns, cells) in columns.iter().zip(&mut cells) {
                let value = columns.as_ref().map(|columns| numbers.statistic(columns.clone()).of_users(&terms));
                cells.push(match value {
                    Some(value) if value.is_finite() => Cell::Value(Estimate::of(value)),
                    _ => Cell::Empty("The model or this part has no value.".to_owned()),
                });
            }
            let column = cells[0].len() - 1;
            numbers.add_intervals(&mut cells, column, &resampled);
        }
    }
    Ok(cells)
}

/// How many metrics are resampled together.
fn metrics_at_a_time(rows: &[TableRow<'_>]) -> usize {
    let members: usize = rows.iter().map(|row| row.members.len()).sum();
    (COLUMNS_AT_A_TIME / (2 * members).max(1)).max(1)
}

/// The columns of metrics; each list `[n_rows]`.
type BlockColumns = Vec<Vec<Option<MetricColumns>>>;

/// What users add to some metrics, and which columns belong to which metric and row.
/// Shapes: `[n_users, n_columns]`, `[n_metrics]`.
fn terms(
    rows: &[TableRow<'_>],
    users: &ReportUsers,
    metrics: &[MetricSpec],
    name: &dyn Fn(MetricSpec) -> String,
    mask: &Mask<'_>,
) -> Result<(Array2<f64>, BlockColumns), StageError> {
    let mut table = TermTable::new(users);
    let mut columns = Vec::with_capacity(metrics.len());
    for &metric in metrics {
        let of_row = |row| table.add(row, metric, &name(metric), mask);
        columns.push(rows.iter().map(of_row).collect::<Result<_, _>>()?);
    }
    Ok((table.into_matrix(), columns))
}

/// A number as a function of sums.
type OfSums = Box<dyn Fn(&[f64]) -> f64 + Sync>;

/// A metric as a function of the sums of its columns, in the dialect of the rows.
fn of_sums(metric: MetricSpec, rows: &[TableRow<'_>]) -> OfSums {
    let form = rows[0].first().scores.dialect.dialect().form(metric.metric());
    match form.unwrap_or(metric.metric().form).measure {
        Measure::PooledErrors(of_all) => Box::new(move |sums: &[f64]| {
            of_all(&RatingErrors { count: sums[0] as u64, squared: sums[1], absolute: sums[2] })
        }),
        _ => Box::new(mean),
    }
}

/// The numbers of one metric.
struct Numbers<'a> {
    rows: &'a [TableRow<'a>],
    /// Shape: `[n_rows]`.
    columns: &'a [Option<MetricColumns>],
    of_sums: &'a (dyn Fn(&[f64]) -> f64 + Sync),
    /// Shape: `[n_users, n_columns]`.
    terms: &'a Array2<f64>,
    confidence: Confidence,
}

impl Numbers<'_> {
    fn statistic(&self, columns: MetricColumns) -> Statistic<'_> {
        Statistic { columns, of_sums: self.of_sums }
    }

    /// Adds the intervals; gives the numbers of the resamples. Shape: `[n_rows]`, each empty or `[n_resamples]`.
    fn add_intervals(&self, cells: &mut [Vec<Cell>], column: usize, sums: &Array2<f64>) -> Vec<Vec<f64>> {
        let of_row = |(columns, cells): (&Option<MetricColumns>, &mut Vec<Cell>)| {
            let (Some(columns), Cell::Value(estimate)) = (columns, &mut cells[column]) else { return Vec::new() };
            let values = self.statistic(columns.clone()).values(sums);
            estimate.interval = self.interval(values.clone());
            values
        };
        self.columns.iter().zip(cells).map(of_row).collect()
    }

    fn interval(&self, values: Vec<f64>) -> Option<Interval> {
        let level = self.confidence.level;
        percentile_interval(values, level).map(|(low, high)| Interval { low, high, level })
    }

    /// Compares all rows with the best one.
    fn add_standings(
        &self,
        cells: &mut [Vec<Cell>],
        column: usize,
        direction: Direction,
        resampled: &[Vec<f64>],
        flips: &Flips,
    ) {
        let sign = match direction {
            Direction::Higher => 1.0,
            Direction::Lower => -1.0,
            Direction::Neither => return,
        };
        let value = |row: usize| cells[row][column].value();
        let is_compared =
            |&row: &usize| value(row).is_some() && self.columns[row].is_some() && !self.rows[row].is_reproduction();
        let known: Vec<usize> = (0..self.rows.len()).filter(is_compared).collect();
        let goodness = |row: usize| sign * value(row).unwrap_or(f64::NAN);
        // Of equal ones the first.
        let best = known.iter().copied().reduce(|a, b| if goodness(b) > goodness(a) { b } else { a });
        let Some(best) = best.filter(|_| known.len() > 1) else { return };

        let pairs = self.tested_pairs(&known, flips);
        // The best one is not known before the data is seen: whichever it is, its comparisons are among those of all pairs.
        let corrected = holm(&pairs.iter().map(|pair| pair.p_value).collect::<Vec<_>>());
        let best_value = value(best).unwrap_or(f64::NAN);
        for (pair, p_adjusted) in pairs.iter().zip(corrected) {
            let Some(row) = pair.other(best) else { continue };
            let Cell::Value(estimate) = &mut cells[row][column] else { continue };
            let (of_row, of_best) = pair.statistics(row);
            let (of_row, of_best) = (self.statistic(of_row.clone()), self.statistic(of_best.clone()));
            let apart = resampled[row].iter().zip(&resampled[best]).map(|(row, best)| row - best);
            let effect_size = paired_effect_size(&of_best, &of_row, self.terms).map(|size| sign * size);
            let is_told_apart = p_adjusted <= self.confidence.significance_level();
            estimate.standing = Some(Standing {
                verdict: if is_told_apart { Verdict::Worse } else { Verdict::NotDistinguishable },
                against_best: Some(AgainstBest {
                    difference: estimate.value - best_value,
                    interval: self.interval(apart.collect()),
                    p_value: pair.p_value,
                    p_adjusted,
                    effect_size,
                }),
            });
        }
        if let Cell::Value(estimate) = &mut cells[best][column] {
            estimate.standing = Some(Standing { verdict: Verdict::Best, against_best: None });
        }
    }

    /// All pairs of rows that have replicates in common, tested.
    fn tested_pairs(&self, known: &[usize], flips: &Flips) -> Vec<Pair> {
        let mut pairs = Vec::new();
        for (place, &a) in known.iter().enumerate() {
            for &b in &known[place + 1..] {
                let Some((of_a, of_b)) = self.in_common(a, b) else { continue };
                let (one, other) = (self.statistic(of_a.clone()), self.statistic(of_b.clone()));
                // Replicates have to tell models apart as well as users do.
                let of_replicates = crossed_p_value(&one, &other, self.terms).unwrap_or(0.0);
                let p_value = paired_p_value(&one, &other, flips).max(of_replicates);
                pairs.push(Pair { rows: [a, b], columns: [of_a, of_b], p_value });
            }
        }
        pairs
    }

    /// The columns of two rows, replicate by replicate. What has no replicates is the same in each of the other's.
    fn in_common(&self, a: usize, b: usize) -> Option<(MetricColumns, MetricColumns)> {
        let (of_a, of_b) = (self.columns[a].as_ref()?, self.columns[b].as_ref()?);
        let (at_a, at_b) = (&self.rows[a].coordinates, &self.rows[b].coordinates);
        match (of_a.len(), of_b.len()) {
            (1, n) => Some((vec![of_a[0].clone(); n], of_b.clone())),
            (n, 1) => Some((of_a.clone(), vec![of_b[0].clone(); n])),
            _ => {
                let both = at_a.iter().enumerate().filter_map(|(i, at)| {
                    let j = at_b.iter().position(|other| other == at)?;
                    Some((of_a[i].clone(), of_b[j].clone()))
                });
                Some(both.unzip()).filter(|(of_a, _): &(MetricColumns, MetricColumns)| !of_a.is_empty())
            }
        }
    }
}

/// Two rows and the test between them.
struct Pair {
    rows: [usize; 2],
    columns: [MetricColumns; 2],
    p_value: f64,
}

impl Pair {
    /// The other of the two rows, if `row` is one of them.
    fn other(&self, row: usize) -> Option<usize> {
        let [a, b] = self.rows;
        if row == a { Some(b) } else { (row == b).then_some(a) }
    }

    /// The columns of `row` and of the other.
    fn statistics(&self, row: usize) -> (&MetricColumns, &MetricColumns) {
        let [of_a, of_b] = &self.columns;
        if row == self.rows[0] { (of_a, of_b) } else { (of_b, of_a) }
    }
}
