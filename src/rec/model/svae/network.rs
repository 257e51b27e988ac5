//! The layers of SVAE, and the loss of a mini-batch with its gradients.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayRef2, Axis, Ix2, s};
use rand_chacha::ChaCha8Rng;

use super::sampled_items::SampledItems;
use super::{Reduction, SvaeParams};
use crate::rec::linalg::Real;
use crate::rec::model::{Element, Weights, WeightsError};
use crate::rec::nn::layer::{Dense, Embedding, EntryOutput, Gru, Stack};
use crate::rec::nn::{
    Activation, GaussianSample, Initialiser, Logits, PackedSequences, Parameter, SparseRows, softmax_output,
    standard_normal,
};

/// Outputs that are in memory at a time, about.
const OUTPUTS_PER_CHUNK: usize = 1 << 23;

/// Tokens whose outputs are computed together.
pub(super) fn tokens_per_chunk(n_items: usize) -> usize {
    (OUTPUTS_PER_CHUNK / n_items.max(1)).clamp(256, 2048)
}

/// Names of the parameters outside of the stacks.
const NAMES: [&str; 9] = [
    "items",
    "gru-input-weight",
    "gru-input-bias",
    "gru-recurrent-weight",
    "gru-recurrent-bias",
    "code-weight",
    "code-bias",
    "output-weight",
    "output-bias",
];

/// SVAE's layers, in the order in which a history goes through them.
#[derive(Debug, Clone)]
pub(super) struct Network<F> {
    items: Embedding<F>,
    gru: Gru<F>,
    /// Hidden layers after the state, tanh after each.
    encoder: Stack<F>,
    /// From the last of them to μ and log σ².
    code: Dense<F>,
    /// From z to the last hidden layer, tanh after each.
    decoder: Stack<F>,
    output: EntryOutput<F>,
}

/// The sequences of a mini-batch, ready to be learnt from.
pub(super) struct Task<F> {
    /// All items of the sequences but the last of each.
    pub(super) inputs: PackedSequences,
    /// The next k items of each token, each of the value 1/|Y_1|. Shape: `[n_tokens, n_items]`.
    pub(super) targets: SparseRows<F>,
    /// The items of the softmax, if it is not over all; `targets` then has their columns alone.
    pub(super) sampled: Option<SampledItems>,
    /// β c of each token's divergence. Shape: `[n_tokens]`.
    pub(super) divergence_weights: Array1<F>,
    /// ε of each token. Shape: `[n_tokens, latent]`.
    pub(super) noise: Array2<F>,
}

impl<F: Real> Task<F> {
    /// The task of these histories, each of two events at least; `noise` gives the ε of each one's steps, of the shape
    /// `[n − 1, latent]`.
    pub(super) fn new(
        params: &SvaeParams,
        n_items: usize,
        histories: &[&[u32]],
        beta: f64,
        noise: &[Array2<F>],
    ) -> Self {
        let inputs: Vec<&[u32]> = histories.iter().map(|history| &history[..history.len() - 1]).collect();
        let inputs = PackedSequences::new(&inputs);
        let n_targets = params.targets as usize;
        let mut task = Self {
            targets: SparseRows::new(n_items),
            sampled: None,
            divergence_weights: Array1::zeros(inputs.n_tokens()),
            noise: Array2::zeros((inputs.n_tokens(), params.latent as usize)),
            inputs,
        };
        for (token, (sequence, step)) in task.inputs.places().enumerate() {
            let sequence = task.inputs.order()[sequence] as usize;
            let history = histories[sequence];
            let n_steps = history.len() - 1;
            let value = F::rounded(1.0 / n_targets.min(n_steps) as f64);
            let next = &history[step + 1..history.len().min(step + 1 + n_targets)];
            task.targets.push_row(next.iter().map(|&item| (item, value)));
            let reduced = match params.divergence {
                Reduction::Mean => beta / n_steps as f64,
                Reduction::Sum => beta,
            };
            task.divergence_weights[token] = F::rounded(reduced);
            task.noise.row_mut(token).assign(&noise[sequence].row(step));
        }
        task
    }

    /// Has the softmax run over the targets and so many other items, instead of all.
    pub(super) fn sample(&mut self, n_sampled: usize, random: &mut ChaCha8Rng) {
        let sampled = SampledItems::draw(&self.targets, n_sampled, random);
        self.targets = sampled.targets(&self.targets);
        self.sampled = Some(sampled);
    }
}

