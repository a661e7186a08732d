//! What layers of other frameworks compute, from their own weights: the tables "From another framework" of the crate's page and
//! of `layernorm::sequence`, line by line. `golden/README.md` says where the numbers come from and how they are laid out.

use layernorm::{GroupNorm, LayerNorm, Modulation, RmsNorm};
use wasm_bindgen_test::wasm_bindgen_test;

/// Of each framework the manifest, the numbers and how many cases there are.
const FRAMEWORKS: [(&str, &[u8], usize); 7] = [
    (include_str!("golden/frameworks/pytorch.txt"), include_bytes!("golden/frameworks/pytorch.f32"), 9),
    (
        include_str!("golden/frameworks/transformers.txt"),
        include_bytes!("golden/frameworks/transformers.f32"),
        4,
    ),
    (include_str!("golden/frameworks/keras.txt"), include_bytes!("golden/frameworks/keras.f32"), 5),
    (include_str!("golden/frameworks/tensorflow.txt"), include_bytes!("golden/frameworks/tensorflow.f32"), 2),
    (include_str!("golden/frameworks/flax.txt"), include_bytes!("golden/frameworks/flax.f32"), 3),
    (
        include_str!("golden/frameworks/onnxruntime.txt"),
        include_bytes!("golden/frameworks/onnxruntime.f32"),
        3,
    ),
    (include_str!("golden/frameworks/ggml.txt"), include_bytes!("golden/frameworks/ggml.f32"), 2),
];

/// Largest |actual − expected| / max(1, |expected|). The frameworks compute in `f32` and carry errors of their own.
const TOLERANCE: f32 = 1e-6;

/// One line of a manifest with its arrays.
struct Case {
    line: &'static str,
    there: &'static str,
    op: &'static str,
    epsilon: f32,
    shape: Vec<usize>,
    tensors: Vec<(&'static str, Vec<f32>)>,
}

impl Case {
    fn parse(line: &'static str, bytes: &'static [u8]) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [there, op, epsilon, shape, tensors, offset] = fields[..] else { panic!("{line}") };
        let offset: usize = offset.parse().unwrap();
        let mut rest = bytes.as_chunks().0[offset..].iter().map(|&bytes| f32::from_le_bytes(bytes));
        let tensors = tensors.split(',').map(|tensor| {
            let (name, len) = tensor.split_once(':').unwrap();
            let len = len.parse().unwrap();
            let values: Vec<f32> = rest.by_ref().take(len).collect();
            assert_eq!(values.len(), len, "{line}");
            (name, values)
        });
        let tensors = tensors.collect();
        let shape = shape.split('x').map(|size| size.parse().unwrap()).collect();
        Self { line, there, op, epsilon: epsilon.parse().unwrap(), shape, tensors }
    }

    fn find(&self, name: &str) -> Option<&[f32]> {
        self.tensors.iter().find(|(tensor, _)| *tensor == name).map(|(_, values)| &values[..])
    }

    fn tensor(&self, name: &str) -> &[f32] {
        self.find(name).unwrap_or_else(|| panic!("{}: no {name}", self.line))
    }

    fn width(&self) -> usize {
        *self.shape.last().unwrap()
    }

    fn layer_norm(&self, width: usize) -> LayerNorm<'_> {
        let mut norm = LayerNorm::new(width).unwrap().with_epsilon(self.epsilon).unwrap();
        if let Some(gamma) = self.find("W") {
            norm = norm.with_gamma(gamma).unwrap();
        }
        if let Some(beta) = self.find("B") {
            norm = norm.with_beta(beta).unwrap();
        }
        norm
    }

    fn rms_norm(&self) -> RmsNorm<'_> {
        let norm = RmsNorm::new(self.width()).unwrap().with_epsilon(self.epsilon).unwrap();
        match self.find("W") {
            Some(gamma) => norm.with_gamma(gamma).unwrap(),
            None => norm,
        }
    }

    fn check(&self, name: &str, actual: &[f32], limit: f32) -> f32 {
        let expected = self.tensor(name);
        assert_eq!(actual.len(), expected.len(), "{}", self.line);
        let mut worst = 0.0;
        for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
            let off = (actual - expected).abs() / expected.abs().max(1.0);
            assert!(
                off <= limit,
                "{}: {name}[{i}] = {actual}, expected {expected}, off by {off:e}",
                self.line
            );
            worst = f32::max(worst, off);
        }
        worst
    }

    /// The verb that the table names.
    fn run_norm(&self) -> f32 {
        let x = self.tensor("X");
        let mut y = vec![f32::NAN; x.len()];
        match self.op {
            "layer_norm" => self.layer_norm(self.width()).forward(x, &mut y).unwrap(),
            "rms_norm" => self.rms_norm().forward(x, &mut y).unwrap(),
            "rms_norm_unit_offset" => self.rms_norm().with_unit_offset().forward(x, &mut y).unwrap(),
            "channels_first" => {
                self.layer_norm(self.shape[1]).forward_channels_first(x, self.width(), &mut y).unwrap();
            }
            "modulated" => {
                let modulation = Modulation { scale: self.tensor("SCALE"), shift: self.tensor("SHIFT") };
                self.layer_norm(self.width()).forward_modulated(x, modulation, &mut y).unwrap();
            }
            "residual" => {
                let mut residual = self.tensor("R").to_vec();
                self.layer_norm(self.width()).forward_residual(x, &mut residual, &mut y).unwrap();
                self.check("SUM", &residual, 0.0);
            }
            op => {
                let norm = match op.split_once(':') {
                    Some(("group_norm", groups)) => {
                        GroupNorm::new(groups.parse().unwrap(), self.shape[1]).unwrap()
                    }
                    _ if op == "instance_norm" => GroupNorm::instance(self.shape[1]).unwrap(),
                    _ => panic!("{}: operator {op}", self.line),
                };
                let norm = norm.with_epsilon(self.epsilon).unwrap();
                let norm = norm.with_gamma(self.tensor("W")).unwrap().with_beta(self.tensor("B")).unwrap();
                norm.forward(x, self.width(), &mut y).unwrap();
            }
        }
        self.check("Y", &y, TOLERANCE)
    }
}

