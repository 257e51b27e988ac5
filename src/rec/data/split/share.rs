//! Shares of a number of things, in whole things.

use super::assemble::Part;

/// How many of `n` are `share` of them, rounded down as decimal arithmetic would: ⌊0.8 · 10⌋ is 8 and ⌊0.57 · 100⌋ is
/// 57, although the product of the floats is 56.99…
pub(super) fn floor_share(share: f64, n: usize) -> usize {
    let exact = share * n as f64;
    ((exact + 1e-9 * exact.max(1.0)).floor() as usize).min(n)
}

/// Sizes of the three parts of `n` things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) train: usize,
    pub(super) validation: usize,
    pub(super) test: usize,
}

impl Sizes {
    /// Gives the first events of `order` to the test and those after them to the validation; the others keep their part.
    pub(super) fn deal(self, order: &[u32], parts: &mut [Part]) {
        let (tests, others) = order.split_at(self.test);
        for &event in tests {
            parts[event as usize] = Part::Test;
        }
        for &event in &others[..self.validation] {
            parts[event as usize] = Part::Validation;
        }
    }
}

/// Cuts `n` things in three: training and validation together get ⌊(1 − test) · n⌋, training alone
/// ⌊(1 − validation − test) · n⌋, and training at least one.
pub(super) fn sizes(validation: f64, test: f64, n: usize) -> Sizes {
    let least = n.min(1);
    let train = floor_share(1.0 - validation - test, n).max(least);
    let train_and_validation = if validation > 0.0 { floor_share(1.0 - test, n).max(train) } else { train };
    Sizes { train, validation: train_and_validation - train, test: n - train_and_validation }
}

#[cfg(test)]
mod tests {
    use super::{Sizes, floor_share, sizes};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    #[test]
    fn rounding_is_that_of_decimals() {
        assert_eq!(floor_share(0.57, 100), 57);
        assert_eq!(floor_share(1.0 - 0.9, 10), 1);
        assert_eq!(floor_share(0.8, 9), 7);
        assert_eq!(sizes(0.0, 0.2, 1), Sizes { train: 1, validation: 0, test: 0 });
        assert_eq!(sizes(0.1, 0.2, 10), Sizes { train: 7, validation: 1, test: 2 });
        assert_eq!(sizes(0.1, 0.2, 9), Sizes { train: 6, validation: 1, test: 2 });
    }

    proptest! {
        /// Protocol B of the literature: int(0.8 n) for training, the rest for the test.
        #[test]
        fn four_fifths_are_as_floats_give_them(n in 2_usize..1_000_000) {
            let train = (0.8 * n as f64) as usize;
            prop_assert_eq!(sizes(0.0, 0.2, n), Sizes { train, validation: 0, test: n - train });
        }

        #[test]
        fn the_parts_make_the_whole(n in 0_usize..10_000, percents in (0_u32..50, 1_u32..50)) {
            let (validation, test) = (f64::from(percents.0) / 100.0, f64::from(percents.1) / 100.0);
            let parts = sizes(validation, test, n);
            prop_assert_eq!(parts.train + parts.validation + parts.test, n);
            prop_assert!(n == 0 || parts.train > 0);
            // Against whole-number arithmetic.
            let exact = n * (100 - percents.0 - percents.1) as usize / 100;
            prop_assert_eq!(parts.train, exact.max(n.min(1)));
        }
    }
}
