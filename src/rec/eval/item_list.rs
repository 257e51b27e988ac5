//! Whether two models recommend the same items.

use super::user_sink::NO_ITEM;

/// One user's list down to a cutoff, in an order in which lists can be compared.
#[derive(Debug, Clone, Default)]
pub struct ItemList(Vec<u32>);

impl ItemList {
    /// The first `cutoff` items of a list.
    pub fn of<'a>(list: impl IntoIterator<Item = &'a u32>, cutoff: usize) -> Self {
        let mut items: Vec<u32> = list.into_iter().copied().take(cutoff).take_while(|&item| item != NO_ITEM).collect();
        items.sort_unstable();
        Self(items)
    }

    /// The share of the longer list that is in the other one too; `None` if one is empty.
    pub fn overlap(&self, other: &Self) -> Option<f64> {
        if self.0.is_empty() || other.0.is_empty() {
            return None;
        }
        let (mut a, mut b, mut shared) = (0, 0, 0_u32);
        while let (Some(own), Some(others)) = (self.0.get(a), other.0.get(b)) {
            shared += u32::from(own == others);
            a += usize::from(own <= others);
            b += usize::from(others <= own);
        }
        Some(f64::from(shared) / self.0.len().max(other.0.len()) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::{ItemList, NO_ITEM};

    #[test]
    fn the_order_within_lists_does_not_matter() {
        let list = |items: &[u32]| ItemList::of(items, 3);
        assert_eq!(list(&[7, 3, 9]).overlap(&list(&[9, 7, 1, 3])), Some(2.0 / 3.0));
        assert_eq!(list(&[7, 3, 9]).overlap(&list(&[3, NO_ITEM, NO_ITEM])), Some(1.0 / 3.0));
        assert_eq!(list(&[7, 3, 9]).overlap(&list(&[NO_ITEM])), None);
    }
}
