//! The network: what it computes, its loss and its gradients.

use ndarray::{Array1, Array2};

use super::{AutoRecParams, OutputActivation, inconsistent};
use crate::rec::linalg::Real;
use crate::rec::model::{Element, Weights, WeightsError};
use crate::rec::nn::layer::{Dense, EntryOutput, SparseInput};
use crate::rec::nn::loss::squared;
use crate::rec::nn::{Activation, Initialiser, Parameter, SparseRows};

/// `h = g(Vᵀ r + μ)`, `r̂ = f(Wᵀ h + b)`, perhaps with layers in between.
#[derive(Debug, Clone)]
pub(super) struct Network<F> {
    /// `V` and `μ`.
    encoder: SparseInput<F>,
    /// Layers between encoder and decoder.
    middle: Vec<Dense<F>>,
    /// `Wᵀ` and `b`.
    decoder: EntryOutput<F>,
    /// `g`.
    hidden: Activation,
    /// `f`.
    output: Activation,
    pub(super) scale: Scale<F>,
}

/// How ratings are told to the network, and by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale<F> {
    /// Subtracted from the input.
    pub(super) center: F,
    /// A rating is this much more than …
    pub(super) offset: F,
    /// … so many times the output.
    pub(super) factor: F,
}

impl<F: Real> Scale<F> {
    /// That of these training ratings.
    pub(super) fn of(params: &AutoRecParams, ratings: &[f32]) -> Self {
        let (lowest, highest) = range(ratings);
        let center = if params.center { mean(ratings) } else { 0.0 };
        let (offset, factor) = match params.output_activation {
            OutputActivation::Identity => (center, 1.0),
            OutputActivation::Sigmoid => (lowest, highest - lowest),
        };
        Self { center: F::rounded(center), offset: F::rounded(offset), factor: F::rounded(factor) }
    }

    /// From center, offset and factor.
    pub(super) fn of_array(values: &Array1<F>) -> Option<Self> {
        let &[center, offset, factor] = values.as_slice()? else { return None };
        Some(Self { center, offset, factor })
    }
}

fn mean(ratings: &[f32]) -> f64 {
    ratings.iter().map(|&rating| f64::from(rating)).sum::<f64>() / ratings.len() as f64
}

fn range(ratings: &[f32]) -> (f64, f64) {
    let lowest = ratings.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = ratings.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    (f64::from(lowest), f64::from(highest))
}

impl<F: Real> Network<F> {
    /// An untrained network for rows of `width` ratings, of which these are all.
    pub(super) fn new(params: &AutoRecParams, width: usize, ratings: &[f32]) -> Self {
        let scale: Scale<F> = Scale::of(params, ratings);
        let units: Vec<usize> = params.hidden.iter().map(|&units| units as usize).collect();
        let weight = |rows, columns, name: &str| {
            Initialiser::TruncatedNormal(params.initial_deviation).matrix(rows, columns, params.seed, name)
        };
        let bias = |units| Array2::zeros((1, units));
        let middle = units
            .windows(2)
            .enumerate()
            .map(|(index, pair)| Dense::new(weight(pair[0], pair[1], &format!("middle-{index}")), bias(pair[1])));
        // Where nothing is known of a row, the mean rating comes out.
        let usual = (mean(ratings) - scale.offset.to_double()) / scale.factor.to_double();
        let first_bias = match params.output_activation {
            OutputActivation::Identity => usual,
            OutputActivation::Sigmoid => (usual / (1.0 - usual)).ln(),
        };
        let last = units[units.len() - 1];
        Self {
            encoder: SparseInput::new(weight(width, units[0], "encoder"), bias(units[0])),
            middle: middle.collect(),
            decoder: EntryOutput::new(
                weight(width, last, "decoder"),
                Array2::from_elem((width, 1), F::rounded(first_bias)),
            ),
            hidden: params.hidden_activation,
            output: activation(params.output_activation),
            scale,
        }
    }

    /// The hidden layers. Shapes: `[n_rows, K]` each.
    fn layers(&self, input: &SparseRows<F>) -> Vec<Array2<F>> {
        let mut first = self.encoder.forward(input);
        self.hidden.apply(&mut first);
        let mut layers = vec![first];
        for dense in &self.middle {
            let mut next = dense.forward(&layers[layers.len() - 1]);
            self.hidden.apply(&mut next);
            layers.push(next);
        }
        layers
    }

    /// The last hidden layer for rows of ratings. Shape: `[n_rows, K]`.
    pub(super) fn codes(&self, ratings: SparseRows<F>) -> Array2<F> {
        self.layers(&self.centered(ratings)).pop().expect("there is a hidden layer")
    }

    /// The ratings as the network is told them.
    fn centered(&self, mut ratings: SparseRows<F>) -> SparseRows<F> {
        ratings.values_mut().iter_mut().for_each(|rating| *rating -= self.scale.center);
        ratings
    }

