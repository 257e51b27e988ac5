//! The best k of one user's scores.

/// Scores that are compared at a time; small enough for the compiler to do it with a few vector instructions.
const LANES: usize = 32;

/// Selects the highest scores, in one pass and without sorting the rest.
///
/// The pass keeps up to `2k` candidates and the score that at least `k` of them reach; almost every later score is
/// below it and costs a fraction of an instruction. When the candidates overflow, the best `k` stay.
#[derive(Debug)]
pub struct TopK {
    k: usize,
    candidates: Vec<u64>,
}

impl TopK {
    /// For lists of up to `k` items.
    pub fn new(k: usize) -> Self {
        Self { k, candidates: Vec::with_capacity(2 * k + LANES) }
    }

    /// Replaces the content of `items` by the indices of the up to `k` highest of the scores, best first, equal ones by
    /// rising index. Scores of negative infinity are never selected.
    ///
    /// Scores must not be NaN. Shape: `scores` `[n_items]`.
    pub fn select(&mut self, scores: &[f32], items: &mut Vec<u32>) {
        items.clear();
        if self.k == 0 {
            return;
        }
        self.candidates.clear();
        let mut threshold = f32::NEG_INFINITY;
        for (lane, scores) in scores.chunks(LANES).enumerate() {
            // The maximum has no early exit, which is what makes it fast.
            if scores.iter().fold(f32::NEG_INFINITY, |highest, &score| if score > highest { score } else { highest })
                <= threshold
            {
                continue;
            }
            for (place, &score) in scores.iter().enumerate() {
                // An equal score later in the row loses the tie, hence `>`.
                if score > threshold {
                    self.candidates.push(key(score, (lane * LANES + place) as u32));
                }
            }
            if self.candidates.len() >= 2 * self.k {
                threshold = score_of(self.keep_best());
            }
        }
        if self.candidates.len() > self.k {
            self.keep_best();
        }
        self.candidates.sort_unstable_by(|a, b| b.cmp(a));
        items.extend(self.candidates.iter().map(|&key| index_of(key)));
    }

    /// Drops all but the best `k` candidates; gives the worst of them.
    fn keep_best(&mut self) -> u64 {
        let (_, &mut worst, _) = self.candidates.select_nth_unstable_by(self.k - 1, |a, b| b.cmp(a));
        self.candidates.truncate(self.k);
        worst
    }
}

/// A number that is the greater the better: by the score, then by the lower index.
fn key(score: f32, index: u32) -> u64 {
    // Adding zero turns −0 into 0, which are equal scores. Flipping makes the order of bits that of numbers.
    let bits = (score + 0.0).to_bits();
    let ordered = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
    u64::from(ordered) << 32 | u64::from(!index)
}

fn score_of(key: u64) -> f32 {
    let ordered = (key >> 32) as u32;
    f32::from_bits(if ordered >> 31 == 1 { ordered & !(1 << 31) } else { !ordered })
}

fn index_of(key: u64) -> u32 {
    !(key as u32)
}

#[cfg(test)]
mod tests {
    use super::TopK;
    use proptest::prelude::*;

    fn by_sorting(scores: &[f32], k: usize) -> Vec<u32> {
        let mut items: Vec<u32> =
            (0..scores.len() as u32).filter(|&i| scores[i as usize] > f32::NEG_INFINITY).collect();
        // A stable sort leaves equal scores in the order of indices.
        items.sort_by(|&a, &b| scores[b as usize].partial_cmp(&scores[a as usize]).unwrap());
        items.truncate(k);
        items
    }

    fn score() -> impl Strategy<Value = f32> {
        prop_oneof![
            3 => (-3..3_i8).prop_map(|value| f32::from(value) / 2.0),
            2 => -1e3_f32..1e3,
            1 => prop_oneof![Just(f32::NEG_INFINITY), Just(-0.0), Just(0.0), Just(f32::MAX), Just(f32::MIN_POSITIVE)],
        ]
    }

    proptest! {
        #[test]
        fn it_is_the_head_of_the_sorted_row(scores in prop::collection::vec(score(), 0..400), k in 0..50_usize) {
            let mut items = vec![99];
            TopK::new(k).select(&scores, &mut items);
            prop_assert_eq!(items, by_sorting(&scores, k));
        }
    }

    #[test]
    fn one_selector_serves_many_rows() {
        let mut top = TopK::new(3);
        let mut items = Vec::new();
        for shift in 0..200_u32 {
            let scores: Vec<f32> = (0..500_u32).map(|i| ((i * 7919 + shift) % 101) as f32).collect();
            top.select(&scores, &mut items);
            assert_eq!(items, by_sorting(&scores, 3));
        }
    }
}
