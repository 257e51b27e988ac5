//! How a training went, epoch by epoch.

use std::fmt::Write as _;

/// Training loss and validation metric by epoch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LearningCurve {
    /// The name of the validation metric, such as `ndcg@100`.
    pub metric: String,
    /// One point an epoch, from the first.
    pub points: Vec<CurvePoint>,
}

/// One epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// Training loss per row or entry, as the network went through the epoch, without penalties on parameters; `None` where
    /// it is not computed.
    pub loss: Option<f64>,
    /// The validation metric after the epoch, where it was measured.
    pub validation: Option<f64>,
}

impl LearningCurve {
    /// A CSV table with the columns `epoch`, `loss` and `validation-<metric>`; cells are empty where nothing was measured.
    pub fn to_csv(&self) -> String {
        let mut csv = format!("epoch,loss,validation-{}\n", self.metric);
        for (index, point) in self.points.iter().enumerate() {
            let cell = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            // Writing to a string does not fail.
            let _ = writeln!(csv, "{},{},{}", index + 1, cell(point.loss), cell(point.validation));
        }
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::{CurvePoint, LearningCurve};

    #[test]
    fn cells_are_empty_where_nothing_was_measured() {
        let points =
            vec![CurvePoint { loss: Some(1.5), validation: None }, CurvePoint { loss: None, validation: Some(0.1) }];
        let curve = LearningCurve { metric: "rmse".to_owned(), points };
        assert_eq!(curve.to_csv(), "epoch,loss,validation-rmse\n1,1.5,\n2,,0.1\n");
    }
}
