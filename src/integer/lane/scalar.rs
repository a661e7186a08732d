//! One lane, for any machine.

use super::lanes::{CodeOp, Lanes};
use crate::integer::code::Code;
use crate::integer::sums::Sums;
use crate::isa::Scalar;

#[inline(always)]
fn load<T: Code>(from: &[T]) -> f32 {
    debug_assert!(!from.is_empty());
    from_integer(from.first().map_or(0, |code| code.get()))
}

/// An integer as the bits of a float.
#[inline(always)]
fn from_integer(v: i32) -> f32 {
    f32::from_bits(v as u32)
}

#[inline(always)]
fn integer(v: f32) -> i32 {
    v.to_bits() as i32
}

#[inline(always)]
fn store<T: Code>(v: f32, to: &mut [T]) {
    debug_assert!(!to.is_empty());
    if let Some(to) = to.first_mut() {
        *to = T::saturated(integer(v).into());
    }
}

/// The sums of `codes`. The sum of all codes fits 32 bits, and so does the sum of two squares; the sum of all squares does not. To
/// look for the range of the row would cost as much as its two sums, so the range of the type stands for it.
fn sums<T: Code>(codes: &[T]) -> Sums {
    let (mut sum, mut squares) = (0i32, 0u64);
    let (fours, rest) = codes.as_chunks::<4>();
    for [a, b, c, d] in fours {
        // With `map` small code would keep the four in memory.
        let (a, b, c, d) = (a.get(), b.get(), c.get(), d.get());
        sum += (a + b) + (c + d);
        squares += u64::from((a * a) as u32 + (b * b) as u32);
        squares += u64::from((c * c) as u32 + (d * d) as u32);
    }
    for code in rest {
        let code = code.get();
        sum += code;
        squares += u64::from((code * code) as u32);
    }
    Sums { sum: sum.into(), squares: squares.into(), range: [T::LOWEST, T::HIGHEST] }
}

impl Lanes for Scalar {
    /// Without a function of its own: where there is no other lane its frame would be in vain.
    #[inline(always)]
    fn run_on_codes<O: CodeOp>(self, op: O) {
        op.eval(self);
    }
    #[inline(always)]
    fn to_floats(self, v: f32) -> f32 {
        integer(v) as f32
    }
    #[inline(always)]
    fn add_integers(self, a: f32, b: f32) -> f32 {
        from_integer(integer(a).wrapping_add(integer(b)))
    }
    #[inline(always)]
    fn load_i8(self, from: &[i8]) -> f32 {
        load(from)
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8]) -> f32 {
        load(from)
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16]) -> f32 {
        load(from)
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32]) -> f32 {
        load(from)
    }
    #[inline(always)]
    fn store_i8(self, v: f32, to: &mut [i8]) {
        store(v, to);
    }
    #[inline(always)]
    fn store_u8(self, v: f32, to: &mut [u8]) {
        store(v, to);
    }
    #[inline(always)]
    fn store_i16(self, v: f32, to: &mut [i16]) {
        store(v, to);
    }
    #[inline(always)]
    fn store_i32(self, v: f32, to: &mut [i32]) {
        store(v, to);
    }

    fn sums_i8(self, codes: &[i8]) -> Sums {
        sums(codes)
    }
    fn sums_u8(self, codes: &[u8]) -> Sums {
        sums(codes)
    }
    fn sums_i16(self, codes: &[i16]) -> Sums {
        #[cfg(layernorm_dsp)]
        return super::dsp::sums(codes);
        #[cfg(not(layernorm_dsp))]
        sums(codes)
    }
}
