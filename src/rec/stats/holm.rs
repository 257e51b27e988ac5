//! Correction of p-values for their number.
//!
//! Holm, *A simple sequentially rejective multiple test procedure*, Scandinavian Journal of Statistics 6, 1979: sorted from the
//! least, the `i`-th of `m` p-values is multiplied by `m − i + 1`, and none is less than the one before. Whatever the
//! p-values have to do with each other, the chance of a single false rejection at level `α` stays at most `α`.

/// The corrected p-values, in the order of the given ones.
///
/// ```
/// use recflow::rec::stats::holm;
///
/// assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut rising: Vec<usize> = (0..p_values.len()).collect();
    rising.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![1.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (rank, &place) in rising.iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        greatest = greatest.max((p_values[place] * factor).min(1.0));
        corrected[place] = greatest;
    }
    corrected
}
