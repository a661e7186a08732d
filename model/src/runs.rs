//! Many trainings, spread over the cores.

use crate::Result;
use crate::network::accuracy;
use crate::samples::Sample;
use crate::training::{Settings, train};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The accuracy that training leads to, for each of the settings, in their order. `samples` gives the samples for training and
/// those for judging the network.
pub fn accuracies(
    runs: &[Settings],
    samples: impl Fn(&Settings) -> (Vec<Sample>, Vec<Sample>) + Sync,
) -> Result<Vec<f32>> {
    let run = |settings| {
        let (training, judging) = samples(settings);
        let network = train(settings, &training, |_, _, _| Ok(()))?;
        Ok(accuracy(&network.decisions(&judging)?, &judging))
    };
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((number, settings)) =
                    runs.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed))
                {
                    let result: std::result::Result<f32, layernorm::Error> = run(settings);
                    let mut results = results.lock().expect("no thread panics");
                    results.push((number, result));
                    eprint!("\r{} of {} trainings", results.len(), runs.len());
                }
            });
        }
    });
    eprintln!();
    let mut results = results.into_inner()?;
    results.sort_by_key(|(number, _)| *number);
    Ok(results.into_iter().map(|(_, result)| result).collect::<std::result::Result<_, _>>()?)
}
