//! Scoring fitted models.
