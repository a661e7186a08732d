//! Forward verbs of `f32` rows.

use super::{Random, WIDTHS, bits, zeros};
use layernorm::{
    Centring, CumulativeSums, DynamicTanh, GroupNorm, Heads, L2Norm, LayerNorm, Modulation, Norm, RmsNorm,
    RowStats,
};

fn verbs<K: Centring>(norm: Norm<K>, x: &[f32], width: usize) {
    let rows = x.len() / width;
    let (mut y, mut stats) = (zeros(x.len()), zeros::<RowStats>(rows));
    norm.forward(x, &mut y).unwrap();
    let expected = bits(&y);

    let mut place: Box<[f32]> = x.into();
    norm.forward_in_place(&mut place).unwrap();
    assert_eq!(bits(&place), expected);
    norm.forward_with_stats(x, &mut y, &mut stats).unwrap();
    assert_eq!(bits(&y), expected);
    norm.statistics(x, &mut stats).unwrap();

    let (zero, mut residual) = (zeros(x.len()), zeros(x.len()));
    norm.forward_residual(x, &mut residual, &mut y).unwrap();
    residual.copy_from_slice(x);
    norm.forward_residual_with_stats(&zero, &mut residual, &mut y, &mut stats).unwrap();
    assert_eq!(bits(&y), expected);

    let mut place: Box<[f32]> = x.into();
    let mut scratch = zeros(2 * x.len());
    norm.pre_norm(&mut place, &mut scratch, |from, to| to.copy_from_slice(from)).unwrap();
    norm.post_norm(&mut place, &mut zeros(x.len()), |from, to| to.copy_from_slice(from)).unwrap();

    let bias = zeros::<f32>(width);
    let biased = norm.with_residual_bias(&bias).unwrap();
    residual.copy_from_slice(x);
    biased.forward_residual(&zero, &mut residual, &mut y).unwrap();
    let mut place: Box<[f32]> = x.into();
    if rows > 1 {
        let heads = Heads { queries: 1, keys: rows - 1, stride: x.len() };
        norm.forward_qk_in_place(&norm, heads, &mut place).unwrap();
        assert_eq!(bits(&place), expected);
    }
    norm.forward_cumulative(&mut CumulativeSums::new(), x, &mut y).unwrap();
    let mut place: Box<[f32]> = x.into();
    norm.forward_cumulative_in_place(&mut CumulativeSums::new(), &mut place).unwrap();
    assert_eq!(bits(&place), bits(&y));
    norm.forward(x, &mut y).unwrap();

    let stride = width + 2;
    let len = (rows - 1) * stride + width;
    let (mut spread, mut apart) = (zeros(len), zeros((rows - 1) * (width + 1) + width));
    for (to, row) in spread.chunks_mut(stride).zip(x.chunks(width)) {
        to[..width].copy_from_slice(row);
    }
    norm.forward_strided(&spread, stride, &mut apart, width + 1).unwrap();
    norm.forward_strided_in_place(&mut spread, stride).unwrap();
    for ((a, b), y) in spread.chunks(stride).zip(apart.chunks(width + 1)).zip(y.chunks(width)) {
        assert_eq!([bits(&a[..width]), bits(&b[..width])], [bits(y), bits(y)]);
    }

    norm.forward_channels_first(x, rows, &mut y).unwrap();
    let mut place: Box<[f32]> = x.into();
    norm.forward_channels_first_in_place(&mut place, rows).unwrap();
    assert_eq!(bits(&place), bits(&y));
}

#[test]
fn forward_verbs_stay_in_their_slices() {
    let mut random = Random(1);
    for &width in WIDTHS {
        // More rows than are measured together only where they are short.
        let rows = if width <= 5 && !cfg!(miri) { 18 } else { 5 };
        let (x, gamma, beta) = (random.rows(rows, width), random.floats(width), random.floats(width));
        let (layer, rms) = (LayerNorm::new(width).unwrap(), RmsNorm::new(width).unwrap());
        if cfg!(not(miri)) {
            verbs(layer, &x, width);
        }
        verbs(layer.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap(), &x, width);
        verbs(rms.with_gamma(&gamma).unwrap().with_unit_offset().with_epsilon(0.0).unwrap(), &x, width);
        verbs(L2Norm::new(width).unwrap().with_gamma(&gamma).unwrap(), &x, width);
        let dyt = DynamicTanh::new(width, 0.5).unwrap().with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        let (mut y, mut place) = (zeros(x.len()), x.clone());
        dyt.forward(&x, &mut y).unwrap();
        dyt.forward_in_place(&mut place).unwrap();
        assert_eq!(bits(&place), bits(&y));
        let modulation = Modulation { scale: &gamma, shift: &beta };
        layer.forward_modulated(&x, modulation, &mut zeros(x.len())).unwrap();
    }
}

#[test]
fn forward_verbs_of_groups_stay_in_their_slices() {
    let mut random = Random(4);
    for (groups, channels, positions) in [(1, 1, 1), (1, 3, 5), (3, 3, 17), (2, 6, 16), (2, 4, 65)] {
        let (x, gamma, beta) = (
            random.rows(2 * groups, channels / groups * positions),
            random.floats(channels),
            random.floats(channels),
        );
        let norm =
            GroupNorm::new(groups, channels).unwrap().with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        let (mut y, mut stats) = (zeros(x.len()), zeros::<RowStats>(2 * groups));
        norm.forward_with_stats(&x, positions, &mut y, &mut stats).unwrap();
        norm.statistics(&x, positions, &mut stats).unwrap();
        let mut place: Box<[f32]> = (&*x).into();
        norm.forward_in_place(&mut place, positions).unwrap();
        assert_eq!(bits(&place), bits(&y));
    }
}
