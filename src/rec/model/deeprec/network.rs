//! The network: what it computes, its losses and their gradients.

use ndarray::{Array2, ArrayViewMut2};

use super::DeepRecParams;
use crate::rec::linalg::Real;
use crate::rec::model::{Element, Weights, WeightsError};
use crate::rec::nn::layer::{Dense, EntryOutput, SparseInput};
use crate::rec::nn::loss::squared;
use crate::rec::nn::{Activation, Filled, Initialiser, Loss, Parameter, SparseRows};

/// Encoder and decoder: a layer for the sparse input, dense layers, and one for the output.
#[derive(Debug, Clone)]
pub(super) struct Network<F> {
    input: SparseInput<F>,
    inner: Vec<Dense<F>>,
    output: EntryOutput<F>,
    activation: Activation,
    /// That of the last layer.
    last_activation: Activation,
    /// Whether the weights of the decoder are copies of the encoder's.
    is_tied: bool,
}

/// What the hidden layers of one pass were. Shapes: `[n_rows, units]`.
struct Hidden<F> {
    /// The outputs of the layers, before dropout.
    layers: Vec<Array2<F>>,
    /// The code after dropout, where there is some.
    dropped: Option<Array2<F>>,
}

impl<F: Real> Network<F> {
    /// An untrained network.
    pub(super) fn new(params: &DeepRecParams, n_items: usize) -> Self {
        let weight = |rows, columns, name: &str| Initialiser::XavierUniform.matrix(rows, columns, params.seed, name);
        let mut network = Self::with_weights(params, n_items, weight);
        network.tie();
        network
    }

    /// A network whose weights are made by `weight`, given rows, columns and a name; all biases are 0.
    fn with_weights(params: &DeepRecParams, n_items: usize, weight: impl Fn(usize, usize, &str) -> Array2<F>) -> Self {
        let units: Vec<usize> = params.hidden.iter().map(|&units| units as usize).collect();
        let sizes: Vec<usize> = units.iter().chain(units.iter().rev().skip(1)).copied().collect();
        let inner = (2..).zip(sizes.windows(2)).map(|(layer, pair)| {
            Dense::new(weight(pair[0], pair[1], &format!("layer-{layer}")), Array2::zeros((1, pair[1])))
        });
        let last = format!("layer-{}", 2 * units.len());
        let mut network = Self {
            input: SparseInput::new(weight(n_items, units[0], "layer-1"), Array2::zeros((1, units[0]))),
            inner: inner.collect(),
            output: EntryOutput::new(weight(n_items, units[0], &last), Array2::zeros((n_items, 1))),
            activation: params.activation,
            last_activation: if params.linear_output { Activation::Identity } else { params.activation },
            is_tied: params.tied,
        };
        for weight in network.weights_mut() {
            weight.l2 = F::rounded(params.weight_decay);
        }
        network
    }

    /// The layer whose output is the code.
    fn code(&self) -> usize {
        self.inner.len() / 2
    }

    /// Width of the code.
    pub(super) fn code_width(&self) -> usize {
        self.inner.get(self.code()).map_or(self.input.bias.value.ncols(), |dense| dense.weight.value.nrows())
    }

    /// All hidden layers, from the first before its activation; `mask` is what the code is multiplied by.
    fn hidden(&self, mut first: Array2<F>, mask: Option<&Array2<F>>) -> Hidden<F> {
        self.activation.apply(&mut first);
        let mut hidden = Hidden { layers: vec![first], dropped: None };
        for index in 0..=self.inner.len() {
            if let Some(mask) = mask
                && index == self.code()
            {
                hidden.dropped = Some(&hidden.layers[index] * mask);
            }
            if let Some(dense) = self.inner.get(index) {
                let mut next = dense.forward(self.fed(&hidden, index));
                self.activation.apply(&mut next);
                hidden.layers.push(next);
            }
        }
        hidden
    }

