//! Small neural networks over sparse rows: layers with hand-written backward passes, losses, optimisers and one training
//! loop, all deterministic for any number of threads.
//!
//! A network is a struct of layers, which hold [`Parameter`]s. Its [`Learner`] gives the loss of a mini-batch and adds the
//! gradients to the parameters; [`train()`] shuffles, steps the optimiser, validates, stops, and keeps the best weights.

mod activation;
mod checkpoint;
mod corruption;
mod gaussian;
#[cfg(test)]
pub(crate) mod gradient_check;
mod initialise;
pub mod layer;
mod learner;
mod learning_curve;
mod learning_rate;
pub mod loss;
mod negatives;
pub mod optimiser;
mod packed;
mod parameter;
mod softmax_output;
mod sparse_rows;
mod train;
mod validation;
mod vectorised;

pub use activation::Activation;
pub use corruption::Dropout;
pub use gaussian::{GaussianSample, standard_normal};
pub use initialise::Initialiser;
pub use learner::{Batch, Learner, Loss};
pub use learning_curve::{CurvePoint, LearningCurve};
pub use learning_rate::LearningRate;
pub use negatives::{Labelled, NegativeSampler};
pub use optimiser::{Optimiser, OptimiserKind};
pub use packed::PackedSequences;
pub use parameter::{Filled, Parameter};
pub use softmax_output::{Logits, softmax_output};
pub use sparse_rows::{ByColumn, SparseRows};
pub use train::{Schedule, Trained, train};
pub use validation::Validation;
pub use vectorised::{add_scaled, dot, dot_4, vectorised};
