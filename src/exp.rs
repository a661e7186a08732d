//! exp and tanh with the bits of the crate `libm` 0.2.16, which are part of the bits of a cell and of DyT.
//!
//! ```text
//! exp    x = k·ln 2 + r, |r| ≤ ½ ln 2 ;  e^r = 1 + (r·c/(2 − c) + r), c = r − r²·P(r²) ;  e^x = 2ᵏ·e^r
//! tanh   |x| = half of a, t = e^a − 1 ;  tanh = t/(t + 2), above ½ ln 3 it is 1 − 2/(t + 2)
//! ```
//!
//! 1. They are `expf`, `expm1f` and `tanhf` of libm's Rust source, operation for operation, for every argument. Operations that only set flags of a floating-point unit are left out, and so are the branches of `expm1f` for
//!    arguments that tanh never passes: from 10 on tanh is 1.
//! 2. The tests compute them for all 2³² arguments, against `f64` and against a sum over the bits of libm 0.2.16.
//!
//! libm is under the MIT licence; `exp` and `exp_m1` came to it by way of FreeBSD's `e_expf.c` and `s_expm1f.c`:
//!
//! ```text
//! Conversion to float by Ian Lance Taylor, Cygnus Support, ian@cygnus.com.
//!
//! Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
//!
//! Developed at SunPro, a Sun Microsystems, Inc. business.
//! Permission to use, copy, modify, and distribute this
//! software is freely granted, provided that this notice
//! is preserved.
//! ```
//!
//! and `tanh` by way of musl, which is under the MIT licence too:
//!
//! ```text
//! Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
//! documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
//! rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
//! persons to whom the Software is furnished to do so, subject to the following conditions:
//!
//! The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
//! Software.
//!
//! THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
//! WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
//! COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
//! OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
//! ```

const INV_LN2: f32 = f32::from_bits(0x3fb8_aa3b);
/// ½ ln 2 and 1.5 ln 2.
const HALF_LN2: u32 = 0x3eb1_7218;
const THREE_HALVES_LN2: u32 = 0x3f85_1592;

/// `2^k`, for exponents of normal numbers.
fn power(k: i32) -> f32 {
    f32::from_bits(((127 + k) as u32) << 23)
}

/// `e^x`, within 0.911 ULP for all arguments: 1 is what the tests ask for.
#[cfg(any(test, feature = "sequence"))]
pub(crate) fn exp(x: f32) -> f32 {
    // ln 2 in two parts: k times the first is exact.
    const LN2: [f32; 2] = [f32::from_bits(0x3f31_7200), f32::from_bits(0x35bf_be8e)];
    const P: [f32; 2] = [f32::from_bits(0x3e2a_aa8f), f32::from_bits(0xbb35_5215)];

    let negative = x.is_sign_negative();
    let magnitude = x.to_bits() & (u32::MAX >> 1);
    if magnitude >= 0x42b1_7218 {
        if x.is_nan() {
            return x;
        }
        // From 88.72284 on the result is infinite, below −103.97208 it is 0.
        if !negative {
            return x * power(127);
        }
        if magnitude >= 0x42cf_f1b5 {
            return 0.0;
        }
    }
    let (k, hi, lo) = if magnitude > HALF_LN2 {
        let k = if magnitude > THREE_HALVES_LN2 {
            (INV_LN2 * x + if negative { -0.5 } else { 0.5 }) as i32
        } else if negative {
            -1
        } else {
            1
        };
        (k, x - k as f32 * LN2[0], k as f32 * LN2[1])
    } else if magnitude > 0x3900_0000 {
        (0, x, 0.0)
    } else {
        // At most 2⁻¹⁴.
        return 1.0 + x;
    };
    let x = hi - lo;
    let square = x * x;
    let c = x - square * (P[0] + square * P[1]);
    let y = 1.0 + (x * c / (2.0 - c) - lo + hi);
    match k {
        0 => y,
        // Two multiplications; the first is exact.
        128 => y * power(127) * power(1),
        ..-126 => y * power(-102) * power(k + 102),
        _ => y * power(k),
    }
}

/// `tanh x`, within 2.189 ULP for all arguments: 3 is what the tests ask for.
pub(crate) fn tanh(x: f32) -> f32 {
    let magnitude = x.abs();
    let y = match magnitude.to_bits() {
        // Beyond 10, and NaN.
        0x4120_0001.. => 1.0 + 0.0 / magnitude,
        // From ½ ln 3 on.
        0x3f0c_9f55.. => 1.0 - 2.0 / (exp_m1(2.0 * magnitude) + 2.0),
        // From ½ ln(5/3) on.
        0x3e82_c579.. => {
            let t = exp_m1(2.0 * magnitude);
            t / (t + 2.0)
        }
        0x0080_0000.. => {
            let t = exp_m1(-2.0 * magnitude);
            -t / (t + 2.0)
        }
        // A subnormal number.
        _ => magnitude,
    };
    if x.is_sign_negative() { -y } else { y }
}

