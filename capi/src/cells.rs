//! Recurrent cells and classifiers of f32 sequences. Weights stay where they are.

use crate::held::Sizes;
use crate::kinds::{HeldCell, HeldClassifier, HeldSession, known, ln_kind};
use crate::made::{Opaque, made, made_mut, make};
use crate::norm::done;
use crate::shape::{HEADER, sizes_of};
use crate::slice::{apart, place};
use crate::status::{LN_LENGTH, LN_OK, Status, ln_status, status};
use layernorm::sequence::Storage;

type Done = Result<ln_status, ln_status>;

/// A recurrent cell. Made by ln_cell_init; it reads its weights where they are, as in flash. It may be copied; the words are the
/// library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_cell {
    words: [usize; 24],
}

/// A recurrent cell, the mean of its outputs, and a dense layer. Made by ln_classifier_init; it reads its weights where they are. It
/// may be copied; the words are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_classifier {
    words: [usize; 28],
}

/// A sequence that a classifier listens to. Made by ln_session_init; it uses its memory until it is forgotten. It may be moved, but not
/// copied: both would write to the same memory.
#[repr(C)]
pub struct ln_session {
    words: [usize; 40],
}

// SAFETY: words.
unsafe impl Opaque for ln_cell {}
// SAFETY: words.
unsafe impl Opaque for ln_classifier {}
// SAFETY: words.
unsafe impl Opaque for ln_session {}
const CELL: usize = u32::from_le_bytes(*b"LNs1") as usize;
const CLASSIFIER: usize = u32::from_le_bytes(*b"LNs2") as usize;
const SESSION: usize = u32::from_le_bytes(*b"LNs3") as usize;

/// Numbers of the weights of a cell of a kind: the kernel (inputs * gates * units), the recurrent kernel (units * gates * units), the gains
/// and the biases of its norms. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_cell_weights(kind: *const ln_kind, inputs: usize, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| (kind.weights)(inputs, units))
}

/// Numbers of the state: h, and c of an LSTM; a sequence begins with zeros. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_cell_state(kind: *const ln_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.state))
}

/// Numbers of scratch memory that a step needs: of an RNN 3 * units, of a GRU 13, of an LSTM 20. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_cell_scratch(kind: *const ln_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.scratch))
}

/// Numbers of memory that a session needs: of an RNN 5 * units, of a GRU 15, of an LSTM 23. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_session_memory(kind: *const ln_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.memory))
}

/// Makes a cell of `inputs` and `units`. `weights` has as many numbers as ln_cell_weights says.
///
/// LN_ZERO, LN_EPSILON, LN_NOT_FINITE, LN_NOT_MADE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_cell_init(
    cell: *mut ln_cell,
    kind: *const ln_kind,
    inputs: usize,
    units: usize,
    weights: *const f32,
    epsilon: f32,
) -> ln_status {
    let init = || -> Done {
        // SAFETY: the header's contract: a kind, and weights that stay as they are.
        unsafe {
            let kind = known(kind)?;
            let weights = place(weights, (kind.weights)(inputs, units))?;
            apart(place(cell, 1)?.addresses(), &[weights.addresses()])?;
            let sizes = Sizes { inputs, units, classes: 0 };
            let held = (kind.make)(kind, sizes, weights.read(), epsilon).map_err(Status::status)?;
            make(cell, CELL, held).map(|()| LN_OK)
        }
    };
    status(init())
}

/// One step: `x` has `inputs` numbers, `state` and `scratch` as many as ln_cell_state and ln_cell_scratch say. The output is the first
/// `units` numbers of the new state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_cell_step(
    cell: *const ln_cell,
    x: *const f32,
    state: *mut f32,
    scratch: *mut f32,
) -> ln_status {
    let step = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let held = made::<_, HeldCell>(cell, CELL)?;
            let (kind, units) = (held.kind, held.sizes.units);
            let x = place(x, held.sizes.inputs)?;
            let (state, scratch) = (place(state, units * kind.state)?, place(scratch, units * kind.scratch)?);
            let others = [x.addresses(), held.uses[0], place(cell, 1)?.addresses()];
            apart(state.addresses(), &others)?;
            apart(scratch.addresses(), &others)?;
            apart(state.addresses(), &[scratch.addresses()])?;
            done((kind.step)(held, x.read(), state.write(), scratch.write()))
        }
    };
    status(step())
}

