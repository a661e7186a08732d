//! The utterances of `utterances.bin`, whose layout README.md has. Programs include this file, those without a heap too.
#![allow(dead_code)] // Each uses its part.

/// Coefficients of a frame.
pub const WIDTH: usize = 12;

static DATA: &[u8] = include_bytes!("utterances.bin");
const HEADER: usize = 12;
const ENTRY: usize = 4;

pub type Frame = [f32; WIDTH];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    Train,
    Test,
}

#[derive(Clone, Copy)]
pub struct Utterance {
    pub split: Split,
    /// Its place in the split, from 0.
    pub number: usize,
    /// From 0 to 8.
    pub speaker: usize,
    bytes: &'static [u8],
}

impl Utterance {
    pub fn frames(&self) -> impl Iterator<Item = Frame> + use<> {
        let (coefficients, _) = self.bytes.as_chunks();
        coefficients.as_chunks().0.iter().map(|frame: &[_; WIDTH]| frame.map(f32::from_le_bytes))
    }
}

/// In the order of the source, train before test.
pub fn all() -> impl Iterator<Item = Utterance> {
    let count = u32::from_le_bytes([DATA[8], DATA[9], DATA[10], DATA[11]]) as usize;
    let (table, mut data) = DATA[HEADER..].split_at(count * ENTRY);
    let mut numbers = [0; 2];
    table.as_chunks().0.iter().map(move |&[split, label, low, high]: &[u8; ENTRY]| {
        let bytes = usize::from(u16::from_le_bytes([low, high])) * WIDTH * size_of::<f32>();
        let (bytes, rest) = data.split_at(bytes);
        data = rest;
        let number = numbers[usize::from(split)];
        numbers[usize::from(split)] += 1;
        let split = if split == 0 { Split::Train } else { Split::Test };
        Utterance { split, number, speaker: usize::from(label) - 1, bytes }
    })
}

/// The utterance that is called by its split and its place in it: `test-0`.
pub fn named(name: &str) -> Option<Utterance> {
    let (split, number) = name.split_once('-')?;
    let split = match split {
        "train" => Split::Train,
        "test" => Split::Test,
        _ => return None,
    };
    let number: usize = number.parse().ok()?;
    all().find(|utterance| utterance.split == split && utterance.number == number)
}

/// A frame as codes with so many fraction bits, rounded half to even and saturated.
pub fn codes(frame: Frame, fraction: u32) -> [i16; WIDTH] {
    /// Beside it there are no bits behind the point.
    const ROUND: f32 = 1.5 * (1 << 23) as f32;
    frame.map(|x| {
        let x = (x * (1 << fraction) as f32).clamp(i16::MIN.into(), i16::MAX.into());
        ((x + ROUND) - ROUND) as i16
    })
}

/// Where the largest logit is.
pub fn largest<T: PartialOrd>(logits: &[T]) -> usize {
    (1..logits.len()).fold(0, |best, next| if logits[next] > logits[best] { next } else { best })
}
