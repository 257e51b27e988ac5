//! Small neural networks over sparse rows: layers with hand-written backward passes, losses, optimisers and one training
//! loop, all deterministic for any number of threads.
//!
//! A network is a struct of layers, which hold [`Parameter`]s. Its [`Learner`] gives the loss of a mini-batch and adds the
//! gradients to the parameters; the training loop shuffles, steps the optimiser, validates, stops, and keeps the best weights.

mod activation;
mod learner;
mod learning_rate;
pub mod optimiser;
mod parameter;
mod sparse_rows;
mod vectorised;

pub use activation::Activation;
pub use learner::{Batch, Learner, Loss};
pub use learning_rate::LearningRate;
pub use optimiser::{Optimiser, OptimiserKind};
pub use parameter::{Filled, Parameter};
pub use sparse_rows::{ByColumn, SparseRows};
pub use vectorised::{add_scaled, dot, vectorised};
