//! The files that a training writes to the tree: the network, its learning curve, the table in README.md.

use crate::network::{UNITS, accuracy};
use crate::samples::{SPEAKERS, Sample, load};
use crate::training::{Settings, train};
use crate::utterances::{Split, WIDTH};
use crate::{Result, curve, fixed, readme};
use layernorm::sequence::{Classifier, Gru, Layer};

/// The path of a file from the root, and its bytes.
type Output = (&'static str, Vec<u8>);

const FLOAT: &str = "model/speaker.f32.bin";
const I16: &str = "model/speaker.i16.bin";
const I8: &str = "model/speaker.i8.bin";
const PICTURE: &str = "model/curve.svg";

/// How much accuracy a network in integers may lose.
const MAX_ACCURACY_LOSS: f32 = 0.005;

/// Trains on all samples for training, then tests the network once.
pub fn outputs() -> Result<Vec<Output>> {
    let training = load(Split::Train);
    let mut epochs = Vec::new();
    let network = train(&Settings::CHOSEN, &training, |epoch, loss, network| {
        let accuracy = accuracy(&network.decisions(&training)?, &training);
        println!("epoch {epoch:3}  loss {loss:.4}  named right in training {:5.1} %", 100.0 * accuracy);
        epochs.push(curve::Point { epoch, loss, accuracy });
        Ok(())
    })?;
    let classifier = Classifier::<Gru, Layer>::new(WIDTH, UNITS, SPEAKERS, &network.weights)?;
    let mut float = vec![0; Classifier::<Gru, Layer>::bytes_len(WIDTH, UNITS, SPEAKERS)];
    classifier.to_bytes(&mut float)?;
    let (i16, i8) = (fixed::fold::<i16>(&classifier)?, fixed::fold::<i8>(&classifier)?);

    let test = load(Split::Test);
    let results = [
        (FLOAT, float.len(), network.decisions(&test)?),
        (I16, i16.len(), fixed::decisions::<i16>(&i16, &test)?),
        (I8, i8.len(), fixed::decisions::<i8>(&i8, &test)?),
    ];
    let table = report(&results, &test)?;
    print!("{table}");
    Ok(vec![
        (FLOAT, float),
        (I16, i16),
        (I8, i8),
        ("model/curve.csv", curve::csv(&epochs).into()),
        (PICTURE, curve::svg(&epochs)?.into()),
        (readme::PATH, readme::page_with("train", &table)?.into()),
    ])
}

/// The table of the files: path, length and the decisions on the test set, the first of them the reference.
fn report(files: &[(&str, usize, Vec<usize>)], test: &[Sample]) -> Result<String> {
    let mut table =
        "| file | bytes | named right in the test | same decision as `f32` |\n|---|---:|---:|---:|\n"
            .to_owned();
    let (_, _, reference) = files.first().ok_or("no files")?;
    for (path, len, decisions) in files {
        let right = accuracy(decisions, test);
        if right < accuracy(reference, test) - MAX_ACCURACY_LOSS {
            return Err(format!(
                "{path} names {right} of the speakers, which is too far below the reference"
            )
            .into());
        }
        let same =
            decisions.iter().zip(reference).filter(|(decision, reference)| decision == reference).count();
        let name = path.trim_start_matches("model/");
        table += &format!("| `{name}` | {len} | {:.1} % | {same} of {} |\n", 100.0 * right, test.len());
    }
    Ok(table)
}

pub fn write(outputs: &[Output]) -> Result<()> {
    for (path, bytes) in outputs {
        std::fs::write(path, bytes).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Whether the tree holds these bits. The picture is drawn with the machine's own logarithms, and left out.
pub fn check(outputs: &[Output]) -> Result<()> {
    for (path, bytes) in outputs.iter().filter(|(path, _)| *path != PICTURE) {
        if std::fs::read(path).map_err(|error| format!("{path}: {error}"))? != *bytes {
            return Err(format!("{path} is not what training gives here").into());
        }
    }
    println!("the files are those of this training, bit for bit");
    Ok(())
}