impl<F: Real> Network<F> {
    /// The untrained network.
    pub(super) fn new(params: &SvaeParams, n_items: usize) -> Self {
        let seed = params.seed;
        let dense = |name: &str, n_in: usize, n_out: usize, weight: Initialiser| {
            let bias = Initialiser::InverseRootUniform { n_inputs: n_in };
            Dense::new(
                weight.matrix(n_in, n_out, seed, &format!("{name}-weight")),
                bias.matrix(1, n_out, seed, &format!("{name}-bias")),
            )
        };
        let (embedding, units) = (params.embedding as usize, params.units as usize);
        let of_gru = |name: &str, n_in| {
            let uniform = Initialiser::InverseRootUniform { n_inputs: units };
            Dense::new(
                uniform.matrix(n_in, 3 * units, seed, &format!("{name}-weight")),
                uniform.matrix(1, 3 * units, seed, &format!("{name}-bias")),
            )
        };
        let stack = |name: &str, widths: Vec<usize>| {
            let layer = |(index, pair): (usize, &[usize])| {
                dense(&format!("{name}-{index}"), pair[0], pair[1], Initialiser::XavierNormal)
            };
            Stack::new(widths.windows(2).enumerate().map(layer), Activation::Tanh)
        };
        let (encoder, decoder) = (encoder_widths(params), decoder_widths(params));
        let (encoded, last) = (encoder[encoder.len() - 1], decoder[decoder.len() - 1]);
        Self {
            items: Embedding::new(Initialiser::Normal(1.0).matrix(n_items, embedding, seed, "items")),
            gru: Gru::new(of_gru("gru-input", embedding), of_gru("gru-recurrent", units)),
            encoder: stack("encoder", encoder),
            code: dense("code", encoded, 2 * params.latent as usize, Initialiser::XavierNormal),
            decoder: stack("decoder", decoder),
            output: EntryOutput::new(
                Initialiser::XavierNormal.matrix(n_items, last, seed, "output-weight"),
                Initialiser::InverseRootUniform { n_inputs: last }.matrix(n_items, 1, seed, "output-bias"),
            ),
        }
    }

    /// Every parameter with its name.
    pub(super) fn parameters(&self) -> Vec<(String, &Parameter<F>)> {
        let Self { items, gru, encoder, code, decoder, output } = self;
        let own = [
            &items.weight,
            &gru.input.weight,
            &gru.input.bias,
            &gru.recurrent.weight,
            &gru.recurrent.bias,
            &code.weight,
            &code.bias,
            &output.weight,
            &output.bias,
        ];
        let own = NAMES.map(str::to_owned).into_iter().zip(own);
        own.chain(encoder.parameters("encoder")).chain(decoder.parameters("decoder")).collect()
    }

    /// As [`Self::parameters`].
    pub(super) fn parameters_mut(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let Self { items, gru, encoder, code, decoder, output } = self;
        let own = [
            &mut items.weight,
            &mut gru.input.weight,
            &mut gru.input.bias,
            &mut gru.recurrent.weight,
            &mut gru.recurrent.bias,
            &mut code.weight,
            &mut code.bias,
            &mut output.weight,
            &mut output.bias,
        ];
        let own = NAMES.map(str::to_owned).into_iter().zip(own);
        own.chain(encoder.parameters_mut("encoder")).chain(decoder.parameters_mut("decoder")).collect()
    }

    /// The loss of a mini-batch, summed over its sequences; adds the gradients of its mean.
    pub(super) fn gradients(&mut self, task: &Task<F>, truncation: Option<usize>, logits: &mut Logits<F>) -> f64 {
        let inputs = self.vectors(task.inputs.items());
        let trace = self.gru.forward(&inputs, &task.inputs);
        let scale = F::rounded(1.0 / task.inputs.n_sequences() as f64);
        let mut loss = 0.0;
        let mut upstream = Array2::zeros(trace.hidden.dim());
        let mut part = task.sampled.as_ref().map(|sampled| sampled.layer(&self.output));
        let n_tokens = task.inputs.n_tokens();
        // Chunks of about the same length.
        let n_chunks = n_tokens.div_ceil(tokens_per_chunk(task.targets.n_columns())).max(1);
        let chunk = n_tokens.div_ceil(n_chunks).max(1);
        for start in (0..n_tokens).step_by(chunk) {
            let tokens = start..n_tokens.min(start + chunk);
            let states = trace.hidden.slice(s![tokens.clone(), ..]).to_owned();
            let (of_chunk, by_states) =
                self.chunk_gradients(states, task, tokens.clone(), scale, part.as_mut(), logits);
            loss += of_chunk;
            upstream.slice_mut(s![tokens, ..]).assign(&by_states);
        }
        if let Some((sampled, part)) = task.sampled.as_ref().zip(part) {
            sampled.give_back(&part, &mut self.output);
        }
        let by_inputs = self.gru.backward(&inputs, &task.inputs, trace, &upstream, truncation);
        self.items.backward(task.inputs.items(), &by_inputs);
        loss
    }