    /// What a layer feeds to the next one.
    fn fed<'a>(&self, hidden: &'a Hidden<F>, index: usize) -> &'a Array2<F> {
        hidden.dropped.as_ref().filter(|_| index == self.code()).unwrap_or(&hidden.layers[index])
    }

    /// The output for rows of ratings, into an array of shape `[n_rows, n_items]`.
    pub(super) fn predict_into(&self, ratings: &SparseRows<F>, mut predictions: ArrayViewMut2<'_, F>) {
        let hidden = self.hidden(self.input.forward(ratings), None);
        self.output.dense_into(self.fed(&hidden, self.inner.len()), &mut predictions);
        self.last_activation.apply_to_slice(predictions.as_slice_mut().expect("a row-major array"));
    }

    /// Adds the gradients of the masked mean squared error of ratings; gives the error, and the whole output if it is to be
    /// fed again.
    pub(super) fn first_pass(
        &mut self,
        ratings: &SparseRows<F>,
        mask: Option<&Array2<F>>,
        is_fed_again: bool,
    ) -> (Loss, Option<Array2<F>>) {
        let hidden = self.hidden(self.input.forward(ratings), mask);
        let last = self.fed(&hidden, self.inner.len());
        let (outputs, everywhere) = if is_fed_again {
            let mut everywhere = self.output.dense(last);
            self.last_activation.apply(&mut everywhere);
            (at_entries(&everywhere, ratings), Some(everywhere))
        } else {
            let mut outputs = self.output.forward(last, ratings);
            self.last_activation.apply_to_slice(&mut outputs);
            (outputs, None)
        };
        let mut upstream = outputs.clone();
        let count = ratings.n_entries() as f64;
        let sum = 2.0 * squared(&mut upstream, ratings.values(), None, F::rounded(2.0 / count.max(1.0)));
        self.last_activation.gradient_of_slice(&outputs, &mut upstream);
        self.output.backward(last, ratings, &upstream);
        let upstream = self.output.hidden_gradient(ratings, &upstream);
        let upstream = self.backward(&hidden, mask, upstream);
        self.input.backward(ratings, &upstream);
        self.gather_tied_gradients();
        (Loss { sum, count }, everywhere)
    }

    /// Adds the gradients of the mean squared error of a dense `target` that is fed as `input`, perhaps with noise; gives
    /// the error and the output. Zeros of the target count as missing. Shapes: `[n_rows, n_items]`.
    pub(super) fn refed_pass(
        &mut self,
        input: &Array2<F>,
        target: &Array2<F>,
        mask: Option<&Array2<F>>,
    ) -> (Loss, Array2<F>) {
        let hidden = self.hidden(self.input.dense_forward(input), mask);
        let last = self.fed(&hidden, self.inner.len());
        let mut outputs = self.output.dense(last);
        self.last_activation.apply(&mut outputs);
        let zero = F::zero();
        let count = target.iter().filter(|&&value| value != zero).count() as f64;
        let scale = F::rounded(2.0 / count.max(1.0));
        let mut upstream = outputs.clone();
        let mut sum = 0.0;
        for (row, target) in upstream.rows_mut().into_iter().zip(target.rows()) {
            let (row, target) = (row.into_slice().expect("row-major"), target.to_slice().expect("row-major"));
            for (output, &target) in row.iter_mut().zip(target).filter(|(_, target)| **target == zero) {
                *output = target;
            }
            sum += 2.0 * squared(row, target, None, scale);
        }
        self.last_activation.gradient(&outputs, &mut upstream);
        self.output.dense_backward(last, &upstream);
        let upstream = self.output.dense_hidden_gradient(&upstream);
        let upstream = self.backward(&hidden, mask, upstream);
        self.input.dense_backward(input, &upstream);
        self.gather_tied_gradients();
        (Loss { sum, count }, outputs)
    }

    /// Adds the gradients of the dense layers; from the gradient by what the last one feeds to that by the first layer's sums.
    fn backward(&mut self, hidden: &Hidden<F>, mask: Option<&Array2<F>>, mut upstream: Array2<F>) -> Array2<F> {
        let code = self.code();
        for index in (0..=self.inner.len()).rev() {
            if let Some(mask) = mask
                && index == code
            {
                upstream *= mask;
            }
            self.activation.gradient(&hidden.layers[index], &mut upstream);
            if let Some(below) = index.checked_sub(1) {
                let fed = hidden.dropped.as_ref().filter(|_| below == code).unwrap_or(&hidden.layers[below]);
                self.inner[below].backward(fed, &upstream);
                upstream = self.inner[below].input_gradient(&upstream);
            }
        }
        upstream
    }

    /// Copies the encoder's weights to the decoder, if they are tied; to be called when they have moved.
    pub(super) fn tie(&mut self) {
        if !self.is_tied {
            return;
        }
        let code = self.code();
        let (encoder, decoder) = self.inner.split_at_mut(code);
        for (from, to) in encoder.iter().zip(decoder.iter_mut().rev()) {
            to.weight.value.assign(&from.weight.value.t());
            to.weight.clear_gradient();
        }
        self.output.weight.value.assign(&self.input.weight.value);
        self.output.weight.clear_gradient();
    }

    /// Adds the gradients of tied copies to those of the encoder's weights.
    fn gather_tied_gradients(&mut self) {
        if !self.is_tied {
            return;
        }
        let code = self.code();
        let (encoder, decoder) = self.inner.split_at_mut(code);
        for (to, from) in encoder.iter_mut().zip(decoder.iter().rev()) {
            let (gradient, old) = to.weight.whole_gradient();
            gradient.zip_mut_with(&from.weight.gradient().t(), |sum, &part| *sum = old * *sum + part);
        }
        let (from, to) = (&self.output.weight, &mut self.input.weight);
        match from.filled() {
            Filled::All => {
                let (gradient, old) = to.whole_gradient();
                gradient.zip_mut_with(from.gradient(), |sum, &part| *sum = old * *sum + part);
            }
            Filled::Rows(rows) => {
                let gradient = to.gradient_rows(rows);
                for &row in rows {
                    let mut sum = gradient.row_mut(row as usize);
                    sum += &from.gradient().row(row as usize);
                }
            }
        }
    }

    /// The weights of all layers.
    fn weights_mut(&mut self) -> impl Iterator<Item = &mut Parameter<F>> {
        let ends = [&mut self.input.weight, &mut self.output.weight];
        ends.into_iter().chain(self.inner.iter_mut().map(|dense| &mut dense.weight))
    }

    /// Every trained array with its name: without the decoder's weights if they are tied.
    pub(super) fn parameters(&self) -> Vec<(String, &Parameter<F>)> {
        let inner = self.inner.iter().map(|dense| (&dense.weight, &dense.bias));
        let layers = [(&self.input.weight, &self.input.bias)].into_iter().chain(inner);
        let layers = layers.chain([(&self.output.weight, &self.output.bias)]);
        named(layers, self.n_own_weights())
    }

    /// As [`Self::parameters`].
    pub(super) fn parameters_mut(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let n_own = self.n_own_weights();
        let inner = self.inner.iter_mut().map(|dense| (&mut dense.weight, &mut dense.bias));
        let layers = [(&mut self.input.weight, &mut self.input.bias)].into_iter().chain(inner);
        named(layers.chain([(&mut self.output.weight, &mut self.output.bias)]), n_own)
    }

    /// The first so many layers have weights of their own.
    fn n_own_weights(&self) -> usize {
        let n_layers = self.inner.len() + 2;
        if self.is_tied { n_layers / 2 } else { n_layers }
    }
}

