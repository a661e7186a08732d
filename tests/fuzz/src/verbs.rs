//! Every forward verb of `f32` rows: the exact oracle, the same bits in all forms, one NaN.

use crate::bounds;
use crate::common::norms::Norm;
use crate::common::oracle::{Oracle, ulp};
use crate::common::{NAN, bits, tolerance};
use crate::input::{Input, assert_no_nan, assert_one_nan, exact};
use layernorm::{Modulation, RowStats};

/// Elements of a call.
const ELEMENTS: usize = 2600;

/// What a call is made of.
struct Call {
    centred: bool,
    width: usize,
    epsilon: f32,
    x: Box<[f32]>,
    gamma: Box<[f32]>,
    beta: Box<[f32]>,
    unit_offset: bool,
}

/// A forward call of any rows, in every form.
pub fn verbs(data: &[u8]) {
    let mut input = Input(data);
    let [flags] = input.array();
    let width = 1 + input.below(if flags & 1 == 0 { 40 } else { 1300 });
    let rows = 1 + usize::from(input.byte()) % 20.min(ELEMENTS / width).max(1);
    let call = Call {
        centred: flags & 2 == 0,
        width,
        epsilon: input.epsilon(),
        x: (0..rows).flat_map(|_| input.row(width)).collect(),
        gamma: input.parameter(width),
        beta: input.parameter(width),
        unit_offset: flags & 4 != 0,
    };
    let plain = Norm::new(call.centred, width).with_epsilon(call.epsilon);
    let affine = match flags >> 3 & 3 {
        0 => plain,
        1 => plain.with_gamma(&call.gamma),
        _ => plain.with_affine(&call.gamma, &call.beta),
    };
    let norm = if call.unit_offset { affine.with_unit_offset() } else { affine };
    let normalised = plain.of(&call.x);
    call.values(&normalised, None);
    if flags >> 3 & 3 != 0 {
        call.values(&norm.of(&call.x), Some(if flags >> 3 & 3 == 1 { &[] } else { &call.beta }));
    }
    forms(&norm, &call.x, width, input.below(5));
    layouts(&norm, &call.x, width, input.below(4));
    sums(&norm, &call.x, width, &mut input);
    modulated(&plain, &call, rows);
}

impl Call {
    /// `y` of all rows against exact arithmetic; with γ and β if there are any.
    fn values(&self, y: &[f32], affine: Option<&[f32]>) {
        let Self { centred, width, epsilon, .. } = *self;
        let context = format!("centred {centred}, ε {epsilon:e}");
        assert_one_nan(y, &context);
        for (x, y) in self.x.chunks(width).zip(y.chunks(width)) {
            if x.iter().any(|v| !v.is_finite()) {
                assert!(y.iter().all(|y| y.to_bits() == NAN), "{context}: {y:?} of {x:?}");
                continue;
            }
            assert_no_nan(y, &context);
            let constant = x.iter().all(|v| if centred { *v == x[0] } else { *v == 0.0 });
            let (oracle, bound) = (Oracle::new(x, epsilon, centred), bounds::every_row(centred));
            if affine.is_none() && !constant {
                statistics(
                    &oracle,
                    &Norm::new(centred, width).with_epsilon(epsilon).stats(x, 1)[0],
                    &context,
                );
            }
            for (i, (&x, &y)) in x.iter().zip(y).enumerate() {
                let gain = |gamma: f32| if self.unit_offset { 1.0 + gamma } else { gamma };
                let gamma = affine.map_or(1.0, |_| gain(self.gamma[i]));
                let beta = affine.and_then(|beta| beta.get(i).copied()).unwrap_or(0.0);
                if constant {
                    assert!(y == beta, "{context}: {y:e} in a constant row of {x:e}, β {beta:e}");
                    continue;
                }
                let normalised = oracle.normalised(x);
                let (gamma, beta) = (f64::from(gamma), f64::from(beta));
                let (exact, limit) =
                    (normalised * gamma + beta, bounds::affine(bound, normalised, gamma, beta));
                if y.is_infinite() {
                    // The product is rounded before β is added, and may have left the range.
                    let product = normalised * gamma;
                    let beyond = |v: f64| v.abs() + limit >= f64::from(f32::MAX) && v * f64::from(y) > 0.0;
                    assert!(beyond(product) || beyond(exact), "{context}: {y} for {exact:e}");
                    continue;
                }
                let error = match affine {
                    Some(_) => (f64::from(y) - exact).abs() / limit,
                    None => oracle.error(x, y) / bound,
                };
                assert!(error <= 1.0, "{context}: element {i}, {y:e} for {exact:e}, {error} of the bound");
            }
        }
    }
}

/// `mean()` and `rstd()` within the bounds of every row, or the smallest subnormal.
fn statistics(oracle: &Oracle, stats: &RowStats, context: &str) {
    let (mean, rstd, least) = (oracle.mean(), oracle.rstd(), f64::from(f32::from_bits(1)));
    let error = (f64::from(stats.mean()) - mean).abs();
    let bound = tolerance::EVERY_MEAN * ulp(mean.abs().max(1.0 / rstd)) + least;
    assert!(error <= bound, "{context}: mean {:e} for {mean:e}", stats.mean());
    let (error, bound) = ((f64::from(stats.rstd()) - rstd).abs(), tolerance::EVERY_RSTD * ulp(rstd) + least);
    let overflows = stats.rstd().is_infinite() && rstd + bound >= f64::from(f32::MAX);
    assert!(overflows || error <= bound, "{context}: rstd {:e} for {rstd:e}", stats.rstd());
}

