//! No length overflows: a product or a sum beyond `usize` is an error, or as wrong as the largest. The tests check overflows.

use crate::common::norms::Norm;
use layernorm::{Error, Finish, LayerNorm, Modulation, Moments, ParamGrads, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

/// Near those whose double, fourfold and so on is beyond.
fn huge() -> impl Iterator<Item = usize> {
    (0..8).flat_map(|bits| [usize::MAX >> bits, (usize::MAX >> bits) - 1, (usize::MAX >> bits) / 3 + 1])
}

fn not_whole(parameter: &'static str, width: usize, actual: usize) -> Result<(), Error> {
    Err(Error::NotWholeRows { parameter, width, actual })
}

#[wasm_bindgen_test(unsupported = test)]
fn any_width_takes_no_rows_and_no_part_of_one() {
    for width in huge() {
        for norm in Norm::both(width) {
            let (x, mut y, mut stats) = ([1.0; 3], [7.0; 3], [RowStats::default(); 2]);
            assert_eq!(norm.forward(&[], &mut []), Ok(()));
            assert_eq!(norm.forward(&x, &mut y), not_whole("x", width, 3));
            assert_eq!(norm.forward_in_place(&mut []), Ok(()));
            assert_eq!(norm.forward_in_place(&mut y), not_whole("x", width, 3));
            assert_eq!(norm.forward_with_stats(&[], &mut [], &mut []), Ok(()));
            assert_eq!(norm.statistics(&x, &mut stats), not_whole("x", width, 3));
            assert_eq!(norm.forward_residual(&[], &mut [], &mut []), Ok(()));
            let mut residual = y;
            assert_eq!(norm.forward_residual(&x, &mut residual, &mut y), not_whole("x", width, 3));
            assert_eq!(norm.backward(&[], &[], &[], &mut [], ParamGrads::default()), Ok(()));
            assert_eq!(
                norm.backward(&x, &stats, &x, &mut y, ParamGrads::default()),
                not_whole("x", width, 3)
            );
            assert_eq!(norm.pre_norm(&mut [], &mut [], |_, _| ()), Ok(()));
            assert_eq!(norm.pre_norm(&mut y, &mut [0.0; 6], |_, _| ()), not_whole("x", width, 3));
            assert_eq!(norm.post_norm(&mut [], &mut [], |_, _| ()), Ok(()));
            let modulation = |scale, shift| Modulation { scale, shift };
            assert_eq!(norm.forward_modulated(&[], modulation(&[], &[]), &mut []), Ok(()));
            let wrong = norm.forward_modulated(&[], modulation(&x, &x), &mut []);
            assert_eq!(wrong, not_whole("modulation.scale", width, 3));
            assert_eq!((y, residual), ([7.0; 3], [7.0; 3]));
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn any_stride_takes_one_row() {
    let x = [1.0, 2.0, 6.0];
    for norm in Norm::both(3) {
        let mut expected = [0.0; 3];
        norm.forward(&x, &mut expected).unwrap();
        for stride in huge() {
            let (mut apart, mut in_place) = ([7.0; 3], x);
            assert_eq!(norm.forward_strided(&x, stride, &mut apart, stride), Ok(()));
            assert_eq!(norm.forward_strided_in_place(&mut in_place, stride), Ok(()));
            assert_eq!((apart, in_place), (expected, expected));
            assert_eq!(norm.forward_strided(&[], stride, &mut [], 3), Ok(()));
            let last = Err(Error::LastRow { parameter: "x", width: 3, actual: 2 });
            assert_eq!(norm.forward_strided(&x[..2], stride, &mut apart[..2], stride), last);
        }
    }
    for norm in huge().flat_map(Norm::both) {
        assert_eq!(norm.forward_strided(&[], usize::MAX, &mut [], usize::MAX), Ok(()));
        assert!(norm.forward_strided_in_place(&mut [1.0; 3], usize::MAX).is_err());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn channels_times_positions_may_be_beyond_every_length() {
    for channels in huge().chain([1, 3]) {
        for norm in Norm::both(channels) {
            for positions in huge().chain([1, 2, 4]) {
                assert_eq!(norm.forward_channels_first(&[], positions, &mut []), Ok(()));
                assert_eq!(norm.forward_channels_first_in_place(&mut [], positions), Ok(()));
                let all = channels.saturating_mul(positions);
                if all > 12 {
                    let (x, mut y) = ([1.0; 5], [7.0; 5]);
                    let wrong = not_whole("x", all, 5);
                    assert_eq!(norm.forward_channels_first(&x, positions, &mut y), wrong);
                    assert_eq!(norm.forward_channels_first_in_place(&mut y, positions), wrong);
                    assert_eq!(y, [7.0; 5]);
                }
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_chunk_may_begin_anywhere_in_a_row_of_any_width() {
    let (stats, chunk) = (RowStats::default(), [0.0; 2]);
    for width in huge() {
        let norm = LayerNorm::new(width).unwrap();
        let mut out = [7.0; 2];
        assert_eq!(norm.apply(&stats, width - 2, &chunk, &mut out), Ok(()));
        assert_eq!(out, [0.0; 2]);
        for offset in [width - 1, width, usize::MAX] {
            let beyond = Err(Error::BeyondRow { offset, width, actual: 2 });
            assert_eq!(norm.apply(&stats, offset, &chunk, &mut out), beyond);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn moments_count_up_to_the_largest_number_and_refuse_more() {
    for mut moments in [Moments::new(), Moments::uncentred()] {
        moments.push(&[2.0]).unwrap();
        for _ in 1..usize::BITS {
            moments.merge(&moments.clone()).unwrap();
        }
        // A half of all there are.
        let half = 1 << (usize::BITS - 1);
        let beyond = |parameter, limit, actual| Err(Error::TooLarge { parameter, limit, actual });
        assert_eq!(moments.merge(&moments.clone()), beyond("other", half - 1, half));
        assert_eq!(moments.merge(&moments.clone()), beyond("other", half - 1, half), "as it was");
        // 1 + 2 + 4 and so on are all there are.
        let mut part = Moments::new();
        part.push(&[2.0]).unwrap();
        let mut all = part.clone();
        for _ in 1..usize::BITS {
            part.merge(&part.clone()).unwrap();
            all.merge(&part).unwrap();
        }
        assert_eq!(all.push(&[2.0]), beyond("chunk", 0, 1));
        assert_eq!(all.push(&[]), Ok(()));
        let Ok(Finish::PushAgain | Finish::Done(_)) = all.finish(1e-5) else { panic!() };
    }
}
