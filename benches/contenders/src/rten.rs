//! rten's kernels, put together as its own operators do (`rten/src/ops/norm.rs`).

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};
use rten_simd::SimdOp;
use rten_vecmath::{Normalize, NormalizeOptions, Sum, SumSquare, SumSquareSub};
use std::mem::MaybeUninit;

pub fn open(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    let Work { verb, width, .. } = work;
    Some(Box::new(move |b: &mut Buffers| {
        if verb == Verb::Residual {
            for (residual, x) in b.residual.iter_mut().zip(b.x.iter()) {
                *residual += x;
            }
        }
        let input = if verb == Verb::Residual { &*b.residual } else { &*b.x };
        for (x, y) in input.chunks_exact(width).zip(b.y.chunks_exact_mut(width)) {
            let n = width as f32;
            let (mean, var, beta) = if verb == Verb::Rms {
                (0.0, SumSquare::new(x).dispatch() / n, None)
            } else {
                let mean = Sum::new(x).dispatch() / n;
                (mean, SumSquareSub::new(x, mean).dispatch() / n, Some(b.beta))
            };
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (var + EPSILON).sqrt(),
                element_scale: Some(b.gamma),
                element_bias: beta,
                bias: 0.0,
            };
            Normalize::new(x, uninit(y), options).dispatch();
        }
    }))
}

fn uninit(y: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: the layouts agree; the kernel that gets it writes only initialised values.
    unsafe { std::slice::from_raw_parts_mut(y.as_mut_ptr().cast(), y.len()) }
}