/// `e^x − 1` for −ln(5/3) ≤ x ≤ 20.
fn exp_m1(x: f32) -> f32 {
    const LN2: [f32; 2] = [f32::from_bits(0x3f31_7180), f32::from_bits(0x3717_f7d1)];
    const Q: [f32; 2] = [f32::from_bits(0xbd08_8868), f32::from_bits(0x3acf_3010)];

    let magnitude = x.to_bits() & (u32::MAX >> 1);
    if magnitude < 0x3300_0000 {
        return x;
    }
    let (k, hi, lo) = if magnitude <= HALF_LN2 {
        (0, x, 0.0)
    } else if magnitude >= THREE_HALVES_LN2 {
        let k = (INV_LN2 * x + 0.5) as i32;
        (k, x - k as f32 * LN2[0], k as f32 * LN2[1])
    } else if x < 0.0 {
        (-1, x + LN2[0], -LN2[1])
    } else {
        (1, x - LN2[0], LN2[1])
    };
    let x = hi - lo;
    let c = hi - x - lo;
    let half = 0.5 * x;
    let square = x * half;
    let r = 1.0 + square * (Q[0] + square * Q[1]);
    let t = 3.0 - r * half;
    let e = square * ((r - t) / (6.0 - x * t));
    if k == 0 {
        return x - (x * e - square);
    }
    let e = x * (e - c) - c - square;
    match k {
        -1 => 0.5 * (x - e) - 0.5,
        1 if x < -0.25 => -2.0 * (e - (x + 0.5)),
        1 => 1.0 + 2.0 * (x - e),
        ..23 => (x - e + (1.0 - power(-k))) * power(k),
        _ => (x - (e + power(-k)) + 1.0) * power(k),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{exp, tanh};

    /// All bit patterns with `LAYERNORM_FULL`, else every 509th.
    pub fn arguments() -> impl Iterator<Item = f32> {
        let step = if full() { 1 } else { 509 };
        (0..=u32::MAX).step_by(step).map(f32::from_bits)
    }

    fn full() -> bool {
        std::env::var_os("LAYERNORM_FULL").is_some()
    }

    /// The largest error in ULP of the exact result, and its argument. Asserts that NaNs and infinities are right.
    fn worst(actual: fn(f32) -> f32, exact: fn(f64) -> f64) -> (f64, f32) {
        let mut worst = (0.0, 0.0);
        for x in arguments() {
            let (y, exact) = (actual(x), exact(x.into()));
            if x.is_nan() {
                assert!(y.is_nan(), "{x:e}");
            } else if y.is_infinite() {
                // From here on numbers round to more than f32 holds.
                assert!(exact >= f64::from(f32::MAX) + 2f64.powi(103), "{x:e} gives {y:e}");
            } else {
                let error = (f64::from(y) - exact).abs() / ulp(exact);
                worst = if error > worst.0 || error.is_nan() { (error, x) } else { worst };
            }
        }
        worst
    }

    /// The ULP of an f32 of the size of `v`.
    pub fn ulp(v: f64) -> f64 {
        let exponent = (v.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        2f64.powi(exponent.clamp(-126, 127) - 23)
    }

    #[test]
    fn exp_is_within_1_ulp() {
        let (worst, x) = worst(exp, f64::exp);
        std::println!("exp: worst error {worst:.4} ULP, at {x:e}");
        assert!(worst < 1.0);
    }

    #[test]
    fn tanh_is_within_3_ulp() {
        let (worst, x) = worst(tanh, f64::tanh);
        std::println!("tanh: worst error {worst:.4} ULP, at {x:e}");
        assert!(worst < 3.0);
    }

    /// FNV-1a over the bits of all results, every NaN as 0x7fc00000.
    fn hash(f: fn(f32) -> f32) -> u64 {
        arguments().map(f).fold(0xcbf2_9ce4_8422_2325, |hash, y| {
            let bits = if y.is_nan() { 0x7fc0_0000 } else { y.to_bits() };
            (hash ^ u64::from(bits)).wrapping_mul(0x100_0000_01b3)
        })
    }

    #[test]
    fn exp_and_tanh_have_the_bits_of_libm_0_2_16() {
        // The hashes of `libm::expf` and `libm::tanhf`.
        let expected = if full() {
            [0x91f5_b1d7_340c_0c98, 0x8c7c_08d4_a81b_52a1]
        } else {
            [0xf4d1_d136_ca32_2045, 0xdc4b_6eba_2fff_bbc7]
        };
        assert_eq!([hash(exp), hash(tanh)], expected);
    }
}
