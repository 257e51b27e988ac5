//! Ids to indices, by first appearance.

use std::collections::HashMap;

/// Numeric ids below this go through a table, all others through a hash map.
const TABLE_LIMIT: usize = 1 << 24;

/// Gives every distinct id the next index.
#[derive(Debug, Default)]
pub(super) struct Interner {
    ids: Vec<String>,
    /// Index + 1 by the number that a canonical decimal id spells; 0 where it has not been seen.
    table: Vec<u32>,
    others: HashMap<String, u32>,
}

impl Interner {
    /// The index of `id`, a new one if it was not seen before; `None` if it is not UTF-8.
    pub(super) fn intern(&mut self, id: &[u8]) -> Option<u32> {
        if let Some(number) = canonical_number(id) {
            if number >= self.table.len() {
                self.table.resize((number + 1).next_power_of_two().max(1024), 0);
            }
            if self.table[number] == 0 {
                self.ids.push(number.to_string());
                self.table[number] = self.ids.len() as u32;
            }
            return Some(self.table[number] - 1);
        }
        let id = std::str::from_utf8(id).ok()?;
        if let Some(&index) = self.others.get(id) {
            return Some(index);
        }
        let index = self.ids.len() as u32;
        self.ids.push(id.to_owned());
        self.others.insert(id.to_owned(), index);
        Some(index)
    }

    /// The ids by index.
    pub(super) fn into_ids(self) -> Vec<String> {
        self.ids
    }
}

/// The number of an id that is the usual decimal spelling of a small number: `7`, but not `07` or `+7`.
fn canonical_number(id: &[u8]) -> Option<usize> {
    if id.is_empty() || id.len() > 8 || (id[0] == b'0' && id.len() > 1) {
        return None;
    }
    let number = id
        .iter()
        .try_fold(0_usize, |number, &byte| byte.is_ascii_digit().then(|| number * 10 + usize::from(byte - b'0')))?;
    (number < TABLE_LIMIT).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn ids_are_told_apart_by_spelling() {
        let mut interner = Interner::default();
        let indices: Vec<_> =
            ["7", "07", "a", "7", "99999999", "", "a", "0", "00"].map(|id| interner.intern(id.as_bytes())).into();
        assert_eq!(indices, [0, 1, 2, 0, 3, 4, 2, 5, 6].map(Some));
        assert_eq!(interner.intern(b"\xFF"), None);
        assert_eq!(interner.into_ids(), ["7", "07", "a", "99999999", "", "0", "00"]);
    }
}
