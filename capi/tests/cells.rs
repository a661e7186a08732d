//! Cells and classifiers by the functions of C are those of the crate, whose own are held by other oracles.
#![allow(unsafe_code)]

use layernorm::sequence::fixed::{self, Weight};
use layernorm::sequence::{Cell, Classifier, Gru, Kind, Lstm, Normaliser, Plain, Rnn, StateNormLstm};
use layernorm::{Layer, Rms};
use layernorm_c as c;
use layernorm_digest::Numbers;
use std::mem::MaybeUninit;

const INPUTS: usize = 3;
const UNITS: usize = 5;
const CLASSES: usize = 4;
const FRAMES: usize = 6;

type Failed = Box<dyn std::error::Error>;

fn bells(numbers: &mut Numbers, count: usize) -> Vec<f32> {
    (0..count).map(|_| numbers.bell() / 2.0).collect()
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// A struct that a function of C fills in.
fn made<T>(init: impl FnOnce(*mut T) -> c::ln_status) -> T {
    let mut made = MaybeUninit::zeroed();
    assert_eq!(init(made.as_mut_ptr()), c::LN_OK);
    // SAFETY: words, of which any bits are valid.
    unsafe { made.assume_init() }
}

fn floats<K: Kind, N: Normaliser>(kind: &c::ln_kind) -> Result<(), Failed> {
    let numbers = &mut Numbers::new(28);
    let weights = bells(numbers, Classifier::<K, N>::weights_len(INPUTS, UNITS, CLASSES));
    let frames = bells(numbers, FRAMES * INPUTS);
    let of_cell = Cell::<K, N>::weights_len(INPUTS, UNITS);
    // SAFETY: slices as long as the functions say.
    unsafe {
        assert_eq!(c::ln_cell_weights(kind, INPUTS, UNITS), of_cell);
        assert_eq!(c::ln_cell_state(kind, UNITS), Cell::<K, N>::state_len(UNITS));
        assert_eq!(c::ln_cell_scratch(kind, UNITS), Cell::<K, N>::scratch_len(UNITS));
        assert_eq!(c::ln_session_memory(kind, UNITS), Classifier::<K, N>::memory_len(UNITS));

        let cell = Cell::<K, N>::new(INPUTS, UNITS, &weights[..of_cell])?.with_epsilon(1e-3)?;
        let of_c = made(|to| c::ln_cell_init(to, kind, INPUTS, UNITS, weights.as_ptr(), 1e-3));
        let mut states = [(); 2].map(|()| vec![0.0; Cell::<K, N>::state_len(UNITS)]);
        let mut scratch = vec![0.0; Cell::<K, N>::scratch_len(UNITS)];
        for x in frames.chunks(INPUTS) {
            cell.step(x, &mut states[0], &mut scratch)?;
            let status = c::ln_cell_step(&of_c, x.as_ptr(), states[1].as_mut_ptr(), scratch.as_mut_ptr());
            assert_eq!((status, bits(&states[0])), (c::LN_OK, bits(&states[1])));
        }

        let classifier = Classifier::<K, N>::new(INPUTS, UNITS, CLASSES, &weights)?;
        // Aligned to 4, as C's must be.
        let mut file = vec![0u32; Classifier::<K, N>::bytes_len(INPUTS, UNITS, CLASSES) / 4];
        let file = std::slice::from_raw_parts_mut(file.as_mut_ptr().cast::<u8>(), 4 * file.len());
        classifier.to_bytes(file)?;
        let of_c = made(|to| c::ln_classifier_init(to, kind, file.as_ptr(), file.len()));
        for leak in [None, Some(2)] {
            let mut memories = [(); 2].map(|()| vec![0.0; Classifier::<K, N>::memory_len(UNITS)]);
            let [memory, memory_of_c] = &mut memories;
            let to = memory_of_c.as_mut_ptr();
            let mut session_of_c = made(|session| match leak {
                None => c::ln_session_init(session, &of_c, to),
                Some(shift) => c::ln_session_init_leaky(session, &of_c, shift, to),
            });
            let mut session = match leak {
                None => classifier.start(memory)?,
                Some(shift) => classifier.start_leaky(shift, memory)?,
            };
            let mut logits = [[0.0; CLASSES]; 2];
            for x in frames.chunks(INPUTS) {
                session.push(x)?;
                session.logits(&mut logits[0])?;
                assert_eq!(c::ln_session_push(&mut session_of_c, x.as_ptr()), c::LN_OK);
                assert_eq!(c::ln_session_logits(&mut session_of_c, logits[1].as_mut_ptr()), c::LN_OK);
                assert_eq!(bits(&logits[0]), bits(&logits[1]));
            }
        }
    }
    Ok(())
}

fn integers<K: fixed::Kind, W: Weight>(kind: &c::ln_fixed_kind) -> Result<(), Failed> {
    type Of<'a, K, W> = fixed::Classifier<'a, K, W>;
    let numbers = &mut Numbers::new(82);
    let weights = bells(numbers, Classifier::<K, Layer>::weights_len(INPUTS, UNITS, CLASSES));
    let mut file = vec![0; Of::<K, W>::bytes_len(INPUTS, UNITS, CLASSES)];
    Of::<K, W>::fold(&Classifier::new(INPUTS, UNITS, CLASSES, &weights)?, 11, &mut file)?;
    let frames: Vec<i16> = (0..FRAMES * INPUTS).map(|_| (numbers.bell() * 2048.0) as i16).collect();
    // SAFETY: slices as long as the functions say.
    unsafe {
        let classifier = Of::<K, W>::from_bytes(&file)?;
        let of_c = made(|to| c::ln_fixed_classifier_init(to, kind, file.as_ptr(), file.len()));
        assert_eq!(c::ln_fixed_classifier_scale(&of_c).to_bits(), classifier.scale().to_bits());
        let (words, codes) = (Of::<K, W>::words_len(UNITS), Of::<K, W>::codes_len(UNITS));
        assert_eq!(c::ln_fixed_session_words(kind, UNITS), words);
        assert_eq!(c::ln_fixed_session_codes(kind, UNITS), codes);
        for leak in [None, Some(2)] {
            let (mut words, mut codes) = ([(); 2].map(|()| vec![0; words]), [(); 2].map(|()| vec![0; codes]));
            let ([words, words_of_c], [codes, codes_of_c]) = (&mut words, &mut codes);
            let (to_words, to_codes) = (words_of_c.as_mut_ptr(), codes_of_c.as_mut_ptr());
            let mut session_of_c = made(|session| match leak {
                None => c::ln_fixed_session_init(session, &of_c, to_words, to_codes),
                Some(shift) => c::ln_fixed_session_init_leaky(session, &of_c, shift, to_words, to_codes),
            });
            let mut session = match leak {
                None => classifier.start(words, codes)?,
                Some(shift) => classifier.start_leaky(shift, words, codes)?,
            };
            let mut logits = [[0; CLASSES]; 2];
            for x in frames.chunks(INPUTS) {
                session.push(x)?;
                session.logits(&mut logits[0])?;
                assert_eq!(c::ln_fixed_session_push(&mut session_of_c, x.as_ptr()), c::LN_OK);
                let status = c::ln_fixed_session_logits(&mut session_of_c, logits[1].as_mut_ptr());
                assert_eq!((status, logits[0]), (c::LN_OK, logits[1]));
            }
        }

        let mut file = vec![0; fixed::Cell::<K, W>::bytes_len(INPUTS, UNITS)];
        let len = Cell::<K, Layer>::weights_len(INPUTS, UNITS);
        fixed::Cell::<K, W>::fold(&Cell::new(INPUTS, UNITS, &weights[..len])?, 11, &mut file)?;
        let cell = fixed::Cell::<K, W>::from_bytes(&file)?;
        let of_c = made(|to| c::ln_fixed_cell_init(to, kind, file.as_ptr(), file.len()));
        let (state, scratch) =
            (fixed::Cell::<K, W>::state_len(UNITS), fixed::Cell::<K, W>::scratch_len(UNITS));
        assert_eq!(c::ln_fixed_cell_state(kind, UNITS), state);
        assert_eq!(c::ln_fixed_cell_scratch(kind, UNITS), scratch);
        let mut states = [(); 2].map(|()| vec![0; state]);
        let (mut sums, mut gates) = (vec![0; scratch], vec![0; scratch]);
        for x in frames.chunks(INPUTS) {
            cell.step(x, &mut states[0], &mut sums, &mut gates)?;
            let (sums, gates) = (sums.as_mut_ptr(), gates.as_mut_ptr());
            let status = c::ln_fixed_cell_step(&of_c, x.as_ptr(), states[1].as_mut_ptr(), sums, gates);
            assert_eq!((status, &states[0]), (c::LN_OK, &states[1]));
        }
    }
    Ok(())
}

#[test]
fn every_kind_of_f32_is_that_of_the_crate() -> Result<(), Failed> {
    floats::<Rnn, Layer>(&c::ln_rnn)?;
    floats::<Rnn, Rms>(&c::ln_rnn_rms)?;
    floats::<Rnn, Plain>(&c::ln_rnn_plain)?;
    floats::<Lstm, Layer>(&c::ln_lstm)?;
    floats::<Lstm, Rms>(&c::ln_lstm_rms)?;
    floats::<Lstm, Plain>(&c::ln_lstm_plain)?;
    floats::<Gru, Layer>(&c::ln_gru)?;
    floats::<Gru, Rms>(&c::ln_gru_rms)?;
    floats::<Gru, Plain>(&c::ln_gru_plain)?;
    floats::<StateNormLstm, Layer>(&c::ln_state_norm_lstm)
}

#[test]
fn every_kind_of_integers_is_that_of_the_crate() -> Result<(), Failed> {
    integers::<Rnn, i8>(&c::ln_rnn_i8)?;
    integers::<Rnn, i16>(&c::ln_rnn_i16)?;
    integers::<Lstm, i8>(&c::ln_lstm_i8)?;
    integers::<Lstm, i16>(&c::ln_lstm_i16)?;
    integers::<Gru, i8>(&c::ln_gru_i8)?;
    integers::<Gru, i16>(&c::ln_gru_i16)?;
    integers::<StateNormLstm, i8>(&c::ln_state_norm_lstm_i8)?;
    integers::<StateNormLstm, i16>(&c::ln_state_norm_lstm_i16)
}
