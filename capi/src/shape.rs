//! What a file of weights holds.

use crate::held::Sizes;
use crate::slice::{apart, place};
use crate::status::{LN_FORMAT, LN_OK, Status, ln_status, status};
use layernorm::sequence::{CellKind, NormKind, Shape, Storage};

/// Bytes before the weights.
pub(crate) const HEADER: usize = 24;

/// What the header of a file of weights says.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_shape {
    /// 1 RNN, 2 LSTM, 3 GRU, 4 the LSTM that carries the normalised c.
    pub kind: i32,
    /// Of the weights: 1 float, 2 int8_t, 3 int16_t.
    pub storage: i32,
    /// 1 layer normalisation, 2 RMSNorm, 3 none.
    pub norm: i32,
    /// Numbers of a frame.
    pub inputs: usize,
    /// Outputs of the cell.
    pub units: usize,
    /// 0 for a cell alone.
    pub classes: usize,
    /// Fraction bits of the inputs of integers.
    pub fraction: u32,
    /// What the norms add to the variance.
    pub epsilon: f32,
}

/// Reads the first 24 of `length` bytes of a file of weights.
///
/// LN_LENGTH, LN_FORMAT, LN_CORRUPT, LN_EPSILON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_shape_read(shape: *mut ln_shape, bytes: *const u8, length: usize) -> ln_status {
    let read = || -> Result<ln_status, ln_status> {
        let (to, file) = (place(shape, 1)?, place(bytes, length)?);
        apart(to.addresses(), &[file.addresses()])?;
        // SAFETY: the header's contract: so many bytes, apart from the struct.
        let Shape { kind, storage, norm, inputs, units, classes, fraction, epsilon } =
            Shape::read(unsafe { file.read() }).map_err(Status::status)?;
        let (kind, storage, norm) = (kind as i32, storage as i32, norm as i32);
        // SAFETY: as above.
        unsafe { shape.write(ln_shape { kind, storage, norm, inputs, units, classes, fraction, epsilon }) };
        Ok(LN_OK)
    };
    status(read())
}

/// The sizes and the ε of a file, if it is of this kind.
pub(crate) fn sizes_of(
    bytes: &[u8],
    cell: CellKind,
    norm: NormKind,
    storage: Storage,
) -> Result<(Sizes, f32), ln_status> {
    let shape = Shape::read(bytes).map_err(Status::status)?;
    if (shape.kind, shape.norm, shape.storage) != (cell, norm, storage) {
        return Err(LN_FORMAT);
    }
    let Shape { inputs, units, classes, epsilon, .. } = shape;
    Ok((Sizes { inputs, units, classes }, epsilon))
}
