use super::Mac;
use crate::integer::code::{Code, Sums};

/// One lane: any machine.
#[derive(Clone, Copy)]
pub(crate) struct Scalar;

#[inline(always)]
fn load<T: Code>(from: &[T], at: usize) -> i32 {
    from.get(at).map_or(0, |c| c.get())
}

#[inline(always)]
fn store<T: Code>(v: i32, to: &mut [T], at: usize) {
    if let Some(to) = to.get_mut(at) {
        *to = T::saturated(v.into());
    }
}

/// The sum fits 32 bits, the squares of two do, those of all do not; a range would cost as much as both.
fn sums<T: Code>(codes: &[T]) -> Sums {
    let (mut sum, mut squares) = (0i32, 0u64);
    let (fours, rest) = codes.as_chunks::<4>();
    for [a, b, c, d] in fours {
        // Not `map`, which small code leaves in memory.
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

impl Mac for Scalar {
    const LANES: usize = 1;
    type V = i32;

    #[inline(always)]
    fn splat(self, value: i32) -> i32 {
        value
    }
    #[inline(always)]
    fn each(self, mut lane: impl FnMut(usize) -> i32) -> i32 {
        lane(0)
    }
    #[inline(always)]
    fn add(self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }
    #[inline(always)]
    fn sub(self, a: i32, b: i32) -> i32 {
        a.wrapping_sub(b)
    }
    #[inline(always)]
    fn mul(self, a: i32, b: i32) -> i32 {
        a.wrapping_mul(b)
    }
    #[inline(always)]
    fn mul_high(self, a: i32, b: i32) -> i32 {
        ((i64::from(a) * i64::from(b)) >> 32) as i32
    }
    // Armv6-M has no product of 64 bits, and no compare-and-swap, by which it is told.
    #[cfg(not(all(target_arch = "arm", not(target_has_atomic = "32"))))]
    #[inline(always)]
    fn mul_high_16(self, a: i32, b: i32) -> i32 {
        if cfg!(any(target_pointer_width = "64", target_family = "wasm")) {
            ((i64::from(a) * i64::from(b)) >> 16) as i32
        } else {
            // A shift of 64 bits takes several.
            self.mul_high(a, b << 16)
        }
    }
    #[inline(always)]
    fn shr(self, v: i32, bits: u32) -> i32 {
        v.wrapping_shr(bits)
    }
    #[inline(always)]
    fn and(self, a: i32, b: i32) -> i32 {
        a & b
    }
    #[inline(always)]
    fn any_below(self, v: i32, limit: i32) -> bool {
        v < limit
    }

    #[inline(always)]
    fn load_i8(self, from: &[i8], at: usize) -> i32 {
        load(from, at)
    }
    #[inline(always)]
    fn load_u8(self, from: &[u8], at: usize) -> i32 {
        load(from, at)
    }
    #[inline(always)]
    fn load_i16(self, from: &[i16], at: usize) -> i32 {
        load(from, at)
    }
    #[inline(always)]
    fn load_i32(self, from: &[i32], at: usize) -> i32 {
        load(from, at)
    }
    #[inline(always)]
    fn store_i8(self, v: i32, to: &mut [i8], at: usize) {
        store(v, to, at);
    }
    #[inline(always)]
    fn store_u8(self, v: i32, to: &mut [u8], at: usize) {
        store(v, to, at);
    }
    #[inline(always)]
    fn store_i16(self, v: i32, to: &mut [i16], at: usize) {
        store(v, to, at);
    }
    #[inline(always)]
    fn store_i32(self, v: i32, to: &mut [i32], at: usize) {
        store(v, to, at);
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
