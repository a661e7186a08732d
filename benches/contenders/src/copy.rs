//! The limit: the same bytes in, the same bytes out. Only for plain forward, which is what it stands for.

use crate::Run;
use crate::work::{Buffers, Verb, Work};

pub fn open(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    if work.verb != Verb::Layer {
        return None;
    }
    Some(Box::new(|b: &mut Buffers| b.y.copy_from_slice(&b.x)))
}

/// With stores that do not read the cache line first, where no cache holds the memory: natively the limit then.
#[cfg(target_arch = "x86_64")]
pub fn past_the_caches(work: Work, _: &Buffers) -> Option<Box<dyn Run>> {
    use std::arch::x86_64::{_mm_load_ps, _mm_sfence, _mm_stream_ps};
    /// 32 MiB of x and y.
    const FEWEST: usize = 1 << 22;
    if work.verb != Verb::Layer || work.rows * work.width < FEWEST {
        return None;
    }
    Some(Box::new(|b: &mut Buffers| {
        for (x, y) in b.x.chunks_exact(4).zip(b.y.chunks_exact_mut(4)) {
            // SAFETY: SSE2 is part of x86-64, the slices have four elements, and `Aligned` begins at a cache line.
            unsafe { _mm_stream_ps(y.as_mut_ptr(), _mm_load_ps(x.as_ptr())) };
        }
        // SAFETY: SSE is part of x86-64.
        unsafe { _mm_sfence() };
    }))
}