/// All cases, those of cells or the others.
fn cases(of_cells: bool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (manifest, numbers, count) in FRAMEWORKS {
        let all: Vec<_> = manifest.lines().skip(1).map(|line| Case::parse(line, numbers)).collect();
        assert_eq!(all.len(), count);
        cases.extend(all.into_iter().filter(|case| case.find("FILE").is_some() == of_cells));
    }
    cases
}

#[wasm_bindgen_test(unsupported = test)]
fn norms_are_those_of_other_frameworks() {
    let cases = cases(false);
    assert_eq!(cases.len(), 17);
    for case in cases {
        println!("{:<36} {:.1e}", case.there, case.run_norm());
    }
}

#[cfg(feature = "sequence")]
mod of_cells {
    use super::{Case, TOLERANCE, cases};
    use layernorm::sequence::{
        Cell, Classifier, Gru, Kind, Layer, Lstm, Normaliser, Plain, Rnn, Shape, StateNormLstm,
    };
    use wasm_bindgen_test::wasm_bindgen_test;

    /// The file that the importer has written, through the cell and the classifier; the errors of both.
    fn run<K: Kind, N: Normaliser>(case: &Case) -> [f32; 2] {
        let file: Vec<u8> = case.tensor("FILE").iter().flat_map(|word| word.to_le_bytes()).collect();
        let [inputs, units, frames, classes] = case.shape[..] else { panic!("{}", case.line) };
        let shape = Shape::read(&file).unwrap();
        assert_eq!((shape.inputs, shape.units, shape.classes), (inputs, units, classes), "{}", case.line);
        assert_eq!(
            (shape.kind, shape.norm, shape.epsilon),
            (K::KIND, N::NORM, case.epsilon),
            "{}",
            case.line
        );
        let mut weights = vec![0.0; Classifier::<K, N>::weights_len(inputs, units, classes)];
        let classifier = Classifier::<K, N>::from_bytes(&file, &mut weights).unwrap();
        let (x, mut tape) = (case.tensor("X"), vec![0.0; Classifier::<K, N>::tape_len(units, frames)]);
        let mut logits = vec![f32::NAN; classes];
        classifier.forward(x, &mut tape, &mut logits).unwrap();

        let of_cell = &weights[..Cell::<K, N>::weights_len(inputs, units)];
        let cell = Cell::<K, N>::new(inputs, units, of_cell).unwrap().with_epsilon(case.epsilon).unwrap();
        let mut state = vec![0.0; Cell::<K, N>::state_len(units)];
        let (mut y, mut tape) =
            (vec![f32::NAN; frames * units], vec![0.0; Cell::<K, N>::tape_len(units, frames)]);
        cell.forward(x, &mut state, &mut y, &mut tape).unwrap();
        [case.check("Y", &y, TOLERANCE), case.check("LOGITS", &logits, TOLERANCE)]
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn imported_cells_are_those_of_other_frameworks() {
        let cases = cases(true);
        assert_eq!(cases.len(), 11);
        for case in cases {
            let worst = match case.op {
                "rnn:plain" => run::<Rnn, Plain>(&case),
                "lstm:plain" => run::<Lstm, Plain>(&case),
                "gru:plain" => run::<Gru, Plain>(&case),
                "state_norm_lstm:layer" => run::<StateNormLstm, Layer>(&case),
                op => panic!("{op}"),
            };
            println!("{:<42} {:.1e} {:.1e}", case.there, worst[0], worst[1]);
        }
    }

    /// What an import without a look at the kind would give: it has to show.
    #[wasm_bindgen_test(unsupported = test)]
    fn a_cell_that_carries_ln_c_is_not_the_papers() {
        for case in cases(true).iter().filter(|case| case.op == "state_norm_lstm:layer") {
            let [inputs, units, frames, _] = case.shape[..] else { panic!("{}", case.line) };
            let of_cell = &case.tensor("FILE")[6..][..Cell::<Lstm, Layer>::weights_len(inputs, units)];
            let cell = Cell::<Lstm, Layer>::new(inputs, units, of_cell).unwrap();
            let cell = cell.with_epsilon(case.epsilon).unwrap();
            let (mut state, mut y) = (vec![0.0; 2 * units], vec![0.0; frames * units]);
            let mut tape = vec![0.0; Cell::<Lstm, Layer>::tape_len(units, frames)];
            cell.forward(case.tensor("X"), &mut state, &mut y, &mut tape).unwrap();
            let differences = y.iter().zip(case.tensor("Y")).map(|(y, expected)| (y - expected).abs());
            assert!(differences.fold(0.0, f32::max) > 0.05, "{}", case.line);
        }
    }
}
