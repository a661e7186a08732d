//! Gradients of `f32` rows.

use super::{Random, WIDTHS, bits, zeros};
use layernorm::{Centring, GroupNorm, LayerNorm, Norm, ParamGrads, RmsNorm, RowStats};

fn gradients<K: Centring>(norm: Norm<K>, x: &[f32], dy: &[f32], width: usize) {
    let mut stats = zeros::<RowStats>(x.len() / width);
    norm.statistics(x, &mut stats).unwrap();
    let (mut dx, mut dgamma, mut dbeta) = (zeros(x.len()), zeros(width), zeros(width));
    let grads = ParamGrads { gamma: Some(&mut dgamma), beta: Some(&mut dbeta) };
    norm.backward(x, &stats, dy, &mut dx, grads).unwrap();
    let mut place: Box<[f32]> = dy.into();
    let grads = ParamGrads { gamma: None, beta: Some(&mut dbeta) };
    norm.backward_in_place(x, &stats, &mut place, grads).unwrap();
    assert_eq!(bits(&place), bits(&dx));
    norm.backward(x, &stats, dy, &mut dx, ParamGrads { gamma: Some(&mut dgamma), beta: None }).unwrap();
}

#[test]
fn gradients_stay_in_their_slices() {
    let mut random = Random(2);
    for &width in WIDTHS {
        let (x, dy) = (random.rows(5, width), random.floats(5 * width));
        let gamma = random.floats(width);
        let (layer, rms) = (LayerNorm::new(width).unwrap(), RmsNorm::new(width).unwrap());
        gradients(layer, &x, &dy, width);
        gradients(layer.with_gamma(&gamma).unwrap().with_unit_offset(), &x, &dy, width);
        gradients(rms.with_gamma(&gamma).unwrap(), &x, &dy, width);
    }
}

#[test]
fn gradients_of_groups_stay_in_their_slices() {
    let mut random = Random(5);
    for (groups, channels, positions) in [(1, 1, 1), (1, 3, 5), (3, 3, 17), (2, 6, 16), (2, 4, 65)] {
        let (width, gamma) = (channels / groups * positions, random.floats(channels));
        let (x, dy) = (random.rows(2 * groups, width), random.floats(2 * groups * width));
        let norm = GroupNorm::new(groups, channels).unwrap().with_gamma(&gamma).unwrap();
        let mut stats = zeros::<RowStats>(2 * groups);
        norm.statistics(&x, positions, &mut stats).unwrap();
        let (mut dx, mut dgamma, mut dbeta) = (zeros(x.len()), zeros(channels), zeros(channels));
        let grads = ParamGrads { gamma: Some(&mut dgamma), beta: Some(&mut dbeta) };
        norm.backward(&x, positions, &stats, &dy, &mut dx, grads).unwrap();
        let mut place: Box<[f32]> = (&*dy).into();
        norm.backward_in_place(&x, positions, &stats, &mut place, ParamGrads::default()).unwrap();
        assert_eq!(bits(&place), bits(&dx));
    }
}
