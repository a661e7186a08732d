//! `table`: the network and its twins on the test set, with the settings that were chosen and with worse ones.

use crate::Result;
use crate::network::Norm;
use crate::readme;
use crate::runs::accuracies;
use crate::samples::load;
use crate::training::Settings;
use crate::utterances::Split;

const SEEDS: u64 = 10;

/// A change of the settings, and its name.
type Change = (&'static str, fn(Settings) -> Settings);

const CHANGES: [Change; 4] = [
    ("as chosen", |settings| settings),
    ("10 × learning rate", |settings| Settings { rate: 10.0 * settings.rate, ..settings }),
    ("10 × kernels at the start", |settings| Settings { scale: 10.0, ..settings }),
    ("one utterance a minibatch", |settings| Settings { batch: 1, ..settings }),
];

pub fn table() -> Result<()> {
    let mut runs = Vec::new();
    for (_, change) in CHANGES {
        for norm in Norm::ALL {
            runs.extend((1..=SEEDS).map(|seed| change(Settings { norm, seed, ..Settings::CHOSEN })));
        }
    }
    let accuracies = accuracies(&runs, |_| (load(Split::Train), load(Split::Test)))?;

    let norms = Norm::ALL.map(|norm| format!(" {} |", norm.name())).concat();
    let mut table = format!("| |{norms}\n|---|{}\n", "---:|".repeat(Norm::ALL.len()));
    let mut cells = accuracies.chunks(SEEDS as usize);
    for (name, _) in CHANGES {
        let cells: String = cells
            .by_ref()
            .take(Norm::ALL.len())
            .map(|accuracies| format!(" {} |", cell(accuracies)))
            .collect();
        table += &format!("| {name} |{cells}\n");
    }
    print!("{table}");
    readme::write("table", &table)
}

/// Mean and standard deviation in per cent.
fn cell(accuracies: &[f32]) -> String {
    let count = accuracies.len() as f32;
    let mean = accuracies.iter().sum::<f32>() / count;
    let squares: f32 = accuracies.iter().map(|accuracy| (accuracy - mean) * (accuracy - mean)).sum();
    format!("{:.1} ± {:.1}", 100.0 * mean, 100.0 * (squares / (count - 1.0)).sqrt())
}
