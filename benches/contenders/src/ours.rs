//! The crate as its documentation says: configured once, called for each batch.

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use layernorm::{LayerNorm, RmsNorm, RowStats};

pub fn norms(work: Work, buffers: &Buffers) -> Option<(LayerNorm<'static>, RmsNorm<'static>)> {
    let (gamma, beta) = (buffers.gamma, buffers.beta);
    let layer = LayerNorm::new(work.width).ok()?.with_gamma(gamma).ok()?.with_beta(beta).ok()?;
    let rms = RmsNorm::new(work.width).ok()?.with_gamma(gamma).ok()?;
    Some((layer.with_epsilon(EPSILON).ok()?, rms.with_epsilon(EPSILON).ok()?))
}

// The lengths are those of `Buffers::new`; a wrong result would be seen by the comparison.
pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (layer, rms) = norms(work, buffers)?;
    Some(match work.verb {
        Verb::Layer => Box::new(move |b: &mut Buffers| {
            let _ = layer.forward(&b.x, &mut b.y);
        }),
        Verb::Residual => Box::new(move |b: &mut Buffers| {
            let _ = layer.forward_residual(&b.x, &mut b.residual, &mut b.y);
        }),
        Verb::Rms => Box::new(move |b: &mut Buffers| {
            let _ = rms.forward(&b.x, &mut b.y);
        }),
    })
}

struct InPlace<F>(F);

/// Overwrites its input: each call normalises what the last one left.
pub fn in_place(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (layer, rms) = norms(work, buffers)?;
    Some(match work.verb {
        Verb::Layer => Box::new(InPlace(move |x: &mut [f32]| layer.forward_in_place(x).is_ok())),
        Verb::Rms => Box::new(InPlace(move |x: &mut [f32]| rms.forward_in_place(x).is_ok())),
        Verb::Residual => return None,
    })
}

impl<F: Fn(&mut [f32]) -> bool> Run for InPlace<F> {
    fn run(&mut self, buffers: &mut Buffers) {
        (self.0)(&mut buffers.x);
    }

    fn result(&mut self, buffers: &Buffers) -> Option<Vec<f32>> {
        Some(buffers.x.to_vec())
    }
}

struct Statistics {
    norm: LayerNorm<'static>,
    width: usize,
    stats: Vec<RowStats>,
}

/// Statistics alone. What is compared is the norm that they make.
pub fn statistics(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (norm, _) = norms(work, buffers)?;
    let stats = vec![RowStats::default(); work.rows];
    (work.verb == Verb::Layer)
        .then(|| Box::new(Statistics { norm, width: work.width, stats }) as Box<dyn Run>)
}

impl Run for Statistics {
    fn run(&mut self, buffers: &mut Buffers) {
        let _ = self.norm.statistics(&buffers.x, &mut self.stats);
    }

    fn result(&mut self, buffers: &Buffers) -> Option<Vec<f32>> {
        let rows = buffers.x.chunks_exact(self.width).zip(&self.stats);
        let parameters = || buffers.gamma.iter().zip(buffers.beta);
        let normalised = |(row, stats): (&[f32], &RowStats)| -> Vec<f32> {
            let pairs = row.iter().zip(parameters());
            pairs.map(|(x, (gamma, beta))| (x - stats.mean()) * stats.rstd() * gamma + beta).collect()
        };
        Some(rows.flat_map(normalised).collect())
    }
}
