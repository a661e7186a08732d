//! The backward pass against JAX, which differentiates the textbook's norms in double precision.
//! `golden/README.md` says how the cases are made and laid out.

use crate::common::oracle::ulp;
use crate::common::{bits, tolerance};
use layernorm::{Centring, LayerNorm, Norm, ParamGrads, RmsNorm, RowStats};
use wasm_bindgen_test::wasm_bindgen_test;

const MANIFEST: &str = include_str!("golden/backward/cases.txt");
const INPUTS: &[u8] = include_bytes!("golden/backward/cases.f32");
const GRADIENTS: &[u8] = include_bytes!("golden/backward/cases.f64");

/// One line of the manifest with its arrays.
struct Case {
    line: &'static str,
    centred: bool,
    unit_offset: bool,
    epsilon: f32,
    width: usize,
    x: Vec<f32>,
    dy: Vec<f32>,
    gamma: Option<Vec<f32>>,
    beta: Option<Vec<f32>>,
    expected: Gradients<f64>,
}

struct Gradients<T> {
    dx: Vec<T>,
    gamma: Vec<T>,
    beta: Vec<T>,
}

impl<T> Gradients<T> {
    fn named(&self) -> [(&str, &[T]); 3] {
        [("dx", &self.dx), ("dγ", &self.gamma), ("dβ", &self.beta)]
    }
}

impl Case {
    fn parse(line: &'static str) -> Self {
        let fields: Vec<_> = line.split(' ').collect();
        let [op, _, epsilon, shape, gain, inputs, input_offset, gradient_offset] = fields[..] else {
            panic!("{line}")
        };
        let (rows, width) = shape.split_once('x').unwrap();
        let (rows, width): (usize, usize) = (rows.parse().unwrap(), width.parse().unwrap());

        let mut floats = floats(input_offset);
        let mut input = |name, length| {
            let has = inputs.split(',').any(|input| input == name);
            has.then(|| floats.by_ref().take(length).collect())
        };
        let mut doubles = doubles(gradient_offset);
        let mut gradient = |length| doubles.by_ref().take(length).collect();
        Self {
            line,
            centred: op == "layer_norm",
            unit_offset: gain == "1+gamma",
            epsilon: epsilon.parse().unwrap(),
            width,
            x: input("X", rows * width).unwrap(),
            dy: input("DY", rows * width).unwrap(),
            gamma: input("W", width),
            beta: input("B", width),
            expected: Gradients { dx: gradient(rows * width), gamma: gradient(width), beta: gradient(width) },
        }
    }

    fn run(&self) -> Gradients<f32> {
        if self.centred {
            let norm = LayerNorm::new(self.width).unwrap();
            self.run_by(self.beta.as_ref().map_or(norm, |beta| norm.with_beta(beta).unwrap()))
        } else {
            self.run_by(RmsNorm::new(self.width).unwrap())
        }
    }

    /// What the crate computes; in place it has to be the same bits.
    fn run_by<'a, K: Centring>(&'a self, norm: Norm<'a, K>) -> Gradients<f32> {
        let mut norm = norm.with_epsilon(self.epsilon).unwrap();
        if let Some(gamma) = &self.gamma {
            norm = norm.with_gamma(gamma).unwrap();
        }
        if self.unit_offset {
            norm = norm.with_unit_offset();
        }
        let mut y = vec![0.0; self.x.len()];
        let mut stats = vec![RowStats::default(); self.x.len() / self.width];
        norm.forward_with_stats(&self.x, &mut y, &mut stats).unwrap();
        let mut alone = vec![RowStats::default(); stats.len()];
        norm.statistics(&self.x, &mut alone).unwrap();
        assert_eq!(alone, stats, "{}", self.line);

        let mut apart = self.start(f32::NAN);
        let grads = ParamGrads { gamma: Some(&mut apart.gamma), beta: Some(&mut apart.beta) };
        norm.backward(&self.x, &stats, &self.dy, &mut apart.dx, grads).unwrap();

