//! `tune`: the learning rate and the noise for each norm, by utterances kept from training. The test set is not used.

use crate::Result;
use crate::network::{Norm, accuracy};
use crate::readme;
use crate::samples::divide;
use crate::training::{Settings, spread, train};

const RATES: [f32; 4] = [0.001, 0.003, 0.01, 0.03];
const NOISES: [f32; 3] = [0.25, 0.5, 0.75];
const SPLITS: u64 = 10;

pub fn tune() -> Result<()> {
    let mut jobs = Vec::new();
    for norm in Norm::ALL {
        for noise in NOISES {
            for rate in RATES {
                jobs.extend((0..SPLITS).map(|split| Settings {
                    norm,
                    noise,
                    rate,
                    seed: split,
                    ..Settings::CHOSEN
                }));
            }
        }
    }
    let accuracies = spread(&jobs, |settings| {
        let (training, validation) = divide(settings.seed);
        let network = train(settings, &training, |_, _, _| Ok(()))?;
        Ok(accuracy(&network.decisions(&validation)?, &validation))
    });
    let accuracies: Vec<f32> =
        accuracies.into_iter().collect::<std::result::Result<_, layernorm::Error>>()?;

    let rates = RATES.map(|rate| format!(" rate {rate} |")).concat();
    let mut table = format!("| | noise |{rates}\n|---|---:|{}\n", "---:|".repeat(RATES.len()));
    let mut means = accuracies.chunks(SPLITS as usize).map(|own| own.iter().sum::<f32>() / SPLITS as f32);
    for norm in Norm::ALL {
        for noise in NOISES {
            let cells: String =
                means.by_ref().take(RATES.len()).map(|mean| format!(" {:.1} |", 100.0 * mean)).collect();
            table += &format!("| {} | {noise} |{cells}\n", norm.name());
        }
    }
    print!("{table}");
    readme::write("tune", &table)
}
