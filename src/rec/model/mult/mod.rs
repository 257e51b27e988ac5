//! What Mult-VAE and Mult-DAE share: an autoencoder of histories with a likelihood over all items.

mod likelihood;
mod network;
#[cfg(test)]
mod tests;
mod training;

pub use likelihood::Likelihood;
pub use network::{Code, MultNetwork};
pub(super) use training::{Annealing, AnnealingLength, Recipe};
