//! A test of two models that were trained several times: over users and over replicates at once.
//!
//! Replicates are other seeds, each of which may have its own split. Exchanging users' results tells whether *these* trainings
//! differ; whether the models do is another question, and a seed may matter more than all users together. Users and
//! replicates are crossed: a user is in many replicates, a replicate has many users. The difference `D`, a mean over `R`
//! replicates, errs by a part that the replicates share, since they share users, and by one of which each replicate has its own:
//!
//! - `C`: the mean covariance over users of two replicates' differences, from the users' influence on them (jackknife). Both
//!   kinds of parts are estimated as Obuchowski and Rockette do for many cases read by few readers (*Hypothesis testing of
//!   diagnostic accuracy for multiple readers and multiple tests*, Communications in Statistics, Simulation 24, 1995).
//! - `S = s² / R`: the variance of the replicates' differences. It knows `R − 1` degrees of freedom, which are few.
//!
//! The models differ at level `α` if `D² > z²(α) C + t²(α, R − 1) S`. Whatever `C` and `S` are beside each other, that is wrong
//! at most as often as `α` says (Banerjee, *Approximate confidence interval for linear functions of means of k populations when
//! the population variances are not equal*, Sankhyā 22, 1960). Degrees of freedom after Satterthwaite, the usual way, are not
//! safe here: with two replicates, five models without any difference were told apart in up to 32 % of simulated tables.

use std::collections::BTreeSet;
use std::f64::consts::{FRAC_2_PI, FRAC_PI_2, SQRT_2};

use ndarray::ArrayRef2;

use super::statistic::{Statistic, totals};

/// The greatest quantile of a standard normal that is looked at: no p-value is told to be less than its tails, 1e-9.
const FARTHEST: f64 = 6.109_41;
/// Halvings of a range in which a value is looked for.
const HALVINGS: usize = 40;

/// The two-sided p-value of the difference between two statistics of the same replicates; `None` if there is one alone, of
/// which nobody knows how others would lie around it. Shape: `terms` `[n_users, n_columns]`.
///
/// # Panics
///
/// If the statistics differ in their numbers of replicates.
pub fn crossed_p_value(a: &Statistic<'_>, b: &Statistic<'_>, terms: &ArrayRef2<f64>) -> Option<f64> {
    assert_eq!(a.columns.len(), b.columns.len(), "the same replicates");
    let n = a.columns.len();
    if n < 2 {
        return None;
    }
    let replicates: Vec<[Statistic<'_>; 2]> = (0..n).map(|replicate| [a, b].map(|of| one(of, replicate))).collect();
    let sums = totals(terms);
    let differences: Vec<f64> = replicates.iter().map(|pair| difference(pair, &sums)).collect();
    let mean = differences.iter().sum::<f64>() / n as f64;
    let spread = differences.iter().map(|difference| (difference - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    let shared = shared_variance(&replicates, &differences, &sums, terms);
    Some(p_value(mean, shared, spread / n as f64, n - 1))
}

/// A statistic of one replicate alone.
fn one<'a>(statistic: &Statistic<'a>, replicate: usize) -> Statistic<'a> {
    Statistic { columns: vec![statistic.columns[replicate].clone()], of_sums: statistic.of_sums }
}

fn difference([a, b]: &[Statistic<'_>; 2], sums: &[f64]) -> f64 {
    a.value(sums) - b.value(sums)
}

/// The mean, over pairs of replicates, of the covariance of their differences over users; 0 if chance makes it less.
fn shared_variance(
    replicates: &[[Statistic<'_>; 2]],
    differences: &[f64],
    sums: &[f64],
    terms: &ArrayRef2<f64>,
) -> f64 {
    let columns: BTreeSet<usize> =
        replicates.iter().flatten().flat_map(|statistic| &statistic.columns).flatten().copied().collect();
    let mut without = sums.to_vec();
    let mut covariances = 0.0;
    for user in terms.rows() {
        for &column in &columns {
            without[column] = sums[column] - user[column];
        }
        let influences = replicates.iter().zip(differences).map(|(pair, whole)| whole - difference(pair, &without));
        let (sum, squares) = influences.fold((0.0, 0.0), |(sum, squares), one| (sum + one, squares + one * one));
        covariances += sum * sum - squares;
    }
    let n = replicates.len() as f64;
    (covariances / (n * (n - 1.0))).max(0.0)
}

/// The least level at which a difference with these two variances counts; `freedom` is that of the second.
fn p_value(difference: f64, shared: f64, own: f64, freedom: usize) -> f64 {
    let counts = |z: f64| {
        let t = student_quantile(normal_tails(z), freedom);
        difference.powi(2) > z.powi(2) * shared + t.powi(2) * own
    };
    normal_tails(halved((0.0, FARTHEST), counts))
}

/// The two tails of a standard normal beyond `z`.
fn normal_tails(z: f64) -> f64 {
    libm::erfc(z / SQRT_2)
}

/// Where the two tails of Student's t with whole degrees of freedom begin that hold `alpha` together.
fn student_quantile(alpha: f64, freedom: usize) -> f64 {
    let angle = halved((0.0, FRAC_PI_2), |angle| student_tails(angle, freedom) > alpha);
    angle.tan() * (freedom as f64).sqrt()
}

/// Where the answer turns from yes to no.
fn halved((mut low, mut high): (f64, f64), is_below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        *(if is_below(middle) { &mut low } else { &mut high }) = middle;
    }
    low
}

/// The two tails of Student's t beyond `√ν tan θ`: a finite sum (Abramowitz & Stegun, *Handbook of Mathematical Functions*,
/// 26.7.3 and 26.7.4).
fn student_tails(angle: f64, freedom: usize) -> f64 {
    let (sin, cos) = angle.sin_cos();
    let is_odd = freedom % 2 == 1;
    let (mut term, mut sum) = if is_odd { (cos, 0.0) } else { (1.0, 0.0) };
    for power in (usize::from(is_odd)..freedom.saturating_sub(1)).step_by(2) {
        sum += term;
        term *= cos * cos * (power + 1) as f64 / (power + 2) as f64;
    }
    1.0 - if is_odd { FRAC_2_PI * (angle + sin * sum) } else { sin * sum }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_tables() {
        for (alpha, freedom, known) in [
            (0.05, 1, 12.706_205),
            (0.05, 2, 4.302_653),
            (0.05, 3, 3.182_446),
            (0.01, 4, 4.604_095),
            (0.001, 5, 6.868_827),
            (0.002, 9, 4.296_806),
            (0.05, 30, 2.042_272),
        ] {
            let found = student_quantile(alpha, freedom);
            assert!((found - known).abs() < 1e-5, "{alpha}, {freedom}: {found} for {known}");
        }
        assert!((normal_tails(1.959_964) - 0.05).abs() < 1e-6 && (normal_tails(FARTHEST) - 1e-9).abs() < 1e-14);
    }

    #[test]
    fn with_one_kind_of_variance_it_is_the_usual_test() {
        assert!((p_value(1.959_964, 1.0, 0.0, 2) - 0.05).abs() < 1e-6);
        assert!((p_value(4.302_653, 0.0, 1.0, 2) - 0.05).abs() < 1e-6);
        assert!(p_value(4.302_653, 1.0, 1.0, 2) > 0.05);
        assert_eq!(p_value(0.0, 0.0, 0.0, 2), 1.0);
        assert!(p_value(1.0, 0.0, 0.0, 2) < 2e-9);
    }
}