        let mut in_place = self.start(0.0);
        in_place.dx.copy_from_slice(&self.dy);
        let grads = ParamGrads { gamma: Some(&mut in_place.gamma), beta: Some(&mut in_place.beta) };
        norm.backward_in_place(&self.x, &stats, &mut in_place.dx, grads).unwrap();
        for (in_place, apart) in in_place.named().into_iter().zip(apart.named()) {
            assert_eq!(bits(in_place.1), bits(apart.1), "{}: {}", self.line, apart.0);
        }
        apart
    }

    fn start(&self, dx: f32) -> Gradients<f32> {
        Gradients { dx: vec![dx; self.x.len()], gamma: vec![0.0; self.width], beta: vec![0.0; self.width] }
    }

    fn gain(&self, i: usize) -> f64 {
        let gamma = self.gamma.as_ref().map_or(1.0, |gamma| gamma[i]);
        f64::from(if self.unit_offset { 1.0 + gamma } else { gamma })
    }

    /// What errors are counted in: an ULP of the largest term of an element of dx, for dγ and dβ their bound.
    fn units(&self) -> Gradients<f64> {
        let n = self.width as f64;
        let mean = |terms: &[f64]| terms.iter().sum::<f64>() / n;
        let centred = |values: &[f64]| if self.centred { mean(values) } else { 0.0 };
        let double = |values: &[f32]| -> Vec<f64> { values.iter().copied().map(f64::from).collect() };

        let mut units = Gradients { dx: vec![], gamma: vec![0.0; self.width], beta: vec![0.0; self.width] };
        for (x, dy) in self.x.chunks(self.width).zip(self.dy.chunks(self.width)) {
            let (x, dy) = (double(x), double(dy));
            let centre = centred(&x);
            let squares: Vec<f64> = x.iter().map(|x| (x - centre) * (x - centre)).collect();
            let rstd = 1.0 / (mean(&squares) + f64::from(self.epsilon)).sqrt();
            let normed: Vec<f64> = x.iter().map(|x| (x - centre) * rstd).collect();
            let g: Vec<f64> = (0..self.width).map(|i| dy[i] * self.gain(i)).collect();
            let along = mean(&(0..self.width).map(|i| g[i] * normed[i]).collect::<Vec<_>>()).abs();
            let mean_g = centred(&g).abs();
            for i in 0..self.width {
                units.dx.push(ulp(rstd * g[i].abs().max(mean_g).max(normed[i].abs() * along)));
                units.gamma[i] += dy[i].abs() * tolerance::normalised_in_f64(normed[i]);
            }
        }
        let rounded = |units: &mut [f64], sums: &[f64]| {
            // JAX adds in another order.
            let term = |sum: f64| tolerance::ROUNDED_ONCE * sum.abs() * (1.0 + 1e-6);
            units.iter_mut().zip(sums).for_each(|(unit, sum)| *unit += term(*sum));
        };
        rounded(&mut units.gamma, &self.expected.gamma);
        rounded(&mut units.beta, &self.expected.beta);
        units
    }
}

/// From an offset in numbers.
fn floats(offset: &str) -> impl Iterator<Item = f32> {
    let bytes = &INPUTS[4 * offset.parse::<usize>().unwrap()..];
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()))
}

fn doubles(offset: &str) -> impl Iterator<Item = f64> {
    let bytes = &GRADIENTS[8 * offset.parse::<usize>().unwrap()..];
    bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()))
}

#[wasm_bindgen_test(unsupported = test)]
fn gradients_agree_with_jax() {
    println!(
        "{:<22} {:>7} {:>6} {:>6} {:>6}   (dx in ULP, sums in parts of their bound)",
        "JAX", "shape", "dx", "dγ", "dβ"
    );
    let mut cases = 0;
    let mut worst_of_all = [0.0; 3];
    for case in MANIFEST.lines().skip(1).map(Case::parse) {
        let rows = case.x.len() / case.width;
        let (actual, units) = (case.run(), case.units());
        let mut worst = [0.0; 3];
        for (which, limit) in [tolerance::DX, 1.0, 1.0].into_iter().enumerate() {
            let (name, actual) = actual.named()[which];
            let (expected, units) = (case.expected.named()[which].1, units.named()[which].1);
            assert_eq!(actual.len(), expected.len(), "{}: {name}", case.line);
            for (i, (&actual, &expected)) in actual.iter().zip(expected).enumerate() {
                let error = (f64::from(actual) - expected).abs();
                let error = if error == 0.0 { 0.0 } else { error / units[i] };
                let context = || format!("{}: {name}[{i}] = {actual:e}, not {expected:e}", case.line);
                assert!(error <= limit, "{}: {error} > {limit}", context());
                worst[which] = f64::max(worst[which], error);
            }
            worst_of_all[which] = f64::max(worst_of_all[which], worst[which]);
        }
        let family = case.line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let [dx, gamma, beta] = worst;
        println!("{family:<22} {:>7} {dx:>6.2} {gamma:>6.2} {beta:>6.2}", format!("{rows}x{}", case.width));
        cases += 1;
    }
    assert_eq!(cases, 62);
    println!("{cases} cases; worst {worst_of_all:.2?}");
}
