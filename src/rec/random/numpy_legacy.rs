//! Numpy's legacy random source, by which published splits were drawn: what `numpy.random.seed(s)` starts and
//! `permutation`, `shuffle` and `choice` take from it.
//!
//! The generator is the Mersenne Twister MT19937: M. Matsumoto, T. Nishimura, *Mersenne Twister: a 623-dimensionally
//! equidistributed uniform pseudo-random number generator*, ACM TOMACS 1998, <https://doi.org/10.1145/272991.272995>.
//! Numpy has frozen this stream for good. It is sequential: what is drawn depends on all draws before.

const WORDS: usize = 624;
const SHIFT: usize = 397;
const TWIST: u32 = 0x9908_b0df;
const UPPER: u32 = 0x8000_0000;
const LOWER: u32 = 0x7fff_ffff;

/// The generator behind `numpy.random.seed`.
#[derive(Debug, Clone)]
pub struct NumpyLegacy {
    state: [u32; WORDS],
    /// The next word of the state to be given; past the end, the state is renewed first.
    next: usize,
}

impl NumpyLegacy {
    /// As after `numpy.random.seed(seed)`, which takes whole numbers of 32 bits.
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; WORDS];
        for index in 1..WORDS {
            let before = state[index - 1];
            state[index] = 1_812_433_253_u32.wrapping_mul(before ^ (before >> 30)).wrapping_add(index as u32);
        }
        Self { state, next: WORDS }
    }

    /// The next 32 random bits.
    fn next_word(&mut self) -> u32 {
        if self.next == WORDS {
            self.renew();
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn renew(&mut self) {
        for index in 0..WORDS {
            let joined = (self.state[index] & UPPER) | (self.state[(index + 1) % WORDS] & LOWER);
            let twist = if joined & 1 == 0 { 0 } else { TWIST };
            self.state[index] = self.state[(index + SHIFT) % WORDS] ^ (joined >> 1) ^ twist;
        }
        self.next = 0;
    }

    /// A uniform number from 0 to `most`, both included: as many low bits as `most` has, drawn again until they are no
    /// more than it.
    fn up_to(&mut self, most: u32) -> u32 {
        if most == 0 {
            return 0;
        }
        let mask = u32::MAX >> most.leading_zeros();
        loop {
            let value = self.next_word() & mask;
            if value <= most {
                return value;
            }
        }
    }

    /// `numpy.random.shuffle(values)`: Fisher and Yates, from the end.
    ///
    /// # Panics
    ///
    /// If there are more than 2³² values.
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let most = u32::try_from(last).expect("at most 2³² values");
            values.swap(last, self.up_to(most) as usize);
        }
    }

    /// `numpy.random.permutation(n)`. The first `size` of it are what `choice(n, size, replace=False)` would have drawn.
    pub fn permutation(&mut self, n: u32) -> Vec<u32> {
        let mut values: Vec<u32> = (0..n).collect();
        self.shuffle(&mut values);
        values
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::NumpyLegacy;

    /// Of `numpy_legacy.py`.
    #[derive(Deserialize)]
    struct Case {
        seed: u32,
        first_words: Vec<u32>,
        last_words: Vec<u32>,
        permutations: Vec<Vec<u32>>,
        choices: Vec<Choice>,
        large: Large,
    }

    #[derive(Deserialize)]
    struct Choice {
        n: u32,
        size: usize,
        chosen: Vec<u32>,
    }

    #[derive(Deserialize)]
    struct Large {
        n: u32,
        head: Vec<u32>,
        tail: Vec<u32>,
    }

    #[test]
    fn everything_is_drawn_as_numpy_draws_it() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("numpy_legacy.json")).unwrap();
        assert_eq!(cases.len(), 6);
        for case in cases {
            let mut random = NumpyLegacy::new(case.seed);
            let words: Vec<u32> = (0..1300).map(|_| random.next_word()).collect();
            assert_eq!((&words[..4], &words[1296..]), (&case.first_words[..], &case.last_words[..]));

            let mut random = NumpyLegacy::new(case.seed);
            for expected in case.permutations {
                assert_eq!(random.permutation(expected.len() as u32), expected, "seed {}", case.seed);
            }
            for Choice { n, size, chosen } in case.choices {
                assert_eq!(random.permutation(n)[..size], chosen, "seed {}: {size} of {n}", case.seed);
            }
            let large = random.permutation(case.large.n);
            assert_eq!((&large[..5], &large[large.len() - 5..]), (&case.large.head[..], &case.large.tail[..]));
        }
    }

    #[test]
    fn nothing_and_one_take_no_draw() {
        let (mut random, mut other) = (NumpyLegacy::new(7), NumpyLegacy::new(7));
        assert_eq!((random.permutation(0), random.permutation(1)), (vec![], vec![0]));
        assert_eq!(random.next_word(), other.next_word());
    }
}
