//! The learning curves that are stored with trained models.

use serde::Serialize;

use super::figures::direction_of;
use super::train::CURVE_FILE;
use crate::engine::{Action, Store};
use crate::rec::metric::Direction;

/// How one figure went while a model was trained.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LearningCurve {
    /// What was measured: `loss`, `validation-rmse`.
    pub figure: String,
    /// The epochs after which it was, counted from one.
    pub epochs: Vec<u32>,
    /// Its values, one for each of these epochs; finite.
    pub values: Vec<f64>,
    /// The place of the best value in both; `None` if it is not known which values are better.
    pub best: Option<usize>,
}

/// The learning curves of the model that a stage gave; none if it gave no model or one that was not learnt in epochs.
/// A curve that cannot be read is left out.
pub fn learning_curves(action: &Action, store: &Store) -> Vec<LearningCurve> {
    let file = action.outputs.values().find_map(|artifact| artifact.files.get(CURVE_FILE));
    let bytes = file.and_then(|file| store.read(*file).ok()).unwrap_or_default();
    parse(&bytes).unwrap_or_default()
}

/// The curves in `epoch,loss,<metric>` lines, one an epoch, empty where nothing was measured.
pub(super) fn parse(bytes: &[u8]) -> Option<Vec<LearningCurve>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let mut curves: Vec<LearningCurve> = header
        .iter()
        .skip(1)
        .map(|figure| LearningCurve { figure: figure.to_owned(), epochs: Vec::new(), values: Vec::new(), best: None })
        .collect();
    for line in reader.records() {
        let line = line.ok()?;
        let epoch: u32 = line.get(0)?.parse().ok()?;
        for (curve, cell) in curves.iter_mut().zip(line.iter().skip(1)).filter(|(_, cell)| !cell.is_empty()) {
            let value: f64 = cell.parse().ok()?;
            if value.is_finite() {
                curve.epochs.push(epoch);
                curve.values.push(value);
            }
        }
    }
    curves.retain(|curve| !curve.values.is_empty());
    for curve in &mut curves {
        curve.best = best(curve);
    }
    Some(curves)
}

/// The first of the best values.
fn best(curve: &LearningCurve) -> Option<usize> {
    let sign = match direction_of(&curve.figure)? {
        Direction::Lower => 1.0,
        Direction::Higher => -1.0,
        Direction::Neither => return None,
    };
    (0..curve.values.len()).min_by(|&a, &b| (sign * curve.values[a]).total_cmp(&(sign * curve.values[b])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_column_is_a_curve_of_what_was_measured() {
        let curves = parse(b"epoch,loss,validation-ndcg@10\n1,0.9,\n2,0.7,0.31\n3,0.8,\n4,0.75,0.30\n").unwrap();
        let [loss, ndcg] = &curves[..] else { panic!("{curves:?}") };
        assert_eq!((&*loss.figure, &loss.epochs[..], loss.best), ("loss", &[1, 2, 3, 4][..], Some(1)));
        assert_eq!((&ndcg.epochs[..], &ndcg.values[..], ndcg.best), (&[2, 4][..], &[0.31, 0.3][..], Some(0)));
    }

    #[test]
    fn what_is_no_curve_gives_none() {
        assert_eq!(parse(b""), Some(Vec::new()));
        assert_eq!(parse(b"epoch,loss\none,two\n"), None);
        assert_eq!(parse(b"epoch,loss,rmse\n1,nan,\n"), Some(Vec::new()));
    }
}
