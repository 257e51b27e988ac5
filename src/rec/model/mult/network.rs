//! The network: an encoder to a code, a decoder back to the items, tanh between layers.

use ndarray::{Array2, ArrayViewMut2, s};

use super::likelihood::WeightedLikelihood;
use crate::rec::linalg::Real;
use crate::rec::model::row_group::{histories, in_groups};
use crate::rec::model::{Recommender, Scorer, UserBlock, Weights, WeightsError};
use crate::rec::nn::layer::{Dense, SparseInput};
use crate::rec::nn::{Activation, GaussianSample, Initialiser, Parameter, SparseRows};

/// Standard deviation of the first biases.
const BIAS_DEVIATION: f64 = 0.001;

/// What stands between encoder and decoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The encoder gives mean and variance of a normal distribution: a sample of it in training, the mean afterwards.
    Gaussian,
    /// The encoder gives the code, through a tanh.
    Tanh,
}

/// An autoencoder of histories, the fitted model of Mult-VAE and Mult-DAE.
#[derive(Debug, Clone)]
pub struct MultNetwork<F> {
    code: Code,
    /// The encoder's first layer.
    input: SparseInput<F>,
    /// The encoder's other layers.
    encoder: Vec<Dense<F>>,
    /// The last one gives an output for each item.
    decoder: Vec<Dense<F>>,
}

/// A mini-batch as the network sees it.
#[derive(Debug, Clone)]
pub(super) struct Examples<F> {
    /// Histories of length 1, corrupted.
    pub(super) input: SparseRows<F>,
    /// Histories as they are.
    pub(super) targets: SparseRows<F>,
    /// ε of a Gaussian code `[n_rows, latent]`.
    pub(super) noise: Option<Array2<F>>,
    /// β.
    pub(super) divergence_weight: F,
    /// What gradients are multiplied by.
    pub(super) scale: F,
}

impl<F: Real> MultNetwork<F> {
    /// Xavier-uniform weights and small biases. `hidden` are the encoder's hidden layers, from the items on; the decoder
    /// has the same ones the other way round.
    pub(super) fn new(n_items: usize, hidden: &[usize], latent: usize, code: Code, seed: u64) -> Self {
        let weight = |n_in, n_out, name: &str| Initialiser::XavierUniform.matrix(n_in, n_out, seed, name);
        let bias = |n_out, name: &str| Initialiser::TruncatedNormal(BIAS_DEVIATION).matrix(1, n_out, seed, name);
        let statistics = if code == Code::Gaussian { 2 * latent } else { latent };
        let encoder: Vec<usize> = [n_items].iter().chain(hidden).copied().chain([statistics]).collect();
        let decoder: Vec<usize> = [latent].into_iter().chain(hidden.iter().rev().copied()).chain([n_items]).collect();
        let dense = |side: &str, index: usize, widths: &[usize]| {
            let [weights, biases] = ["weight", "bias"].map(|part| format!("{side}-{index}-{part}"));
            (weight(widths[0], widths[1], &weights), bias(widths[1], &biases))
        };
        let mut layers = encoder.windows(2).enumerate().map(|(index, widths)| dense("encoder", index, widths));
        let (first_weight, first_bias) = layers.next().expect("an encoder has a layer");
        let encoder = layers.map(|(weight, bias)| Dense::new(weight, bias)).collect();
        let decoder = decoder.windows(2).enumerate().map(|(index, widths)| {
            let (weight, bias) = dense("decoder", index, widths);
            Dense::new(weight, bias)
        });
        Self { code, input: SparseInput::new(first_weight, first_bias), encoder, decoder: decoder.collect() }
    }

    /// Every trained array with its name.
    pub(super) fn parameters(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let first = [("weight", &mut self.input.weight), ("bias", &mut self.input.bias)];
        let mut parameters: Vec<_> =
            first.into_iter().map(|(part, parameter)| (format!("encoder-0-{part}"), parameter)).collect();
        let encoder = self.encoder.iter_mut().enumerate().map(|(index, layer)| ("encoder", index + 1, layer));
        let decoder = self.decoder.iter_mut().enumerate().map(|(index, layer)| ("decoder", index, layer));
        for (side, index, Dense { weight, bias }) in encoder.chain(decoder) {
            parameters.push((format!("{side}-{index}-weight"), weight));
            parameters.push((format!("{side}-{index}-bias"), bias));
        }
        parameters
    }

    /// Adds the gradients of a mini-batch; returns the sums of `−log p(x)` and of the divergence of the code.
    pub(super) fn gradients(&mut self, examples: Examples<F>, likelihood: WeightedLikelihood) -> (f64, f64) {
        let Examples { input, targets, noise, divergence_weight, scale } = examples;
        let (inner, statistics) = self.encode(&input);
        let (sample, code) = match noise {
            Some(noise) => {
                let sample = GaussianSample::new(statistics, noise);
                let code = sample.value();
                (Some(sample), code)
            }
            None => (None, self.code_without_noise(statistics)),
        };
        let divergence = sample.as_ref().map_or(0.0, GaussianSample::divergence);
        let (inputs, mut outputs) = forward(&self.decoder, code);
        let loss = likelihood.gradient(&mut outputs, &targets, scale);
        let mut upstream = backward(&mut self.decoder, &inputs, outputs);
        if let Some(sample) = sample {
            upstream = sample.backward(&upstream, scale * divergence_weight);
        } else if self.code == Code::Tanh {
            Activation::Tanh.gradient(&inputs[0], &mut upstream);
        }
        if let Some(first) = inner.first() {
            upstream = backward(&mut self.encoder, &inner, upstream);
            Activation::Tanh.gradient(first, &mut upstream);
        }
        self.input.backward(&input, &upstream);
        (loss, divergence)
    }

