//! Dialects: whose definition of a metric is meant where programs that share a name do not share a number.
//!
//! One file each, and one line in the registry. A dialect chooses among the forms that the metrics' own files hold; what a
//! program does not define has no value under its dialect. The ranking is the same under all of them, but for the order
//! of equal scores where a program fixes one.

mod definition;
mod elliot;
mod mult_vae;
mod name;
mod recbole;
mod recflow;
mod recpack;
mod trec_eval;

pub use definition::{Dialect, RatingRule, Ties, Users};
pub use name::DialectName;

/// Every dialect, the default first.
static DIALECTS: [Dialect; 6] =
    [recflow::DIALECT, mult_vae::DIALECT, recbole::DIALECT, elliot::DIALECT, trec_eval::DIALECT, recpack::DIALECT];

/// Every dialect, the default first.
pub fn dialects() -> &'static [Dialect] {
    &DIALECTS
}

/// The dialect of that name.
pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == name)
}

#[cfg(test)]
mod tests;
