//! Norms and cells that are made when a program is compiled give the bits of those that are made when it runs.

use crate::common::bits;
use layernorm::{Error, LayerNorm, RmsNorm};
use wasm_bindgen_test::wasm_bindgen_test;

static GAMMA: [f32; 4] = [1.0, 0.5, 2.0, -1.0];
static BETA: [f32; 4] = [0.0, 0.25, -3.0, 1e-3];
const X: [f32; 8] = [1.0, 2.0, 3.0, 4.0, -0.5, 1e4, 0.0, 7.0];

macro_rules! constant {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(_) => panic!("an argument is wrong"),
        }
    };
}

static LAYER: LayerNorm = {
    let norm = constant!(constant!(LayerNorm::new(4)).with_gamma(&GAMMA));
    constant!(constant!(norm.with_beta(&BETA)).with_epsilon(1e-3))
};
static RMS: RmsNorm = constant!(constant!(RmsNorm::new(4)).with_gamma(&GAMMA)).with_unit_offset();
static REFUSED: Result<LayerNorm, Error> =
    constant!(LayerNorm::new(4)).with_gamma(&[1.0, f32::NAN, 1.0, 1.0]);

#[wasm_bindgen_test(unsupported = test)]
fn norms_may_be_static() {
    let layer = LayerNorm::new(4).unwrap().with_gamma(&GAMMA).unwrap().with_beta(&BETA).unwrap();
    let rms = RmsNorm::new(4).unwrap().with_gamma(&GAMMA).unwrap().with_unit_offset();
    let [mut y, mut expected] = [[0.0; 8]; 2];
    LAYER.forward(&X, &mut y).unwrap();
    layer.with_epsilon(1e-3).unwrap().forward(&X, &mut expected).unwrap();
    assert_eq!(bits(&y), bits(&expected));
    RMS.forward(&X, &mut y).unwrap();
    rms.forward(&X, &mut expected).unwrap();
    assert_eq!(bits(&y), bits(&expected));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_static_norm_says_what_it_was_made_with() {
    assert_eq!((LAYER.width(), LAYER.epsilon(), LAYER.unit_offset()), (4, 1e-3, false));
    assert_eq!((LAYER.gamma(), LAYER.beta()), (Some(&GAMMA[..]), Some(&BETA[..])));
    assert_eq!((RMS.width(), RMS.epsilon(), RMS.unit_offset()), (4, 1e-5, true));
    assert_eq!((RMS.gamma(), RMS.beta()), (Some(&GAMMA[..]), None));
}

#[wasm_bindgen_test(unsupported = test)]
fn bad_arguments_are_refused_when_a_program_is_compiled_too() {
    let error = Error::NotFinite { parameter: "gamma", index: 1, actual: f32::NAN.to_bits() };
    assert_eq!(REFUSED.unwrap_err(), error);
}

#[cfg(feature = "fixed")]
#[wasm_bindgen_test(unsupported = test)]
fn fixed_point_norms_may_be_static() {
    use fixed::types::{I2F14, I4F4, I4F12};
    use layernorm::fixed::LayerNorm;
    static GAMMA: [I2F14; 4] = [I2F14::ONE, I2F14::DELTA, I2F14::MIN, I2F14::ONE];
    static BETA: [I4F4; 4] = [I4F4::ONE; 4];
    static NORM: LayerNorm<I4F12> = {
        let norm = constant!(constant!(LayerNorm::new(4)).with_gamma(&GAMMA));
        constant!(constant!(norm.with_beta(&BETA)).with_epsilon(1e-3))
    };
    let norm = LayerNorm::<I4F12>::new(4).unwrap().with_gamma(&GAMMA).unwrap().with_beta(&BETA).unwrap();
    let x = [0.1, 0.2, -3.0, 4.0].map(I4F12::from_num);
    let [mut y, mut expected] = [[I4F12::ZERO; 4]; 2];
    NORM.forward(&x, &mut y).unwrap();
    norm.with_epsilon(1e-3).unwrap().forward(&x, &mut expected).unwrap();
    assert_eq!(y, expected);
    assert_eq!(NORM.width(), 4);
}

#[cfg(feature = "sequence")]
#[wasm_bindgen_test(unsupported = test)]
fn cells_may_be_static() {
    use layernorm::sequence::{Classifier, Gru, LnGru, Rms};
    type Named<'a> = Classifier<'a, Gru, Rms>;
    static WEIGHTS: [f32; LnGru::weights_len(2, 3)] = [0.1; LnGru::weights_len(2, 3)];
    static GRU: LnGru = constant!(constant!(LnGru::new(2, 3, &WEIGHTS)).with_epsilon(1e-3));
    let gru = LnGru::new(2, 3, &WEIGHTS).unwrap().with_epsilon(1e-3).unwrap();
    let [mut state, mut expected] = [[0.0; LnGru::state_len(3)]; 2];
    let mut scratch = [0.0; LnGru::scratch_len(3)];
    GRU.step(&[0.5, -1.0], &mut state, &mut scratch).unwrap();
    gru.step(&[0.5, -1.0], &mut expected, &mut scratch).unwrap();
    assert_eq!(bits(&state), bits(&expected));
    static ALL: [f32; Named::weights_len(2, 3, 2)] = [0.1; Named::weights_len(2, 3, 2)];
    static CLASSIFIER: Named = constant!(Named::new(2, 3, 2, &ALL));
    assert_eq!((CLASSIFIER.inputs(), CLASSIFIER.units(), CLASSIFIER.classes()), (2, 3, 2));
}
