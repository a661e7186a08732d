//! Our gradients: dx, and dγ and dβ added to, from statistics that were saved. Beside the forward call of the same verb.

use crate::Run;
use crate::aligned::Aligned;
use crate::ours::norms;
use crate::work::{Buffers, EPSILON, Verb, Work, normal};
use layernorm::{Error, Norm, ParamGrads, RowStats};

struct Backward<const CENTRED: bool> {
    norm: Norm<'static, CENTRED>,
    stats: Vec<RowStats>,
    dy: Aligned,
    dgamma: Aligned,
    dbeta: Aligned,
}

fn dy(work: Work) -> Aligned {
    normal(5, work.rows * work.width, 0.0, 1.0)
}

pub fn open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let (layer, rms) = norms(work, buffers)?;
    match work.verb {
        Verb::Layer => set_up(layer, work, buffers),
        Verb::Rms => set_up(rms, work, buffers),
        Verb::Residual => None,
    }
}

fn set_up<const CENTRED: bool>(
    norm: Norm<'static, CENTRED>,
    work: Work,
    buffers: &Buffers,
) -> Option<Box<dyn Run>> {
    let mut stats = vec![RowStats::default(); work.rows];
    norm.statistics(&buffers.x, &mut stats).ok()?;
    let zeros = || Aligned::new(work.width);
    Some(Box::new(Backward { norm, stats, dy: dy(work), dgamma: zeros(), dbeta: zeros() }))
}

impl<const CENTRED: bool> Backward<CENTRED> {
    fn call(&mut self, buffers: &mut Buffers) -> Result<(), Error> {
        let beta = CENTRED.then_some(&mut *self.dbeta);
        let grads = ParamGrads { gamma: Some(&mut self.dgamma), beta };
        self.norm.backward(&buffers.x, &self.stats, &self.dy, &mut buffers.y, grads)
    }
}

impl<const CENTRED: bool> Run for Backward<CENTRED> {
    fn run(&mut self, buffers: &mut Buffers) {
        let _ = self.call(buffers);
    }

    fn result(&mut self, buffers: &Buffers) -> Option<Vec<f32>> {
        let rows = self.stats.len() as f32;
        let sums = self.dgamma.iter().chain(self.dbeta.iter()).map(|sum| sum / rows);
        Some(buffers.y.iter().copied().chain(sums).collect())
    }
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
