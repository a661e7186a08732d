//! Matrices of weights, a row for each input.
//!
//! Sums go over the inputs, one after the other, for all outputs side by side: the order of additions is the plain one, and
//! a vector of any length computes the same bits.

use super::slices::zip;

/// `y += x · w`
pub(super) fn add(x: &[f32], w: &[f32], y: &mut [f32]) {
    for (x, w) in x.iter().zip(w.chunks_exact(y.len().max(1))) {
        for (y, w) in y.iter_mut().zip(w) {
            *y += *x * *w;
        }
    }
}

/// `dw += x ⊗ dy`
pub(super) fn add_outer(x: &[f32], dy: &[f32], dw: &mut [f32]) {
    for (x, dw) in x.iter().zip(dw.chunks_exact_mut(dy.len().max(1))) {
        for (dw, dy) in dw.iter_mut().zip(dy) {
            *dw += *x * *dy;
        }
    }
}

/// `dx += w · dy`
pub(super) fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]) {
    for (dx, w) in dx.iter_mut().zip(w.chunks_exact(dy.len().max(1))) {
        *dx += dot(w, dy);
    }
}

/// In eight partial sums.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for (sum, a, b) in zip!(&mut sums, a, b) {
            *sum += *a * *b;
        }
    }
    for (sum, a, b) in zip!(&mut sums, a_rest, b_rest) {
        *sum += *a * *b;
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
