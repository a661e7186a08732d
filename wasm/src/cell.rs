//! A recurrent cell. JavaScript keeps it between steps, as bytes: there is nothing to give back.

use core::slice::{from_raw_parts, from_raw_parts_mut};
use layernorm::Error;
use layernorm::sequence::{
    Cell, CellKind, Gru, Kind, Layer, LnGru, LnLstm, LnRnn, LnStateNormLstm, Lstm, Rnn, StateNormLstm,
};

/// A cell whose weights have been checked, by the number of its kind. They stay where they are.
pub enum AnyCell {
    /// 1
    Rnn(LnRnn<'static>),
    /// 2
    Lstm(LnLstm<'static>),
    /// 3
    Gru(LnGru<'static>),
    /// 4
    StateNormLstm(LnStateNormLstm<'static>),
}

const RNN: u32 = CellKind::Rnn as u32;
const LSTM: u32 = CellKind::Lstm as u32;
const GRU: u32 = CellKind::Gru as u32;

/// Bytes that js/cells.ts has room for.
#[cfg(target_family = "wasm")]
const _: () = assert!(size_of::<AnyCell>() <= 64);

/// Writes the cell of a kind to `cell`; false where an argument is wrong.
///
/// # Safety
/// `cell` is the address of 64 bytes, aligned to 8, `weights` that of `len` numbers, which stay as long as the cell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cell(
    cell: *mut AnyCell,
    kind: u32,
    inputs: usize,
    units: usize,
    weights: *const f32,
    len: usize,
    epsilon: f32,
) -> bool {
    // SAFETY: the contract above.
    let weights = unsafe { from_raw_parts(weights, len) };
    let new = || {
        Ok::<_, Error>(match kind {
            RNN => AnyCell::Rnn(of::<Rnn>(inputs, units, weights, epsilon)?),
            LSTM => AnyCell::Lstm(of::<Lstm>(inputs, units, weights, epsilon)?),
            GRU => AnyCell::Gru(of::<Gru>(inputs, units, weights, epsilon)?),
            _ => AnyCell::StateNormLstm(of::<StateNormLstm>(inputs, units, weights, epsilon)?),
        })
    };
    // SAFETY: the contract above.
    new().map(|new| unsafe { cell.write(new) }).is_ok()
}

fn of<K: Kind>(
    inputs: usize,
    units: usize,
    weights: &'static [f32],
    epsilon: f32,
) -> Result<Cell<'static, K, Layer>, Error> {
    Cell::new(inputs, units, weights)?.with_epsilon(epsilon)
}

/// One frame; false where a length is wrong.
///
/// # Safety
/// `cell` is the address of what [`cell()`] wrote, the others are those of as many numbers as follows each; `state` and
/// `scratch` overlap nothing, and nobody else is at them during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn step(
    cell: *const AnyCell,
    x: *const f32,
    inputs: usize,
    state: *mut f32,
    states: usize,
    scratch: *mut f32,
    scratches: usize,
) -> bool {
    // SAFETY: the contract above.
    let (cell, x, state, scratch) = unsafe {
        (
            &*cell,
            from_raw_parts(x, inputs),
            from_raw_parts_mut(state, states),
            from_raw_parts_mut(scratch, scratches),
        )
    };
    match cell {
        AnyCell::Rnn(cell) => cell.step(x, state, scratch),
        AnyCell::Lstm(cell) => cell.step(x, state, scratch),
        AnyCell::Gru(cell) => cell.step(x, state, scratch),
        AnyCell::StateNormLstm(cell) => cell.step(x, state, scratch),
    }
    .is_ok()
}
