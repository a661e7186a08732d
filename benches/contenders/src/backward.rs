//! Our gradients: dx, and dγ and dβ added to, from statistics that were saved.

use crate::Run;
use crate::aligned::Aligned;
use crate::gradients::dy;
use crate::ours::norms;
use crate::work::{Buffers, Verb, Work};
use layernorm::{Error, ParamGrads, RowStats};

struct Backward<F> {
    call: F,
    stats: Vec<RowStats>,
    dy: Aligned,
    dgamma: Aligned,
    dbeta: Aligned,
}

pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (layer, rms) = norms(work, buffers)?;
    let mut stats = vec![RowStats::default(); work.rows];
    match work.verb {
        Verb::Layer => {
            layer.statistics(&buffers.x, &mut stats).ok()?;
            set_up(work, stats, move |x, stats, dy, dx, gamma, beta| {
                layer.backward(x, stats, dy, dx, ParamGrads { gamma: Some(gamma), beta: Some(beta) })
            })
        }
        Verb::Rms => {
            rms.statistics(&buffers.x, &mut stats).ok()?;
            set_up(work, stats, move |x, stats, dy, dx, gamma, _| {
                rms.backward(x, stats, dy, dx, ParamGrads { gamma: Some(gamma), beta: None })
            })
        }
        Verb::Residual => None,
    }
}

fn set_up<F>(work: Work, stats: Vec<RowStats>, call: F) -> Option<Box<dyn Run>>
where
    F: Fn(&[f32], &[RowStats], &[f32], &mut [f32], &mut [f32], &mut [f32]) -> Result<(), Error> + 'static,
{
    let zeros = || Aligned::new(work.width);
    Some(Box::new(Backward { call, stats, dy: dy(work), dgamma: zeros(), dbeta: zeros() }))
}

impl<F> Run for Backward<F>
where
    F: Fn(&[f32], &[RowStats], &[f32], &mut [f32], &mut [f32], &mut [f32]) -> Result<(), Error>,
{
    fn run(&mut self, buffers: &mut Buffers) {
        let (x, dx) = (&buffers.x, &mut buffers.y);
        let _ = (self.call)(x, &self.stats, &self.dy, dx, &mut self.dgamma, &mut self.dbeta);
    }

    fn result(&mut self, buffers: &Buffers) -> Option<Vec<f32>> {
        let rows = self.stats.len() as f32;
        let sums = self.dgamma.iter().chain(self.dbeta.iter()).map(|sum| sum / rows);
        Some(buffers.y.iter().copied().chain(sums).collect())
    }
}
