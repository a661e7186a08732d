//! The verbs of both f32 norms.

use crate::slice::{addresses, apart, elements, feature, place};
use crate::stats::ln_row_stats;
use crate::status::{LN_OK, Status, ln_status};
use layernorm::{Centring, Error, Norm, RowStats};

type Done = Result<ln_status, ln_status>;

pub(crate) fn done(result: Result<(), Error>) -> Done {
    result.map_or_else(|error| Err(error.status()), |()| Ok(LN_OK))
}

/// A norm of what C points to.
///
/// # Safety
/// The pointers are NULL or those of `width` numbers, which stay as they are as long as the norm is used.
pub(crate) unsafe fn new<K: Centring>(
    width: usize,
    gamma: *const f32,
    beta: *const f32,
    epsilon: f32,
) -> Result<Norm<'static, K>, ln_status> {
    // SAFETY: the contract above.
    let (gamma, beta) = unsafe { (feature(gamma, width)?, feature(beta, width)?) };
    let norm = Norm::new(width).and_then(|norm| norm.with_epsilon(epsilon));
    norm.and_then(|norm| norm.with_affine(gamma, beta)).map_err(Status::status)
}

/// # Safety
/// `bias` is that of `width` numbers, which stay as they are as long as the norm is used.
pub(crate) unsafe fn with_residual_bias<K: Centring>(
    norm: &Norm<'static, K>,
    bias: *const f32,
) -> Result<Norm<'static, K>, ln_status> {
    // SAFETY: the contract above.
    norm.with_residual_bias(unsafe { place(bias, norm.width())?.read() }).map_err(Status::status)
}

/// Where a norm reads γ and β.
fn features<K: Centring>(norm: &Norm<K>) -> [(usize, usize); 2] {
    let of = |feature: Option<&[f32]>| addresses(feature.unwrap_or_default());
    [of(norm.gamma()), of(norm.beta())]
}

/// # Safety
/// As the header says: rows × width numbers each, `x` and `y` the same or apart.
pub(crate) unsafe fn forward<K: Centring>(norm: &Norm<K>, rows: usize, x: *const f32, y: *mut f32) -> Done {
    let len = elements(rows, norm.width())?;
    let (from, to) = (place(x, len)?, place(y, len)?);
    apart(to.addresses(), &features(norm))?;
    if !core::ptr::eq(x, y) {
        apart(to.addresses(), &[from.addresses()])?;
    }
    // SAFETY: so many numbers, by the contract; nothing else of the call overlaps what is written.
    done(unsafe { norm.forward_cells(rows, from.cells(), to.cells()) })
}

/// # Safety
/// As the header says.
pub(crate) unsafe fn forward_with_stats<K: Centring>(
    norm: &Norm<K>,
    rows: usize,
    x: *const f32,
    y: *mut f32,
    stats: *mut ln_row_stats,
) -> Done {
    let len = elements(rows, norm.width())?;
    let (x, y, stats) = (place(x, len)?, place(y, len)?, place(stats.cast::<RowStats>(), rows)?);
    let [gamma, beta] = features(norm);
    apart(y.addresses(), &[x.addresses(), stats.addresses(), gamma, beta])?;
    apart(stats.addresses(), &[x.addresses(), gamma, beta])?;
    // SAFETY: so many numbers, by the contract; nothing overlaps what is written.
    done(unsafe { norm.forward_with_stats(x.read(), y.write(), stats.write()) })
}

/// # Safety
/// As the header says.
pub(crate) unsafe fn statistics<K: Centring>(
    norm: &Norm<K>,
    rows: usize,
    x: *const f32,
    stats: *mut ln_row_stats,
) -> Done {
    let (x, stats) = (place(x, elements(rows, norm.width())?)?, place(stats.cast::<RowStats>(), rows)?);
    apart(stats.addresses(), &[x.addresses()])?;
    // SAFETY: so many numbers, by the contract; nothing overlaps what is written.
    done(unsafe { norm.statistics(x.read(), stats.write()) })
}

/// # Safety
/// As the header says.
pub(crate) unsafe fn forward_residual<K: Centring>(
    norm: &Norm<K>,
    rows: usize,
    x: *const f32,
    residual: *mut f32,
    y: *mut f32,
) -> Done {
    let len = elements(rows, norm.width())?;
    let (x, residual, y) = (place(x, len)?, place(residual, len)?, place(y, len)?);
    let [gamma, beta] = features(norm);
    apart(y.addresses(), &[x.addresses(), residual.addresses(), gamma, beta])?;
    apart(residual.addresses(), &[x.addresses(), gamma, beta])?;
    // SAFETY: so many numbers, by the contract; nothing overlaps what is written.
    done(unsafe { norm.forward_residual(x.read(), residual.write(), y.write()) })
}

/// # Safety
/// As the header says: `stats` is that of a row's statistics, the others those of `length` numbers.
pub(crate) unsafe fn apply<K: Centring>(
    norm: &Norm<K>,
    stats: *const ln_row_stats,
    offset: usize,
    length: usize,
    chunk: *const f32,
    out: *mut f32,
) -> Done {
    let (chunk, out) = (place(chunk, length)?, place(out, length)?);
    let row = place(stats.cast::<RowStats>(), 1)?;
    let [gamma, beta] = features(norm);
    apart(out.addresses(), &[chunk.addresses(), row.addresses(), gamma, beta])?;
    // SAFETY: so many numbers, by the contract; nothing overlaps what is written.
    done(unsafe { norm.apply(crate::stats::row(stats)?, offset, chunk.read(), out.write()) })
}
