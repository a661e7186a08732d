//! Layer norm of one utterance of `model/data`, frame by frame, as bits: what the page has to agree with.

use layernorm::{LayerNorm, RowStats};

const DATA: &[u8] = include_bytes!("../model/data/utterances.bin");
const HEADER: usize = 12;
const ENTRY: usize = 4;
const TEST: u8 = 1;

fn main() -> Result<(), layernorm::Error> {
    let width = usize::from(u16::from_le_bytes([DATA[6], DATA[7]]));
    let x = first_test_utterance(width);
    let rows = x.len() / width;
    let (mut y, mut stats) = (vec![0.0; x.len()], vec![RowStats::default(); rows]);
    LayerNorm::new(width)?.forward_with_stats(&x, &mut y, &mut stats)?;
    for (frame, (stats, y)) in stats.iter().zip(y.chunks(width)).enumerate() {
        let y: Vec<String> = y.iter().map(|&y| hex(y)).collect();
        let (mean, rstd) = (hex(stats.mean()), hex(stats.rstd()));
        println!("utterance test-0 frame {frame} mean {mean} rstd {rstd} y {}", y.join(","));
    }
    Ok(())
}

/// The layout is in model/data/README.md.
fn first_test_utterance(width: usize) -> Vec<f32> {
    let utterances = u32::from_le_bytes([DATA[8], DATA[9], DATA[10], DATA[11]]) as usize;
    let (table, data) = DATA[HEADER..].split_at(utterances * ENTRY);
    let (mut start, mut frames) = (0, 0);
    for entry in table.chunks(ENTRY) {
        frames = usize::from(u16::from_le_bytes([entry[2], entry[3]]));
        if entry[0] == TEST {
            break;
        }
        start += frames;
    }
    let bytes = &data[start * width * 4..(start + frames) * width * 4];
    bytes.chunks(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn hex(x: f32) -> String {
    format!("{:08x}", x.to_bits())
}
