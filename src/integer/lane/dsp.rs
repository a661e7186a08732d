//! The DSP extension of Arm: products of 16 bits, two operands in a register. Rust has no names for its instructions yet.
#![allow(unsafe_code)]

use crate::integer::code::Code;
use crate::integer::sums::Sums;
use core::arch::asm;
use core::marker::PhantomData;

/// Where the codes of a row are read and where its results are written: two slices, or one whose codes are read before they are
/// written.
pub(crate) struct Places<'a> {
    from: *const i16,
    to: *mut i16,
    len: usize,
    slices: PhantomData<&'a mut [i16]>,
}

impl<'a> Places<'a> {
    pub(crate) fn apart(x: &'a [i16], y: &'a mut [i16]) -> Self {
        let len = x.len().min(y.len());
        Self { from: x.as_ptr(), to: y.as_mut_ptr(), len, slices: PhantomData }
    }

    pub(crate) fn in_place(x: &'a mut [i16]) -> Self {
        let (to, len) = (x.as_mut_ptr(), x.len());
        Self { from: to, to, len, slices: PhantomData }
    }
}

/// The loop `y = ((code·a/2¹⁶ + rest)·g/2¹⁶ + b·beta_scale + half) / 2^POINT`, saturated.
pub(crate) struct PairLoop {
    pub a: i32,
    pub rest: i32,
    /// Has 16 bits.
    pub beta_scale: i32,
    pub half: i32,
    /// The loop stops before a result whose last POINT bits are below this.
    pub near: u32,
}

impl PairLoop {
    /// The largest POINT for which there is a loop, of those up to `most`.
    pub(crate) fn point(most: i32) -> Option<i32> {
        match most {
            12.. => Some(12),
            8..12 => Some(most),
            _ => None,
        }
    }

    /// Elements in a step.
    pub(crate) const STEP: usize = 4;

    /// Writes step after step from element `start` on, with `point` bits behind the point. Returns the element before which it
    /// stopped: the first of a pair that holds a result near a boundary, or of a step that is not whole.
    pub(crate) fn run(
        &self,
        point: u32,
        places: &mut Places,
        gamma: &[i16],
        beta: &[i16],
        start: usize,
    ) -> usize {
        match point {
            12 => self.steps::<12>(places, gamma, beta, start),
            11 => self.steps::<11>(places, gamma, beta, start),
            10 => self.steps::<10>(places, gamma, beta, start),
            9 => self.steps::<9>(places, gamma, beta, start),
            8 => self.steps::<8>(places, gamma, beta, start),
            _ => start,
        }
    }

    fn steps<const POINT: u32>(
        &self,
        places: &mut Places,
        gamma: &[i16],
        beta: &[i16],
        start: usize,
    ) -> usize {
        debug_assert!(places.len == gamma.len() && places.len == beta.len());
        let steps = places.len.min(gamma.len()).min(beta.len()).saturating_sub(start) / Self::STEP;
        if steps == 0 {
            return start;
        }
        let mut to = places.to.wrapping_add(start);
        // SAFETY: `build.rs` sets `layernorm_dsp` only where the target is said to have these instructions. Each of the four slices
        // holds `steps` steps from `start` on, and a word is read and written at any address of a code, aligned or not, which
        // compilers for these cores rely on too. A code is read before `to` comes to its place.
        unsafe {
            asm!(
                "2:",
                ".rept {repeat}",
                "ldr {u1}, [{x}], #4",
                "ldr {v}, [{gamma}], #4",
                "smlawb {u0}, {a}, {u1}, {rest}",
                "smlawt {u1}, {a}, {u1}, {rest}",
                "smlawb {u0}, {u0}, {v}, {half}",
                "smlawt {u1}, {u1}, {v}, {half}",
                "ldr {v}, [{beta}], #4",
                "smlabb {u0}, {v}, {beta_scale}, {u0}",
                "smlatb {u1}, {v}, {beta_scale}, {u1}",
                "cmp {near}, {u0}, lsl #32 - {point}",
                "bhi 3f",
                "cmp {near}, {u1}, lsl #32 - {point}",
                "bhi 3f",
                "ssat {u0}, #16, {u0}, asr #{point}",
                "ssat {u1}, #16, {u1}, asr #{point}",
                "pkhbt {u0}, {u0}, {u1}, lsl #16",
                "str {u0}, [{y}], #4",
                ".endr",
                "subs {steps}, {steps}, #1",
                "bne 2b",
                "3:",
                x = inout(reg) places.from.wrapping_add(start) => _,
                y = inout(reg) to,
                gamma = inout(reg) gamma.as_ptr().wrapping_add(start) => _,
                beta = inout(reg) beta.as_ptr().wrapping_add(start) => _,
                steps = inout(reg) steps => _,
                a = in(reg) self.a,
                rest = in(reg) self.rest,
                beta_scale = in(reg) self.beta_scale,
                half = in(reg) self.half,
                near = in(reg) self.near << (32 - POINT),
                u0 = out(reg) _,
                u1 = out(reg) _,
                v = out(reg) _,
                point = const POINT,
                repeat = const Self::STEP / 2,
                options(nostack)
            );
        }
        (to as usize - places.to as usize) / size_of::<i16>()
    }
}

/// Elements in a step of [`sums`].
const CHUNK: usize = if cfg!(layernorm_small) { 2 } else { 16 };

/// The sums of at most 2¹⁵ codes.
pub(super) fn sums(codes: &[i16]) -> Sums {
    let (mut sum, mut low, mut high) = (0i32, 0u32, 0u32);
    let (chunks, rest) = codes.as_chunks::<CHUNK>();
    if !chunks.is_empty() {
        // SAFETY: the instructions are there, as above, and `chunks` holds what is read. The sum of 2¹⁵ codes has 31 bits, and the
        // sum of their squares 46.
        unsafe {
            asm!(
                "2:",
                ".rept {repeat}",
                "ldr {v}, [{x}], #4",
                "smlad {sum}, {v}, {ones}, {sum}",
                "smlald {low}, {high}, {v}, {v}",
                ".endr",
                "subs {chunks}, {chunks}, #1",
                "bne 2b",
                x = inout(reg) chunks.as_ptr() => _,
                chunks = inout(reg) chunks.len() => _,
                sum = inout(reg) sum,
                low = inout(reg) low,
                high = inout(reg) high,
                ones = in(reg) 0x0001_0001,
                v = out(reg) _,
                repeat = const CHUNK / 2,
                options(pure, readonly, nostack)
            );
        }
    }
    let squares = i128::from(u64::from(high) << 32 | u64::from(low));
    let sums = Sums { sum: sum.into(), squares, range: [i16::LOWEST, i16::HIGHEST] };
    sums.with(rest.iter().map(|&code| code.into()))
}
