//! The kinds of cells in integers, and what each of them calls.

use crate::held::{Held, Sizes};
use crate::slice::{addresses, place};
use crate::status::{LN_NOT_MADE, ln_status};
use layernorm::sequence::fixed::{Cell, Classifier, Kind, Session, Weight};
use layernorm::sequence::{Gru, Lstm, Rnn, StateNormLstm};
use layernorm::{Error, FormatError};

pub(crate) type HeldCell = Held<ln_fixed_kind, 14>;
pub(crate) type HeldClassifier = Held<ln_fixed_kind, 19>;
pub(crate) type HeldSession = Held<ln_fixed_kind, 30>;

/// A kind of cell in integers and the type of its weights. The library has ln_gru_i8 and the others; a program links the code of those
/// that it names.
#[allow(clippy::type_complexity)] // Functions with the arguments of the verbs that they call.
pub struct ln_fixed_kind {
    pub(crate) mark: usize,
    /// Numbers for each unit.
    pub(crate) state: usize,
    pub(crate) scratch: usize,
    pub(crate) words: usize,
    pub(crate) codes: usize,
    pub(crate) make: fn(&'static ln_fixed_kind, &'static [u8]) -> Result<HeldCell, FormatError>,
    pub(crate) step: unsafe fn(&HeldCell, &[i16], &mut [i16], &mut [i32], &mut [i16]) -> Result<(), Error>,
    pub(crate) make_classifier:
        fn(&'static ln_fixed_kind, &'static [u8]) -> Result<HeldClassifier, FormatError>,
    pub(crate) scale: unsafe fn(&HeldClassifier) -> f32,
    pub(crate) start: unsafe fn(
        &HeldClassifier,
        Option<u32>,
        &'static mut [i32],
        &'static mut [i16],
    ) -> Result<HeldSession, Error>,
    pub(crate) push: unsafe fn(&mut HeldSession, &[i16]) -> Result<(), Error>,
    pub(crate) logits: unsafe fn(&mut HeldSession, &mut [i32]) -> Result<(), Error>,
}

const KIND: usize = u32::from_le_bytes(*b"LNk2") as usize;

impl ln_fixed_kind {
    const fn of<K: Kind + 'static, W: Weight + 'static>() -> Self {
        Self {
            mark: KIND,
            state: Cell::<K, W>::state_len(1),
            scratch: Cell::<K, W>::scratch_len(1),
            words: Classifier::<K, W>::words_len(1),
            codes: Classifier::<K, W>::codes_len(1),
            make: |kind, bytes| {
                let cell = Cell::<K, W>::from_bytes(bytes)?;
                let sizes = Sizes { inputs: cell.inputs(), units: cell.units(), classes: 0 };
                Ok(Held::new(kind, sizes, [addresses(bytes); 3], cell))
            },
            // SAFETY: `make` has made it.
            step: |cell, x, state, sums, gates| unsafe {
                cell.value::<Cell<'static, K, W>>().step(x, state, sums, gates)
            },
            make_classifier: |kind, bytes| {
                let of = Classifier::<K, W>::from_bytes(bytes)?;
                let (inputs, units) = (of.cell().inputs(), of.cell().units());
                let sizes = Sizes { inputs, units, classes: of.classes() };
                Ok(Held::new(kind, sizes, [addresses(bytes); 3], of))
            },
            // SAFETY: `make_classifier` has made it.
            scale: |classifier| unsafe { classifier.value::<Classifier<'static, K, W>>().scale() },
            start: |classifier, leak, words, codes| {
                let uses = [addresses(words), addresses(codes), classifier.uses[0]];
                // SAFETY: as above.
                let of = unsafe { classifier.value::<Classifier<'static, K, W>>() };
                let session: Session<'static, K, W> = match leak {
                    None => of.start(words, codes)?,
                    Some(shift) => of.start_leaky(shift, words, codes)?,
                };
                Ok(Held::new(classifier.kind, classifier.sizes, uses, session))
            },
            // SAFETY: `start` has made it.
            push: |session, x| unsafe { session.value_mut::<Session<'static, K, W>>().push(x) },
            // SAFETY: as above.
            logits: |session, logits| unsafe { session.value_mut::<Session<'static, K, W>>().logits(logits) },
        }
    }
}

/// The net, with weights of 8 bits.
#[unsafe(no_mangle)]
pub static ln_rnn_i8: ln_fixed_kind = ln_fixed_kind::of::<Rnn, i8>();
/// The net, with weights of 16 bits.
#[unsafe(no_mangle)]
pub static ln_rnn_i16: ln_fixed_kind = ln_fixed_kind::of::<Rnn, i16>();
/// The LSTM, with weights of 8 bits.
#[unsafe(no_mangle)]
pub static ln_lstm_i8: ln_fixed_kind = ln_fixed_kind::of::<Lstm, i8>();
/// The LSTM, with weights of 16 bits.
#[unsafe(no_mangle)]
pub static ln_lstm_i16: ln_fixed_kind = ln_fixed_kind::of::<Lstm, i16>();
/// The GRU, with weights of 8 bits.
#[unsafe(no_mangle)]
pub static ln_gru_i8: ln_fixed_kind = ln_fixed_kind::of::<Gru, i8>();
/// The GRU, with weights of 16 bits.
#[unsafe(no_mangle)]
pub static ln_gru_i16: ln_fixed_kind = ln_fixed_kind::of::<Gru, i16>();
/// The LSTM that carries the normalised c, with weights of 8 bits.
#[unsafe(no_mangle)]
pub static ln_state_norm_lstm_i8: ln_fixed_kind = ln_fixed_kind::of::<StateNormLstm, i8>();
/// The LSTM that carries the normalised c, with weights of 16 bits.
#[unsafe(no_mangle)]
pub static ln_state_norm_lstm_i16: ln_fixed_kind = ln_fixed_kind::of::<StateNormLstm, i16>();

/// # Safety
/// NULL, misaligned, or one of the statics above.
pub(crate) unsafe fn known(kind: *const ln_fixed_kind) -> Result<&'static ln_fixed_kind, ln_status> {
    // SAFETY: the contract above.
    match unsafe { place(kind, 1)?.read() } {
        [kind] if kind.mark == KIND => Ok(kind),
        _ => Err(LN_NOT_MADE),
    }
}
