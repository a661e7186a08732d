//! Matrices of weights, with one row for each input.
//!
//! The inputs are added one after the other, for all outputs side by side. Each output is a plain sum over the inputs, so vectors
//! of any length compute the same bits.

use super::slices::{chunks, chunks_mut, zip, zip_equal};

/// `y += x · w`
pub(super) fn add(x: &[f32], w: &[f32], y: &mut [f32]) {
    debug_assert_eq!(w.len(), x.len() * y.len());
    for (x, w) in x.iter().zip(chunks(w, y.len())) {
        for (y, w) in zip_equal(&mut *y, w) {
            *y += *x * *w;
        }
    }
}

/// `dw += x ⊗ dy`
pub(super) fn add_outer(x: &[f32], dy: &[f32], dw: &mut [f32]) {
    debug_assert_eq!(dw.len(), x.len() * dy.len());
    for (x, dw) in x.iter().zip(chunks_mut(dw, dy.len())) {
        for (dw, dy) in zip_equal(dw, dy) {
            *dw += *x * *dy;
        }
    }
}

/// `dx += w · dy`
pub(super) fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]) {
    debug_assert_eq!(w.len(), dx.len() * dy.len());
    for (dx, w) in dx.iter_mut().zip(chunks(w, dy.len())) {
        *dx += dot(w, dy);
    }
}

/// Adds the products up in eight partial sums.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    debug_assert_eq!(a.len(), b.len());
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in zip_equal(a, b) {
        for (sum, a, b) in zip!(&mut sums, a, b) {
            *sum += *a * *b;
        }
    }
    for (sum, (a, b)) in sums.iter_mut().zip(zip_equal(a_rest, b_rest)) {
        *sum += *a * *b;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
