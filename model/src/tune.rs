//! `tune`: learning rate, noise and offset for each norm, by utterances kept from training. The test set is not used.

use crate::Result;
use crate::network::Norm;
use crate::readme;
use crate::runs::accuracies;
use crate::samples::divide;
use crate::training::Settings;

const RATES: [f32; 4] = [0.003, 0.01, 0.03, 0.1];
/// Noise and offset.
const NOISES: [(f32, f32); 3] = [(0.0, 0.0), (0.5, 0.0), (0.5, 0.25)];
const SPLITS: u64 = 10;

pub fn tune() -> Result<()> {
    let mut runs = Vec::new();
    for norm in Norm::ALL {
        for (noise, offset) in NOISES {
            for rate in RATES {
                runs.extend((0..SPLITS).map(|split| Settings {
                    norm,
                    noise,
                    offset,
                    rate,
                    seed: split,
                    ..Settings::CHOSEN
                }));
            }
        }
    }
    let accuracies = accuracies(&runs, |settings| divide(settings.seed))?;

    let rates = RATES.map(|rate| format!(" rate {rate} |")).concat();
    let mut table = format!("| | noise | offset |{rates}\n|---|---:|---:|{}\n", "---:|".repeat(RATES.len()));
    let mut means =
        accuracies.chunks(SPLITS as usize).map(|splits| splits.iter().sum::<f32>() / SPLITS as f32);
    for norm in Norm::ALL {
        for (noise, offset) in NOISES {
            let cells: String =
                means.by_ref().take(RATES.len()).map(|mean| format!(" {:.1} |", 100.0 * mean)).collect();
            table += &format!("| {} | {noise} | {offset} |{cells}\n", norm.name());
        }
    }
    print!("{table}");
    readme::write("tune", &table)
}
