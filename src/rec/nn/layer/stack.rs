//! Dense layers on top of each other.

use ndarray::Array2;

use super::Dense;
use crate::rec::linalg::Real;
use crate::rec::nn::{Activation, Parameter};

/// Dense layers with an activation after each; perhaps none.
#[derive(Debug, Clone)]
pub struct Stack<F> {
    layers: Vec<Dense<F>>,
    activation: Activation,
}

impl<F: Real> Stack<F> {
    /// These layers, the first one nearest to the input.
    pub fn new(layers: impl IntoIterator<Item = Dense<F>>, activation: Activation) -> Self {
        Self { layers: layers.into_iter().collect(), activation }
    }

    /// `input`, and then the output of every layer; the last is the stack's. Shapes: `[n_rows, n_units]`.
    pub fn forward(&self, input: Array2<F>) -> Vec<Array2<F>> {
        let mut outputs = vec![input];
        for (index, layer) in self.layers.iter().enumerate() {
            let mut output = layer.forward(&outputs[index]);
            self.activation.apply(&mut output);
            outputs.push(output);
        }
        outputs
    }

    /// Adds the gradients of all layers, given what [`Self::forward`] gave and the gradient by the stack's output; gives that
    /// by its input.
    pub fn backward(&mut self, outputs: &[Array2<F>], mut upstream: Array2<F>) -> Array2<F> {
        for (layer, pair) in self.layers.iter_mut().zip(outputs.windows(2)).rev() {
            self.activation.gradient(&pair[1], &mut upstream);
            layer.backward(&pair[0], &upstream);
            upstream = layer.input_gradient(&upstream);
        }
        upstream
    }

    /// Weights and biases under the names `<name>-<index>-weight` and `<name>-<index>-bias`.
    pub fn parameters(&self, name: &str) -> Vec<(String, &Parameter<F>)> {
        let layers = self.layers.iter().enumerate();
        layers.flat_map(|(index, layer)| named(name, index, &layer.weight, &layer.bias)).collect()
    }

    /// As [`Self::parameters`].
    pub fn parameters_mut(&mut self, name: &str) -> Vec<(String, &mut Parameter<F>)> {
        let layers = self.layers.iter_mut().enumerate();
        layers.flat_map(|(index, layer)| named(name, index, &mut layer.weight, &mut layer.bias)).collect()
    }
}

fn named<P>(name: &str, index: usize, weight: P, bias: P) -> [(String, P); 2] {
    [(format!("{name}-{index}-weight"), weight), (format!("{name}-{index}-bias"), bias)]
}
