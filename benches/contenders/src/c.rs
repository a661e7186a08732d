//! The loops of `plain/src/plain.c`.

use crate::Run;
use crate::aligned::Aligned;
use crate::dequantised::set_up;
use crate::gradients::dy;
use crate::work::{Buffers, EPSILON, Verb, Work};
use plain_c::{plain_backward, plain_codes8, plain_codes16, plain_layer, plain_residual, plain_rms};

pub fn open(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    let Work { rows, width, .. } = work;
    // SAFETY, here and below: the loops stay in rows × width elements, or in width of γ, β and their gradients.
    Some(match work.verb {
        Verb::Layer => Box::new(move |b: &mut Buffers| unsafe {
            let (gamma, beta) = (b.gamma.as_ptr(), b.beta.as_ptr());
            plain_layer(b.x.as_ptr(), gamma, beta, b.y.as_mut_ptr(), rows, width, EPSILON);
        }),
        Verb::Residual => Box::new(move |b: &mut Buffers| unsafe {
            let (x, residual, y) = (b.x.as_ptr(), b.residual.as_mut_ptr(), b.y.as_mut_ptr());
            plain_residual(x, residual, b.gamma.as_ptr(), b.beta.as_ptr(), y, rows, width, EPSILON);
        }),
        Verb::Rms => Box::new(move |b: &mut Buffers| unsafe {
            plain_rms(b.x.as_ptr(), b.gamma.as_ptr(), b.y.as_mut_ptr(), rows, width, EPSILON);
        }),
    })
}

struct Backward {
    work: Work,
    stats: [Vec<f32>; 2],
    dy: Aligned,
    sums: [Aligned; 2],
}

pub fn backward(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    let n = work.width as f32;
    let rows = || buffers.x.chunks_exact(work.width);
    let mean: Vec<f32> = rows().map(|row| row.iter().sum::<f32>() / n).collect();
    let var = rows().zip(&mean).map(|(row, mean)| row.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n);
    let rstd = var.map(|var| 1.0 / (var + EPSILON).sqrt()).collect();
    let sums = [Aligned::new(work.width), Aligned::new(work.width)];
    (work.verb == Verb::Layer)
        .then(|| Box::new(Backward { work, stats: [mean, rstd], dy: dy(work), sums }) as Box<dyn Run>)
}

impl Run for Backward {
    fn run(&mut self, b: &mut Buffers) {
        let Work { rows, width, .. } = self.work;
        let [mean, rstd] = self.stats.each_ref().map(|stats| stats.as_ptr());
        let [dgamma, dbeta] = self.sums.each_mut().map(|sums| sums.as_mut_ptr());
        let (x, gamma, dx) = (b.x.as_ptr(), b.gamma.as_ptr(), b.y.as_mut_ptr());
        // SAFETY: see `open`; of mean and rstd there are as many as rows.
        unsafe { plain_backward(x, self.dy.as_ptr(), gamma, mean, rstd, dx, dgamma, dbeta, rows, width) };
    }

    fn result(&mut self, buffers: &Buffers) -> Option<Vec<f32>> {
        let sums = self.sums.iter().flat_map(|sums| sums.iter()).map(|sum| sum / self.work.rows as f32);
        Some(buffers.y.iter().copied().chain(sums).collect())
    }
}

macro_rules! codes {
    ($open:ident, $code:ty, $plain:ident) => {
        pub fn $open(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
            let Work { rows, width, .. } = work;
            let steps = work.form.steps()? as f32;
            let mut row = vec![0.0; 2 * width];
            let code = |code: i32| code.clamp(<$code>::MIN.into(), <$code>::MAX.into()) as $code;
            set_up(work, buffers, code, move |x: &[$code], gamma: &[f32], beta: &[f32], y: &mut [$code]| {
                let (x, gamma, beta, y) = (x.as_ptr(), gamma.as_ptr(), beta.as_ptr(), y.as_mut_ptr());
                // SAFETY: see `open`; `row` has room for two.
                unsafe { $plain(x, gamma, beta, y, row.as_mut_ptr(), rows, width, steps, EPSILON) };
            })
        }
    };
}

codes!(codes16, i16, plain_codes16);
codes!(codes8, i8, plain_codes8);
