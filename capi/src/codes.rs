//! Norms of quantised codes. Parameters are folded on a host or a device, and stay where they are.

use crate::made::{Opaque, fits, make, with};
use crate::norm::done;
use crate::slice::{Place, apart, elements, place};
use crate::status::{LN_LENGTH, LN_MISALIGNED, LN_NULL, LN_OK, LN_ZERO_POINT, Status, ln_status, status};
use layernorm::quantized::{Code, LayerNorm, Params, Scale};

#[cfg(target_endian = "big")]
compile_error!("folded parameters are little-endian and read where they lie");

/// Bytes before the integers of γ.
const HEADER: usize = 68;
/// The widest row.
const WIDEST: usize = 32_768;

/// A norm of rows of quantised codes. It reads its parameters where they are, as in flash, where they must stay as they are while it is
/// used. It may be copied; the words are the library's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_codes {
    words: [u64; 20],
}

// SAFETY: words.
unsafe impl Opaque for ln_codes {}

/// A code stands for scale * (code - zero_point).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_scale {
    /// Finite and above 0.
    pub scale: f32,
    /// A code of the type.
    pub zero_point: i32,
}

/// What is folded into parameters: gamma and beta of `width` numbers each, epsilon, and scales.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ln_fold {
    /// 1 to 32768.
    pub width: usize,
    /// `width` numbers.
    pub gamma: *const f32,
    /// `width` numbers.
    pub beta: *const f32,
    /// Finite and not negative.
    pub epsilon: f32,
    /// Of rows.
    pub input: ln_scale,
    /// Of what they become.
    pub output: ln_scale,
}

/// Bytes of the parameters of rows of `width` codes; 0 for a width that rows cannot have.
#[unsafe(no_mangle)]
pub extern "C" fn ln_params_bytes(width: usize) -> usize {
    if width == 0 || width > WIDEST { 0 } else { HEADER + 8 * width }
}

/// A norm whose parameters are in the caller's memory.
#[derive(Clone, Copy)]
pub(crate) struct Kept<X: 'static> {
    centred: bool,
    params: Params<X, X, &'static [i32]>,
}

/// What tells structs of a type of codes from others.
pub(crate) trait Marked: Code + TryFrom<i32> + 'static {
    /// Of [`ln_codes`].
    const MARK: usize;
    /// Of the sums of a row in pieces.
    const MOMENTS: usize;
}

impl Marked for i8 {
    const MARK: usize = u32::from_le_bytes(*b"LNq1") as usize;
    const MOMENTS: usize = u32::from_le_bytes(*b"LNp1") as usize;
}

impl Marked for u8 {
    const MARK: usize = u32::from_le_bytes(*b"LNq2") as usize;
    const MOMENTS: usize = u32::from_le_bytes(*b"LNp2") as usize;
}

impl Marked for i16 {
    const MARK: usize = u32::from_le_bytes(*b"LNq3") as usize;
    const MOMENTS: usize = u32::from_le_bytes(*b"LNp3") as usize;
}

const _: () =
    assert!(fits::<ln_codes, Kept<i8>>() && fits::<ln_codes, Kept<u8>>() && fits::<ln_codes, Kept<i16>>());

/// Whether there is code for results apart from their codes. Where flash is dear, codes are copied and then normalised in place: an
/// image with one call has 1 kB less.
const APART: bool = cfg!(feature = "std");

impl<X: Code> Kept<X> {
    pub(crate) fn norm(&self) -> LayerNorm<'_, X> {
        LayerNorm::with_centring(&self.params, self.centred)
    }
}

type Done = Result<ln_status, ln_status>;

/// Where the integers of γ and of β are, after the header.
fn parts(params: *const u8, width: usize) -> [*const i32; 2] {
    let gamma = params.wrapping_add(HEADER).cast::<i32>();
    [gamma, gamma.wrapping_add(width)]
}

/// An error unless `bytes` bytes from `params` on, aligned to 4, are as long as parameters are. Else the width of their rows.
fn width_of(params: *const u8, bytes: usize) -> Result<usize, ln_status> {
    if params.is_null() {
        return Err(LN_NULL);
    }
    if !params.cast::<i32>().is_aligned() {
        return Err(LN_MISALIGNED);
    }
    let features = bytes.checked_sub(HEADER).ok_or(LN_LENGTH)?;
    if features % 8 == 0 { Ok(features / 8) } else { Err(LN_LENGTH) }
}

/// Parameters where they lie.
///
/// # Safety
/// `bytes` bytes that stay as they are as long as `'a`.
#[inline(always)] // Returned as it is, it would be copied.
unsafe fn folded<'a, X: Marked>(
    params: *const u8,
    bytes: usize,
) -> Result<Params<X, X, &'a [i32]>, ln_status> {
    let width = width_of(params, bytes)?;
    // SAFETY: within the bytes, of which there are 68 + 8 · width, aligned to 4, as 68 is a multiple of it.
    let (header, features) =
        unsafe { (place(params, HEADER)?.read(), place(parts(params, width)[0], 2 * width)?.read()) };
    let header = header.first_chunk().ok_or(LN_LENGTH)?;
    let (gamma, beta) = features.split_at_checked(width).ok_or(LN_LENGTH)?;
    Params::from_parts(header, gamma, beta).map_err(Status::status)
}

