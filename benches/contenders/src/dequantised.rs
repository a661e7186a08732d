//! The yardstick for codes: a row to f32, the yardstick's norm of it, and back to codes by rounding. Where f32 rounds
//! across a boundary of two codes, the result is the next code to the right one.

use crate::Run;
use crate::two_pass::layer;
use crate::work::{Buffers, Verb, Work};

/// Layer norm of codes `C` by `norm`, of x, γ, β and y.
struct Rows<C, F> {
    x: Vec<C>,
    y: Vec<C>,
    steps: f32,
    norm: F,
}

pub fn open16(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    open(work, buffers, |code| code.clamp(-0x8000, 0x7fff) as i16)
}

pub fn open8(work: Work, buffers: &Buffers) -> Option<Box<dyn Run>> {
    open(work, buffers, |code| code.clamp(-0x80, 0x7f) as i8)
}

fn open<C: Copy + Into<f32> + 'static>(
    work: Work,
    buffers: &Buffers,
    code: impl Fn(i32) -> C + Copy + 'static,
) -> Option<Box<dyn Run>> {
    let (width, steps) = (work.width, work.form.steps()? as f32);
    let [mut row, mut normalised] = [vec![0.0; width], vec![0.0; width]];
    set_up(work, buffers, code, move |x: &[C], gamma: &[f32], beta: &[f32], y: &mut [C]| {
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            for (value, &code) in row.iter_mut().zip(x) {
                *value = code.into() / steps;
            }
            layer(&row, &mut normalised, gamma, beta);
            for (y, value) in y.iter_mut().zip(&normalised) {
                *y = code(rounded(value * steps));
            }
        }
    })
}

pub fn set_up<C: Copy + Into<f32> + 'static>(
    work: Work,
    buffers: &Buffers,
    code: impl Fn(i32) -> C,
    norm: impl FnMut(&[C], &[f32], &[f32], &mut [C]) + 'static,
) -> Option<Box<dyn Run>> {
    let steps = work.form.steps()? as f32;
    let x: Vec<C> = buffers.x.iter().map(|x| code(rounded(x * steps))).collect();
    let y = vec![code(0); x.len()];
    (work.verb == Verb::Layer).then(|| Box::new(Rows { x, y, steps, norm }) as Box<dyn Run>)
}

/// To the nearest integer, ties to even, below 2²². In vectors on every machine, which `f32::round_ties_even` is not.
fn rounded(value: f32) -> i32 {
    const SHIFT: f32 = 12_582_912.0;
    ((value + SHIFT).to_bits() as i32).wrapping_sub(SHIFT.to_bits() as i32)
}

impl<C: Copy + Into<f32>, F: FnMut(&[C], &[f32], &[f32], &mut [C])> Run for Rows<C, F> {
    fn run(&mut self, buffers: &mut Buffers) {
        (self.norm)(&self.x, buffers.gamma, buffers.beta, &mut self.y);
    }

    fn result(&mut self, _: &Buffers) -> Option<Vec<f32>> {
        Some(self.y.iter().map(|&code| code.into() / self.steps).collect())
    }
}
