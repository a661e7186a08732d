//! What is stored comes back as it was, every bit of it: the feature `serde`.

use layernorm::quantized::{Params, Report, Scale};
use layernorm::sequence::{CellKind, NormKind, Shape, Storage};
use layernorm::{LayerNorm, RowStats};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value, "{text}");
}

#[test]
fn statistics_come_back_those_of_a_nan_too() {
    let x = [1.0, 2.0, 3.0, 1e7, 1e7 + 1.0, 1e7 + 2.0, 1e-45, 0.0, 3e38, f32::NAN, 0.0, 0.0];
    let mut stats = [RowStats::default(); 4];
    let norm = LayerNorm::new(3).unwrap();
    norm.statistics(&x, &mut stats).unwrap();
    let text = serde_json::to_string(&stats).unwrap();
    let read: [RowStats; 4] = serde_json::from_str(&text).unwrap();
    // A NaN is not equal to itself, so what the rows become is compared.
    for (row, (stats, read)) in x.chunks(3).zip(stats.iter().zip(&read)) {
        let [mut expected, mut y] = [[0.0; 3]; 2];
        norm.apply(stats, 0, row, &mut expected).unwrap();
        norm.apply(read, 0, row, &mut y).unwrap();
        assert_eq!(y.map(f32::to_bits), expected.map(f32::to_bits), "{text}");
    }
}

#[test]
fn scales_reports_and_shapes_come_back() {
    let (input, output) = (Scale { scale: 0.02, zero_point: 3i8 }, Scale { scale: 0.03, zero_point: -5i16 });
    comes_back(&input);
    comes_back(&output);
    let params = Params::fold(&[1.0, 0.3], &[0.0, 0.1], input, output, 1e-5).unwrap();
    comes_back::<Report>(&params.report(&[1.0, 0.3], &[0.0, 0.1], output).unwrap());
    for (kind, storage, norm) in [
        (CellKind::Rnn, Storage::F32, NormKind::Layer),
        (CellKind::Lstm, Storage::I8, NormKind::Rms),
        (CellKind::Gru, Storage::I16, NormKind::Plain),
    ] {
        let (inputs, units, classes, fraction, epsilon) = (40, 32, 10, 12, 1e-5);
        comes_back(&Shape { kind, storage, norm, inputs, units, classes, fraction, epsilon });
    }
}
