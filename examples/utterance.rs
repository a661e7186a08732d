//! Layer norm of one utterance of `model/data`, frame by frame, as bits: what the page has to agree with.

#[path = "../model/data/utterances.rs"]
mod utterances;

use layernorm::{LayerNorm, RowStats};
use utterances::WIDTH;

const NAME: &str = "test-0";

fn main() -> Result<(), layernorm::Error> {
    let utterance = utterances::named(NAME).expect("the set has it");
    let x: Vec<f32> = utterance.frames().flatten().collect();
    let rows = x.len() / WIDTH;
    let (mut y, mut stats) = (vec![0.0; x.len()], vec![RowStats::default(); rows]);
    LayerNorm::new(WIDTH)?.forward_with_stats(&x, &mut y, &mut stats)?;
    for (frame, (stats, y)) in stats.iter().zip(y.chunks(WIDTH)).enumerate() {
        let y: Vec<String> = y.iter().map(|&y| hex(y)).collect();
        let (mean, rstd) = (hex(stats.mean()), hex(stats.rstd()));
        println!("utterance {NAME} frame {frame} mean {mean} rstd {rstd} y {}", y.join(","));
    }
    Ok(())
}

fn hex(x: f32) -> String {
    format!("{:08x}", x.to_bits())
}
