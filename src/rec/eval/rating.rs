//! Errors of predicted ratings.

use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use super::evaluate::{EvaluationOptions, Rows};
use super::evaluation::{EvaluationError, Side};
use super::ranking::{USERS_PER_BLOCK, check_finite};
use crate::rec::Monitor;
use crate::rec::metric::RatingErrors;
use crate::rec::model::{Scorer, UserBlock};

/// The errors at each user's held-out ratings. Shape: `[n_rows]`.
pub(super) fn rating_errors(
    scorer: &dyn Scorer,
    rows: &Rows<'_>,
    options: &EvaluationOptions,
    monitor: &dyn Monitor,
) -> Result<Vec<RatingErrors>, EvaluationError> {
    let (holdout, n_items) = (rows.holdout, rows.holdout.targets.n_items());
    let (lowest, highest) = options.rating_range.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
    let mut errors = vec![RatingErrors::default(); holdout.users.len()];
    let n_blocks = errors.len().div_ceil(USERS_PER_BLOCK) as u64;
    let done = AtomicU64::new(0);
    errors.par_chunks_mut(USERS_PER_BLOCK).enumerate().try_for_each_init(
        || Array2::zeros((USERS_PER_BLOCK.min(holdout.users.len()), n_items)),
        |scores, (block, errors)| {
            monitor.check()?;
            let start = block * USERS_PER_BLOCK;
            let users = UserBlock::new(&holdout.history, &rows.seen_in_training, start, errors.len());
            let mut scores = scores.slice_mut(ndarray::s![..errors.len(), ..]);
            scorer.score_into(&users, scores.view_mut());
            for ((row, errors), scores) in (start..).zip(errors).zip(scores.rows()) {
                let scores = scores.to_slice().expect("scores are row-major");
                if rows.rated[row] {
                    check_finite(scores, holdout.users[row], Side::Rating, options)?;
                }
                for (&item, &rating) in holdout.targets.items_of(row).iter().zip(holdout.targets.ratings_of(row)) {
                    let predicted = scores[item as usize].clamp(lowest, highest);
                    errors.add(f64::from(predicted), f64::from(rating));
                }
            }
            monitor.progress(done.fetch_add(1, Ordering::Relaxed) + 1, n_blocks, "rating");
            Ok::<_, EvaluationError>(())
        },
    )?;
    Ok(errors)
}