    /// All that follows the recurrent layer, for some tokens: their loss, and its gradient by their states. `part` is the
    /// output layer of the sampled items.
    fn chunk_gradients(
        &mut self,
        states: Array2<F>,
        task: &Task<F>,
        tokens: Range<usize>,
        scale: F,
        part: Option<&mut EntryOutput<F>>,
        logits: &mut Logits<F>,
    ) -> (f64, Array2<F>) {
        let weights = task.divergence_weights.slice(s![tokens.clone()]);
        let encoded = self.encoder.forward(states);
        let summary = &encoded[encoded.len() - 1];
        let sample =
            GaussianSample::new(self.code.forward(summary), task.noise.slice(s![tokens.clone(), ..]).to_owned());
        let decoded = self.decoder.forward(sample.value());
        let last = &decoded[decoded.len() - 1];
        let output = part.unwrap_or(&mut self.output);
        let (loss, upstream) = softmax_output(output, last, &task.targets.slice(tokens), scale, logits);
        let loss = loss + sample.weighted_divergence(&weights);

        let upstream = self.decoder.backward(&decoded, upstream);
        let weights = weights.mapv(|weight| weight * scale);
        let upstream = sample.weighted_backward(&upstream, &weights);
        self.code.backward(summary, &upstream);
        let upstream = self.code.input_gradient(&upstream);
        let upstream = self.encoder.backward(&encoded, upstream);
        (loss, upstream)
    }

    /// The recurrent layer's input half of every item, which scoring starts from. Shape: `[n_items, 3 units]`.
    pub(super) fn halves(&self) -> Array2<F> {
        self.gru.input.forward(&self.items.weight.value)
    }

    /// The logits after each history, into an array of shape `[n_histories, n_items]`. Shape of `halves`: that of
    /// [`Self::halves`].
    ///
    /// With a seed, z is drawn for each history instead of its mean taken.
    pub(super) fn score_into(
        &self,
        halves: &Array2<F>,
        histories: &[&[u32]],
        noise_seed: Option<u64>,
        logits: &mut ArrayRef2<F>,
    ) {
        let encoded = self.encoder.forward(self.gru.last(halves, histories));
        let statistics = self.code.forward(&encoded[encoded.len() - 1]);
        let width = statistics.ncols() / 2;
        let code = match noise_seed {
            None => statistics.slice(s![.., ..width]).to_owned(),
            Some(seed) => {
                // Addressed by what is known of a user whom training has not seen: the history.
                let address = |history: &&[u32]| {
                    let hash = blake3::hash(bytemuck::cast_slice(history));
                    u32::from_le_bytes([0, 1, 2, 3].map(|byte: usize| hash.as_bytes()[byte]))
                };
                let addresses: Vec<u32> = histories.iter().map(address).collect();
                GaussianSample::new(statistics, standard_normal(seed, "svae-scores", &addresses, 0, width)).value()
            }
        };
        let decoded = self.decoder.forward(code);
        self.output.dense_into(&decoded[decoded.len() - 1], logits);
    }

    /// The vectors of these items. Shape: `[items.len(), embedding]`.
    fn vectors(&self, items: &[u32]) -> Array2<F> {
        let rows: Vec<usize> = items.iter().map(|&item| item as usize).collect();
        self.items.weight.value.select(Axis(0), &rows)
    }
}

impl<F: Real + Element> Network<F> {
    /// The network from its stored arrays.
    pub(super) fn restore(params: &SvaeParams, weights: &Weights) -> Result<Self, WeightsError> {
        let n_items = weights.array::<F, Ix2>("items")?.nrows();
        let mut network = Self::new(params, n_items);
        weights.restore_parameters(network.parameters_mut())?;
        Ok(network)
    }
}

/// Widths of the encoder's hidden layers, its input first.
fn encoder_widths(params: &SvaeParams) -> Vec<usize> {
    std::iter::once(params.units).chain(params.encoder.iter().copied()).map(|width| width as usize).collect()
}

/// Widths of the decoder's hidden layers, its input first.
fn decoder_widths(params: &SvaeParams) -> Vec<usize> {
    std::iter::once(params.latent).chain(params.decoder.iter().copied()).map(|width| width as usize).collect()
}

/// Numbers that are trained.
pub(super) fn n_parameters(params: &SvaeParams, n_items: usize) -> u64 {
    let dense = |widths: &[usize]| widths.windows(2).map(|pair| (pair[0] + 1) * pair[1]).sum::<usize>();
    let (embedding, units) = (params.embedding as usize, params.units as usize);
    let (encoder, decoder) = (encoder_widths(params), decoder_widths(params));
    let gru = 3 * units * (embedding + units + 2);
    let outputs = n_items * (embedding + decoder[decoder.len() - 1] + 1);
    let code = (encoder[encoder.len() - 1] + 1) * 2 * params.latent as usize;
    (gru + outputs + code + dense(&encoder) + dense(&decoder)) as u64
}