impl<F: Real + Element> Network<F> {
    /// The network of [`Self::parameters_mut`] as they were stored.
    pub(super) fn restore(params: &DeepRecParams, weights: &Weights, n_items: usize) -> Result<Self, WeightsError> {
        let mut network = Self::with_weights(params, n_items, |rows, columns, _| Array2::zeros((rows, columns)));
        weights.restore_parameters(network.parameters_mut())?;
        network.tie();
        Ok(network)
    }
}

/// Weight and bias of each layer under their names; the first `n_own` layers have weights of their own.
fn named<P>(layers: impl Iterator<Item = (P, P)>, n_own: usize) -> Vec<(String, P)> {
    let mut parameters = Vec::new();
    for (layer, (weight, bias)) in (1..).zip(layers) {
        if layer <= n_own {
            parameters.push((format!("layer-{layer}-weight"), weight));
        }
        parameters.push((format!("layer-{layer}-bias"), bias));
    }
    parameters
}

/// The values at the places of the entries of `pattern`.
fn at_entries<F: Real>(values: &Array2<F>, pattern: &SparseRows<F>) -> Vec<F> {
    let mut at_entries = Vec::with_capacity(pattern.n_entries());
    for (row, values) in values.rows().into_iter().enumerate() {
        at_entries.extend(pattern.row(row).0.iter().map(|&column| values[column as usize]));
    }
    at_entries
}
