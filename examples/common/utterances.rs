//! The utterances of `model/data`; its README has the layout.
#![allow(dead_code)] // Each program uses its part.

const DATA: &[u8] = include_bytes!("../../model/data/utterances.bin");
const HEADER: usize = 12;
const ENTRY: usize = 4;
const SPLITS: [&str; 2] = ["train", "test"];

/// Coefficients of a frame.
pub const WIDTH: usize = 12;

pub struct Utterance {
    /// `train-0` or `test-369`.
    pub name: String,
    /// From 1 to 9.
    pub speaker: u8,
    /// One after another.
    pub frames: Vec<f32>,
}

/// In the order of the source, train before test.
pub fn all() -> Vec<Utterance> {
    let utterances = u32::from_le_bytes([DATA[8], DATA[9], DATA[10], DATA[11]]) as usize;
    let (table, mut data) = DATA[HEADER..].split_at(utterances * ENTRY);
    let mut numbers = [0; SPLITS.len()];
    let mut all = Vec::with_capacity(utterances);
    for entry in table.chunks(ENTRY) {
        let split = usize::from(entry[0]);
        let frames = usize::from(u16::from_le_bytes([entry[2], entry[3]]));
        let (these, rest) = data.split_at(frames * WIDTH * 4);
        let frames = these.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        all.push(Utterance {
            name: format!("{}-{}", SPLITS[split], numbers[split]),
            speaker: entry[1],
            frames,
        });
        numbers[split] += 1;
        data = rest;
    }
    all
}

/// The frames of an utterance.
pub fn frames(name: &str) -> Option<Vec<f32>> {
    all().into_iter().find(|utterance| utterance.name == name).map(|utterance| utterance.frames)
}