/// # Safety
/// As the header says: `bytes` bytes that stay as they are while the norm is used, and a struct that nobody else uses.
unsafe fn init<X: Marked>(norm: *mut ln_codes, params: *const u8, bytes: usize, centred: bool) -> Done {
    apart(place(norm, 1)?.addresses(), &[place(params, bytes)?.addresses()])?;
    // SAFETY: the contract above.
    unsafe { make(norm, X::MARK, Kept { centred, params: folded::<X>(params, bytes)? }) }.map(|()| LN_OK)
}

/// # Safety
/// As the header says: rows × width codes each, `x` and `y` the same or apart.
unsafe fn forward<X: Marked>(norm: *const ln_codes, rows: usize, x: *const X, y: *mut X) -> Done {
    // SAFETY: the contract of the header.
    unsafe {
        with(norm, X::MARK, |kept: &Kept<X>| {
            let norm = kept.norm();
            let len = elements(rows, norm.width())?;
            let (from, to) = (place(x, len)?, place(y, len)?);
            if !core::ptr::eq(x, y) {
                apart(to.addresses(), &[from.addresses()])?;
                if APART {
                    return done(norm.forward(from.read(), to.write()));
                }
                copy(from.read(), to.write());
            }
            done(norm.forward_in_place(to.write()))
        })
    }
}

/// Writes `x` to `y`.
fn copy<X: Copy>(x: &[X], y: &mut [X]) {
    for (to, from) in y.iter_mut().zip(x) {
        // SAFETY: a place to write. Volatile, or the loop would be a call of `memcpy`, which Rust has in 0.7 kB.
        unsafe { core::ptr::write_volatile(to, *from) }
    }
}

/// # Safety
/// As the header says: rows × width codes each, which are apart.
unsafe fn forward_residual<X: Marked>(
    norm: *const ln_codes,
    rows: usize,
    x: *const X,
    residual: *mut X,
    y: *mut X,
) -> Done {
    // SAFETY: the contract of the header, and nothing overlaps what is written.
    unsafe {
        with(norm, X::MARK, |kept: &Kept<X>| {
            let norm = kept.norm();
            let len = elements(rows, norm.width())?;
            let (x, residual, y) = (place(x, len)?, place(residual, len)?, place(y, len)?);
            apart(y.addresses(), &[x.addresses(), residual.addresses()])?;
            apart(residual.addresses(), &[x.addresses()])?;
            done(norm.forward_residual(x.read(), residual.write(), y.write()))
        })
    }
}

/// The crate's form of a scale of C's.
fn scale<X: Marked>(of: ln_scale) -> Result<Scale<X>, ln_status> {
    let zero_point = X::try_from(of.zero_point).map_err(|_| LN_ZERO_POINT)?;
    Ok(Scale { scale: of.scale, zero_point })
}

/// # Safety
/// As the header says: `bytes` bytes that nobody else uses, and γ and β of so many numbers as `fold` says.
unsafe fn fold<X: Marked>(fold: *const ln_fold, params: *mut u8, bytes: usize) -> Done {
    let how = place(fold, 1)?;
    // SAFETY: the contract above.
    let &ln_fold { width, gamma, beta, epsilon, input, output } =
        unsafe { how.read() }.first().ok_or(LN_NULL)?;
    if width_of(params, bytes)? != width {
        return Err(LN_LENGTH);
    }
    let (gamma, beta) = (place(gamma, width)?, place(beta, width)?);
    let all = place(params, bytes)?.addresses();
    apart(all, &[gamma.addresses(), beta.addresses(), how.addresses()])?;
    let (input, output) = (scale(input)?, scale(output)?);
    let [to_gamma, to_beta] = parts(params, width);
    let to = [place(to_gamma, width)?, place(to_beta, width)?];
    // SAFETY: numbers, by the contract, and integers within the bytes; what is written overlaps nothing.
    let (gamma, beta, to) = unsafe { (gamma.read(), beta.read(), to.map(|place: Place<i32>| place.write())) };
    let folded = Params::<X, X, _>::fold_into(gamma, beta, input, output, epsilon, to);
    let header = folded.map_err(Status::status)?.header();
    // SAFETY: within the bytes; γ and β are borrowed no more.
    unsafe { place(params, HEADER)?.write() }.iter_mut().zip(header).for_each(|(to, byte)| *to = byte);
    Ok(LN_OK)
}

/// # Safety
/// As the header says: `bytes` bytes that nobody else uses.
unsafe fn with_residual<X: Marked>(
    params: *mut u8,
    bytes: usize,
    input: ln_scale,
    residual: ln_scale,
    epsilon: f32,
) -> Done {
    // SAFETY: the contract above.
    let folded = unsafe { folded::<X>(params, bytes)? };
    let folded = folded.with_residual(scale(input)?, scale(residual)?, epsilon).map_err(Status::status)?;
    let header = folded.header();
    // SAFETY: within the bytes, which are borrowed no more.
    unsafe { place(params, HEADER)?.write() }.iter_mut().zip(header).for_each(|(to, byte)| *to = byte);
    Ok(LN_OK)
}

