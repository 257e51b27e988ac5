//! The order of stages.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// All places of the list such that each comes after what it needs, and otherwise in order; those in a cycle are left
/// out. Nothing may be needed twice by the same.
pub(super) fn topological(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (reader, needs) in needs.iter().enumerate() {
        for &need in needs {
            readers[need].push(reader);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..needs.len()).filter(|&place| missing[place] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(Reverse(place)) = ready.pop() {
        order.push(place);
        for &reader in &readers[place] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push(Reverse(reader));
            }
        }
    }
    order
}
