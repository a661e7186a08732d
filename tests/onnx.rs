//! The ONNX backend's own node tests of LayerNormalization and RMSNormalization: every axis, scale and bias,
//! and the Mean and InvStdDev outputs; and those of GroupNormalization and InstanceNormalization. `golden/README.md` says where
//! they come from and how they are laid out.

use layernorm::{GroupNorm, LayerNorm, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

const MANIFEST: &str = include_str!("golden/onnx/cases.txt");
const FLOATS: &[u8] = include_bytes!("golden/onnx/cases.f32");
const GROUPS: &str = include_str!("golden/onnx/groups.txt");
const GROUPS_FLOATS: &[u8] = include_bytes!("golden/onnx/groups.f32");

/// Largest |actual − expected| / max(1, |expected|). The expected values are NumPy's, computed in f32, and
/// carry errors of their own. (ONNX itself asks for 1e-7 + 1e-3 · |expected|.)
const TOLERANCE: f32 = 1e-6;

/// One line of the manifest with its tensors.
struct Case {
    name: &'static str,
    op: &'static str,
    epsilon: f32,
    width: usize,
    tensors: Vec<(&'static str, Vec<f32>)>,
}

/// The floats from number `offset` on.
fn floats_from(bytes: &'static [u8], offset: &str) -> impl Iterator<Item = f32> {
    let floats = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
    floats.skip(offset.parse().unwrap())
}

impl Case {
    fn parse(line: &'static str) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [name, op, axis, epsilon, shape, offset, tensors] = fields[..] else { panic!("{line}") };
        let shape: Vec<usize> = shape.split('x').map(|dim| dim.parse().unwrap()).collect();
        let axis: isize = axis.parse().unwrap();
        let axis = if axis < 0 { shape.len().checked_add_signed(axis).unwrap() } else { axis as usize };
        let rows: usize = shape[..axis].iter().product();
        let width: usize = shape[axis..].iter().product();

        let mut rest = floats_from(FLOATS, offset);
        let mut take = |tensor| {
            let length = match tensor {
                "X" | "Y" => rows * width,
                "W" | "B" => width,
                "Mean" | "InvStdDev" => rows,
                _ => panic!("{name}: tensor {tensor}"),
            };
            rest.by_ref().take(length).collect()
        };
        let tensors = tensors.split(',').map(|tensor| (tensor, take(tensor))).collect();
        Self { name, op, epsilon: epsilon.parse().unwrap(), width, tensors }
    }

    fn tensor(&self, name: &str) -> &[f32] {
        let found = self.tensors.iter().find(|(tensor, _)| *tensor == name);
        &found.unwrap_or_else(|| panic!("{}: no {name}", self.name)).1
    }

    /// What the crate computes, by the names of the ONNX outputs.
    fn run(&self) -> Vec<(&'static str, Vec<f32>)> {
        let x = self.tensor("X");
        let mut y = vec![f32::NAN; x.len()];
        let mut stats = vec![RowStats::default(); x.len() / self.width];
        match self.op {
            "LayerNormalization" => {
                let norm = LayerNorm::new(self.width).unwrap().with_epsilon(self.epsilon).unwrap();
                let norm = norm.with_gamma(self.tensor("W")).unwrap().with_beta(self.tensor("B")).unwrap();
                norm.forward_with_stats(x, &mut y, &mut stats).unwrap();
                let mean = stats.iter().map(RowStats::mean).collect();
                let rstd = stats.iter().map(RowStats::rstd).collect();
                vec![("Y", y), ("Mean", mean), ("InvStdDev", rstd)]
            }
            "RMSNormalization" => {
                let norm = RmsNorm::new(self.width).unwrap().with_epsilon(self.epsilon).unwrap();
                norm.with_gamma(self.tensor("W")).unwrap().forward(x, &mut y).unwrap();
                vec![("Y", y)]
            }
            op => panic!("{}: operator {op}", self.name),
        }
    }
}

fn difference(actual: f32, expected: f32) -> f32 {
    (actual - expected).abs() / expected.abs().max(1.0)
}

#[wasm_bindgen_test(unsupported = test)]
fn every_onnx_node_test_passes() {
    let mut cases = 0;
    let mut worst = (0.0, String::new());
    for case in MANIFEST.lines().skip(1).map(Case::parse) {
        for (output, actual) in case.run() {
            let expected = case.tensor(output);
            assert_eq!(actual.len(), expected.len(), "{}: {output}", case.name);
            for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
                let off = difference(actual, expected);
                let context = || format!("{}: {output}[{i}] = {actual}, expected {expected}", case.name);
                assert!(off <= TOLERANCE, "{}, off by {off:e}", context());
                if off > worst.0 {
                    worst = (off, context());
                }
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 38);
    println!("{cases} cases; worst difference {:.1e} of max(1, |expected|), {}", worst.0, worst.1);
}

#[wasm_bindgen_test(unsupported = test)]
fn every_onnx_node_test_of_groups_passes() {
    let mut cases = 0;
    for line in GROUPS.lines().skip(1) {
        let fields: Vec<_> = line.split(' ').collect();
        let [name, op, groups, epsilon, shape, offset] = fields[..] else { panic!("{line}") };
        let shape: Vec<usize> = shape.split('x').map(|dim| dim.parse().unwrap()).collect();
        let (channels, positions) = (shape[1], shape[2..].iter().product::<usize>());
        let elements = shape[0] * channels * positions;
        let mut rest = floats_from(GROUPS_FLOATS, offset);
        let [x, gamma, beta, expected] =
            [elements, channels, channels, elements].map(|len| rest.by_ref().take(len).collect::<Vec<_>>());
        let norm = match op {
            "GroupNormalization" => GroupNorm::new(groups.parse().unwrap(), channels),
            "InstanceNormalization" => GroupNorm::instance(channels),
            _ => panic!("{name}: operator {op}"),
        };
        let norm = norm.unwrap().with_epsilon(epsilon.parse().unwrap()).unwrap();
        let norm = norm.with_gamma(&gamma).unwrap().with_beta(&beta).unwrap();
        let mut y = vec![f32::NAN; elements];
        norm.forward(&x, positions, &mut y).unwrap();
        assert_eq!(y.len(), expected.len(), "{name}");
        for (i, (&actual, &expected)) in y.iter().zip(&expected).enumerate() {
            let off = difference(actual, expected);
            assert!(off <= TOLERANCE, "{name}: Y[{i}] = {actual}, expected {expected}, off by {off:e}");
        }
        cases += 1;
    }
    assert_eq!(cases, 4);
}
