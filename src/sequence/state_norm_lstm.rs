use super::gates::Gates;
use super::header::CellKind;
use super::kind::{Kind, Record};
use super::lstm::{self, Lstm};
use super::normaliser::{Normaliser, Norms};
use super::slices::Group;

/// `c' = LN(σ(f) c + σ(i) tanh(g)) ;  h' = σ(o) tanh(c')`
///
/// The LSTM of which the next step gets the normalised c: `LayerNormLSTMCell` of TensorFlow Addons and of PyTorch's
/// `custom_lstms`. Its weights have the lengths and the order of those of an [`Lstm`], which carries c itself, so a file of one
/// kind that is read as the other would give wrong results without an error; files store the kind.
/// [What there is to permute](super#from-another-framework).
///
/// ```
/// use layernorm::sequence::{Cell, Lstm, Plain, StateNormLstm};
///
/// // All weights are 0 but β of c, which is 1: both outputs are ½ tanh(1), but only one kind carries the 1.
/// let mut weights = [0.0; Cell::<Lstm, Plain>::weights_len(1, 1)];
/// weights[25] = 1.0;
/// let (mut c, mut carried, mut scratch) = ([0.0; 2], [0.0; 2], [0.0; 20]);
/// Cell::<Lstm, Plain>::new(1, 1, &weights)?.step(&[1.0], &mut c, &mut scratch)?;
/// Cell::<StateNormLstm, Plain>::new(1, 1, &weights)?.step(&[1.0], &mut carried, &mut scratch)?;
/// assert_eq!(c[0], carried[0]);
/// assert_eq!((c[1], carried[1]), (0.0, 1.0));
/// # Ok::<(), layernorm::Error>(())
/// ```
#[doc(alias = "LayerNormLSTMCell")]
#[derive(Clone, Copy, Debug)]
pub struct StateNormLstm;

impl Gates for StateNormLstm {
    const KIND: CellKind = CellKind::StateNormLstm;
    const GATES: usize = Lstm::GATES;
    const STATES: usize = Lstm::STATES;
    const GAINS: usize = Lstm::GAINS;
    const RECURRENT: usize = Lstm::RECURRENT;
    const ROWS: &'static [Group] = Lstm::ROWS;
}

impl Kind for StateNormLstm {
    fn forward<N: Normaliser>(norms: &Norms, record: Record<&mut [f32]>, state: &mut [f32]) {
        lstm::forward::<Self, N, true>(norms, record, state);
    }

    fn backward<N: Normaliser>(
        norms: &Norms,
        record: Record<&[f32]>,
        dstate: &mut [f32],
        dsums: &mut [f32],
        gradients: &mut [&mut [f32]; 2],
    ) {
        lstm::backward::<Self, N, true>(norms, record, dstate, dsums, gradients);
    }
}