    /// Adds the gradients of `Σ (r − r̂)²` over the ratings of some rows, and gives that sum.
    pub(super) fn gradients(&mut self, ratings: &SparseRows<F>) -> f64 {
        let Scale { offset, factor, .. } = self.scale;
        let input = self.centered(ratings.clone());
        let layers = self.layers(&input);
        let code = &layers[layers.len() - 1];
        let mut outputs = self.decoder.forward(code, ratings);
        self.output.apply_to_slice(&mut outputs);

        let mut upstream: Vec<F> = outputs.iter().map(|&output| offset + factor * output).collect();
        let two = F::one() + F::one();
        let loss = 2.0 * squared(&mut upstream, ratings.values(), None, two * factor);
        self.output.gradient_of_slice(&outputs, &mut upstream);

        self.decoder.backward(code, ratings, &upstream);
        let mut upstream = self.decoder.hidden_gradient(ratings, &upstream);
        for (dense, pair) in self.middle.iter_mut().zip(layers.windows(2)).rev() {
            self.hidden.gradient(&pair[1], &mut upstream);
            dense.backward(&pair[0], &upstream);
            upstream = dense.input_gradient(&upstream);
        }
        self.hidden.gradient(&layers[0], &mut upstream);
        self.encoder.backward(&input, &upstream);
        loss
    }

    /// Sets the penalty on all weights to `λ/2 ‖weight‖²`.
    pub(super) fn penalise(&mut self, lambda: F) {
        let middle = self.middle.iter_mut().map(|dense| &mut dense.weight);
        for weight in [&mut self.encoder.weight, &mut self.decoder.weight].into_iter().chain(middle) {
            weight.l2 = lambda;
        }
    }

    /// Ratings from what the decoder's products and bias give, in place.
    pub(super) fn to_ratings(&self, values: &mut [F]) {
        self.output.apply_to_slice(values);
        let Scale { offset, factor, .. } = self.scale;
        values.iter_mut().for_each(|value| *value = offset + factor * *value);
    }

    /// `W` and `b`.
    pub(super) fn decoder(&self) -> &EntryOutput<F> {
        &self.decoder
    }

    /// Number of outputs.
    pub(super) fn n_outputs(&self) -> usize {
        self.decoder.weight.value.nrows()
    }

    /// Width of the last hidden layer.
    pub(super) fn code_width(&self) -> usize {
        self.decoder.weight.value.ncols()
    }

    /// Every array with its name.
    pub(super) fn parameters(&self) -> Vec<(String, &Parameter<F>)> {
        let middle = self.middle.iter().flat_map(|dense| [&dense.weight, &dense.bias]);
        let ends = [&self.encoder.weight, &self.encoder.bias, &self.decoder.weight, &self.decoder.bias];
        names(self.middle.len()).into_iter().zip(ends.into_iter().chain(middle)).collect()
    }

    /// As [`Self::parameters`].
    pub(super) fn parameters_mut(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let names = names(self.middle.len());
        let middle = self.middle.iter_mut().flat_map(|dense| [&mut dense.weight, &mut dense.bias]);
        let ends = [&mut self.encoder.weight, &mut self.encoder.bias, &mut self.decoder.weight, &mut self.decoder.bias];
        names.into_iter().zip(ends.into_iter().chain(middle)).collect()
    }
}

impl<F: Real + Element> Network<F> {
    /// The network of [`Self::parameters`] as they were stored.
    pub(super) fn restore(params: &AutoRecParams, weights: &Weights, scale: Scale<F>) -> Result<Self, WeightsError> {
        let mut arrays = Vec::new();
        for name in names(params.hidden.len() - 1) {
            arrays.push(weights.array::<F, ndarray::Ix2>(&name)?.into_owned());
        }
        let width = arrays[0].nrows();
        let units: Vec<usize> = params.hidden.iter().map(|&units| units as usize).collect();
        let last = units[units.len() - 1];
        let mut shapes = vec![(width, units[0]), (1, units[0]), (width, last), (width, 1)];
        shapes.extend(units.windows(2).flat_map(|pair| [(pair[0], pair[1]), (1, pair[1])]));
        if arrays.iter().map(Array2::dim).ne(shapes) {
            return Err(inconsistent());
        }
        let mut arrays = arrays.into_iter();
        let mut next = || arrays.next().expect("as many as there are names");
        Ok(Self {
            encoder: SparseInput::new(next(), next()),
            decoder: EntryOutput::new(next(), next()),
            middle: units.windows(2).map(|_| Dense::new(next(), next())).collect(),
            hidden: params.hidden_activation,
            output: activation(params.output_activation),
            scale,
        })
    }
}

fn activation(output: OutputActivation) -> Activation {
    match output {
        OutputActivation::Identity => Activation::Identity,
        OutputActivation::Sigmoid => Activation::Sigmoid,
    }
}

/// Names of the arrays, with so many layers in between.
fn names(n_middle: usize) -> Vec<String> {
    let ends = ["encoder-weight", "encoder-bias", "decoder-weight", "decoder-bias"].map(str::to_owned);
    let middle = (1..=n_middle).flat_map(|layer| [format!("middle-{layer}-weight"), format!("middle-{layer}-bias")]);
    ends.into_iter().chain(middle).collect()
}
