//! Rows in vectors of `f32`, for outputs of 8 and 16 bits: each result is approximated, and decided again where a rounding
//! boundary is within the bound of its error.
//!
//! ```text
//! r = N·2⁸/(sqrt(V)·2ᵏ)    c = −(S − N·X̄)·r/N    once a row, from f64; X̄ is an integer near the mean
//! t = (X − X̄)·r + c                               x̂/2ᵏ
//! y = t·g + b′                                     b′ = b·2^−m
//! ```
//!
//! **Bound.** Each operation rounds by at most `u = 2⁻²⁴` of its result, and so do r and c. Of the operations that round only with
//! some types or instruction sets, each counts as 0 or 1: `d` the difference (it does with codes of 32 bits and with sums), `f` a
//! product before its sum (not where they are fused), `p` the conversion of g and of b (it does with 32 bits). To the first order
//! in u, because `|(X − X̄)·r| ≤ |t| + |c|` and `|t·g| ≤ |y| + |b′|`:
//!
//! ```text
//! |δt| ≤ u·((1 + d + f)·|(X − X̄)·r| + |c| + |t|) ≤ u·(2 + d + f)·(|t| + |c|)
//! |δy| ≤ |g·δt| + u·((p + f)·|t·g| + p·|b′| + |y|)
//!      ≤ u·((3 + d + 2f + p)·|y| + (2 + d + 2f + 2p)·|b′| + (2 + d + f)·|c·g|)
//! ```
//!
//! What is of second order is less than 2⁻²⁰ of that. Where `y` is further than this from every half, it rounds as the exact result
//! does. Else it is computed again in `f64`, and where that does not decide either, squares do: `exact`.

mod bound;
mod element;
mod line;
mod rows;
#[cfg(test)]
mod tests;

pub(super) use rows::Approximation;