    /// The inputs of the encoder's layers after the first, and the last one's output.
    fn encode(&self, input: &SparseRows<F>) -> (Vec<Array2<F>>, Array2<F>) {
        let mut first = self.input.forward(input);
        if self.encoder.is_empty() {
            return (Vec::new(), first);
        }
        Activation::Tanh.apply(&mut first);
        forward(&self.encoder, first)
    }

    /// The code that the encoder's output stands for.
    fn code_without_noise(&self, mut statistics: Array2<F>) -> Array2<F> {
        match self.code {
            Code::Gaussian => {
                let latent = statistics.ncols() / 2;
                statistics.slice(s![.., ..latent]).to_owned()
            }
            Code::Tanh => {
                Activation::Tanh.apply(&mut statistics);
                statistics
            }
        }
    }

    /// One output for each item. Shape: `[n_rows, n_items]`.
    pub(super) fn outputs(&self, input: &SparseRows<F>) -> Array2<F> {
        let (_, statistics) = self.encode(input);
        forward(&self.decoder, self.code_without_noise(statistics)).1
    }
}

/// A stack of layers with tanh between them: the input of each, and the output of the last.
fn forward<F: Real>(layers: &[Dense<F>], input: Array2<F>) -> (Vec<Array2<F>>, Array2<F>) {
    let mut inputs = vec![input];
    loop {
        let index = inputs.len() - 1;
        let mut output = layers[index].forward(&inputs[index]);
        if inputs.len() == layers.len() {
            return (inputs, output);
        }
        Activation::Tanh.apply(&mut output);
        inputs.push(output);
    }
}

/// Adds the gradients of such a stack; returns the gradient by its input.
fn backward<F: Real>(layers: &mut [Dense<F>], inputs: &[Array2<F>], mut upstream: Array2<F>) -> Array2<F> {
    for (index, (layer, input)) in layers.iter_mut().zip(inputs).enumerate().rev() {
        layer.backward(input, &upstream);
        upstream = layer.input_gradient(&upstream);
        if index > 0 {
            Activation::Tanh.gradient(input, &mut upstream);
        }
    }
    upstream
}

impl MultNetwork<f32> {
    /// The network of these shapes with stored parameters.
    pub(super) fn restore(
        weights: &Weights,
        hidden: &[usize],
        latent: usize,
        code: Code,
    ) -> Result<Self, WeightsError> {
        let n_items = weights.f32::<ndarray::Ix2>("encoder-0-weight")?.nrows();
        let layers = hidden.len() + 1;
        let stored = |side: &str, index: usize| {
            let array = |part: &str| weights.f32::<ndarray::Ix2>(&format!("{side}-{index}-{part}"));
            Ok::<_, WeightsError>((array("weight")?.into_owned(), array("bias")?.into_owned()))
        };
        let mut widths: Vec<usize> = hidden.to_vec();
        widths.push(if code == Code::Gaussian { 2 * latent } else { latent });
        let mut encoder = Vec::new();
        let mut decoder = Vec::new();
        for index in 0..layers {
            let encoder_in = if index == 0 { n_items } else { hidden[index - 1] };
            let decoder_in = if index == 0 { latent } else { hidden[layers - 1 - index] };
            let decoder_out = if index + 1 == layers { n_items } else { hidden[layers - 2 - index] };
            for (side, layers, n_in, n_out) in [
                ("encoder", &mut encoder, encoder_in, widths[index]),
                ("decoder", &mut decoder, decoder_in, decoder_out),
            ] {
                let (weight, bias) = stored(side, index)?;
                if weight.dim() != (n_in, n_out) || bias.dim() != (1, n_out) {
                    let message = format!("layer {index} of the {side} is not of {n_in} inputs and {n_out} units");
                    return Err(WeightsError::Inconsistent(message));
                }
                layers.push((weight, bias));
            }
        }
        let (weight, bias) = encoder.remove(0);
        let dense = |layers: Vec<(Array2<f32>, Array2<f32>)>| {
            layers.into_iter().map(|(weight, bias)| Dense::new(weight, bias)).collect()
        };
        Ok(Self { code, input: SparseInput::new(weight, bias), encoder: dense(encoder), decoder: dense(decoder) })
    }
}

impl Recommender for MultNetwork<f32> {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        let mut insert = |side: &str, index: usize, weight: &Parameter<f32>, bias: &Parameter<f32>| {
            weights.insert(&format!("{side}-{index}-weight"), weight.value.clone());
            weights.insert(&format!("{side}-{index}-bias"), bias.value.clone());
        };
        insert("encoder", 0, &self.input.weight, &self.input.bias);
        for (index, layer) in self.encoder.iter().enumerate() {
            insert("encoder", index + 1, &layer.weight, &layer.bias);
        }
        for (index, layer) in self.decoder.iter().enumerate() {
            insert("decoder", index, &layer.weight, &layer.bias);
        }
        weights
    }
}

impl Scorer for MultNetwork<f32> {
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>) {
        in_groups(scores, |start, scores| {
            let mut input = histories(users, start, scores.nrows(), scores.ncols());
            input.fill_rows(|n_entries| 1.0 / (n_entries as f32).sqrt());
            scores.assign(&self.outputs(&input));
        });
    }
}
