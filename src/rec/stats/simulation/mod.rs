//! Whether intervals cover the truth, and tests keep their error rate, as often as they should: by simulation of tables of
//! which the truth is known.

mod intervals;
mod tables;
