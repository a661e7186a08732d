//! Properties of any row at all, its floats drawn as bits; proptest shrinks what fails.
#![cfg(not(target_arch = "wasm32"))]

use layernorm::{LayerNorm, RmsNorm};
use proptest::collection::vec;
use proptest::prelude::*;

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|v| v.to_bits()).collect()
}

/// Rows over all exponents, over few, and with anything that is not finite.
fn row() -> impl Strategy<Value = Vec<f32>> {
    let everything = vec(any::<u32>().prop_map(f32::from_bits), 1..80);
    let near = (any::<u8>(), vec(any::<u32>(), 1..600)).prop_map(|(exponent, bits)| {
        let exponent = u32::from(exponent.min(253)) << 23;
        bits.iter().map(|b| f32::from_bits((exponent + (b & 0x00ff_ffff)) | (b & 0x8000_0000))).collect()
    });
    let usual = vec(-4.0f32..4.0, 1..600);
    prop_oneof![everything, near, usual]
}

fn epsilon() -> impl Strategy<Value = f32> {
    prop_oneof![Just(0.0), Just(1e-5), (0..0x7f80_0000u32).prop_map(f32::from_bits)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn layer_norm_is_bounded_and_its_forms_agree(row in row(), epsilon in epsilon()) {
        let width = row.len();
        let norm = LayerNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
        let mut y = vec![0.0; width];
        norm.forward(&row, &mut y).unwrap();
        if row.iter().all(|v| v.is_finite()) {
            // |x̂| ≤ sqrt(N − 1): one element far from all others. (Samuelson 1968)
            let bound = ((width - 1) as f32).sqrt() * 1.000_001 + 1e-6;
            prop_assert!(y.iter().all(|v| v.abs() <= bound), "{y:?} beyond {bound}");
        } else {
            prop_assert!(y.iter().all(|v| v.to_bits() == 0x7fc0_0000), "{y:?}");
        }
        let mut in_place = row.clone();
        norm.forward_in_place(&mut in_place).unwrap();
        prop_assert_eq!(bits(&in_place), bits(&y));
        let twice: Vec<f32> = row.iter().chain(&row).copied().collect();
        let mut both = vec![0.0; 2 * width];
        norm.forward(&twice, &mut both).unwrap();
        prop_assert_eq!(bits(&both[..width]), bits(&y));
        prop_assert_eq!(bits(&both[width..]), bits(&y));
    }

    #[test]
    fn scaling_by_a_power_of_two_changes_no_bit(row in vec(-4.0f32..4.0, 2..300), k in -30i32..30) {
        let width = row.len();
        let norm = LayerNorm::new(width).unwrap().with_epsilon(0.0).unwrap();
        let scaled: Vec<f32> = row.iter().map(|v| v * 2f32.powi(k)).collect();
        // Squares stay in the range of the fast path, and no element loses a bit.
        prop_assume!(row.iter().all(|v| v.abs() > 1e-20));
        let (mut y, mut y_scaled) = (vec![0.0; width], vec![0.0; width]);
        norm.forward(&row, &mut y).unwrap();
        norm.forward(&scaled, &mut y_scaled).unwrap();
        prop_assert_eq!(bits(&y), bits(&y_scaled));
    }

    #[test]
    fn rms_norm_keeps_signs_and_is_bounded(row in row(), epsilon in epsilon()) {
        let width = row.len();
        let norm = RmsNorm::new(width).unwrap().with_epsilon(epsilon).unwrap();
        let mut y = vec![0.0; width];
        norm.forward(&row, &mut y).unwrap();
        if row.iter().all(|v| v.is_finite()) {
            let bound = (width as f32).sqrt() * 1.000_001;
            prop_assert!(y.iter().all(|v| v.abs() <= bound));
            prop_assert!(row.iter().zip(&y).all(|(x, y)| x.is_sign_negative() == y.is_sign_negative()));
        } else {
            prop_assert!(y.iter().all(|v| v.to_bits() == 0x7fc0_0000));
        }
    }
}
