//! Either norm, for tests that hold for both.

use layernorm::{CumulativeSums, Error, LayerNorm, Modulation, ParamGrads, RmsNorm, RowStats};

#[derive(Clone, Copy, Debug)]
pub enum Norm<'a> {
    Layer(LayerNorm<'a>),
    Rms(RmsNorm<'a>),
}

impl<'a> Norm<'a> {
    /// LayerNorm, then RMSNorm.
    pub fn both(width: usize) -> [Self; 2] {
        [true, false].map(|centred| Self::new(centred, width))
    }

    pub fn new(centred: bool, width: usize) -> Self {
        match centred {
            true => Norm::Layer(LayerNorm::new(width).unwrap()),
            false => Norm::Rms(RmsNorm::new(width).unwrap()),
        }
    }

    pub fn centred(&self) -> bool {
        matches!(self, Norm::Layer(_))
    }

    pub fn with_epsilon(self, epsilon: f32) -> Self {
        match self {
            Norm::Layer(norm) => Norm::Layer(norm.with_epsilon(epsilon).unwrap()),
            Norm::Rms(norm) => Norm::Rms(norm.with_epsilon(epsilon).unwrap()),
        }
    }

    pub fn with_gamma(self, gamma: &'a [f32]) -> Self {
        match self {
            Norm::Layer(norm) => Norm::Layer(norm.with_gamma(gamma).unwrap()),
            Norm::Rms(norm) => Norm::Rms(norm.with_gamma(gamma).unwrap()),
        }
    }

    pub fn with_affine(self, gamma: &'a [f32], beta: &'a [f32]) -> Self {
        match self.with_gamma(gamma) {
            Norm::Layer(norm) => Norm::Layer(norm.with_beta(beta).unwrap()),
            Norm::Rms(norm) => Norm::Rms(norm.with_beta(beta).unwrap()),
        }
    }

    pub fn with_unit_offset(self) -> Self {
        match self {
            Norm::Layer(norm) => Norm::Layer(norm.with_unit_offset()),
            Norm::Rms(norm) => Norm::Rms(norm.with_unit_offset()),
        }
    }

    /// `forward` of finished rows, in a vector of its own.
    pub fn of(&self, x: &[f32]) -> Vec<f32> {
        let mut y = vec![0.0; x.len()];
        self.forward(x, &mut y).unwrap();
        y
    }

    pub fn stats(&self, x: &[f32], rows: usize) -> Vec<RowStats> {
        let mut stats = vec![RowStats::default(); rows];
        self.statistics(x, &mut stats).unwrap();
        stats
    }
}

macro_rules! verbs {
    ($($verb:ident($($argument:ident: $type:ty),*);)*) => {
        impl Norm<'_> {
            $(pub fn $verb(&self, $($argument: $type),*) -> Result<(), Error> {
                match self {
                    Norm::Layer(norm) => norm.$verb($($argument),*),
                    Norm::Rms(norm) => norm.$verb($($argument),*),
                }
            })*
        }
    };
}

verbs! {
    forward(x: &[f32], y: &mut [f32]);
    forward_in_place(x: &mut [f32]);
    forward_with_stats(x: &[f32], y: &mut [f32], stats: &mut [RowStats]);
    forward_residual(x: &[f32], residual: &mut [f32], y: &mut [f32]);
    statistics(x: &[f32], stats: &mut [RowStats]);
    apply(stats: &RowStats, offset: usize, chunk: &[f32], out: &mut [f32]);
    backward(x: &[f32], stats: &[RowStats], dy: &[f32], dx: &mut [f32], grads: ParamGrads);
    backward_in_place(x: &[f32], stats: &[RowStats], dy: &mut [f32], grads: ParamGrads);
    pre_norm(x: &mut [f32], scratch: &mut [f32], sublayer: impl FnOnce(&[f32], &mut [f32]));
    post_norm(x: &mut [f32], scratch: &mut [f32], sublayer: impl FnOnce(&[f32], &mut [f32]));
    forward_modulated(x: &[f32], modulation: Modulation, y: &mut [f32]);
    forward_strided(x: &[f32], x_stride: usize, y: &mut [f32], y_stride: usize);
    forward_strided_in_place(x: &mut [f32], stride: usize);
    forward_channels_first(x: &[f32], positions: usize, y: &mut [f32]);
    forward_channels_first_in_place(x: &mut [f32], positions: usize);
    forward_cumulative(sums: &mut CumulativeSums, x: &[f32], y: &mut [f32]);
    forward_cumulative_in_place(sums: &mut CumulativeSums, x: &mut [f32]);
}
