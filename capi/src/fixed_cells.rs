//! Recurrent cells and classifiers in integers, read in place from the bytes that folding wrote.

use crate::fixed_kinds::{HeldCell, HeldClassifier, HeldSession, known, ln_fixed_kind};
use crate::made::{Opaque, made, made_mut, make};
use crate::norm::done;
use crate::slice::{apart, place};
use crate::status::{LN_OK, Status, ln_status, status};

type Done = Result<ln_status, ln_status>;

/// A recurrent cell in integers. Made by ln_fixed_cell_init; it reads its bytes where they are, as in flash. It may be copied; the words
/// are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_fixed_cell {
    words: [usize; 26],
}

/// A classifier of sequences in integers. Made by ln_fixed_classifier_init; it reads its bytes where they are. It may be copied; the words
/// are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_fixed_classifier {
    words: [usize; 30],
}

/// A sequence that a classifier in integers listens to. Made by ln_fixed_session_init; it uses its memory until it is forgotten. It may
/// be moved, but not copied: both would write to the same memory.
#[repr(C)]
pub struct ln_fixed_session {
    words: [usize; 42],
}

// SAFETY: words.
unsafe impl Opaque for ln_fixed_cell {}
// SAFETY: words.
unsafe impl Opaque for ln_fixed_classifier {}
// SAFETY: words.
unsafe impl Opaque for ln_fixed_session {}
const CELL: usize = u32::from_le_bytes(*b"LNs4") as usize;
const CLASSIFIER: usize = u32::from_le_bytes(*b"LNs5") as usize;
const SESSION: usize = u32::from_le_bytes(*b"LNs6") as usize;

/// Numbers of a cell's state: units, of an LSTM 2 * units; a sequence begins with zeros. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_cell_state(kind: *const ln_fixed_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.state))
}

/// Numbers each of the sums and the gates of a step: of an RNN units, of a GRU 6 * units, of an LSTM 9. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_cell_scratch(kind: *const ln_fixed_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.scratch))
}

/// Numbers of 32 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 10. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_words(kind: *const ln_fixed_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.words))
}

/// Numbers of 16 bits that a session needs: of an RNN 2 * units, of a GRU 7, of an LSTM 11. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_codes(kind: *const ln_fixed_kind, units: usize) -> usize {
    // SAFETY: the header's contract.
    unsafe { known(kind) }.map_or(0, |kind| units.saturating_mul(kind.codes))
}

/// Makes a cell of the `length` bytes at `bytes` that folding has written, which stay as they are while it is used.
///
/// LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_NOT_MADE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_cell_init(
    cell: *mut ln_fixed_cell,
    kind: *const ln_fixed_kind,
    bytes: *const u8,
    length: usize,
) -> ln_status {
    let init = || -> Done {
        // SAFETY: the header's contract: a kind, and bytes that stay as they are.
        unsafe {
            let (kind, file) = (known(kind)?, place(bytes, length)?);
            apart(place(cell, 1)?.addresses(), &[file.addresses()])?;
            let held = (kind.make)(kind, file.read()).map_err(Status::status)?;
            make(cell, CELL, held).map(|()| LN_OK)
        }
    };
    status(init())
}

/// One step: `x` has `inputs` numbers with the fraction bits of the file, `state` as many as ln_fixed_cell_state says, `sums` and `gates`
/// as many as ln_fixed_cell_scratch does. The output is the first `units` numbers of the new state, with 15 fraction bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_cell_step(
    cell: *const ln_fixed_cell,
    x: *const i16,
    state: *mut i16,
    sums: *mut i32,
    gates: *mut i16,
) -> ln_status {
    let step = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let held = made::<_, HeldCell>(cell, CELL)?;
            let (kind, units) = (held.kind, held.sizes.units);
            let (x, state) = (place(x, held.sizes.inputs)?, place(state, units * kind.state)?);
            let (sums, gates) = (place(sums, units * kind.scratch)?, place(gates, units * kind.scratch)?);
            let others = [x.addresses(), held.uses[0], place(cell, 1)?.addresses()];
            for written in [state.addresses(), sums.addresses(), gates.addresses()] {
                apart(written, &others)?;
            }
            apart(state.addresses(), &[sums.addresses(), gates.addresses()])?;
            apart(sums.addresses(), &[gates.addresses()])?;
            done((kind.step)(held, x.read(), state.write(), sums.write(), gates.write()))
        }
    };
    status(step())
}

