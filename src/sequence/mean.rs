//! Over which frames the mean of a session goes.
//!
//! ```text
//! all frames    S' = S + h                                     mean = S / t
//! leaky         S' = S + h                while t ≤ 2ᵏ
//!               S' = S − S / 2ᵏ + h       from then on          mean = S / min(t, 2ᵏ)
//! ```
//!
//! The leaky mean of the first 2ᵏ frames is the plain one, so that it needs no correction at the start. From then on
//! `mean' = mean + (h − mean) / 2ᵏ`. S stays as small as it is after 2ᵏ frames, so that it never leaves its type.

use crate::Error;

/// Largest k: a sum of 2¹⁵ outputs of 16 bits has 31.
const LARGEST_SHIFT: u32 = 15;

/// The frames that a session has heard, and how many of them its mean is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frames {
    heard: usize,
    span: Span,
}

#[derive(Clone, Copy, Debug)]
enum Span {
    /// All frames, up to a number of them.
    All { limit: usize },
    /// k
    Leaky { shift: u32 },
}

impl Frames {
    /// None so far; the mean will be over all of at most `limit` frames.
    pub(super) const fn all(limit: usize) -> Self {
        Self { heard: 0, span: Span::All { limit } }
    }

    /// None so far; the mean will be leaky.
    pub(super) const fn leaky(shift: u32) -> Result<Self, Error> {
        if shift > LARGEST_SHIFT {
            let (limit, actual) = (LARGEST_SHIFT as usize, shift as usize);
            return Err(Error::TooLarge { parameter: "shift", limit, actual });
        }
        Ok(Self { heard: 0, span: Span::Leaky { shift } })
    }

    /// Counts one more. The k of the part `S / 2ᵏ` that the sum loses before the output of this frame is added; `None` if it
    /// loses nothing.
    pub(super) fn count(&mut self) -> Result<Option<u32>, Error> {
        match self.span {
            Span::All { limit } => {
                let actual = self.heard.saturating_add(1);
                if actual > limit {
                    return Err(Error::TooLarge { parameter: "frames", limit, actual });
                }
                self.heard = actual;
                Ok(None)
            }
            Span::Leaky { shift } => {
                let is_full = self.heard >> shift > 0;
                self.heard = self.heard.saturating_add(1);
                Ok(Some(shift).filter(|_| is_full))
            }
        }
    }

    pub(super) fn heard(&self) -> usize {
        self.heard
    }

    /// What the sum is divided by; 1 before the first frame. Not by `clamp`, which can panic.
    pub(super) fn divisor(&self) -> usize {
        let most = match self.span {
            Span::All { limit } => limit,
            Span::Leaky { shift } => 1 << shift,
        };
        self.heard.min(most).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;
    use crate::Error;

    #[test]
    fn a_mean_over_all_frames_ends_at_its_limit_and_stays_there() {
        let mut frames = Frames::all(usize::MAX - 1);
        frames.heard = usize::MAX - 2;
        assert_eq!(frames.count(), Ok(None));
        let limit = usize::MAX - 1;
        for _ in 0..2 {
            let error = Error::TooLarge { parameter: "frames", limit, actual: usize::MAX };
            assert_eq!((frames.count(), frames.heard(), frames.divisor()), (Err(error), limit, limit));
        }
    }

    #[test]
    fn a_leaky_mean_has_no_last_frame() {
        for shift in [0, 3, 15] {
            let mut frames = Frames::leaky(shift).unwrap();
            assert_eq!(frames.divisor(), 1);
            for heard in 0..2 << shift {
                assert_eq!(frames.count(), Ok((heard >= 1 << shift).then_some(shift)));
                assert_eq!((frames.heard(), frames.divisor()), (heard + 1, (heard + 1).min(1 << shift)));
            }
            frames.heard = usize::MAX;
            assert_eq!(frames.count(), Ok(Some(shift)));
            assert_eq!((frames.heard(), frames.divisor()), (usize::MAX, 1 << shift));
        }
    }
}
