//! Matrices of weights, a row for each input.
//!
//! Sums go over the inputs, one after the other, for all outputs side by side: the order of additions is the plain one, and
//! a vector of any length computes the same bits.

use super::slices::{chunks, chunks_mut, zip};

/// `y += x · w`
pub(super) fn add(x: &[f32], w: &[f32], y: &mut [f32]) {
    for (x, w) in x.iter().zip(chunks(w, y.len())) {
        for (y, w) in y.iter_mut().zip(w) {
            *y += *x * *w;
        }
    }
}

/// `dw += x ⊗ dy`
pub(super) fn add_outer(x: &[f32], dy: &[f32], dw: &mut [f32]) {
    for (x, dw) in x.iter().zip(chunks_mut(dw, dy.len())) {
        for (dw, dy) in dw.iter_mut().zip(dy) {
            *dw += *x * *dy;
        }
    }
}

/// `dx += w · dy`
pub(super) fn add_transposed(w: &[f32], dy: &[f32], dx: &mut [f32]) {
    for (dx, w) in dx.iter_mut().zip(chunks(w, dy.len())) {
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
