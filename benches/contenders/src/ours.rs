use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use layernorm::{LayerNorm, RmsNorm};

/// The crate as its documentation says: configured once, called for each batch.
pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (gamma, beta) = (buffers.gamma, buffers.beta);
    let layer = LayerNorm::new(work.width).ok()?.with_gamma(gamma).ok()?.with_beta(beta).ok()?;
    let layer = layer.with_epsilon(EPSILON).ok()?;
    let rms = RmsNorm::new(work.width).ok()?.with_gamma(gamma).ok()?.with_epsilon(EPSILON).ok()?;
    // The lengths are those of `Buffers::new`; a wrong result would be seen by the comparison.
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
