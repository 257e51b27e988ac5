//! The order of stages.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::needs::Need;

/// All instances such that each comes after what it needs, and otherwise in the order of the file; those in a cycle
/// are left out.
pub(super) fn topological(needs: &[(Vec<Need>, bool)]) -> Vec<usize> {
    let mut missing: Vec<usize> = needs.iter().map(|(needs, _)| needs.len()).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (reader, (needs, _)) in needs.iter().enumerate() {
        for need in needs {
            readers[need.instance].push(reader);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..needs.len()).filter(|&instance| missing[instance] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(Reverse(instance)) = ready.pop() {
        order.push(instance);
        for &reader in &readers[instance] {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                ready.push(Reverse(reader));
            }
        }
    }
    order
}
