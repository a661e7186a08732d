//! Batch norm of the input sums x·W of a recurrent cell (Laurent et al. 2015), without a batch in the cell.
//!
//! Let the frames x have the mean x̄ and the covariance C. Then the sum w·x of one column w of the kernel has the mean w·x̄ and
//! the variance wᵀCw. With s = sqrt(wᵀCw + ε) batch norm is
//!
//! ```text
//! γ (w·x − w·x̄)/s + β  =  w'·x + β',     w' = γ w/s,   β' = β − γ w·x̄/s,
//! ```
//!
//! which is a cell without a norm, with kernel w' and bias β'. x̄ and C are taken over all frames of a minibatch and do not
//! depend on the weights, so the gradient of these two formulas is the whole gradient, through the statistics too. With dw' and
//! dβ' from the cell
//!
//! ```text
//! da = dw'·w − dβ' w·x̄                        where a = γ/s, so w' = a w and β' = β − a w·x̄
//! dw = a (dw' − dβ' x̄) − da γ/s³ · C w,       dγ = da/s,       dβ = dβ'
//! ```
//!
//! When the network is used, running averages of x̄ and C replace the values of a minibatch.

const EPSILON: f32 = 1e-5;

/// x̄, and the rows of C one after another.
#[derive(Clone)]
pub struct Moments {
    pub mean: Vec<f32>,
    pub covariance: Vec<f32>,
}

impl Moments {
    /// The moments of `frames`, which have `width` coefficients each and follow one another.
    pub fn new(width: usize, frames: &[f32]) -> Self {
        let share = 1.0 / (frames.len() / width) as f32;
        let mut mean = vec![0.0; width];
        for frame in frames.chunks(width) {
            mean.iter_mut().zip(frame).for_each(|(mean, x)| *mean += share * x);
        }
        let mut covariance = vec![0.0; width * width];
        for frame in frames.chunks(width) {
            for ((row, x), m) in covariance.chunks_mut(width).zip(frame).zip(&mean) {
                for ((c, y), n) in row.iter_mut().zip(frame).zip(&mean) {
                    *c += share * (x - m) * (y - n);
                }
            }
        }
        Self { mean, covariance }
    }

    /// Moves by `share` of the way to `target`.
    pub fn move_towards(&mut self, target: &Self, share: f32) {
        let means = self.mean.iter_mut().zip(&target.mean);
        for (average, target) in means.chain(self.covariance.iter_mut().zip(&target.covariance)) {
            *average += share * (target - *average);
        }
    }
}

/// The weights that batch norm is applied to, or their gradients. `kernel` is inputs × columns.
pub struct Weights<'a> {
    pub kernel: &'a mut [f32],
    pub gamma: &'a mut [f32],
    pub beta: &'a mut [f32],
}

/// One column of a kernel, with the moments of its sum.
struct Column {
    w: Vec<f32>,
    mean: f32,
    /// C w
    covariance: Vec<f32>,
    rstd: f32,
}

impl Column {
    fn new(moments: &Moments, kernel: &[f32], columns: usize, column: usize) -> Self {
        let w: Vec<f32> = kernel.chunks(columns).map(|row| row[column]).collect();
        let covariance: Vec<f32> = moments.covariance.chunks(w.len()).map(|row| dot(row, &w)).collect();
        let rstd = 1.0 / (dot(&w, &covariance) + EPSILON).sqrt();
        Self { mean: dot(&w, &moments.mean), covariance, rstd, w }
    }
}

/// Replaces w by w' and β by β'.
pub fn fold(moments: &Moments, weights: Weights) {
    let columns = weights.gamma.len();
    for (column, (gamma, beta)) in weights.gamma.iter().zip(weights.beta).enumerate() {
        let Column { mean, rstd, .. } = Column::new(moments, weights.kernel, columns, column);
        let a = gamma * rstd;
        weights.kernel.chunks_mut(columns).for_each(|row| row[column] *= a);
        *beta -= a * mean;
    }
}

