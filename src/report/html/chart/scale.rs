//! From values to places on an axis.

use std::time::Duration;

use super::super::super::units;

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report::html) struct Tick {
    pub(in crate::report::html) value: f64,
    pub(in crate::report::html) label: String,
}

/// A range of values laid over a range of pixels, evenly or by orders of magnitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report::html) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    is_logarithmic: bool,
}

/// Durations that people think in, in seconds.
const DURATIONS: [f64; 12] =
    [1e-3, 1e-2, 1e-1, 1.0, 10.0, 60.0, 600.0, 3600.0, 36_000.0, 86_400.0, 864_000.0, 8_640_000.0];

impl Scale {
    /// Evenly, with some room at both ends. `pixels` go from the low end to the high one.
    pub(in crate::report::html) fn linear(values: impl Iterator<Item = f64>, pixels: (f64, f64)) -> Self {
        let (low, high) = range(values);
        let room = if high > low { (high - low) * 0.06 } else { low.abs().max(1e-9) * 0.05 };
        Self { low: low - room, high: high + room, from: pixels.0, to: pixels.1, is_logarithmic: false }
    }

    /// The same from 0 up, for values that are shares of something.
    pub(in crate::report::html) fn exact(low: f64, high: f64, pixels: (f64, f64)) -> Self {
        Self { low, high, from: pixels.0, to: pixels.1, is_logarithmic: false }
    }

    /// By orders of magnitude; values that are not above 0 stand at the low end.
    pub(in crate::report::html) fn logarithmic(values: impl Iterator<Item = f64>, pixels: (f64, f64)) -> Self {
        let (low, high) = range(values.filter(|value| *value > 0.0));
        let (low, high) = if low > 0.0 { (low / 1.6, high * 1.6) } else { (0.5, 2.0) };
        Self { low, high, from: pixels.0, to: pixels.1, is_logarithmic: true }
    }

    /// The pixel of a value.
    pub(in crate::report::html) fn at(&self, value: f64) -> f64 {
        let share = if self.is_logarithmic {
            (value.max(self.low).ln() - self.low.ln()) / (self.high.ln() - self.low.ln())
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + share * (self.to - self.from)
    }

    /// Round numbers within the range, about `count` of them, with as many decimals as tell them apart.
    pub(in crate::report::html) fn numbers(&self, count: usize) -> Vec<Tick> {
        let raw = (self.high - self.low) / count.max(1) as f64;
        let magnitude = 10_f64.powf(raw.log10().floor());
        let off = |step: &f64| ((self.high - self.low) / step - count as f64).abs();
        let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * magnitude);
        let step = steps.into_iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(raw);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last)
            .map(|place| place as f64 * step)
            .map(|value| Tick { value, label: format!("{:.decimals$}", value + 0.0) })
            .collect()
    }

    /// Durations within the range, of values in seconds.
    pub(in crate::report::html) fn durations(&self) -> Vec<Tick> {
        let tick = |value: f64| {
            let label = units::duration(Duration::from_secs_f64(value)).replace(".0 s", " s");
            Tick { value, label: label.replace(" m 00 s", " min").replace(" h 00 m", " h") }
        };
        self.within(&DURATIONS).map(tick).collect()
    }

    /// Sizes within the range, of values in bytes: at most six, each a power of two times the one before.
    pub(in crate::report::html) fn sizes(&self) -> Vec<Tick> {
        let powers: Vec<f64> = (10..60).map(|power| 2_f64.powi(power)).collect();
        let mut within: Vec<f64> = self.within(&powers).collect();
        let stride = within.len().div_ceil(6).max(1);
        within.retain(|value| (value.log2() as usize).is_multiple_of(stride));
        within.into_iter().map(|value| Tick { value, label: units::bytes(value as u64).replace(".0 ", " ") }).collect()
    }

    fn within<'a>(&self, values: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> {
        let (low, high) = (self.low, self.high);
        values.iter().copied().filter(move |value| (low..=high).contains(value))
    }
}

/// The lowest and the highest value; of none, 0 and 1.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::Scale;

    fn labels(ticks: Vec<super::Tick>) -> Vec<String> {
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn numbers_are_round_and_told_apart() {
        let scale = Scale::linear([0.2294, 0.4673].into_iter(), (100.0, 0.0));
        assert_eq!(labels(scale.numbers(5)), ["0.25", "0.30", "0.35", "0.40", "0.45"]);
        assert!(scale.at(0.2294) > scale.at(0.4673) && scale.at(0.4673) > 0.0);
        let whole = Scale::linear([1.0, 60.0].into_iter(), (0.0, 1.0));
        assert_eq!(labels(whole.numbers(4)), ["0", "20", "40", "60"]);
    }

    #[test]
    fn equal_values_have_a_range_too() {
        for value in [0.0, 3.0, -2.0] {
            let scale = Scale::linear([value, value].into_iter(), (0.0, 10.0));
            assert!((scale.at(value) - 5.0).abs() < 1e-6);
            assert!(scale.numbers(4).len() < 20);
        }
        assert!(Scale::linear(std::iter::empty(), (0.0, 1.0)).at(0.5).is_finite());
    }

    #[test]
    fn orders_of_magnitude_have_their_units() {
        let time = Scale::logarithmic([0.031, 185.0].into_iter(), (0.0, 100.0));
        assert_eq!(labels(time.durations()), ["100 ms", "1 s", "10 s", "1 min"]);
        assert!((time.at(0.0) - 0.0).abs() < 1e-9);
        let memory = Scale::logarithmic([48.0 * 1_048_576.0, 400.0 * 1_048_576.0].into_iter(), (0.0, 100.0));
        assert_eq!(labels(memory.sizes()), ["32 MiB", "64 MiB", "128 MiB", "256 MiB", "512 MiB"]);
    }
}
