//! A row of a call that is read and written, and the features beside it.
//!
//! Where the two are in place they are the same memory, hence raw pointers, as in `rows`.
#![allow(unsafe_code)]

use crate::feature::Feature;
use crate::isa::{GROUP, Isa, elements_from, elements_from_mut};
use crate::streams::OutOfCache;
use core::marker::PhantomData;
use core::slice::from_raw_parts;

/// One row of those of a call, which is written.
pub(crate) struct Row<'a> {
    from: *mut f32,
    to: *mut f32,
    width: usize,
    out_of_cache: bool,
    slices: PhantomData<&'a mut [f32]>,
}

/// `SIZE` elements of a [`Row`]. It makes no reference that outlives a load or a store, so that none meets another one.
pub(crate) struct Slot<'a, const SIZE: usize> {
    from: *const f32,
    to: *mut f32,
    out_of_cache: Option<OutOfCache>,
    slices: PhantomData<&'a mut [f32]>,
}

/// Elements that are read before they are written: rows of a batch together.
const AHEAD: usize = 1024;

impl Row<'_> {
    /// # Safety
    /// `from` and `to` have `width` elements, in slices that nothing else refers to while the row lives. They are the same memory, or
    /// do not overlap.
    #[inline(always)]
    pub(crate) unsafe fn new(from: *mut f32, to: *mut f32, width: usize, out_of_cache: bool) -> Self {
        Self { from, to, width, out_of_cache, slices: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn source(&self) -> &[f32] {
        if self.width == 0 {
            return &[];
        }
        // SAFETY: `width` elements of a slice borrowed for longer; whoever writes them borrows `self` mutably.
        unsafe { from_raw_parts(self.from, self.width) }
    }

    /// Writes `map` of each element of the tail, which follows the last whole group; they are counted from 0.
    #[inline(always)]
    pub(crate) fn tail(&mut self, mut map: impl FnMut(usize, f32) -> f32) {
        let groups = self.width - self.width % GROUP;
        for i in groups..self.width {
            // SAFETY: the row has so many elements. The read is over before the write.
            unsafe { self.to.add(i).write(map(i - groups, self.from.add(i).read())) }
        }
    }

    /// Writes `map` of each element.
    #[inline(always)]
    pub(crate) fn elements(&mut self, map: impl Fn(usize, f32) -> f32) {
        for i in 0..self.width {
            // SAFETY: as above.
            unsafe { self.to.add(i).write(map(i, self.from.add(i).read())) }
        }
    }

    /// The elements with γ and β beside them; those that are absent are the two of `absent`.
    #[inline(always)]
    pub(crate) fn beside<'a>(
        &'a mut self,
        gamma: Option<&'a [f32]>,
        beta: Option<&'a [f32]>,
        absent: &'a [f32; 2],
    ) -> Beside<'a> {
        let start = |values: Option<&[f32]>, absent| match values {
            Some(values) => (values.as_ptr(), 1, values.len()),
            None => (absent, 0, usize::MAX),
        };
        let ((gamma, gamma_step, gammas), (beta, beta_step, betas)) =
            (start(gamma, &absent[0]), start(beta, &absent[1]));
        debug_assert!(self.width <= gammas.min(betas));
        let count = self.width.min(gammas).min(betas);
        let (from, to) = (self.from, self.to);
        Beside { from, to, count, gamma, gamma_step, beta, beta_step, slices: PhantomData }
    }

    pub(crate) fn fill(&mut self, value: f32) {
        for i in 0..self.width {
            // SAFETY: the row has so many elements, and nothing else refers to them while `self` is borrowed.
            unsafe { self.to.add(i).write(value) }
        }
    }
}

/// The elements of a row, each with its γ and its β.
pub(crate) struct Beside<'a> {
    from: *const f32,
    to: *mut f32,
    count: usize,
    gamma: *const f32,
    gamma_step: usize,
    beta: *const f32,
    beta_step: usize,
    slices: PhantomData<&'a mut [f32]>,
}

