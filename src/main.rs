//! The `recflow` program.
fn main() {}