/// Replaces the gradients of w' and β' by those of w, γ and β. `kernel` and `gamma` are the weights before folding.
pub fn unfold(moments: &Moments, kernel: &[f32], gamma: &[f32], gradients: Weights) {
    let columns = gamma.len();
    let zip = gamma.iter().zip(gradients.gamma).zip(gradients.beta);
    for (column, ((gamma, dgamma), dbeta)) in zip.enumerate() {
        let Column { w, mean, covariance, rstd } = Column::new(moments, kernel, columns, column);
        let dw: Vec<f32> = gradients.kernel.chunks(columns).map(|row| row[column]).collect();
        let a = gamma * rstd;
        let da = dot(&dw, &w) - *dbeta * mean;
        *dgamma = da * rstd;
        let scale = da * a * rstd * rstd;
        let rows = gradients.kernel.chunks_mut(columns).zip(&moments.mean).zip(&covariance);
        for ((row, mean), covariance) in rows {
            row[column] = a * (row[column] - *dbeta * mean) - scale * covariance;
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::{Moments, Weights, fold, unfold};
    use crate::random::Random;

    const WIDTH: usize = 3;
    const COLUMNS: usize = 4;
    const FRAMES: usize = 7;

    fn numbers<const N: usize>(random: &mut Random, mean: f32) -> [f32; N] {
        std::array::from_fn(|_| mean + random.normal())
    }

    /// Batch norm as it is usually written: computed on the sums of each frame, in f64.
    fn direct(x: &[f32], kernel: &[f64], gamma: &[f64], beta: &[f64]) -> Vec<f64> {
        let frames = x.chunks(WIDTH);
        let mut y = vec![0.0; FRAMES * COLUMNS];
        for column in 0..COLUMNS {
            let sum = |frame: &[f32]| {
                (0..WIDTH).map(|i| f64::from(frame[i]) * kernel[i * COLUMNS + column]).sum::<f64>()
            };
            let sums: Vec<f64> = frames.clone().map(sum).collect();
            let mean = sums.iter().sum::<f64>() / FRAMES as f64;
            let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / FRAMES as f64;
            for (frame, sum) in sums.iter().enumerate() {
                let normalised = (sum - mean) / (variance + 1e-5).sqrt();
                y[frame * COLUMNS + column] = gamma[column] * normalised + beta[column];
            }
        }
        y
    }

    fn wide(values: &[f32]) -> Vec<f64> {
        values.iter().map(|&value| value.into()).collect()
    }

    #[test]
    fn a_folded_layer_gives_what_batch_norm_gives() {
        let random = &mut Random::new(1, 0);
        let x: [f32; FRAMES * WIDTH] = numbers(random, 0.5);
        let mut kernel: [f32; WIDTH * COLUMNS] = numbers(random, 0.0);
        let (gamma, mut beta): ([f32; COLUMNS], [f32; COLUMNS]) =
            (numbers(random, 1.0), numbers(random, 0.0));
        let expected = direct(&x, &wide(&kernel), &wide(&gamma), &wide(&beta));

        let weights = Weights { kernel: &mut kernel, gamma: &mut gamma.clone(), beta: &mut beta };
        fold(&Moments::new(WIDTH, &x), weights);
        for (frame, expected) in x.chunks(WIDTH).zip(expected.chunks(COLUMNS)) {
            for (column, expected) in expected.iter().enumerate() {
                let sum: f32 = (0..WIDTH).map(|i| frame[i] * kernel[i * COLUMNS + column]).sum();
                assert!((f64::from(sum + beta[column]) - expected).abs() < 1e-5);
            }
        }
    }

    /// The loss is Σ c·y. Its gradients with respect to w' and β' are Σ c·x and Σ c over the frames.
    #[test]
    fn unfolded_gradients_are_those_of_batch_norm() {
        let random = &mut Random::new(2, 0);
        let x: [f32; FRAMES * WIDTH] = numbers(random, 0.5);
        let c: [f32; FRAMES * COLUMNS] = numbers(random, 0.3);
        let kernel: [f32; WIDTH * COLUMNS] = numbers(random, 0.0);
        let (gamma, beta): ([f32; COLUMNS], [f32; COLUMNS]) = (numbers(random, 1.0), numbers(random, 0.0));

        let (mut dkernel, mut dgamma, mut dbeta) = ([0.0; WIDTH * COLUMNS], [0.0; COLUMNS], [0.0; COLUMNS]);
        for (x, c) in x.chunks(WIDTH).zip(c.chunks(COLUMNS)) {
            for (column, c) in c.iter().enumerate() {
                (0..WIDTH).for_each(|i| dkernel[i * COLUMNS + column] += c * x[i]);
                dbeta[column] += c;
            }
        }
        let gradients = Weights { kernel: &mut dkernel, gamma: &mut dgamma, beta: &mut dbeta };
        unfold(&Moments::new(WIDTH, &x), &kernel, &gamma, gradients);

        let weights = [wide(&kernel), wide(&gamma), wide(&beta)].concat();
        let loss = |weights: &[f64]| {
            let (kernel, rest) = weights.split_at(WIDTH * COLUMNS);
            let (gamma, beta) = rest.split_at(COLUMNS);
            direct(&x, kernel, gamma, beta).iter().zip(&c).map(|(y, &c)| y * f64::from(c)).sum::<f64>()
        };
        for (index, gradient) in dkernel.iter().chain(&dgamma).chain(&dbeta).enumerate() {
            let moved = |by: f64| {
                let mut weights = weights.clone();
                weights[index] += by;
                loss(&weights)
            };
            let expected = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!((f64::from(*gradient) - expected).abs() < 1e-4, "{index}: {gradient}, not {expected}");
        }
    }
}
