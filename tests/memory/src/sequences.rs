//! Recurrent cells and classifiers, of `f32` and in integers, and their files.

use super::{Random, zeros};
use layernorm::sequence::{
    Cell, Classifier, Gradients, Gru, Kind, Layer, Lstm, Normaliser, Plain, Recording, Rnn, StateNormLstm,
    fixed,
};

const FRAMES: usize = if cfg!(miri) { 2 } else { 3 };
/// Under Miri the first of the sizes is enough.
const SIZES: usize = if cfg!(miri) { 1 } else { usize::MAX };

fn cell<K: Kind, N: Normaliser>(random: &mut Random, inputs: usize, units: usize) {
    let weights = random.floats(Cell::<K, N>::weights_len(inputs, units));
    let cell = Cell::<K, N>::new(inputs, units, &weights).unwrap();
    let x = random.floats(FRAMES * inputs);
    let mut state = zeros(Cell::<K, N>::state_len(units));
    let mut scratch = zeros(Cell::<K, N>::scratch_len(units));
    cell.step(&x[..inputs], &mut state, &mut scratch).unwrap();
    let (mut y, mut tape) = (zeros(FRAMES * units), zeros(Cell::<K, N>::tape_len(units, FRAMES)));
    cell.forward(&x, &mut state, &mut y, &mut tape).unwrap();
    let (mut dstate, mut dweights, mut dx) = (state.clone(), zeros(weights.len()), zeros(x.len()));
    let gradients = Gradients { weights: &mut dweights, x: Some(&mut dx) };
    cell.backward(&x, &tape, &y, &mut dstate, gradients, &mut scratch).unwrap();
}

fn classifier<K: Kind + fixed::Kind>(random: &mut Random, inputs: usize, units: usize, classes: usize) {
    type Of<'a, K> = Classifier<'a, K, Layer>;
    let weights = random.floats(Of::<K>::weights_len(inputs, units, classes));
    let float = Of::<K>::new(inputs, units, classes, &weights).unwrap();
    let (x, mut logits) = (random.floats(FRAMES * inputs), zeros(classes));
    let mut tape = zeros(Of::<K>::tape_len(units, FRAMES));
    float.forward(&x, &mut tape, &mut logits).unwrap();
    let mut gradients = zeros(weights.len());
    let mut scratch = zeros(Of::<K>::scratch_len(units, FRAMES));
    float.backward(&x, &tape, &logits, &mut gradients, &mut scratch).unwrap();
    let mut memory = zeros(Of::<K>::memory_len(units));
    let mut session = float.start(&mut memory).unwrap();
    session.push(&x[..inputs]).unwrap();
    session.logits(&mut logits).unwrap();

    let mut bytes = zeros::<u8>(Of::<K>::bytes_len(inputs, units, classes));
    float.to_bytes(&mut bytes).unwrap();
    let mut again = zeros(weights.len());
    assert!(Of::<K>::from_bytes(&bytes, &mut again).is_ok());
    assert_eq!(again, weights);
    if cfg!(not(miri)) {
        integer::<K, i8>(&float, [inputs, units, classes]);
    }
    integer::<K, i16>(&float, [inputs, units, classes]);
}

fn integer<K: fixed::Kind, W: fixed::Weight>(
    float: &Classifier<K, Layer>,
    [inputs, units, classes]: [usize; 3],
) {
    type Of<'a, K, W> = fixed::Classifier<'a, K, W>;
    // One byte further, so that no number is aligned.
    let mut bytes = zeros::<u8>(1 + Of::<K, W>::bytes_len(inputs, units, classes));
    Of::<K, W>::fold(float, 12, &mut bytes[1..]).unwrap();
    let integer = Of::<K, W>::from_bytes(&bytes[1..]).unwrap();
    let (mut words, mut codes) = (zeros(Of::<K, W>::words_len(units)), zeros(Of::<K, W>::codes_len(units)));
    let mut session = integer.start(&mut words, &mut codes).unwrap();
    let x: Box<[i16]> = (0..inputs as i16).map(|i| 1000 * i).collect();
    session.push(&x).unwrap();
    session.push(&x).unwrap();
    session.logits(&mut zeros(classes)).unwrap();
}

#[test]
fn cells_stay_in_their_slices() {
    let mut random = Random(6);
    let sizes = [(1, 2), (1, 1), (3, 5), (2, 17)];
    for (inputs, units) in sizes.into_iter().take(SIZES) {
        cell::<Rnn, Layer>(&mut random, inputs, units);
        cell::<Lstm, Layer>(&mut random, inputs, units);
        cell::<Gru, Plain>(&mut random, inputs, units);
        cell::<StateNormLstm, Layer>(&mut random, inputs, units);
    }
}

#[test]
fn classifiers_stay_in_their_slices() {
    let mut random = Random(7);
    let sizes = [(1, 2, 1), (1, 1, 1), (3, 5, 2)];
    for (inputs, units, classes) in sizes.into_iter().take(SIZES) {
        if cfg!(not(miri)) {
            classifier::<Rnn>(&mut random, inputs, units, classes);
            classifier::<Lstm>(&mut random, inputs, units, classes);
            classifier::<StateNormLstm>(&mut random, inputs, units, classes);
        }
        classifier::<Gru>(&mut random, inputs, units, classes);
    }
}

#[test]
fn a_recording_stays_in_its_memory() {
    type Of<'a> = Cell<'a, Rnn, Layer>;
    let weights = Random(8).floats(Of::weights_len(2, 3));
    let (rnn, mut state) = (Of::new(2, 3, &weights).unwrap(), [0.0; 3]);
    let mut recording = Recording::<4, 6, { Of::tape_len(3, 2) }>::new();
    recording.push(&rnn, &[0.5, -1.0], &mut state).unwrap();
    recording.push(&rnn, &[0.25, 2.0], &mut state).unwrap();
    assert!(recording.push(&rnn, &[0.0, 0.0], &mut state).is_err());
    assert_eq!(recording.x().len(), 4);
}
