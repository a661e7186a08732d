//! The weights of the block, and what JAX computes with them. README.md says how they are made and laid out.

const WEIGHTS: &[u8] = include_bytes!("weights.f32");
const OUTPUTS: &[u8] = include_bytes!("golden.f32");
const MANIFEST: &str = include_str!("golden.txt");

pub fn weights() -> Vec<f32> {
    floats(WEIGHTS).collect()
}

/// The name of each utterance and the block's output for it, frames × `width`.
pub fn outputs(width: usize) -> impl Iterator<Item = (&'static str, Vec<f32>)> {
    let mut outputs = floats(OUTPUTS);
    MANIFEST.lines().skip(1).map(move |line| {
        let (name, frames) = line.split_once(' ').expect("a name and a number");
        let frames: usize = frames.parse().expect("a number of frames");
        (name, outputs.by_ref().take(frames * width).collect())
    })
}

fn floats(bytes: &'static [u8]) -> impl Iterator<Item = f32> {
    bytes.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}
