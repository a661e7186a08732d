//! Half precision to `f32` and back by F16C, which every processor with AVX2 has.
#![allow(unsafe_code)]

use core::arch::x86_64::*;

/// Proves that F16C and AVX were detected.
#[derive(Clone, Copy)]
pub(crate) struct F16c(());

/// Numbers of a step.
const STEP: usize = 8;

impl F16c {
    /// The token, where the processor and the operating system support it.
    #[inline]
    pub(crate) fn detect() -> Option<Self> {
        (std::is_x86_feature_detected!("f16c") && std::is_x86_feature_detected!("avx")).then_some(Self(()))
    }

    /// Widens as many as there are in whole steps, and returns their number.
    pub(crate) fn widen(self, from: &[u16], to: &mut [f32]) -> usize {
        // SAFETY: the token.
        unsafe { widen(from, to) }
    }

    /// Rounds as many as there are in whole steps to the nearest, half to even, and returns their number.
    pub(crate) fn narrow(self, from: &[f32], to: &mut [u16]) -> usize {
        // SAFETY: the token.
        unsafe { narrow(from, to) }
    }
}

#[target_feature(enable = "avx,f16c")]
fn widen(from: &[u16], to: &mut [f32]) -> usize {
    let (from, to) = (from.as_chunks::<STEP>().0, to.as_chunks_mut::<STEP>().0);
    for (from, to) in from.iter().zip(&mut *to) {
        // SAFETY: 16 readable and 32 writable bytes; the unaligned forms are used.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), _mm256_cvtph_ps(_mm_loadu_si128(from.as_ptr().cast()))) }
    }
    from.len().min(to.len()) * STEP
}

#[target_feature(enable = "avx,f16c")]
fn narrow(from: &[f32], to: &mut [u16]) -> usize {
    let (from, to) = (from.as_chunks::<STEP>().0, to.as_chunks_mut::<STEP>().0);
    for (from, to) in from.iter().zip(&mut *to) {
        // SAFETY: 32 readable and 16 writable bytes; the unaligned forms are used.
        unsafe {
            let halves = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(_mm256_loadu_ps(from.as_ptr()));
            _mm_storeu_si128(to.as_mut_ptr().cast(), halves);
        }
    }
    from.len().min(to.len()) * STEP
}