/// Folds gamma, beta, epsilon and the scales of int8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
/// ln_params_bytes says.
///
/// LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_fold(fold: *const ln_fold, params: *mut u8, bytes: usize) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { self::fold::<i8>(fold, params, bytes) })
}

/// Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
/// folded.
///
/// LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_with_residual(
    params: *mut u8,
    bytes: usize,
    input: ln_scale,
    residual: ln_scale,
    epsilon: f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { with_residual::<i8>(params, bytes, input, residual, epsilon) })
}

/// Makes a layer normalisation of int8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
///
/// LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_layer_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<i8>(norm, params, bytes, true) })
}

/// The same for RMSNorm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_rms_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<i8>(norm, params, bytes, false) })
}

/// y = norm(x); both rows * width int8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_forward(
    norm: *const ln_codes,
    rows: usize,
    x: *const i8,
    y: *mut i8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward(norm, rows, x, y) })
}

/// y = norm(x + residual), residual = x + residual; all rows * width int8_t codes.
///
/// LN_NO_RESIDUAL where the parameters were folded without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i8_forward_residual(
    norm: *const ln_codes,
    rows: usize,
    x: *const i8,
    residual: *mut i8,
    y: *mut i8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward_residual(norm, rows, x, residual, y) })
}

/// Folds gamma, beta, epsilon and the scales of uint8_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
/// ln_params_bytes says.
///
/// LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_fold(fold: *const ln_fold, params: *mut u8, bytes: usize) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { self::fold::<u8>(fold, params, bytes) })
}

/// Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
/// folded.
///
/// LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_with_residual(
    params: *mut u8,
    bytes: usize,
    input: ln_scale,
    residual: ln_scale,
    epsilon: f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { with_residual::<u8>(params, bytes, input, residual, epsilon) })
}

/// Makes a layer normalisation of uint8_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
///
/// LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_layer_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<u8>(norm, params, bytes, true) })
}

/// The same for RMSNorm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_rms_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<u8>(norm, params, bytes, false) })
}

/// y = norm(x); both rows * width uint8_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_forward(
    norm: *const ln_codes,
    rows: usize,
    x: *const u8,
    y: *mut u8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward(norm, rows, x, y) })
}

/// y = norm(x + residual), residual = x + residual; all rows * width uint8_t codes.
///
/// LN_NO_RESIDUAL where the parameters were folded without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_u8_forward_residual(
    norm: *const ln_codes,
    rows: usize,
    x: *const u8,
    residual: *mut u8,
    y: *mut u8,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward_residual(norm, rows, x, residual, y) })
}

/// Folds gamma, beta, epsilon and the scales of int16_t codes into `bytes` bytes at `params`, which are aligned to 4 and as many as
/// ln_params_bytes says.
///
/// LN_SCALE, LN_ZERO_POINT, LN_NOT_FINITE, LN_BEYOND_SCALE, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_SCALE_RATIO, LN_LENGTH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_fold(fold: *const ln_fold, params: *mut u8, bytes: usize) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { self::fold::<i16>(fold, params, bytes) })
}

/// Adds to folded parameters what the residual form needs: the scale of what it adds rows to. `input` and `epsilon` are those that were
/// folded.
///
/// LN_SCALE, LN_ZERO_POINT, LN_SCALE_RATIO, LN_EPSILON, LN_EPSILON_BEYOND_SCALE, LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_with_residual(
    params: *mut u8,
    bytes: usize,
    input: ln_scale,
    residual: ln_scale,
    epsilon: f32,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { with_residual::<i16>(params, bytes, input, residual, epsilon) })
}

/// Makes a layer normalisation of int16_t codes with the parameters of `bytes` bytes at `params`, aligned to 4.
///
/// LN_LENGTH, LN_FORMAT, LN_CORRUPT.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_layer_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<i16>(norm, params, bytes, true) })
}

/// The same for RMSNorm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_rms_norm_init(
    norm: *mut ln_codes,
    params: *const u8,
    bytes: usize,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { init::<i16>(norm, params, bytes, false) })
}

/// y = norm(x); both rows * width int16_t codes. `y` may be `x`. Each code is that of exact arithmetic, rounded half to even, then saturated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_forward(
    norm: *const ln_codes,
    rows: usize,
    x: *const i16,
    y: *mut i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward(norm, rows, x, y) })
}

/// y = norm(x + residual), residual = x + residual; all rows * width int16_t codes.
///
/// LN_NO_RESIDUAL where the parameters were folded without one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ln_i16_forward_residual(
    norm: *const ln_codes,
    rows: usize,
    x: *const i16,
    residual: *mut i16,
    y: *mut i16,
) -> ln_status {
    // SAFETY: the header's contract.
    status(unsafe { forward_residual(norm, rows, x, residual, y) })
}
