//! The yardstick: layer norm as a good textbook has it. Sum; sum of squared deviations; normalise. Four vectors
//! of four lanes on every machine (explicit simd128, SSE2 or NEON), no correction, no care for range.

use crate::Run;
use crate::work::{Buffers, EPSILON, Verb, Work};

#[cfg(target_arch = "wasm32")]
mod four {
    use core::arch::wasm32::{v128, v128_load, v128_store};
    pub type V = v128;
    pub use core::arch::wasm32::{
        f32x4_add as add, f32x4_mul as mul, f32x4_splat as splat, f32x4_sub as sub,
    };

    #[inline(always)]
    pub fn load(from: &[f32]) -> V {
        let from = &from[..4];
        // SAFETY: 16 readable bytes.
        unsafe { v128_load(from.as_ptr().cast()) }
    }
    #[inline(always)]
    pub fn store(v: V, to: &mut [f32]) {
        let to = &mut to[..4];
        // SAFETY: 16 writable bytes.
        unsafe { v128_store(to.as_mut_ptr().cast(), v) }
    }
}

#[cfg(target_arch = "x86_64")]
mod four {
    use core::arch::x86_64::*;
    pub type V = __m128;

    // SAFETY, here and below: SSE2 is part of x86-64, and the slices have four elements.
    #[inline(always)]
    pub fn load(from: &[f32]) -> V {
        let from = &from[..4];
        unsafe { _mm_loadu_ps(from.as_ptr()) }
    }
    #[inline(always)]
    pub fn store(v: V, to: &mut [f32]) {
        let to = &mut to[..4];
        unsafe { _mm_storeu_ps(to.as_mut_ptr(), v) }
    }
    #[inline(always)]
    pub fn splat(value: f32) -> V {
        unsafe { _mm_set1_ps(value) }
    }
    #[inline(always)]
    pub fn add(a: V, b: V) -> V {
        unsafe { _mm_add_ps(a, b) }
    }
    #[inline(always)]
    pub fn sub(a: V, b: V) -> V {
        unsafe { _mm_sub_ps(a, b) }
    }
    #[inline(always)]
    pub fn mul(a: V, b: V) -> V {
        unsafe { _mm_mul_ps(a, b) }
    }
}

#[cfg(target_arch = "aarch64")]
mod four {
    use core::arch::aarch64::*;
    pub type V = float32x4_t;

    // SAFETY, here and below: NEON is part of this target, and the slices have four elements.
    #[inline(always)]
    pub fn load(from: &[f32]) -> V {
        let from = &from[..4];
        unsafe { vld1q_f32(from.as_ptr()) }
    }
    #[inline(always)]
    pub fn store(v: V, to: &mut [f32]) {
        let to = &mut to[..4];
        unsafe { vst1q_f32(to.as_mut_ptr(), v) }
    }
    #[inline(always)]
    pub fn splat(value: f32) -> V {
        unsafe { vdupq_n_f32(value) }
    }
    #[inline(always)]
    pub fn add(a: V, b: V) -> V {
        unsafe { vaddq_f32(a, b) }
    }
    #[inline(always)]
    pub fn sub(a: V, b: V) -> V {
        unsafe { vsubq_f32(a, b) }
    }
    #[inline(always)]
    pub fn mul(a: V, b: V) -> V {
        unsafe { vmulq_f32(a, b) }
    }
}

use four::{V, add, load, mul, splat, store, sub};

pub fn open(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    let width = work.width;
    Some(match work.verb {
        Verb::Layer => Box::new(move |b: &mut Buffers| {
            for (x, y) in b.x.chunks_exact(width).zip(b.y.chunks_exact_mut(width)) {
                layer(x, y, b.gamma, b.beta);
            }
        }),
        Verb::Residual => Box::new(move |b: &mut Buffers| {
            let rows = b.x.chunks_exact(width).zip(b.residual.chunks_exact_mut(width));
            for ((x, residual), y) in rows.zip(b.y.chunks_exact_mut(width)) {
                for (residual, x) in residual.iter_mut().zip(x) {
                    *residual += x;
                }
                layer(residual, y, b.gamma, b.beta);
            }
        }),
        Verb::Rms => Box::new(move |b: &mut Buffers| {
            for (x, y) in b.x.chunks_exact(width).zip(b.y.chunks_exact_mut(width)) {
                rms(x, y, b.gamma);
            }
        }),
    })
}

#[inline(never)]
pub fn layer(x: &[f32], y: &mut [f32], gamma: &[f32], beta: &[f32]) {
    let n = x.len() as f32;
    let mean = sum(x, |x| x, |x| x) / n;
    let pivot = splat(mean);
    let squared = |v: V| {
        let d = sub(v, pivot);
        mul(d, d)
    };
    let var = sum(x, squared, |x| (x - mean) * (x - mean)) / n;
    let rstd = 1.0 / (var + EPSILON).sqrt();
    let scale = splat(rstd);
    let vectors =
        x.chunks_exact(4).zip(y.chunks_exact_mut(4)).zip(gamma.chunks_exact(4).zip(beta.chunks_exact(4)));
    for ((x, y), (gamma, beta)) in vectors {
        store(add(mul(mul(sub(load(x), pivot), scale), load(gamma)), load(beta)), y);
    }
    for i in x.len() / 4 * 4..x.len() {
        y[i] = (x[i] - mean) * rstd * gamma[i] + beta[i];
    }
}

#[inline(never)]
fn rms(x: &[f32], y: &mut [f32], gamma: &[f32]) {
    let rstd = 1.0 / (sum(x, |v| mul(v, v), |x| x * x) / x.len() as f32 + EPSILON).sqrt();
    let scale = splat(rstd);
    for ((x, y), gamma) in x.chunks_exact(4).zip(y.chunks_exact_mut(4)).zip(gamma.chunks_exact(4)) {
        store(mul(mul(load(x), scale), load(gamma)), y);
    }
    for i in x.len() / 4 * 4..x.len() {
        y[i] = x[i] * rstd * gamma[i];
    }
}

/// Σ `term`(x) in four accumulators.
#[inline(always)]
fn sum(x: &[f32], term: impl Fn(V) -> V, scalar: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [splat(0.0); 4];
    let groups = x.chunks_exact(16);
    let tail = groups.remainder().iter().map(|&x| scalar(x)).sum::<f32>();
    for group in groups {
        for (sum, four) in sums.iter_mut().zip(group.chunks_exact(4)) {
            *sum = add(*sum, term(load(four)));
        }
    }
    let mut lanes = [0.0; 4];
    store(add(add(sums[0], sums[1]), add(sums[2], sums[3])), &mut lanes);
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]) + tail
}
