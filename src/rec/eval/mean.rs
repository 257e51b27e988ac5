//! The mean of values that come one after the other, and how uncertain it is.

/// Sums over the values so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mean {
    n: f64,
    sum: f64,
    /// The mean as it runs, for the squares (Welford 1962).
    running: f64,
    squares: f64,
}

impl Mean {
    /// Takes one more value.
    pub(super) fn add(&mut self, value: f64) {
        self.n += 1.0;
        self.sum += value;
        let difference = value - self.running;
        self.running += difference / self.n;
        self.squares += difference * (value - self.running);
    }

    /// The mean; not a number without values.
    pub(super) fn value(&self) -> f64 {
        self.sum / self.n
    }

    /// Standard deviation divided by the square root of the number of values; for two or more.
    pub(super) fn standard_error(&self) -> Option<f64> {
        (self.n > 1.0).then(|| (self.squares / (self.n - 1.0) / self.n).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::Mean;

    #[test]
    fn it_is_that_of_the_definition() {
        let values = [0.25, 1.0, 0.0, 0.5, 0.125];
        let mut mean = Mean::default();
        assert_eq!(mean.standard_error(), None);
        for value in values {
            mean.add(value);
        }
        let expected = values.iter().sum::<f64>() / 5.0;
        let variance = values.iter().map(|value| (value - expected).powi(2)).sum::<f64>() / 4.0;
        assert_eq!(mean.value(), expected);
        assert!((mean.standard_error().unwrap() - (variance / 5.0).sqrt()).abs() < 1e-15);
    }
}
