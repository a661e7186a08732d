//! The utterances of `model/data`; its README has the layout.

const DATA: &[u8] = include_bytes!("../../model/data/utterances.bin");
const HEADER: usize = 12;
const ENTRY: usize = 4;
const SPLITS: [&str; 2] = ["train", "test"];

/// Coefficients of a frame.
pub const WIDTH: usize = 12;

/// The frames of an utterance one after another; a name is `train-0` or `test-369`.
pub fn frames(name: &str) -> Option<Vec<f32>> {
    let utterances = u32::from_le_bytes([DATA[8], DATA[9], DATA[10], DATA[11]]) as usize;
    let (table, mut data) = DATA[HEADER..].split_at(utterances * ENTRY);
    let mut numbers = [0; SPLITS.len()];
    for entry in table.chunks(ENTRY) {
        let split = usize::from(entry[0]);
        let frames = usize::from(u16::from_le_bytes([entry[2], entry[3]]));
        let (these, rest) = data.split_at(frames * WIDTH * 4);
        if name == format!("{}-{}", SPLITS[split], numbers[split]) {
            return Some(these.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect());
        }
        numbers[split] += 1;
        data = rest;
    }
    None
}
