//! What goes into gradients beside the inputs of the norm, and what comes out in exact enough arithmetic.

use crate::aligned::Aligned;
use crate::work::{Buffers, EPSILON, Verb, Work, normal};

pub fn dy(work: Work) -> Aligned {
    normal(5, work.rows * work.width, 0.0, 1.0)
}

/// dx, and the means over the rows of what dγ and dβ sum, in f64.
pub fn reference(work: Work, buffers: &Buffers) -> Vec<f64> {
    let (n, dy) = (work.width as f64, dy(work));
    let (mut dx, mut dgamma, mut dbeta) = (vec![], vec![0.0; work.width], vec![0.0; work.width]);
    for (x, dy) in buffers.x.chunks(work.width).zip(dy.chunks(work.width)) {
        let centred = work.verb != Verb::Rms;
        let mean = if centred { x.iter().copied().map(f64::from).sum::<f64>() / n } else { 0.0 };
        let var = x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n;
        let rstd = 1.0 / (var + f64::from(EPSILON)).sqrt();
        let normalised: Vec<f64> = x.iter().map(|&x| (f64::from(x) - mean) * rstd).collect();
        let g: Vec<f64> = dy.iter().zip(buffers.gamma).map(|(&a, &b)| f64::from(a) * f64::from(b)).collect();
        let mean_g = if centred { g.iter().sum::<f64>() / n } else { 0.0 };
        let mean_gx = g.iter().zip(&normalised).map(|(g, x)| g * x).sum::<f64>() / n;
        dx.extend(g.iter().zip(&normalised).map(|(g, x)| rstd * (g - mean_g - x * mean_gx)));
        for i in 0..work.width {
            dgamma[i] += f64::from(dy[i]) * normalised[i];
            dbeta[i] += if centred { f64::from(dy[i]) } else { 0.0 };
        }
    }
    let sums = dgamma.into_iter().chain(dbeta).map(|sum| sum / work.rows as f64);
    dx.into_iter().chain(sums).collect()
}
