//! One block of a Transformer's encoder, with its norms in front (Xiong et al. 2020, arXiv:2002.04745):
//!
//! ```text
//! x += attention(norm(x))         every frame looks at all frames of its utterance
//! x += feed_forward(norm(x))      every frame for itself
//! ```
//!
//! Matrices this small are multiplied by plain loops.

use layernorm::{Error, LayerNorm};

/// Features of a frame.
pub const WIDTH: usize = 12;
const HEADS: usize = 3;
/// Features of a frame that one head sees.
const HEAD: usize = WIDTH / HEADS;
/// Features between the two layers of the feed-forward part.
const HIDDEN: usize = 48;

pub struct Block<'a> {
    pub attention_norm: LayerNorm<'a>,
    pub attention: Attention<'a>,
    pub feed_forward_norm: LayerNorm<'a>,
    pub feed_forward: FeedForward<'a>,
}

impl<'a> Block<'a> {
    /// From weights in the order of README.md.
    pub fn new(mut weights: &'a [f32]) -> Result<Self, Error> {
        let weights = &mut weights;
        Ok(Self {
            attention_norm: norm(weights)?,
            attention: Attention {
                query: Linear::new(weights, WIDTH, WIDTH),
                key: Linear::new(weights, WIDTH, WIDTH),
                value: Linear::new(weights, WIDTH, WIDTH),
                output: Linear::new(weights, WIDTH, WIDTH),
            },
            feed_forward_norm: norm(weights)?,
            feed_forward: FeedForward {
                up: Linear::new(weights, WIDTH, HIDDEN),
                down: Linear::new(weights, HIDDEN, WIDTH),
            },
        })
    }

    /// `x` is one utterance, frames × width; it becomes the block's output.
    pub fn forward(&self, x: &mut [f32]) -> Result<(), Error> {
        let mut scratch = vec![0.0; 2 * x.len()];
        self.attention_norm.pre_norm(x, &mut scratch, |normed, out| self.attention.forward(normed, out))?;
        self.feed_forward_norm.pre_norm(x, &mut scratch, |normed, out| self.feed_forward.forward(normed, out))
    }
}

fn norm<'a>(weights: &mut &'a [f32]) -> Result<LayerNorm<'a>, Error> {
    LayerNorm::new(WIDTH)?.with_gamma(take(weights, WIDTH))?.with_beta(take(weights, WIDTH))
}

/// Takes so many off the front.
fn take<'a>(weights: &mut &'a [f32], length: usize) -> &'a [f32] {
    weights.split_off(..length).expect("weights for every part of the block")
}

/// Softmax attention of several heads.
pub struct Attention<'a> {
    query: Linear<'a>,
    key: Linear<'a>,
    value: Linear<'a>,
    output: Linear<'a>,
}

impl Attention<'_> {
    /// Both frames × width.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let queries = self.query.of(x);
        let keys = self.key.of(x);
        let values = self.value.of(x);
        let mut mixed = vec![0.0; x.len()];
        for start in (0..WIDTH).step_by(HEAD) {
            let head = start..start + HEAD;
            for (query, mixed) in queries.chunks(WIDTH).zip(mixed.chunks_mut(WIDTH)) {
                let score =
                    |key: &[f32]| dot(&query[head.clone()], &key[head.clone()]) / (HEAD as f32).sqrt();
                let mut weights: Vec<f32> = keys.chunks(WIDTH).map(score).collect();
                softmax(&mut weights);
                for (weight, value) in weights.iter().zip(values.chunks(WIDTH)) {
                    for i in head.clone() {
                        mixed[i] += weight * value[i];
                    }
                }
            }
        }
        self.output.forward(&mixed, y);
    }
}

/// Two layers with a ReLU in between.
pub struct FeedForward<'a> {
    up: Linear<'a>,
    down: Linear<'a>,
}

impl FeedForward<'_> {
    /// Both frames × width.
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let mut hidden = self.up.of(x);
        for v in &mut hidden {
            *v = v.max(0.0);
        }
        self.down.forward(&hidden, y);
    }
}

/// `y = x · weight + bias`.
struct Linear<'a> {
    inputs: usize,
    outputs: usize,
    /// Inputs × outputs.
    weight: &'a [f32],
    bias: &'a [f32],
}

impl<'a> Linear<'a> {
    fn new(weights: &mut &'a [f32], inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, weight: take(weights, inputs * outputs), bias: take(weights, outputs) }
    }

    fn of(&self, x: &[f32]) -> Vec<f32> {
        let mut y = vec![0.0; x.len() / self.inputs * self.outputs];
        self.forward(x, &mut y);
        y
    }

    /// `x` is frames × inputs, `y` frames × outputs.
    fn forward(&self, x: &[f32], y: &mut [f32]) {
        for (x, y) in x.chunks(self.inputs).zip(y.chunks_mut(self.outputs)) {
            y.copy_from_slice(self.bias);
            for (x, weights) in x.iter().zip(self.weight.chunks(self.outputs)) {
                for (y, weight) in y.iter_mut().zip(weights) {
                    *y += x * weight;
                }
            }
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The largest becomes e⁰ before the division: no sum overflows.
fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in &mut *scores {
        *score = (*score - largest).exp();
    }
    let sum: f32 = scores.iter().sum();
    for score in scores {
        *score /= sum;
    }
}
