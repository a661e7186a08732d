//! The integer arithmetic of other libraries' norms, written anew after their sources so that it returns the
//! same codes, wrapped ones included. `tests/others.rs` says how far they are from what they stand for.

/// The int16 layer norm of LSTM gates in TensorFlow Lite.
///
/// tensorflow/tflite-micro, `tensorflow/lite/kernels/internal/reference/portable_tensor_utils.cc`
/// (`PortableApplyLayerNorm`) at f7d989eb, with `internal/common.h` and `common.cc` and the fixed point of
/// google/gemmlowp; built with two roundings, their default.
/// After work © The TensorFlow Authors and © The Gemmlowp Authors, Apache-2.0; rewritten in Rust.
pub mod tflite {
    /// What a model stores beside γ and β codes: γ is `code · multiplier · 2^(shift − 31)`, β steps are finer
    /// by 2¹⁰.
    pub struct Scale {
        pub multiplier: i32,
        pub shift: i32,
        /// Stands in for variances below 1: `max(1, ⌊10⁴ · step of γ⌋)`.
        pub variance_limit: i32,
    }

    /// The variance in squared steps of the input, rounded towards 0. Mean and `2²⁰/N` are integers; the
    /// square of the mean, which should cancel, does so only as far as N divides 2²⁰.
    pub fn variance(row: &[i16]) -> i32 {
        let width = row.len() as i64;
        let squares: i64 = row.iter().map(|&x| i64::from(x).pow(2)).sum();
        let mean = mean(row);
        let times_2_20 = squares * ((1 << 20) / width) - mean * mean;
        (times_2_20 / (1 << 20)) as i32
    }

    /// In steps of 2⁻¹⁰ of the input's.
    fn mean(row: &[i16]) -> i64 {
        let sum: i64 = row.iter().map(|&x| i64::from(x)).sum();
        sum * 1024 / row.len() as i64
    }

    /// Input int16 of any step; γ int16, β int32; output int16 with 12 fraction bits.
    pub fn layer_norm(row: &[i16], gamma: i16, beta: i32, scale: &Scale) -> Vec<i16> {
        let mean = mean(row) as i32;
        let variance = variance(row);
        let (rstd, shift) = rsqrt(if variance < 1 { scale.variance_limit } else { variance });
        let code = |&x: &i16| {
            let centred = (1024 * i32::from(x)).wrapping_sub(mean);
            let normalised = multiply(centred, rstd, shift);
            // In C an overflow of int is undefined; compilers wrap.
            let affine = i64::from(normalised.wrapping_mul(gamma.into()).wrapping_add(beta));
            let affine = ((affine + if affine > 0 { 512 } else { -512 }) / 1024) as i32;
            let y = multiply(affine, scale.multiplier, scale.shift + 12);
            y.clamp(i16::MIN.into(), i16::MAX.into()) as i16
        };
        row.iter().map(code).collect()
    }

    /// `x · multiplier · 2^(shift − 31)` with a rounding for each factor.
    fn multiply(x: i32, multiplier: i32, shift: i32) -> i32 {
        let scaled = x.wrapping_shl(shift.max(0) as u32);
        divide(product(scaled, multiplier), (-shift).max(0))
    }

    /// `a · b · 2⁻³¹`, halves up.
    fn product(a: i32, b: i32) -> i32 {
        let rounded = (i64::from(a) * i64::from(b) + (1 << 30)) >> 31;
        rounded.min(i32::MAX.into()) as i32
    }

    /// `x · 2^−bits`, halves away from 0.
    fn divide(x: i32, bits: i32) -> i32 {
        let magnitude = (i64::from(x).abs() + ((1 << bits) >> 1)) >> bits;
        (i64::from(x.signum()) * magnitude) as i32
    }

    /// `x · 2^bits`, saturated.
    fn raise(x: i32, bits: u32) -> i32 {
        (i64::from(x) << bits).clamp(i32::MIN.into(), i32::MAX.into()) as i32
    }

    /// 1/√v as multiplier and shift: five Newton steps from 1 with 28 fraction bits, v scaled to ¼ … 1 by
    /// fours.
    fn rsqrt(mut v: i32) -> (i32, i32) {
        if v <= 1 {
            return (i32::MAX, 0);
        }
        let mut right = 11;
        while v >= 1 << 29 {
            v /= 4;
            right += 1;
        }
        let pairs = (v.leading_zeros() - 1) / 2 - 1;
        right -= pairs as i32;
        let half = divide(v << (2 * pairs) >> 1, 1);
        let three_halves = 3 << 27;
        let mut x = 1 << 28;
        for _ in 0..5 {
            let cube = raise(product(product(x, x), x), 6);
            x = raise(product(three_halves, x).wrapping_sub(product(half, cube)), 3);
        }
        let half_sqrt_2 = 1_518_500_250;
        let x = product(x, half_sqrt_2);
        if right < 0 { (x << -right, 0) } else { (x, -right) }
    }
}

/// The variance of a q15 vector in CMSIS-DSP: both of input and of result, 15 fraction bits.
///
/// ARM-software/CMSIS-DSP, `Source/StatisticsFunctions/arm_var_q15.c` (`arm_var_q15`, without Helium) at
/// bcddc648. It divides by N − 1, as its documentation says; that it saturates, as its documentation says too,
/// does not hold.
/// After work © Arm Limited, Apache-2.0; rewritten in Rust.
pub fn q15_variance(row: &[i16]) -> i16 {
    let width = row.len() as u32;
    if width <= 1 {
        return 0;
    }
    let squares: i64 = row.iter().map(|&x| i64::from(x).pow(2)).sum();
    let sum = i64::from(row.iter().fold(0i32, |sum, &x| sum.wrapping_add(x.into())));
    let mean_square = (squares / i64::from(width - 1)) as i32;
    let squared_mean = (sum * sum / i64::from(width.wrapping_mul(width - 1))) as i32;
    (mean_square.wrapping_sub(squared_mean) >> 15) as i16
}

/// The int8 layer norm of Deeploy, whose mean and standard deviation are integers.
///
/// pulp-platform/Deeploy, `TargetLibraries/Generic/src/Layernorm_s8.c` (`Layernorm_s8_s8`) at 2fa3c319.
/// Input int8 of any step, signed (`input_offset` 0); γ and β int32 with `point` more fraction bits than the
/// output; output int8.
/// After work © ETH Zurich and University of Bologna, Apache-2.0; rewritten in Rust.
pub fn deeploy_layer_norm(row: &[i8], gamma: i32, beta: i32, point: u32) -> Vec<i8> {
    let width = row.len() as i32;
    let mean = row.iter().map(|&x| i32::from(x)).sum::<i32>() / width;
    let squares: i32 = row.iter().map(|&x| (i32::from(x) - mean).pow(2)).sum();
    let deviation = i64::from((squares / width + 1).isqrt());
    let code = |&x: &i8| {
        let scaled = i64::from(i32::from(x) - mean) * i64::from(gamma) / deviation;
        ((scaled + i64::from(beta)) >> point) as i8
    };
    row.iter().map(code).collect()
}
