//! What a split is, in one hash.

use bytemuck::cast_slice;

use super::{Holdout, Split};
use crate::rec::data::Interactions;

impl Split {
    /// Hash (blake3, hexadecimal) of everything models and metrics see: the ids of users and items and the three parts
    /// with their ratings and times. Names, titles and descriptions are not in it.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("recflow 2026 split digest");
        for ids in [&self.users, &self.items.ids] {
            count(&mut hasher, ids.len());
            for id in ids {
                count(&mut hasher, id.len());
                hasher.update(id.as_bytes());
            }
        }
        add_interactions(&mut hasher, &self.train);
        for Holdout { users, history, targets } in [&self.validation, &self.test] {
            count(&mut hasher, users.len());
            // Little-endian, as all platforms that this runs on are.
            hasher.update(cast_slice(users));
            add_interactions(&mut hasher, history);
            add_interactions(&mut hasher, targets);
        }
        hasher.finalize().to_hex().to_string()
    }
}

fn add_interactions(hasher: &mut blake3::Hasher, interactions: &Interactions) {
    count(hasher, interactions.n_users());
    count(hasher, interactions.n_items());
    for &offset in interactions.offsets() {
        count(hasher, offset);
    }
    hasher.update(cast_slice(interactions.items()));
    hasher.update(cast_slice(interactions.ratings()));
    hasher.update(cast_slice(interactions.times()));
}

fn count(hasher: &mut blake3::Hasher, n: usize) {
    hasher.update(&(n as u64).to_le_bytes());
}