/// Makes a classifier of a file of weights, `length` bytes at `bytes`, aligned to 4, which stay as they are while it is used.
///
/// LN_LENGTH, LN_FORMAT (another kind, norm or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_FINITE, LN_NOT_MADE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_classifier_init(
    classifier: *mut ln_classifier,
    kind: *const ln_kind,
    bytes: *const u8,
    length: usize,
) -> ln_status {
    let init = || -> Done {
        // SAFETY: the header's contract: a kind, and bytes that stay as they are.
        unsafe {
            let kind = known(kind)?;
            let file = place(bytes, length)?;
            apart(place(classifier, 1)?.addresses(), &[file.addresses()])?;
            let (sizes, epsilon) = sizes_of(file.read(), kind.cell, kind.norm, Storage::F32)?;
            let Sizes { inputs, units, classes } = sizes;
            let dense = units.saturating_add(1).saturating_mul(classes);
            let count = (kind.weights)(inputs, units).saturating_add(dense);
            if count.saturating_mul(4).saturating_add(HEADER) != length {
                return Err(LN_LENGTH);
            }
            let weights = place(bytes.wrapping_add(HEADER).cast::<f32>(), count)?.read();
            let held = (kind.make_classifier)(kind, sizes, weights, epsilon).map_err(Status::status)?;
            make(classifier, CLASSIFIER, held).map(|()| LN_OK)
        }
    };
    status(init())
}

/// # Safety
/// As the header says.
unsafe fn start(
    session: *mut ln_session,
    classifier: *const ln_classifier,
    leak: Option<u32>,
    memory: *mut f32,
) -> Done {
    // SAFETY: the contract above; nothing overlaps what is written.
    unsafe {
        let held = made::<_, HeldClassifier>(classifier, CLASSIFIER)?;
        let memory = place(memory, held.sizes.units * held.kind.memory)?;
        let [session_at, of] = [place(session, 1)?.addresses(), place(classifier, 1)?.addresses()];
        apart(session_at, &[memory.addresses(), of, held.uses[0]])?;
        apart(memory.addresses(), &[of, held.uses[0]])?;
        let session_of = (held.kind.start)(held, leak, memory.write()).map_err(Status::status)?;
        make(session, SESSION, session_of).map(|()| LN_OK)
    }
}

/// Begins a sequence. `memory` has as many numbers as ln_session_memory says, and is the session's from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_session_init(
    session: *mut ln_session,
    classifier: *const ln_classifier,
    memory: *mut f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { start(session, classifier, None, memory) })
}

/// Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with each. `shift` is at most 15.
///
/// LN_TOO_LARGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_session_init_leaky(
    session: *mut ln_session,
    classifier: *const ln_classifier,
    shift: u32,
    memory: *mut f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { start(session, classifier, Some(shift), memory) })
}

/// Listens to the next frame, `inputs` numbers at `x`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_session_push(session: *mut ln_session, x: *const f32) -> ln_status {
    let push = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let at = place(session, 1)?.addresses();
            let held = made_mut::<_, HeldSession>(session, SESSION)?;
            let x = place(x, held.sizes.inputs)?;
            apart(x.addresses(), &[at, held.uses[0]])?;
            done((held.kind.push)(held, x.read()))
        }
    };
    status(push())
}

/// Writes the logits of the frames so far, one for each class, to `logits`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_session_logits(session: *mut ln_session, logits: *mut f32) -> ln_status {
    let write = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let at = place(session, 1)?.addresses();
            let held = made_mut::<_, HeldSession>(session, SESSION)?;
            let logits = place(logits, held.sizes.classes)?;
            apart(logits.addresses(), &[at, held.uses[0], held.uses[1]])?;
            done((held.kind.logits)(held, logits.write()))
        }
    };
    status(write())
}
