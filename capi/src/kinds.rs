//! The kinds of cells of f32, and what each of them calls.

use crate::held::{Held, Sizes};
use crate::slice::{addresses, place};
use crate::status::{LN_NOT_MADE, ln_status};
use layernorm::sequence::{Cell, CellKind, Classifier, Kind, NormKind, Normaliser, Plain, Session};
use layernorm::sequence::{Gru, Lstm, Rnn, StateNormLstm};
use layernorm::{Error, Layer, Rms};

pub(crate) type HeldCell = Held<ln_kind, 11>;
pub(crate) type HeldClassifier = Held<ln_kind, 17>;
pub(crate) type HeldSession = Held<ln_kind, 28>;

/// A kind of cell and its norm. The library has ln_gru and the others; a program links the code of those that it names.
#[allow(clippy::type_complexity)] // Functions with the arguments of the verbs that they call.
pub struct ln_kind {
    pub(crate) mark: usize,
    pub(crate) cell: CellKind,
    pub(crate) norm: NormKind,
    /// Numbers for each unit.
    pub(crate) state: usize,
    pub(crate) scratch: usize,
    pub(crate) memory: usize,
    pub(crate) weights: fn(usize, usize) -> usize,
    pub(crate) make: fn(&'static ln_kind, Sizes, &'static [f32], f32) -> Result<HeldCell, Error>,
    pub(crate) step: unsafe fn(&HeldCell, &[f32], &mut [f32], &mut [f32]) -> Result<(), Error>,
    pub(crate) make_classifier:
        fn(&'static ln_kind, Sizes, &'static [f32], f32) -> Result<HeldClassifier, Error>,
    pub(crate) start:
        unsafe fn(&HeldClassifier, Option<u32>, &'static mut [f32]) -> Result<HeldSession, Error>,
    pub(crate) push: unsafe fn(&mut HeldSession, &[f32]) -> Result<(), Error>,
    pub(crate) logits: unsafe fn(&mut HeldSession, &mut [f32]) -> Result<(), Error>,
}

const KIND: usize = u32::from_le_bytes(*b"LNk1") as usize;

impl ln_kind {
    const fn of<K: Kind + 'static, N: Normaliser + 'static>(cell: CellKind, norm: NormKind) -> Self {
        Self {
            mark: KIND,
            cell,
            norm,
            state: Cell::<K, N>::state_len(1),
            scratch: Cell::<K, N>::scratch_len(1),
            memory: Classifier::<K, N>::memory_len(1),
            weights: Cell::<K, N>::weights_len,
            make: |kind, sizes, weights, epsilon| {
                let cell = Cell::<K, N>::new(sizes.inputs, sizes.units, weights)?.with_epsilon(epsilon)?;
                Ok(Held::new(kind, sizes, [addresses(weights); 3], cell))
            },
            // SAFETY: `make` has made it.
            step: |cell, x, state, scratch| unsafe {
                cell.value::<Cell<'static, K, N>>().step(x, state, scratch)
            },
            make_classifier: |kind, sizes, weights, epsilon| {
                let Sizes { inputs, units, classes } = sizes;
                let classifier = Classifier::<K, N>::new(inputs, units, classes, weights)?;
                Ok(Held::new(kind, sizes, [addresses(weights); 3], classifier.with_epsilon(epsilon)?))
            },
            start: |classifier, leak, memory| {
                let uses = [addresses(memory), classifier.uses[0], classifier.uses[0]];
                // SAFETY: `make_classifier` has made it.
                let of = unsafe { classifier.value::<Classifier<'static, K, N>>() };
                let session: Session<'static, K, N> = match leak {
                    None => of.start(memory)?,
                    Some(shift) => of.start_leaky(shift, memory)?,
                };
                Ok(Held::new(classifier.kind, classifier.sizes, uses, session))
            },
            // SAFETY: `start` has made it.
            push: |session, x| unsafe { session.value_mut::<Session<'static, K, N>>().push(x) },
            // SAFETY: as above.
            logits: |session, logits| unsafe { session.value_mut::<Session<'static, K, N>>().logits(logits) },
        }
    }
}

/// The net of h' = tanh(LN(x W + h U)).
#[unsafe(no_mangle)]
pub static ln_rnn: ln_kind = ln_kind::of::<Rnn, Layer>(CellKind::Rnn, NormKind::Layer);
/// The same with RMSNorm.
#[unsafe(no_mangle)]
pub static ln_rnn_rms: ln_kind = ln_kind::of::<Rnn, Rms>(CellKind::Rnn, NormKind::Rms);
/// The same without a norm.
#[unsafe(no_mangle)]
pub static ln_rnn_plain: ln_kind = ln_kind::of::<Rnn, Plain>(CellKind::Rnn, NormKind::Plain);
/// The LSTM of Ba, Kiros and Hinton 2016.
#[unsafe(no_mangle)]
pub static ln_lstm: ln_kind = ln_kind::of::<Lstm, Layer>(CellKind::Lstm, NormKind::Layer);
/// The same with RMSNorm.
#[unsafe(no_mangle)]
pub static ln_lstm_rms: ln_kind = ln_kind::of::<Lstm, Rms>(CellKind::Lstm, NormKind::Rms);
/// The same without a norm.
#[unsafe(no_mangle)]
pub static ln_lstm_plain: ln_kind = ln_kind::of::<Lstm, Plain>(CellKind::Lstm, NormKind::Plain);
/// The GRU of Ba, Kiros and Hinton 2016.
#[unsafe(no_mangle)]
pub static ln_gru: ln_kind = ln_kind::of::<Gru, Layer>(CellKind::Gru, NormKind::Layer);
/// The same with RMSNorm.
#[unsafe(no_mangle)]
pub static ln_gru_rms: ln_kind = ln_kind::of::<Gru, Rms>(CellKind::Gru, NormKind::Rms);
/// The same without a norm.
#[unsafe(no_mangle)]
pub static ln_gru_plain: ln_kind = ln_kind::of::<Gru, Plain>(CellKind::Gru, NormKind::Plain);
/// The LSTM that carries the normalised c, as TensorFlow Addons has it.
#[unsafe(no_mangle)]
pub static ln_state_norm_lstm: ln_kind =
    ln_kind::of::<StateNormLstm, Layer>(CellKind::StateNormLstm, NormKind::Layer);

/// # Safety
/// NULL, misaligned, or one of the statics above.
pub(crate) unsafe fn known(kind: *const ln_kind) -> Result<&'static ln_kind, ln_status> {
    // SAFETY: the contract above.
    match unsafe { place(kind, 1)?.read() } {
        [kind] if kind.mark == KIND => Ok(kind),
        _ => Err(LN_NOT_MADE),
    }
}