/// Makes a classifier of the `length` bytes at `bytes` that folding has written, which stay as they are while it is used.
///
/// LN_LENGTH, LN_FORMAT (another kind or type of weights), LN_CORRUPT, LN_ZERO, LN_NOT_MADE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_classifier_init(
    classifier: *mut ln_fixed_classifier,
    kind: *const ln_fixed_kind,
    bytes: *const u8,
    length: usize,
) -> ln_status {
    let init = || -> Done {
        // SAFETY: the header's contract: a kind, and bytes that stay as they are.
        unsafe {
            let (kind, file) = (known(kind)?, place(bytes, length)?);
            apart(place(classifier, 1)?.addresses(), &[file.addresses()])?;
            let held = (kind.make_classifier)(kind, file.read()).map_err(Status::status)?;
            make(classifier, CLASSIFIER, held).map(|()| LN_OK)
        }
    };
    status(init())
}

/// The value of one unit of a logit; NaN for a struct that was not made.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_classifier_scale(classifier: *const ln_fixed_classifier) -> f32 {
    // SAFETY: the header's contract.
    unsafe {
        made::<_, HeldClassifier>(classifier, CLASSIFIER).map_or(f32::NAN, |held| (held.kind.scale)(held))
    }
}

/// # Safety
/// As the header says.
unsafe fn start(
    session: *mut ln_fixed_session,
    classifier: *const ln_fixed_classifier,
    leak: Option<u32>,
    words: *mut i32,
    codes: *mut i16,
) -> Done {
    // SAFETY: the contract above; nothing overlaps what is written.
    unsafe {
        let held = made::<_, HeldClassifier>(classifier, CLASSIFIER)?;
        let units = held.sizes.units;
        let (words, codes) = (place(words, units * held.kind.words)?, place(codes, units * held.kind.codes)?);
        let others = [place(classifier, 1)?.addresses(), held.uses[0]];
        let written = [place(session, 1)?.addresses(), words.addresses(), codes.addresses()];
        for written in written {
            apart(written, &others)?;
        }
        apart(written[0], &written[1..])?;
        apart(written[1], &written[2..])?;
        let of = (held.kind.start)(held, leak, words.write(), codes.write()).map_err(Status::status)?;
        make(session, SESSION, of).map(|()| LN_OK)
    }
}

/// Begins a sequence of at most 65535 frames. `words` and `codes` have as many numbers as ln_fixed_session_words and
/// ln_fixed_session_codes say, and are the session's from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_init(
    session: *mut ln_fixed_session,
    classifier: *const ln_fixed_classifier,
    words: *mut i32,
    codes: *mut i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { start(session, classifier, None, words, codes) })
}

/// Begins a sequence without end: the mean of the outputs forgets old frames, by a 2^shift-th with each. `shift` is at most 15.
///
/// LN_TOO_LARGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_init_leaky(
    session: *mut ln_fixed_session,
    classifier: *const ln_fixed_classifier,
    shift: u32,
    words: *mut i32,
    codes: *mut i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { start(session, classifier, Some(shift), words, codes) })
}

/// Listens to the next frame, `inputs` numbers at `x` with the fraction bits of the file.
///
/// LN_TOO_LARGE for too many frames.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_push(session: *mut ln_fixed_session, x: *const i16) -> ln_status {
    let push = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let at = place(session, 1)?.addresses();
            let held = made_mut::<_, HeldSession>(session, SESSION)?;
            let x = place(x, held.sizes.inputs)?;
            apart(x.addresses(), &[at, held.uses[0], held.uses[1], held.uses[2]])?;
            done((held.kind.push)(held, x.read()))
        }
    };
    status(push())
}

/// Writes the logits of the frames so far, one for each class, to `logits`, in units of ln_fixed_classifier_scale.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_fixed_session_logits(
    session: *mut ln_fixed_session,
    logits: *mut i32,
) -> ln_status {
    let write = || -> Done {
        // SAFETY: the header's contract; nothing overlaps what is written.
        unsafe {
            let at = place(session, 1)?.addresses();
            let held = made_mut::<_, HeldSession>(session, SESSION)?;
            let logits = place(logits, held.sizes.classes)?;
            apart(logits.addresses(), &[at, held.uses[0], held.uses[1], held.uses[2]])?;
            done((held.kind.logits)(held, logits.write()))
        }
    };
    status(write())
}
