//! Sequences of different lengths, packed so that no padding is computed.

use std::ops::Range;

/// Sequences of items, longest first, time-major: all first items, then all second items of the sequences that have one,
/// and so on. The sequences that are active at a step are a prefix.
///
/// A *token* is one item of one sequence; tokens are numbered in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedSequences {
    /// Places of the sequences in the order in which they were given. Shape: `[n_sequences]`.
    order: Vec<u32>,
    /// First token of each step, and the number of tokens. Shape: `[n_steps + 1]`.
    offsets: Vec<usize>,
    /// The different items, rising.
    items: Vec<u32>,
    /// Index into `items` of each token. Shape: `[n_tokens]`.
    tokens: Vec<u32>,
}

impl PackedSequences {
    /// Packs these sequences, of which some may be empty.
    pub fn new(sequences: &[&[u32]]) -> Self {
        let mut order: Vec<u32> = (0..sequences.len() as u32).collect();
        // Ties in the order given, so that equal batches are packed alike.
        order.sort_by_key(|&sequence| std::cmp::Reverse(sequences[sequence as usize].len()));
        let mut items: Vec<u32> = sequences.concat();
        items.sort_unstable();
        items.dedup();

        let (mut offsets, mut tokens) = (vec![0], Vec::new());
        let n_steps = order.first().map_or(0, |&longest| sequences[longest as usize].len());
        for step in 0..n_steps {
            let active = order.iter().map_while(|&sequence| sequences[sequence as usize].get(step));
            tokens.extend(active.map(|item| items.partition_point(|other| other < item) as u32));
            offsets.push(tokens.len());
        }
        Self { order, offsets, items, tokens }
    }

    /// Number of sequences.
    pub fn n_sequences(&self) -> usize {
        self.order.len()
    }

    /// Length of the longest sequence.
    pub fn n_steps(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Length of all sequences together.
    pub fn n_tokens(&self) -> usize {
        self.tokens.len()
    }

    /// Places of the packed sequences in the order in which they were given. Shape: `[n_sequences]`.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// The different items, rising.
    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// Index into [`Self::items`] of each token. Shape: `[n_tokens]`.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// The tokens of one step: those of the first sequences, as many as are active.
    pub fn step(&self, step: usize) -> Range<usize> {
        self.offsets[step]..self.offsets[step + 1]
    }

    /// Packed sequence and step of each token, in order.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.n_steps()).flat_map(|step| (0..self.step(step).len()).map(move |sequence| (sequence, step)))
    }
}

#[cfg(test)]
mod tests {
    use super::PackedSequences;

    #[test]
    fn the_active_sequences_are_a_prefix_of_each_step() {
        let packed = PackedSequences::new(&[&[7, 3], &[], &[3, 9, 7], &[5, 7]]);
        assert_eq!(packed.order(), [2, 0, 3, 1]);
        assert_eq!(packed.items(), [3, 5, 7, 9]);
        assert_eq!([packed.step(0), packed.step(1), packed.step(2)], [0..3, 3..6, 6..7]);
        let items: Vec<u32> = packed.tokens().iter().map(|&token| packed.items()[token as usize]).collect();
        assert_eq!(items, [3, 7, 5, 9, 3, 7, 7]);
        assert_eq!(packed.places().collect::<Vec<_>>(), [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (0, 2)]);
        assert_eq!((packed.n_sequences(), packed.n_steps(), packed.n_tokens()), (4, 3, 7));
        assert_eq!(PackedSequences::new(&[]).n_steps(), 0);
    }
}
