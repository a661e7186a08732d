//! The utterances of the test of `model/data`, written by the build script in the types that the networks take.

use crate::utterances::WIDTH;
use written::{FRAMES_F32, FRAMES_I16, UTTERANCES};

/// Some coefficients look like π and others.
#[allow(clippy::approx_constant)]
mod written {
    use crate::utterances::WIDTH;

    include!(concat!(env!("OUT_DIR"), "/recording.rs"));
}

/// Units of the network that hears them.
pub const UNITS: usize = 32;
/// How many speak.
pub const SPEAKERS: usize = 9;

/// Utterances, one after the other.
pub struct Recording<T: 'static> {
    /// Who speaks, and for how many frames.
    pub utterances: &'static [(u8, u8)],
    /// The frames of all.
    pub frames: &'static [[T; WIDTH]],
}

/// With the fraction bits that the networks in integers ask for.
pub const CODES: Recording<i16> = Recording { utterances: &UTTERANCES, frames: &FRAMES_I16 };
/// As they are.
pub const NUMBERS: Recording<f32> = Recording { utterances: &UTTERANCES, frames: &FRAMES_F32 };