/// In place, with statistics, statistics alone and applied in two pieces.
fn forms(norm: &Norm, x: &[f32], width: usize, cut: usize) {
    let expected = bits(&norm.of(x));
    let mut y = exact(x);
    norm.forward_in_place(&mut y).unwrap();
    assert_eq!(bits(&y), expected, "in place");
    let mut stats: Box<[RowStats]> = vec![RowStats::default(); x.len() / width].into();
    y.fill(7.0);
    norm.forward_with_stats(x, &mut y, &mut stats).unwrap();
    assert_eq!(bits(&y), expected, "with statistics");
    let alone = norm.stats(x, stats.len());
    for (a, b) in alone.iter().zip(&stats) {
        let both = |stats: &RowStats| [stats.mean().to_bits(), stats.rstd().to_bits()];
        assert_eq!(both(a), both(b), "statistics");
        assert_one_nan(&[a.mean(), a.rstd()], "statistics");
    }
    let cut = width * cut / 4;
    for ((x, y), stats) in x.chunks(width).zip(y.chunks_mut(width)).zip(&alone) {
        y.fill(7.0);
        for part in [0..cut, cut..width] {
            norm.apply(stats, part.start, &x[part.clone()], &mut y[part]).unwrap();
        }
    }
    assert_eq!(bits(&y), expected, "applied in two pieces");
}

/// With a stride, and channels first.
fn layouts(norm: &Norm, x: &[f32], width: usize, gap: usize) {
    let (expected, rows, stride) = (norm.of(x), x.len() / width, width + gap);
    let spread = |rows_of: &[f32]| {
        let mut to: Box<[f32]> = vec![7.0; (rows - 1) * stride + width].into();
        for (row, to) in rows_of.chunks(width).zip(to.chunks_mut(stride)) {
            to[..width].copy_from_slice(row);
        }
        to
    };
    let mut y: Box<[f32]> = vec![7.0; (rows - 1) * stride + width].into();
    norm.forward_strided(&spread(x), stride, &mut y, stride).unwrap();
    assert_eq!(bits(&y), bits(&spread(&expected)), "with a stride");
    y = spread(x);
    norm.forward_strided_in_place(&mut y, stride).unwrap();
    assert_eq!(bits(&y), bits(&spread(&expected)), "with a stride, in place");

    let transposed =
        |of: &[f32]| -> Box<[f32]> { (0..of.len()).map(|i| of[i % rows * width + i / rows]).collect() };
    let mut planes = transposed(x);
    let mut y: Box<[f32]> = vec![7.0; x.len()].into();
    norm.forward_channels_first(&planes, rows, &mut y).unwrap();
    assert_eq!(bits(&y), bits(&transposed(&expected)), "channels first");
    norm.forward_channels_first_in_place(&mut planes, rows).unwrap();
    assert_eq!(bits(&planes), bits(&y), "channels first, in place");
}

/// Where something is added before or behind: residual, pre- and post-norm.
fn sums(norm: &Norm, x: &[f32], width: usize, input: &mut Input) {
    let addend: Box<[f32]> = x.chunks(width).flat_map(|row| input.row(row.len())).collect();
    let nan = f32::from_bits(NAN);
    let added = |a: &[f32], b: &[f32]| -> Box<[f32]> {
        let sum = |(a, b): (&f32, &f32)| if (a + b).is_nan() { nan } else { a + b };
        a.iter().zip(b).map(sum).collect()
    };
    let sum = added(x, &addend);
    let expected = bits(&norm.of(&sum));
    let (mut residual, mut y) = (exact(&addend), exact(x));
    norm.forward_residual(x, &mut residual, &mut y).unwrap();
    assert_eq!(bits(&y), expected, "residual");
    assert_eq!(bits(&residual), bits(&sum), "what is left in the residual");

    let (mut post, mut scratch) = (exact(x), exact(x));
    norm.post_norm(&mut post, &mut scratch, |_, out| out.copy_from_slice(&addend)).unwrap();
    assert_eq!(bits(&post), expected, "post-norm");

    let (mut pre, normed) = (exact(x), norm.of(x));
    let mut scratch: Box<[f32]> = vec![7.0; 2 * x.len()].into();
    let sublayer = |from: &[f32], out: &mut [f32]| {
        assert_eq!(bits(from), bits(&normed), "what the sublayer gets");
        out.copy_from_slice(&addend);
    };
    norm.pre_norm(&mut pre, &mut scratch, sublayer).unwrap();
    assert_eq!(bits(&pre), bits(&sum), "pre-norm");
}

/// As LayerNorm with a unit offset, sample by sample.
fn modulated(plain: &Norm, call: &Call, rows: usize) {
    let (width, samples) = (call.width, if rows.is_multiple_of(2) { 2 } else { 1 });
    let repeat = |of: &[f32]| -> Box<[f32]> { (0..samples).flat_map(|_| of.to_vec()).collect() };
    let (scale, shift) = (repeat(&call.gamma), repeat(&call.beta));
    let mut y: Box<[f32]> = vec![7.0; call.x.len()].into();
    plain.forward_modulated(&call.x, Modulation { scale: &scale, shift: &shift }, &mut y).unwrap();
    assert_one_nan(&y, "modulated");
    for (x, y) in call.x.chunks(width).zip(y.chunks(width)) {
        if x.iter().all(|v| v.is_finite()) {
            assert_no_nan(y, "modulated");
        }
    }
    if plain.centred() {
        let affine = plain.with_affine(&call.gamma, &call.beta).with_unit_offset();
        assert_eq!(bits(&y), bits(&affine.of(&call.x)), "modulated");
    }
}
