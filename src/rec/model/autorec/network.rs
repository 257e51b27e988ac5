//! The network: what it computes, its loss and its gradients.

use ndarray::{Array1, Array2};

use super::{AutoRecParams, OutputActivation};
use crate::rec::linalg::Real;
use crate::rec::model::{Element, Weights, WeightsError};
use crate::rec::nn::layer::{Dense, EntryOutput, SparseInput, Stack};
use crate::rec::nn::loss::squared;
use crate::rec::nn::{Activation, Initialiser, Parameter, SparseRows};

/// `h = g(Vᵀ r + μ)`, `r̂ = f(Wᵀ h + b)`, perhaps with layers in between.
#[derive(Debug, Clone)]
pub(super) struct Network<F> {
    /// `V` and `μ`.
    encoder: SparseInput<F>,
    /// Layers between encoder and decoder.
    middle: Stack<F>,
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
        let weight = |rows, columns, name: &str| {
            Initialiser::TruncatedNormal(params.initial_deviation).matrix(rows, columns, params.seed, name)
        };
        let mut network = Self::with_weights(params, width, scale, weight);
        // Where nothing is known of a row, the mean rating comes out.
        let usual = (mean(ratings) - scale.offset.to_double()) / scale.factor.to_double();
        network.decoder.bias.value.fill(F::rounded(match params.output_activation {
            OutputActivation::Identity => usual,
            OutputActivation::Sigmoid => (usual / (1.0 - usual)).ln(),
        }));
        network
    }

    /// A network whose weights are made by `weight`, given rows, columns and a name; all biases are 0.
    fn with_weights(
        params: &AutoRecParams,
        width: usize,
        scale: Scale<F>,
        weight: impl Fn(usize, usize, &str) -> Array2<F>,
    ) -> Self {
        let units: Vec<usize> = params.hidden.iter().map(|&units| units as usize).collect();
        let (first, last) = (units[0], units[units.len() - 1]);
        let bias = |units| Array2::zeros((1, units));
        let middle = units
            .windows(2)
            .enumerate()
            .map(|(index, pair)| Dense::new(weight(pair[0], pair[1], &format!("middle-{index}")), bias(pair[1])));
        Self {
            encoder: SparseInput::new(weight(width, first, "encoder"), bias(first)),
            middle: Stack::new(middle, params.hidden_activation),
            decoder: EntryOutput::new(weight(width, last, "decoder"), Array2::zeros((width, 1))),
            hidden: params.hidden_activation,
            output: match params.output_activation {
                OutputActivation::Identity => Activation::Identity,
                OutputActivation::Sigmoid => Activation::Sigmoid,
            },
            scale,
        }
    }

    /// The hidden layers. Shapes: `[n_rows, K]` each.
    fn layers(&self, input: &SparseRows<F>) -> Vec<Array2<F>> {
        let mut first = self.encoder.forward(input);
        self.hidden.apply(&mut first);
        self.middle.forward(first)
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
        let upstream = self.decoder.hidden_gradient(ratings, &upstream);
        let mut upstream = self.middle.backward(&layers, upstream);
        self.hidden.gradient(&layers[0], &mut upstream);
        self.encoder.backward(&input, &upstream);
        loss
    }

    /// Sets the penalty on all weights to `λ/2 ‖weight‖²`.
    pub(super) fn penalise(&mut self, lambda: F) {
        for (_, weight) in self.parameters_mut().into_iter().filter(|(name, _)| name.ends_with("-weight")) {
            weight.l2 = lambda;
        }
    }

    /// Ratings from what the decoder's products and bias give, in place.
    pub(super) fn to_ratings(&self, values: &mut [F]) {
        self.output.apply_to_slice(values);
        let Scale { offset, factor, .. } = self.scale;
        for value in values {
            *value = offset + factor * *value;
        }
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
        let Self { encoder, middle, decoder, .. } = self;
        let mut parameters = named([&encoder.weight, &encoder.bias, &decoder.weight, &decoder.bias]);
        parameters.extend(middle.parameters("middle"));
        parameters
    }

    /// As [`Self::parameters`].
    pub(super) fn parameters_mut(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let Self { encoder, middle, decoder, .. } = self;
        let mut parameters = named([&mut encoder.weight, &mut encoder.bias, &mut decoder.weight, &mut decoder.bias]);
        parameters.extend(middle.parameters_mut("middle"));
        parameters
    }
}

impl<F: Real + Element> Network<F> {
    /// The network of [`Self::parameters`] as they were stored.
    pub(super) fn restore(
        params: &AutoRecParams,
        width: usize,
        scale: Scale<F>,
        weights: &Weights,
    ) -> Result<Self, WeightsError> {
        let mut network = Self::with_weights(params, width, scale, |rows, columns, _| Array2::zeros((rows, columns)));
        weights.restore_parameters(network.parameters_mut())?;
        Ok(network)
    }
}

/// The arrays of encoder and decoder under their names.
fn named<P>(ends: [P; 4]) -> Vec<(String, P)> {
    let names = ["encoder-weight", "encoder-bias", "decoder-weight", "decoder-bias"];
    names.map(str::to_owned).into_iter().zip(ends).collect()
}
