//! Addressed randomness: every draw belongs to a named stream, so that the number of threads, the order of users and
//! the draws of other purposes change nothing.
//!
//! [`NumpyLegacy`] is the exception: splits that others have published were drawn from one sequence.

mod numpy_legacy;

pub use numpy_legacy::NumpyLegacy;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The random stream of one purpose at one address, for example `stream(seed, "per-user-random", &[user])`.
///
/// Equal arguments give equal streams on every platform; different ones give independent streams: the key of the
/// ChaCha generator is the blake3 hash of the whole address, its text prefixed by its length.
pub fn stream(seed: u64, purpose: &str, address: &[u64]) -> ChaCha8Rng {
    let mut hasher = blake3::Hasher::new_derive_key("recflow 2026 random stream");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(purpose.len() as u64).to_le_bytes());
    hasher.update(purpose.as_bytes());
    for part in address {
        hasher.update(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(*hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::stream;
    use rand::RngExt;

    #[test]
    fn an_address_is_a_stream_of_its_own() {
        let draw = |seed, purpose, address: &[u64]| stream(seed, purpose, address).random::<u64>();
        assert_eq!(draw(1, "split", &[7]), draw(1, "split", &[7]));
        let others =
            [draw(2, "split", &[7]), draw(1, "splits", &[7]), draw(1, "split", &[8]), draw(1, "split", &[7, 0])];
        assert!(others.iter().all(|&other| other != draw(1, "split", &[7])));
    }
}
