//! Group and instance normalisation: the bits are those of rows of `LayerNorm` whose γ and β are repeated for each element
//! of a channel, whatever the shape.

use crate::common::groups::{Case, GROUPS, POSITIONS, SAMPLES, repeated};
use crate::common::oracle::Oracle;
use crate::common::random::Random;
use crate::common::rows::FAMILIES;
use crate::common::{EPSILONS, NAN, bits};
use layernorm::{Error, GroupNorm, ParamGrads, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn a_group_has_the_bits_of_a_row() {
    let mut random = Random(101);
    for groups in GROUPS {
        for positions in POSITIONS {
            for affine in [[false, false], [true, false], [false, true], [true, true]] {
                let case = Case::new(&mut random, groups, positions);
                case.check_bits(affine, EPSILONS[random.below(EPSILONS.len())]);
            }
        }
    }
}

/// Whatever the family, at a shape with a tail.
#[wasm_bindgen_test(unsupported = test)]
fn a_group_of_every_family_has_the_bits_of_a_row() {
    let mut random = Random(102);
    for first in 0..FAMILIES.len() {
        let mut case = Case::new(&mut random, (2, 6), 67);
        let families = FAMILIES.iter().cycle().skip(first).take(SAMPLES * 2);
        case.x = families.flat_map(|family| (family.row)(&mut random, 3 * 67)).collect();
        for epsilon in EPSILONS {
            case.check_bits([true, true], epsilon);
        }
    }
}

/// Rows of several segments, and a call that no cache holds.
#[wasm_bindgen_test(unsupported = test)]
fn a_large_group_has_the_bits_of_a_row() {
    let mut random = Random(103);
    let positions = if cfg!(target_arch = "wasm32") { 70_001 } else { 360_001 };
    for groups in [(1, 4), (4, 4)] {
        let mut case = Case::new(&mut random, groups, 1);
        case.positions = positions;
        case.x = random.normals(SAMPLES * case.channels * positions);
        case.check_bits([true, true], 1e-5);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_group_that_is_not_finite_gives_nans_and_touches_no_other() {
    let mut random = Random(104);
    for groups in GROUPS {
        for positions in [1, 5, 16, 49] {
            let mut case = Case::new(&mut random, groups, positions);
            case.x = random.normals(case.x.len());
            let (norm, width) = (case.with_affine([true, true], 1e-5), case.width());
            let (mut clean, mut y) = (case.x.clone(), case.x.clone());
            norm.forward_in_place(&mut clean, positions).unwrap();
            let at = random.below(y.len());
            y[at] = [f32::NEG_INFINITY, f32::INFINITY, f32::from_bits(0xffc1_2345)][random.below(3)];
            norm.forward_in_place(&mut y, positions).unwrap();
            for (i, (row, clean)) in y.chunks(width).zip(clean.chunks(width)).enumerate() {
                let expected = if i == at / width { vec![NAN; width] } else { bits(clean) };
                assert_eq!(bits(row), expected, "group {i}, {groups:?} × {positions}");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_constant_group_gives_beta() {
    let mut random = Random(105);
    for groups in GROUPS {
        for (value, epsilon) in [0.0, 0.1, 1e-45, 1e-20, f32::MAX].into_iter().zip(EPSILONS) {
            let case = Case::new(&mut random, groups, 21);
            let mut y = vec![value; case.x.len()];
            case.with_affine([true, true], epsilon).forward_in_place(&mut y, 21).unwrap();
            assert_eq!(y, repeated(&case.beta, 21).repeat(SAMPLES), "{groups:?}, {value:e}");
        }
    }
}

/// Against exact arithmetic, not against rows.
#[wasm_bindgen_test(unsupported = test)]
fn every_element_is_within_the_bound_of_the_tables() {
    let mut random = Random(106);
    for groups in GROUPS {
        for positions in [1, 7, 33, 100] {
            let case = Case::new(&mut random, groups, positions);
            let (norm, width) = (case.with_affine([true, true], 1e-5), case.width());
            let (mut y, mut stats) = (vec![0.0; case.x.len()], vec![RowStats::default(); case.rows()]);
            norm.forward_with_stats(&case.x, positions, &mut y, &mut stats).unwrap();
            let [gamma, beta] = [&case.gamma, &case.beta].map(|values| repeated(values, positions));
            for (i, (x, y)) in case.x.chunks(width).zip(y.chunks(width)).enumerate() {
                let at = i % case.groups * width..(i % case.groups + 1) * width;
                let oracle = Oracle::layer_norm(x, 1e-5);
                oracle.check_affine(
                    x,
                    &gamma[at.clone()],
                    &beta[at],
                    y,
                    &format!("{groups:?} × {positions}"),
                );
                oracle.check_stats(&stats[i], "");
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn errors_name_the_parameter_and_nothing_is_written() {
    let zero = |parameter| Error::Zero { parameter };
    let length = |parameter, expected, actual| Error::Length { parameter, expected, actual };
    assert_eq!(GroupNorm::new(0, 4).unwrap_err(), zero("groups"));
    assert_eq!(GroupNorm::new(2, 0).unwrap_err(), zero("channels"));
    assert_eq!(GroupNorm::instance(0).unwrap_err(), zero("channels"));
    for (groups, channels) in [(2, 3), (4, 2), (usize::MAX, 6)] {
        let error = GroupNorm::new(groups, channels).unwrap_err();
        assert_eq!(error, Error::Groups { groups, actual: channels });
        let text = format!("channels: expected a multiple of {groups} groups, actual {channels}");
        assert_eq!(error.to_string(), text);
    }
    let norm = GroupNorm::new(2, 4).unwrap();
    assert_eq!(norm.with_gamma(&[1.0; 8]).unwrap_err(), length("gamma", 4, 8));
    assert_eq!(norm.with_beta(&[1.0; 3]).unwrap_err(), length("beta", 4, 3));
    assert_eq!(norm.with_epsilon(-1.0).unwrap_err(), Error::Epsilon { actual: (-1f32).to_bits() });
    let not_finite = Error::NotFinite { parameter: "beta", index: 1, actual: NAN };
    assert_eq!(norm.with_beta(&[1.0, f32::NAN, 0.0, 0.0]).unwrap_err(), not_finite);

    let (x, mut y, mut stats) = ([1.0; 24], [7.0; 25], [RowStats::default(); 5]);
    let rows = Error::NotWholeRows { parameter: "x", width: 12, actual: 23 };
    let (mut gamma, mut beta) = ([7.0; 5], [7.0; 5]);
    assert_eq!(norm.forward(&x, 0, &mut y), Err(zero("positions")));
    assert_eq!(norm.forward(&x[..23], 3, &mut y), Err(rows));
    assert_eq!(norm.forward(&x, 3, &mut y), Err(length("y", 24, 25)));
    assert_eq!(norm.forward_in_place(&mut y[..23], 3), Err(rows));
    assert_eq!(norm.forward_in_place(&mut y, 0), Err(zero("positions")));
    assert_eq!(norm.forward_with_stats(&x, 3, &mut y, &mut stats), Err(length("y", 24, 25)));
    assert_eq!(norm.forward_with_stats(&x, 3, &mut y[..24], &mut stats), Err(length("stats", 4, 5)));
    assert_eq!(norm.statistics(&x[..23], 3, &mut stats), Err(rows));
    assert_eq!(norm.statistics(&x, 3, &mut stats), Err(length("stats", 4, 5)));
    assert_eq!(norm.statistics(&x, 0, &mut stats), Err(zero("positions")));
    for positions in [usize::MAX, usize::MAX / 4 + 1] {
        assert!(norm.forward(&x, positions, &mut y[..24]).is_err(), "beyond usize");
        assert!(norm.statistics(&x, positions, &mut stats).is_err(), "beyond usize");
        assert_eq!(norm.forward(&[], positions, &mut []), Ok(()), "no sample");
        assert_eq!(norm.backward(&[], positions, &[], &[], &mut [], ParamGrads::default()), Ok(()));
    }
    let none = ParamGrads::default;
    assert_eq!(norm.backward(&x, 0, &stats, &x, &mut y, none()), Err(zero("positions")));
    assert_eq!(norm.backward(&x[..23], 3, &stats, &x, &mut y, none()), Err(rows));
    assert_eq!(norm.backward(&x, 3, &stats, &x, &mut y, none()), Err(length("stats", 4, 5)));
    let stats = &stats[..4];
    assert_eq!(norm.backward(&x, 3, stats, &x[..23], &mut y, none()), Err(length("dy", 24, 23)));
    assert_eq!(norm.backward(&x, 3, stats, &x, &mut y, none()), Err(length("dx", 24, 25)));
    let y = &mut y[..24];
    let grads = ParamGrads { gamma: Some(&mut gamma), beta: Some(&mut beta[..4]) };
    assert_eq!(norm.backward(&x, 3, stats, &x, y, grads), Err(length("grads.gamma", 4, 5)));
    let grads = ParamGrads { gamma: Some(&mut gamma[..4]), beta: Some(&mut beta) };
    assert_eq!(norm.backward_in_place(&x, 3, stats, y, grads), Err(length("grads.beta", 4, 5)));
    assert_eq!(norm.backward_in_place(&x, 3, stats, &mut y[..23], none()), Err(length("dy", 24, 23)));
    assert_eq!((y, gamma, beta), (&mut [7.0; 24][..], [7.0; 5], [7.0; 5]));
}
