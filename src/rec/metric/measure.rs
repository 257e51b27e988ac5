//! What a metric is, and how it is computed.

use super::ranked_list::RankedList;

/// A metric: its texts, and how it is computed.
#[derive(Debug)]
pub struct Metric {
    /// The name in pipeline files, without the cutoff.
    pub name: &'static str,
    /// The name in tables, without the cutoff.
    pub title: &'static str,
    /// Which values are better.
    pub direction: Direction,
    /// recflow's own definition.
    pub form: Form,
}

/// One definition of a metric. Where programs differ, its file has several, of which dialects choose.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// One sentence that fixes the definition, with denominators; `k` is the cutoff.
    pub definition: &'static str,
    /// How it is computed. All forms of a metric are of one family.
    pub measure: Measure,
}

/// Which values of a metric are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// The higher the better.
    Higher,
    /// The lower the better.
    Lower,
    /// Neither: it describes recommendations and does not judge them.
    Neither,
}

/// How a metric is computed: its family.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// From one user's ranking, cut off at `k`; the value is the mean over users.
    List(fn(&RankedList<'_>, usize) -> f64),
    /// From how often each item stands in the first `k` of all users. Shape: `[n_items]`.
    Catalogue(fn(&[u64]) -> f64),
    /// From one user's rating errors; the value is the mean over users.
    UserErrors(fn(&RatingErrors) -> f64),
    /// From all rating errors together.
    PooledErrors(fn(&RatingErrors) -> f64),
}

impl Metric {
    /// Whether the name is written with a cutoff, as in `ndcg@100`.
    pub fn has_cutoff(&self) -> bool {
        matches!(self.form.measure, Measure::List(_) | Measure::Catalogue(_))
    }

    /// Whether it is a mean of values of single users.
    pub fn is_per_user(&self) -> bool {
        matches!(self.form.measure, Measure::List(_) | Measure::UserErrors(_))
    }

    /// Whether it judges predicted ratings (else rankings).
    pub fn is_of_ratings(&self) -> bool {
        matches!(self.form.measure, Measure::UserErrors(_) | Measure::PooledErrors(_))
    }
}

/// Sums over the differences between predicted and actual ratings.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RatingErrors {
    /// Number of ratings.
    pub count: u64,
    /// Sum of the squared differences.
    pub squared: f64,
    /// Sum of the absolute differences.
    pub absolute: f64,
}

impl RatingErrors {
    /// Adds one prediction.
    pub fn add(&mut self, predicted: f64, actual: f64) {
        let error = predicted - actual;
        self.count += 1;
        self.squared += error * error;
        self.absolute += error.abs();
    }

    /// Adds other sums.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.squared += other.squared;
        self.absolute += other.absolute;
    }
}
