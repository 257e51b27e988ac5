//! x
/// x
pub fn registry() -> crate::engine::Registry { crate::engine::Registry::default() }