impl Beside<'_> {
    /// Writes `map` of each element, its γ and its β.
    #[inline(always)]
    pub(crate) fn write(mut self, map: impl Fn(f32, f32, f32) -> f32) {
        for _ in 0..self.count {
            // SAFETY: the row, γ and β have `count` elements, or γ and β are one that a step of 0 repeats. The reads are over
            // before the write.
            unsafe { self.to.write(map(self.from.read(), self.gamma.read(), self.beta.read())) }
            self.from = self.from.wrapping_add(1);
            self.to = self.to.wrapping_add(1);
            self.gamma = self.gamma.wrapping_add(self.gamma_step);
            self.beta = self.beta.wrapping_add(self.beta_step);
        }
    }
}

/// The whole groups of rows, `SIZE` elements of each at a time, with those of features: γ and β, or γ and x.
#[inline(always)]
pub(crate) fn groups<'p, const SIZE: usize, const ROWS: usize, const FEATURES: usize>(
    rows: &'p mut [Row<'_>; ROWS],
    features: [Feature<'p>; FEATURES],
) -> impl Iterator<Item = ([Slot<'p, SIZE>; ROWS], [&'p [f32; SIZE]; FEATURES])> {
    const { assert!(GROUP.is_multiple_of(SIZE)) }
    let least = rows.iter().fold(usize::MAX, |least, row| least.min(row.width / GROUP));
    let count = features.iter().fold(least, |count, feature| count.min(feature.groups()));
    debug_assert_eq!(count, least);
    let width = rows.iter().fold(0, |most, row| most.max(row.width));
    let streamed = rows.iter().all(|row| row.from != row.to);
    let out_of_cache =
        rows.iter().all(|row| row.out_of_cache).then(|| OutOfCache { streamed, ahead: width.max(AHEAD) });
    let mut rows = rows.each_ref().map(|row| (row.from, row.to));
    let mut features = features.map(|feature| feature.start());
    (0..count * (GROUP / SIZE)).map(move |_| {
        let slots = rows.map(|(from, to)| Slot { from, to, out_of_cache, slices: PhantomData });
        // SAFETY: each has `count` groups, or one whose beginning is read again and again.
        let parts = features.map(|(at, _)| unsafe { &*at });
        rows = rows.map(|(from, to)| (from.wrapping_add(SIZE), to.wrapping_add(SIZE)));
        features = features.map(|(at, step)| (at.wrapping_byte_add(step), step));
        (slots, parts)
    })
}

impl<const SIZE: usize> Slot<'_, SIZE> {
    /// The vector of elements from `at` on.
    #[inline(always)]
    pub(crate) fn load<I: Isa>(&self, isa: I, at: usize) -> I::V {
        // SAFETY: there are `SIZE` elements of a slice borrowed for longer, and no reference for writing is alive now.
        isa.load(elements_from(unsafe { &*self.from.cast::<[f32; SIZE]>() }, at))
    }

    /// The same in `f64`.
    #[inline(always)]
    pub(crate) fn widen<I: Isa>(&self, isa: I, at: usize) -> I::Wide {
        // SAFETY: as above.
        isa.widen(elements_from(unsafe { &*self.from.cast::<[f32; SIZE]>() }, at))
    }

    /// Writes the elements from `at` on.
    #[inline(always)]
    pub(crate) fn store<I: Isa>(&mut self, isa: I, v: I::V, at: usize) {
        // SAFETY: as above, borrowed to be written, and no other reference to them is alive now.
        let to = elements_from_mut(unsafe { &mut *self.to.cast::<[f32; SIZE]>() }, at);
        match self.out_of_cache {
            Some(OutOfCache { streamed, ahead }) if I::STREAMS => {
                if at == 0 {
                    isa.prefetch(self.from.wrapping_add(ahead));
                }
                // SAFETY: rows are marked only while a `Streams` is alive, which ends the streams when the call is over; a row is
                // not read again after it is written.
                if streamed { unsafe { isa.stream(v, to) } } else { isa.store(v, to) }
            }
            _ => isa.store(v, to),
        }
    }
}
